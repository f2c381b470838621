package record

import "bytes"

// podOfFile reads what the name of a container's log file says, <pod>_<namespace>_<container>-<id>.log, as the kubelet names them under
// /var/log/containers: from the tag that tail makes of it, or from its path. The kubernetes filter adds nothing to the lines of a pod
// that the API server does not know any more, and there may be no filter at all.
func (m *Mapper) podOfFile(p *podFields) bool {
	if m.opts.Sources&Kubernetes == 0 {
		return false
	}
	for _, folder := range [...]string{"var.log.containers.", "containers."} {
		if at := bytes.LastIndex(m.flush.Tag, view(folder)); at >= 0 && p.readFile(m.flush.Tag[at+len(folder):]) {
			return true
		}
	}
	path := m.heldText(slotPath)
	return bytes.Contains(path, []byte("/containers/")) && p.readFile(lastOf(path))
}

// containerDigits is the length of a container's id.
const containerDigits = 64

func (p *podFields) readFile(name []byte) bool {
	name, isLog := bytes.CutSuffix(name, []byte(".log"))
	pod, rest, _ := bytes.Cut(name, []byte("_"))
	namespace, rest, ok := bytes.Cut(rest, []byte("_"))
	dash := len(rest) - containerDigits - 1
	if !isLog || !ok || len(pod) == 0 || len(namespace) == 0 || dash <= 0 || rest[dash] != '-' || !isHex(rest[dash+1:]) {
		return false
	}
	p.name, p.namespace, p.container, p.containerID = pod, namespace, rest[:dash], rest[dash+1:]
	return true
}
