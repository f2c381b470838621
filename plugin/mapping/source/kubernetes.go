package source

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsonread"
	"out_dynatrace/plugin/record"
)

// The kubernetes source maps what the kubernetes filter adds
// (https://github.com/fluent/fluent-bit/blob/master/plugins/filter_kubernetes/kube_meta.c).

const (
	kubernetesMap Slot = "kubernetes"
	namespaceMap  Slot = "kubernetes_namespace"
)

// The extras of the source.
const (
	podIP = "k8s_pod_ip" // k8s.pod.ip
	// service.name, .version and .namespace from the labels app.kubernetes.io/...
	podService = "k8s_service"
	deprecated = "k8s_deprecated" // the dt.kubernetes.* names that Dynatrace had before k8s.*
)

var kubernetesFields = append([]Field{
	{Key: "kubernetes", Use: Hold, Slot: kubernetesMap, Accept: isPodMap},
	{Key: "kubernetes_namespace", Use: Hold, Slot: namespaceMap, Accept: isNamespaceMap},
}, outputFields...)

func isPodMap(tok chunk.Token, c chunk.Cursor) bool {
	return tok.Kind == chunk.Map && hasChild(c, tok.Num, chunk.String, "pod_name", "namespace_name")
}

func isNamespaceMap(tok chunk.Token, c chunk.Cursor) bool {
	return tok.Kind == chunk.Map && (hasChild(c, tok.Num, chunk.String, "name", "") ||
		hasChild(c, tok.Num, chunk.Map, "labels", "annotations"))
}

// hasChild reports whether one of the next pairs has one of two keys, and a value of a kind.
func hasChild(c chunk.Cursor, pairs uint64, kind chunk.Kind, a, b string) bool {
	for ; pairs > 0; pairs-- {
		key := c.Next()
		c.SkipElements(key)
		if key.Kind == chunk.String && (string(key.Data) == a || string(key.Data) == b) {
			tok := c.Next()
			if tok.Kind == kind {
				return true
			}
			c.SkipElements(tok)
			continue
		}
		_, _ = c.Skip(1)
	}
	return false
}

func recognizePod(in *Input) Shape {
	if in.Has(kubernetesMap) {
		return Pod | Output
	}
	return outputShape(in)
}

// readKubernetes reads the metadata of the pod, and adds the attributes that its annotations name.
func readKubernetes(in *Input, out *record.Builder) {
	p := &in.pod
	switch {
	case in.Is(Pod):
		p.hasUnknown = readMap(in.raw(kubernetesMap), p.child, out)
	case podOfFile(in, p):
		in.Shape |= Pod | Output
	}
	if in.Has(namespaceMap) {
		p.namespaceHasUnknown = readMap(in.raw(namespaceMap), p.namespaceChild, out)
	}
	in.Node = p.node
	putAnnotated(p, out)
}

// Dynatrace reads what begins with this prefix from the annotations of pods and namespaces. Its
// Operator writes the JSON object under the name without the slash
// (https://docs.dynatrace.com/docs/ingest-from/setup-on-k8s/guides/metadata-automation/k8s-metadata-telemetry-enrichment).
var (
	metadataPrefix     = []byte("metadata.dynatrace.com/")
	metadataAnnotation = metadataPrefix[:len(metadataPrefix)-1]
)

// putAnnotated adds the attributes that annotations name.
func putAnnotated(p *pod, out *record.Builder) {
	for _, annotations := range [...][]byte{p.annotations, p.namespaceAnnotations} {
		var object []byte
		eachText(annotations, out, func(key, value []byte) {
			switch {
			case bytes.Equal(key, metadataAnnotation):
				object = value
			case bytes.HasPrefix(key, metadataPrefix) && len(value) > 0:
				out.PutValue(key[len(metadataPrefix):], record.Text(value))
			}
		})
		if object != nil {
			putObject(object, out)
		}
	}
}

// LongestAnnotation bounds the JSON annotation, in bytes.
const LongestAnnotation = 64 << 10

// putObject adds the attributes of the JSON annotation.
func putObject(object []byte, out *record.Builder) {
	read, ok := object, false
	if len(object) <= LongestAnnotation {
		read, ok = jsonread.Append(out.Spare(), object)
	}
	if !ok {
		out.Count(record.BadAnnotation, 1)
		return
	}
	c := chunk.NewCursor(out.Take(read))
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := out.Key(&c)
		tok := c.Next()
		if tok.Kind == chunk.Nil || tok.Kind == chunk.String && len(tok.Data) == 0 {
			continue
		}
		out.PutTree(key, tok, &c, 1)
	}
}

// mapPod adds the attributes of the pod.
func mapPod(in *Input, out *record.Builder) {
	if !in.Is(Pod) && !in.Has(namespaceMap) {
		return
	}
	p := &in.pod
	out.Put("k8s.namespace.name", p.namespace)
	out.Put("k8s.namespace.name", p.namespaceName)
	out.Put("k8s.pod.name", p.name)
	out.Put("k8s.pod.uid", p.uid)
	out.Put("k8s.container.name", p.container)
	out.Put("k8s.node.name", p.node)
	out.Put("k8s.namespace.uid", p.namespaceUID)
	kind, name := workload(p, in.Now, out)
	out.Put("k8s.workload.kind", kind)
	out.Put("k8s.workload.name", name)
	out.Put("container.id", p.containerID)
	putImage(p.image, p.imageHash, out)
	if in.On(podIP) {
		out.Put("k8s.pod.ip", p.address)
	} else {
		out.Count(record.LeftOut, len(p.address))
	}
	if in.On(podService) {
		out.Put("service.name", label(p.labels, "app.kubernetes.io/name", out))
		out.Put("service.version", label(p.labels, "app.kubernetes.io/version", out))
		out.Put("service.namespace", label(p.labels, "app.kubernetes.io/part-of", out))
	}
	if in.On(deprecated) {
		// The values that are sent, whether from an annotation or from this mapping.
		if v, ok := out.Get([]byte("k8s.workload.kind")); ok {
			out.Put("dt.kubernetes.workload.kind", v.Text)
		}
		if v, ok := out.Get([]byte("k8s.workload.name")); ok {
			out.Put("dt.kubernetes.workload.name", v.Text)
		}
	}
}

// mapLabels adds labels, annotations, and the keys of the filter that this mapping does not know.
// Their number is not bounded, so they are added last and cannot displace other attributes.
func mapLabels(in *Input, out *record.Builder) {
	p, o := &in.pod, in.Options
	putSelected(&o.PodLabels, "k8s.pod.label.", p.labels, out)
	putSelected(&o.PodAnnotations, "k8s.pod.annotation.", p.annotations, out)
	putSelected(&o.PodLabels, "k8s.namespace.label.", p.namespaceLabels, out)
	putSelected(&o.PodAnnotations, "k8s.namespace.annotation.", p.namespaceAnnotations, out)
	if p.hasUnknown {
		putUnknown(in.raw(kubernetesMap), p.child, out)
	}
	if p.namespaceHasUnknown {
		putUnknown(in.raw(namespaceMap), p.namespaceChild, out)
	}
}

// putUnknown adds the keys of the filter that this mapping does not know, under the same names as
// without a mapping.
func putUnknown(encoded []byte, child func([]byte) (text, raw *[]byte), out *record.Builder) {
	c := chunk.NewCursor(encoded)
	prefix := out.Key(&c)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := out.Key(&c)
		text, raw := child(key)
		before := c
		if value, tok := next(&c); !take(text, raw, kindOf(key), value, tok) {
			tok := before.Next()
			out.PutTree(out.Joined(prefix, key), tok, &before, 2)
		}
	}
}

// putSelected adds the labels or annotations that patterns select, each under its name behind a
// prefix.
func putSelected(selected *record.Patterns, prefix string, encoded []byte, out *record.Builder) {
	if !selected.Any() {
		out.Count(record.LeftOut, len(encoded))
		return
	}
	c := chunk.NewCursor(encoded)
	root := c.Next()
	if root.Kind != chunk.Map {
		return
	}
	for pairs := root.Num; pairs > 0; pairs-- {
		before := c.Pos()
		key := out.Key(&c)
		tok := c.Next()
		if tok.Kind != chunk.String || !selected.Match(key) || bytes.Equal(key, metadataAnnotation) {
			c.SkipElements(tok)
			out.Count(record.LeftOut, c.Pos()-before)
			continue
		}
		out.PutValue(out.Prefixed(prefix, key), record.Text(tok.Data))
	}
}
