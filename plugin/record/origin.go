package record

import (
	"bytes"

	"out_dynatrace/plugin/metadata"
)

// Facts of this machine, and of the pod of this process, are true of its own records only. Here is what tells them from others.

// putPodFacts adds the facts of the pod that this process runs in, to records that can be of the containers beside it: what comes from
// elsewhere, or says itself where it is from, is not.
func (m *Mapper) putPodFacts(rec *Record, s shape) (at stretch) {
	at.from = len(rec.Attributes)
	f := m.flush.Facts
	if f != nil && m.opts.Sources != 0 && s&(podLog|ecsLog|journal|syslogLine) == 0 && m.signs&(inGroup|elsewhere|otherPod) == 0 && !m.fromOtherPods() {
		m.putFacts(rec, f.Pod)
	}
	at.to = len(rec.Attributes)
	return at
}

// fromOtherPods tells whether the chunk was read from where the container runtime keeps the logs of all pods.
func (m *Mapper) fromOtherPods() bool {
	tag := m.flush.Tag
	if bytes.Contains(tag, []byte("var.log.containers.")) || bytes.Contains(tag, []byte("var.log.pods.")) {
		return true
	}
	path := m.heldText(slotPath)
	return bytes.HasPrefix(path, []byte("/var/log/containers/")) || bytes.HasPrefix(path, []byte("/var/log/pods/"))
}

// ofAnotherHost tells whether the record is known to be of another machine, or can be of any: a line of syslog that does not say which.
func (m *Mapper) ofAnotherHost(rec *Record, s shape) bool {
	var theirs []byte
	switch {
	case m.signs&elsewhere != 0:
		return true
	case s&syslogLine != 0:
		if theirs = said(m.heldText(slotSyslogHost)); theirs == nil {
			return true
		}
	case s&(journal|awsHost) != 0:
		theirs = m.heldText(slotHostname)
	}
	if named, ok := find(rec.Attributes, hostNameKey); ok && len(theirs) == 0 { // by an annotation
		theirs = named.Text
	}
	return len(theirs) > 0 && m.enriched.known() && !m.enriched.isHere(theirs)
}

// putHostFacts adds the facts of this machine, unless the record is of another one.
func (m *Mapper) putHostFacts(rec *Record, s shape, pod *podFields) (at stretch) {
	at.from = len(rec.Attributes)
	if f := m.flush.Facts; f != nil && m.opts.Sources != 0 && !m.ofAnotherHost(rec, s) && !ofAnotherNode(pod, f.Host) {
		m.putFacts(rec, f.Host)
	}
	at.to = len(rec.Attributes)
	return at
}

// ofAnotherNode tells whether a pod runs on another node than the one that the facts name.
func ofAnotherNode(pod *podFields, facts []metadata.Fact) bool {
	for _, f := range facts {
		if name, isText := f.Value.(string); isText && f.Key == "k8s.node.name" {
			return pod.node != nil && !sameHost(pod.node, view(name))
		}
	}
	return false
}

// noteOrigin notes that an attribute which is not sent names another host or a pod: the facts of this one are not for its record.
func (m *Mapper) noteOrigin(key []byte, v Value) {
	switch {
	case v.Kind != String:
	case string(key) == "host.name":
		if m.enriched.known() && !m.enriched.isHere(v.Text) {
			m.signs |= elsewhere
		}
	case string(key) == "k8s.pod.name", string(key) == "k8s.pod.uid":
		m.signs |= otherPod
	}
}

// namesItsOrigin tells whether a record has a name that the facts of this host, or of the pod of this process, are to be held against.
func (m *Mapper) namesItsOrigin(c *composition) bool {
	return c.host.len() > 0 && m.keys.has(hostNameKey, hostNameHash) ||
		c.pod.len() > 0 && (m.keys.has(podNameKey, podNameHash) || m.keys.has(podUIDKey, podUIDHash))
}

// others tells whether a record names another host, or another pod, than the one of this process.
type others struct{ host, pod bool }

func (m *Mapper) othersOf(rec *Record, c *composition) (o others) {
	if c.host.len() > 0 {
		theirs, ok := own(rec, hostNameKey)
		o.host = ok && m.enriched.known() && !m.enriched.isHere(theirs.Text)
	}
	if c.pod.len() > 0 {
		for _, key := range [...][]byte{podNameKey, podUIDKey} {
			theirs, ok := own(rec, key)
			ours, known := m.ofThisPod(key)
			o.pod = o.pod || ok && known && string(theirs.Text) != ours
		}
	}
	return o
}

var (
	hostNameKey = []byte("host.name")
	podNameKey  = []byte("k8s.pod.name")
	podUIDKey   = []byte("k8s.pod.uid")

	hostNameHash = hashOf(hostNameKey)
	podNameHash  = hashOf(podNameKey)
	podUIDHash   = hashOf(podUIDKey)
)

// ofThisPod is a fact of the pod of this process.
func (m *Mapper) ofThisPod(key []byte) (text string, known bool) {
	for _, f := range m.flush.Facts.Pod {
		if name, isText := f.Value.(string); isText && f.Key == string(key) {
			return name, true
		}
	}
	return "", false
}

// own returns the value of a record's own field, or of its group's.
func own(rec *Record, key []byte) (v Value, ok bool) {
	v, ok = find(rec.Attributes, key)
	for i := 0; !ok && i < len(rec.Runs); i++ {
		v, ok = find(rec.Runs[i].Attributes, key)
	}
	if g := rec.Group; !ok && g != nil {
		if v, ok = find(g.Resource, key); !ok {
			v, ok = find(g.Scope, key)
		}
	}
	return v, ok
}

// known tells whether this machine has a name.
func (n *enrichment) known() bool { return n.hostname != "" || n.machine != "" }

// isHere tells whether a name is one of this machine's: what its facts call it can have been chosen by somebody.
func (n *enrichment) isHere(name []byte) bool {
	return n.hostname != "" && sameHost(name, view(n.hostname)) || n.machine != "" && sameHost(name, view(n.machine))
}

// sameHost compares two names of hosts in any case. One without a domain is the same as one with it.
func sameHost(a, b []byte) bool {
	if short, _, _ := bytes.Cut(a, []byte(".")); len(short) == len(a) {
		b, _, _ = bytes.Cut(b, []byte("."))
	} else if short, _, _ := bytes.Cut(b, []byte(".")); len(short) == len(b) {
		a, _, _ = bytes.Cut(a, []byte("."))
	}
	return bytes.EqualFold(a, b)
}
