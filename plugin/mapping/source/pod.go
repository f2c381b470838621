package source

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// pod is the metadata of a pod from the kubernetes filter. Its slices point into the chunk.
type pod struct {
	name, namespace, uid, node, address   []byte
	container, containerID                []byte
	image, imageHash                      []byte
	labels, annotations, owners           []byte // nil for none
	namespaceLabels, namespaceAnnotations []byte
	namespaceUID                          []byte
	namespaceName                         []byte // by the map of the namespace
	hasUnknown, namespaceHasUnknown       bool   // there are pairs that are none of the above
}

// child returns where to store the value of a key of the pod's map: as a text, or as a whole map or
// array.
func (p *pod) child(key []byte) (text, raw *[]byte) {
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
		return nil, &p.namespaceAnnotations
	}
	return nil, nil
}

// namespaceChild is like child, for the map of the namespace (key kubernetes_namespace).
func (p *pod) namespaceChild(key []byte) (text, raw *[]byte) {
	switch string(key) {
	case "name":
		return &p.namespaceName, nil
	case "labels":
		return nil, &p.namespaceLabels
	case "annotations":
		return nil, &p.namespaceAnnotations
	}
	return nil, nil
}

// readMap reads a map of the filter whose children have the places that child returns. It reports
// whether there are others.
func readMap(
	encoded []byte, child func([]byte) (text, raw *[]byte), out *record.Builder,
) (unknown bool) {
	c := chunk.NewCursor(encoded)
	_ = out.Key(&c)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := out.Key(&c)
		text, raw := child(key)
		if value, tok := next(&c); !take(text, raw, kindOf(key), value, tok) {
			unknown = true
		}
	}
	return unknown
}

// next reads a whole value, and its token.
func next(c *chunk.Cursor) (value []byte, tok chunk.Token) {
	before := *c
	value, _ = c.Skip(1)
	return value, before.Next()
}

// take puts a value into one of two places if it is a text, or of the kind that belongs there.
func take(text, raw *[]byte, kind chunk.Kind, value []byte, tok chunk.Token) bool {
	switch {
	case text != nil && tok.Kind == chunk.String:
		*text = tok.Data
	case raw != nil && tok.Kind == kind:
		*raw = value
	case (text != nil || raw != nil) && tok.Kind == chunk.Nil: // says nothing
	default:
		return false
	}
	return true
}

// kindOf returns the kind of what is kept whole under a key: an array for two, maps for others.
func kindOf(key []byte) chunk.Kind {
	if string(key) == "ownerReferences" || string(key) == "managedFields" {
		return chunk.Array
	}
	return chunk.Map
}

// eachText calls do for the texts of an encoded map.
func eachText(encoded []byte, out *record.Builder, do func(key, value []byte)) {
	c := chunk.NewCursor(encoded)
	root := c.Next()
	if root.Kind != chunk.Map {
		return
	}
	for pairs := root.Num; pairs > 0; pairs-- {
		key := out.Key(&c)
		tok := c.Next()
		if tok.Kind == chunk.String {
			do(key, tok.Data)
			continue
		}
		c.SkipElements(tok)
	}
}

// label returns a label of an encoded map, or nil.
func label(encoded []byte, name string, out *record.Builder) (found []byte) {
	eachText(encoded, out, func(key, value []byte) {
		if string(key) == name {
			found = value
		}
	})
	return found
}
