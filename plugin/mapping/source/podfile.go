package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
)

// podOfFile reads the name of a container's log file, as the kubelet names it
// (pkg/kubelet/kuberuntime/helpers.go, legacy.go of Kubernetes): from the tag that tail makes of
// it, or from its path. The kubernetes filter adds nothing to the lines of a pod that the API
// server no longer knows, it does not know the files under /var/log/pods, and there may be no
// filter at all.
func podOfFile(in *Input, p *pod) bool {
	for _, folder := range [...]string{"var.log.containers.", "containers."} {
		at := bytes.LastIndex(in.Tag, []byte(folder))
		if at >= 0 && p.readLink(in.Tag[at+len(folder):]) {
			return true
		}
	}
	if _, rest, ok := bytes.Cut(in.Tag, []byte("var.log.pods.")); ok && p.readFile(rest) {
		return true
	}
	path := in.Text(filePath)
	if _, rest, ok := bytes.Cut(path, []byte("/pods/")); ok && p.readFile(rest) {
		return true
	}
	if _, rest, ok := bytes.Cut(path, []byte(`\pods\`)); ok && p.readFile(rest) {
		return true
	}
	return bytes.Contains(path, []byte("/containers/")) && p.readLink(lastOf(path))
}

// containerDigits is the length of a container's id.
const containerDigits = 64

// readLink reads <pod>_<namespace>_<container>-<id>.log, the name of a link in /var/log/containers.
func (p *pod) readLink(name []byte) bool {
	name, isLog := cutLog(name)
	podName, rest, _ := bytes.Cut(name, []byte("_"))
	namespace, rest, ok := bytes.Cut(rest, []byte("_"))
	dash := len(rest) - containerDigits - 1
	if !isLog || !ok || len(podName) == 0 || len(namespace) == 0 ||
		dash <= 0 || rest[dash] != '-' || !ascii.IsHex(rest[dash+1:]) {
		return false
	}
	p.name, p.namespace, p.container, p.containerID = podName, namespace, rest[:dash], rest[dash+1:]
	return true
}

// readFile reads <namespace>_<pod>_<uid>/<container>/<restarts>.log, a path in /var/log/pods, or a
// tag, in which dots replace the slashes: of these names only that of a pod can have a dot. The uid
// of a static pod is the hash of its manifest.
func (p *pod) readFile(path []byte) bool {
	path, isLog := cutLog(path)
	namespace, rest, _ := bytes.Cut(path, []byte("_"))
	podName, rest, ok := bytes.Cut(rest, []byte("_"))
	slash := bytes.IndexAny(rest, `/\.`)
	if !isLog || !ok || len(podName) == 0 || len(namespace) == 0 || slash <= 0 {
		return false
	}
	uid, rest := rest[:slash], rest[slash+1:]
	slash = bytes.IndexAny(rest, `/\.`)
	if slash <= 0 || !isPodUID(uid) || !isRestarts(rest[slash+1:]) {
		return false
	}
	p.name, p.namespace, p.uid, p.container = podName, namespace, uid, rest[:slash]
	return true
}

// cutLog cuts .log off a name, and what rotation puts behind it: a time, and the end of a
// compressed file.
func cutLog(name []byte) (short []byte, ok bool) {
	name, _ = bytes.CutSuffix(name, []byte(".gz"))
	const stamp = ".20060102-150405"
	if at := len(name) - len(stamp); at > 0 && hasForm(name[at:], ".00000000-000000") {
		name = name[:at]
	}
	return bytes.CutSuffix(name, []byte(".log"))
}

// isPodUID reports whether a text is a UUID, or the hash of a manifest.
func isPodUID(text []byte) bool {
	const uuid, hash = 36, 32
	if len(text) == hash {
		return ascii.IsHex(text)
	}
	if len(text) != uuid {
		return false
	}
	for i, c := range text {
		isDash := i == 8 || i == 13 || i == 18 || i == 23
		if isDash != (c == '-') || !isDash && !ascii.IsHex(text[i:i+1]) {
			return false
		}
	}
	return true
}

// isRestarts reports whether a text is a number of restarts.
func isRestarts(text []byte) bool {
	return len(text) > 0 && len(text) < 10 && ascii.AllDigits(text)
}

// FromOtherPods reports whether the chunk was read from where the container runtime keeps the logs
// of all pods.
func FromOtherPods(in *Input) bool {
	for _, folder := range [...]string{"var.log.containers.", "var.log.pods."} {
		if bytes.Contains(in.Tag, []byte(folder)) {
			return true
		}
	}
	path := in.Text(filePath)
	return bytes.HasPrefix(path, []byte("/var/log/containers/")) ||
		bytes.HasPrefix(path, []byte("/var/log/pods/"))
}

// lastOf returns the last segment of a path or an ARN.
func lastOf(s []byte) []byte { return s[bytes.LastIndexByte(s, '/')+1:] }
