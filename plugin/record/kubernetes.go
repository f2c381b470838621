package record

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsonread"
)

// podFields are what the kubernetes filter knows of a pod (plugins/filter_kubernetes/kube_meta.c), as views.
type podFields struct {
	name, namespace, uid, node, address, container, containerID, image, imageHash []byte
	// The encoded maps, and the array of owners; nil where there is none.
	labels, annotations, owners          []byte
	namespaceLabels, namespaceAnnotation []byte
	namespaceUID                         []byte
	namespaceName                        []byte // by the map of the namespace
	rest, namespaceRest                  bool   // there are pairs that are none of the above
}

// readPod reads the map of the pod.
func (m *Mapper) readPod(p *podFields) {
	c := chunk.NewCursor(m.held.raw[slotKubernetes])
	_ = m.key(&c)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.key(&c)
		text, raw := p.child(key)
		if value, tok := next(&c); !take(text, raw, kindOf(key), value, tok) {
			p.rest = true
		}
	}
}

// child returns where the value of a key belongs: a text, or a whole map or array.
func (p *podFields) child(key []byte) (text, raw *[]byte) {
	switch string(key) {
	case "pod_name":
		return &p.name, nil
	case "namespace_name":
		return &p.namespace, nil
	case "pod_id":
		return &p.uid, nil
	case "host":
		return &p.node, nil
	case "pod_ip":
		return &p.address, nil
	case "container_name":
		return &p.container, nil
	case "docker_id":
		return &p.containerID, nil
	case "container_image":
		return &p.image, nil
	case "container_hash":
		return &p.imageHash, nil
	case "namespace_id":
		return &p.namespaceUID, nil
	case "labels":
		return nil, &p.labels
	case "annotations":
		return nil, &p.annotations
	case "ownerReferences":
		return nil, &p.owners
	case "namespace_labels":
		return nil, &p.namespaceLabels
	case "namespace_annotations":
		return nil, &p.namespaceAnnotation
	}
	return nil, nil
}

// next reads a value whole, and its token.
func next(c *chunk.Cursor) (value []byte, tok chunk.Token) {
	before := *c
	value, _ = c.Skip(1)
	return value, before.Next()
}

// take puts a value into one of the two places, if it is a text, or whole of the kind that belongs there.
func take(text, raw *[]byte, kind chunk.Kind, value []byte, tok chunk.Token) bool {
	switch {
	case text != nil && tok.Kind == chunk.String:
		*text = tok.Data
	case raw != nil && tok.Kind == kind:
		*raw = value
	case (text != nil || raw != nil) && tok.Kind == chunk.Nil: // it says nothing
	default:
		return false
	}
	return true
}

// kindOf returns the kind of what is kept whole under a key: the owners are an array, all others maps.
func kindOf(key []byte) chunk.Kind {
	if string(key) == "ownerReferences" {
		return chunk.Array
	}
	return chunk.Map
}

// namespaceChild is child for the map of the namespace, which stands beside that of the pod.
func (p *podFields) namespaceChild(key []byte) (text, raw *[]byte) {
	switch string(key) {
	case "name":
		return &p.namespaceName, nil
	case "labels":
		return nil, &p.namespaceLabels
	case "annotations":
		return nil, &p.namespaceAnnotation
	}
	return nil, nil
}

// readNamespace reads the map of the namespace.
func (m *Mapper) readNamespace(p *podFields) {
	c := chunk.NewCursor(m.held.raw[slotNamespace])
	_ = m.key(&c)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.key(&c)
		text, raw := p.namespaceChild(key)
		if value, tok := next(&c); !take(text, raw, kindOf(key), value, tok) {
			p.namespaceRest = true
		}
	}
}

// Dynatrace reads what begins with this from the annotations of pods and namespaces; its Operator writes the JSON object under the
// name without the slash (https://docs.dynatrace.com/docs/ingest-from/setup-on-k8s/guides/metadata-automation/k8s-metadata-telemetry-enrichment).
var (
	metadataPrefix     = []byte("metadata.dynatrace.com/")
	metadataAnnotation = metadataPrefix[:len(metadataPrefix)-1]
)

// putAnnotated adds the attributes that annotations name.
func (m *Mapper) putAnnotated(rec *Record, p *podFields) {
	for _, annotations := range [...][]byte{p.annotations, p.namespaceAnnotation} {
		var object []byte
		m.eachText(annotations, func(key, value []byte) {
			switch {
			case bytes.Equal(key, metadataAnnotation):
				object = value
			case bytes.HasPrefix(key, metadataPrefix) && len(value) > 0:
				m.putValue(rec, key[len(metadataPrefix):], Value{Kind: String, Text: value})
			}
		})
		if object != nil {
			m.putObject(rec, object)
		}
	}
}

// LongestAnnotation bounds the JSON annotation, in bytes.
const LongestAnnotation = 64 << 10

// putObject adds the attributes of the JSON annotation.
func (m *Mapper) putObject(rec *Record, object []byte) {
	start := len(m.scratch)
	out, ok := object, false
	if len(object) <= LongestAnnotation {
		out, ok = jsonread.Append(m.scratch, object)
	}
	if !ok {
		m.cuts[BadAnnotation]++
		return
	}
	m.scratch = out
	c := chunk.NewCursor(m.scratch[start:len(m.scratch):len(m.scratch)])
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.key(&c)
		tok := c.Next()
		if tok.Kind == chunk.Nil || tok.Kind == chunk.String && len(tok.Data) == 0 {
			continue
		}
		m.putTree(rec, key, tok, &c, 1)
	}
}

// eachText calls do for the texts of an encoded map.
func (m *Mapper) eachText(encoded []byte, do func(key, value []byte)) {
	c := chunk.NewCursor(encoded)
	root := c.Next()
	if root.Kind != chunk.Map {
		return
	}
	for pairs := root.Num; pairs > 0; pairs-- {
		key := m.key(&c)
		tok := c.Next()
		if tok.Kind == chunk.String {
			do(key, tok.Data)
			continue
		}
		skipElements(tok, &c)
	}
}

// label returns a label, or nil.
func (m *Mapper) label(encoded []byte, name string) (found []byte) {
	m.eachText(encoded, func(key, value []byte) {
		if string(key) == name {
			found = value
		}
	})
	return found
}

// putPod adds the attributes of the pod.
func (m *Mapper) putPod(rec *Record, p *podFields) {
	m.put(rec, "k8s.namespace.name", p.namespace)
	m.put(rec, "k8s.namespace.name", p.namespaceName)
	m.put(rec, "k8s.pod.name", p.name)
	m.put(rec, "k8s.pod.uid", p.uid)
	m.put(rec, "k8s.container.name", p.container)
	m.put(rec, "k8s.node.name", p.node)
	m.put(rec, "k8s.namespace.uid", p.namespaceUID)
	kind, name := m.workload(p)
	m.put(rec, "k8s.workload.kind", kind)
	m.put(rec, "k8s.workload.name", name)
	m.put(rec, "container.id", p.containerID)
	m.putImage(rec, p.image, p.imageHash)
	if m.opts.Sources&PodIP != 0 {
		m.put(rec, "k8s.pod.ip", p.address)
	} else {
		m.cuts[LeftOut] += uint64(len(p.address))
	}
	if m.opts.Sources&PodService != 0 {
		m.put(rec, "service.name", m.label(p.labels, "app.kubernetes.io/name"))
		m.put(rec, "service.version", m.label(p.labels, "app.kubernetes.io/version"))
		m.put(rec, "service.namespace", m.label(p.labels, "app.kubernetes.io/part-of"))
	}
	if m.opts.Sources&Deprecated != 0 {
		for _, key := range [...]string{"workload.kind", "workload.name"} { // as they were sent, by an annotation or by this mapping
			if v, ok := find(rec.Attributes, view("k8s."+key)); ok {
				m.put(rec, "dt.kubernetes."+key, v.Text)
			}
		}
	}
}

// putMore adds what there can be any number of: labels, annotations, and what nobody knows. It comes last, so that it takes the room
// of nothing else.
func (m *Mapper) putMore(rec *Record, p *podFields) {
	m.putChosen(rec, &m.opts.PodLabels, "k8s.pod.label.", p.labels)
	m.putChosen(rec, &m.opts.PodAnnotations, "k8s.pod.annotation.", p.annotations)
	m.putChosen(rec, &m.opts.PodLabels, "k8s.namespace.label.", p.namespaceLabels)
	m.putChosen(rec, &m.opts.PodAnnotations, "k8s.namespace.annotation.", p.namespaceAnnotation)
	if p.rest {
		m.putRest(rec, p, slotKubernetes)
	}
	if p.namespaceRest {
		m.putRest(rec, p, slotNamespace)
	}
}

// putRest adds what the filter wrote and this mapping does not know, as it would be without a mapping.
func (m *Mapper) putRest(rec *Record, p *podFields, s slot) {
	c := chunk.NewCursor(m.held.raw[s])
	prefix := m.key(&c)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.key(&c)
		text, raw := p.child(key)
		if s == slotNamespace {
			text, raw = p.namespaceChild(key)
		}
		before := c
		if value, tok := next(&c); !take(text, raw, kindOf(key), value, tok) {
			tok := before.Next()
			m.putTree(rec, m.joined(prefix, key), tok, &before, 2)
		}
	}
}

// putChosen adds the labels or annotations that patterns choose, each under its name behind a prefix.
func (m *Mapper) putChosen(rec *Record, chosen *Patterns, prefix string, encoded []byte) {
	if !chosen.Any() {
		m.cuts[LeftOut] += uint64(len(encoded))
		return
	}
	c := chunk.NewCursor(encoded)
	root := c.Next()
	if root.Kind != chunk.Map {
		return
	}
	for pairs := root.Num; pairs > 0; pairs-- {
		before := c.Pos()
		key := m.key(&c)
		tok := c.Next()
		if tok.Kind != chunk.String || !chosen.Match(key) || bytes.Equal(key, metadataAnnotation) {
			skipElements(tok, &c)
			m.cuts[LeftOut] += uint64(c.Pos() - before)
			continue
		}
		start := len(m.scratch)
		m.scratch = m.appendPart(append(m.scratch, prefix...), key)
		m.putValue(rec, m.scratch[start:len(m.scratch):len(m.scratch)], Value{Kind: String, Text: tok.Data})
	}
}
