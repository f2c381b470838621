package source

import (
	"bytes"

	"out_dynatrace/plugin/record"
)

// putImage adds name, version and digest of a container's image. A reference has the form
// [host[:port]/]path[:tag][@digest].
func putImage(image, withDigest []byte, out *record.Builder) {
	reference, digest, _ := bytes.Cut(image, []byte("@"))
	if _, other, ok := bytes.Cut(withDigest, []byte("@")); ok {
		digest = other
	} else if bytes.HasPrefix(withDigest, []byte("sha256:")) {
		digest = withDigest
	}
	if bytes.HasPrefix(reference, []byte("sha256:")) { // an image known by its id only
		digest, reference = reference, nil
	}
	name, version := reference, []byte(nil)
	if at := bytes.LastIndexByte(reference, ':'); at > bytes.LastIndexByte(reference, '/') {
		name, version = reference[:at], reference[at+1:]
	}
	out.Put("container.image.name", name)
	out.Put("container.image.version", version)
	if bytes.HasPrefix(digest, []byte("sha256:")) {
		out.Put("container.image.digest", digest)
	}
}
