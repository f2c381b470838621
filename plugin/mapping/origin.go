package mapping

import (
	"bytes"

	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
)

// origin distinguishes records of this machine, and of the pod of this process, from others: the
// facts of this one are true of its own records only. A record shows where it is from when its
// fields are read, whether or not they are sent.
type origin struct {
	machine  string // the name of this machine
	hostname string // by its facts, "" if they have none
	podName  string // of this pod by its facts, "" if they have none
	podUID   string
}

// watched returns the keys that name a host or a pod.
func watched() []string { return []string{"host.name", "k8s.pod.name", "k8s.pod.uid"} }

var hostNameKey = []byte("host.name")

// begin reads the facts that hold for a chunk.
func (o *origin) begin(f *metadata.Facts) {
	o.hostname, o.podName, o.podUID = "", "", ""
	if f != nil {
		o.hostname = factText(f.Host, "host.name")
		o.podName, o.podUID = factText(f.Pod, "k8s.pod.name"), factText(f.Pod, "k8s.pod.uid")
	}
}

// watch returns a function that records in signs which origin the fields of a Builder name.
func (o *origin) watch(signs *source.Signs) func(key int, text []byte, isText bool) {
	return func(key int, text []byte, isText bool) {
		switch key {
		case 0:
			if o.isKnown() && !(isText && o.isHere(text)) {
				*signs |= source.OtherHost
			}
		case 1:
			if o.podName != "" && !(isText && string(text) == o.podName) {
				*signs |= source.OtherPod
			}
		case 2:
			if o.podUID != "" && !(isText && string(text) == o.podUID) {
				*signs |= source.OtherPod
			}
		}
	}
}

// isKnown reports whether this machine has a name.
func (o *origin) isKnown() bool { return o.hostname != "" || o.machine != "" }

// isHere reports whether a name is one of this machine's. The name in its facts may have been
// chosen by somebody.
func (o *origin) isHere(name []byte) bool {
	return o.hostname != "" && sameHost(name, record.View(o.hostname)) ||
		o.machine != "" && sameHost(name, record.View(o.machine))
}

// sameHost compares two names of hosts without regard to case. A name without a domain is the same
// as that name with one.
func sameHost(a, b []byte) bool {
	if short, _, _ := bytes.Cut(a, []byte(".")); len(short) == len(a) {
		b, _, _ = bytes.Cut(b, []byte("."))
	} else if short, _, _ := bytes.Cut(b, []byte(".")); len(short) == len(b) {
		a, _, _ = bytes.Cut(a, []byte("."))
	}
	return bytes.EqualFold(a, b)
}

// isOfThisPod reports whether a record can come from a container in the pod of this process. A
// record that comes from elsewhere, or that names its own origin, does not.
func isOfThisPod(in *source.Input) bool {
	return !in.Is(source.Placed) && in.Signs&(source.InGroup|source.OtherPod) == 0 &&
		!source.FromOtherPods(in)
}

// isOfOtherHost reports whether a record is known to be of another machine, or can be of any. out
// has what was added so far.
func (o *origin) isOfOtherHost(in *source.Input, table *source.Table, out *record.Builder) bool {
	if in.Signs&source.OtherHost != 0 {
		return true
	}
	host, anywhere := table.Host(in)
	if anywhere {
		return true
	}
	if named, ok := out.Get(hostNameKey); ok && len(host) == 0 { // by an annotation
		host = named.Text
	}
	return len(host) > 0 && o.isKnown() && !o.isHere(host)
}

// isOfOtherNode reports whether a pod runs on another node than the one that the facts name.
func isOfOtherNode(node []byte, facts []metadata.Fact) bool {
	name := factText(facts, "k8s.node.name")
	return node != nil && name != "" && !sameHost(node, record.View(name))
}
