package record

import "bytes"

// putImage adds name, version and digest of a container's image. A reference is [host[:port]/]path[:tag][@digest].
func (m *Mapper) putImage(rec *Record, image, withDigest []byte) {
	reference, digest, _ := bytes.Cut(image, []byte("@"))
	if _, other, ok := bytes.Cut(withDigest, []byte("@")); ok {
		digest = other
	} else if bytes.HasPrefix(withDigest, []byte("sha256:")) {
		digest = withDigest
	}
	if bytes.HasPrefix(reference, []byte("sha256:")) { // an image that is known by its id only
		digest, reference = reference, nil
	}
	name, version := reference, []byte(nil)
	if colon := bytes.LastIndexByte(reference, ':'); colon > bytes.LastIndexByte(reference, '/') {
		name, version = reference[:colon], reference[colon+1:]
	}
	m.put(rec, "container.image.name", name)
	m.put(rec, "container.image.version", version)
	if bytes.HasPrefix(digest, []byte("sha256:")) {
		m.put(rec, "container.image.digest", digest)
	}
}
