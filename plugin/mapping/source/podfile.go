package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
)

// podOfFile reads the name of a container's log file, <pod>_<namespace>_<container>-<id>.log, as
// the kubelet names them under /var/log/containers: from the tag that tail makes of it, or from its
// path. The kubernetes filter adds nothing to the lines of a pod that the API server no longer
// knows, and there may be no filter at all.
func podOfFile(in *Input, p *pod) bool {
	for _, folder := range [...]string{"var.log.containers.", "containers."} {
		at := bytes.LastIndex(in.Tag, []byte(folder))
		if at >= 0 && p.readFile(in.Tag[at+len(folder):]) {
			return true
		}
	}
	path := in.Text(filePath)
	return bytes.Contains(path, []byte("/containers/")) && p.readFile(lastOf(path))
}

// containerDigits is the length of a container's id.
const containerDigits = 64

func (p *pod) readFile(name []byte) bool {
	name, isLog := bytes.CutSuffix(name, []byte(".log"))
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
