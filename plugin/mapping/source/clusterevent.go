package source

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// The kubernetes_events source maps the object that an event of Kubernetes is about, as the
// kubernetes_events input reads it (plugins/in_kubernetes_events), and that of a record of the
// audit log (https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/).

const (
	eventObject   Slot = "object of an event"
	eventMetadata Slot = "metadata of an event"
	auditObject   Slot = "object of an audit record"
)

var clusterFields = []Field{
	{Key: "involvedObject", Use: Hold, Slot: eventObject, In: ClusterEvent, Accept: isObject},
	{Key: "regarding", Use: Hold, Slot: eventObject, In: ClusterEvent, Accept: isObject},
	{Key: "metadata", Use: Hold, Slot: eventMetadata, In: ClusterEvent, Accept: isMetadata},
	{Key: "objectRef", Use: Hold, Slot: auditObject, In: Audit, Accept: isResource},
	{Key: "auditID", Use: Convert, As: "auditID", Accept: isText, Signs: always(Audited)},
}

func isObject(tok chunk.Token, c chunk.Cursor) bool {
	return tok.Kind == chunk.Map && hasChild(c, tok.Num, chunk.String, "kind", "") &&
		hasKind(c, tok.Num)
}

// hasKind reports whether the next pairs have a kind as Kubernetes spells it: PascalCase.
func hasKind(c chunk.Cursor, pairs uint64) bool {
	for ; pairs > 0; pairs-- {
		key := c.Next()
		c.SkipElements(key)
		value := c.Next()
		c.SkipElements(value)
		if key.Kind == chunk.String && string(key.Data) == "kind" && value.Kind == chunk.String {
			return len(value.Data) > 0 && 'A' <= value.Data[0] && value.Data[0] <= 'Z'
		}
	}
	return false
}

func isMetadata(tok chunk.Token, c chunk.Cursor) bool {
	return tok.Kind == chunk.Map && hasChild(c, tok.Num, chunk.String, "resourceVersion", "uid")
}

func isResource(tok chunk.Token, c chunk.Cursor) bool {
	return tok.Kind == chunk.Map && hasChild(c, tok.Num, chunk.String, "resource", "")
}

func recognizeCluster(in *Input) (s Shape) {
	if in.Has(eventObject) {
		s |= ClusterEvent
	}
	if in.Has(auditObject) && in.Signs&Audited != 0 {
		s |= Audit
	}
	return s
}

// clusterObject is the object of an event or of an audit record. Its slices point into the chunk.
type clusterObject struct {
	kind, namespace, name, uid []byte
	path                       []byte // of a part of the object, such as spec.containers{server}
	resource                   []byte // in an audit record, instead of the kind
	version, group             []byte // of the API
}

// child returns where to store the value of a key, as pod.child does. Of these only the namespace
// is no attribute under its own name.
func (o *clusterObject) child(key []byte) (text, raw *[]byte) {
	switch string(key) {
	case "kind":
		return &o.kind, nil
	case "namespace":
		return &o.namespace, nil
	case "name":
		return &o.name, nil
	case "uid":
		return &o.uid, nil
	case "fieldPath":
		return &o.path, nil
	case "resource":
		return &o.resource, nil
	case "apiVersion":
		return &o.version, nil
	case "apiGroup":
		return &o.group, nil
	}
	return nil, nil
}

// namespaceOnly is child for what is sent under another name.
func namespaceOnly(key []byte) (text, raw *[]byte) {
	if string(key) == "namespace" {
		return new([]byte), nil
	}
	return nil, nil
}

// mapClusterObject adds the attributes of the object.
func mapClusterObject(in *Input, out *record.Builder) {
	if in.Is(Pod) || !in.Is(ClusterEvent|Audit) { // a pod that prints events is not their object
		return
	}
	var o clusterObject
	if in.Is(ClusterEvent) {
		_ = readMap(in.raw(eventObject), o.child, out)
	} else {
		_ = readMap(in.raw(auditObject), o.child, out)
	}
	out.Put("k8s.namespace.name", o.namespace)
	if o.isForeign() {
		return
	}
	switch string(o.kind) + string(o.resource) {
	case "Pod", "pods":
		out.Put("k8s.pod.name", o.name)
		out.Put("k8s.pod.uid", o.uid)
		out.Put("k8s.container.name", containerOf(o.path))
	case "Node", "nodes":
		out.Put("k8s.node.name", o.name)
	case "Namespace", "namespaces":
		out.Put("k8s.namespace.name", o.name)
	case "Deployment", "deployments":
		putWorkload("deployment", o.name, out)
	case "StatefulSet", "statefulsets":
		putWorkload("statefulset", o.name, out)
	case "DaemonSet", "daemonsets":
		putWorkload("daemonset", o.name, out)
	case "CronJob", "cronjobs":
		putWorkload("cronjob", o.name, out)
	case "DeploymentConfig", "deploymentconfigs":
		putWorkload("deploymentconfig", o.name, out)
	}
}

// isForeign reports whether the object is of an API group other than those of the kinds below:
// others have a StatefulSet, too. An object without a group counts by its kind.
func (o *clusterObject) isForeign() bool {
	group := o.group
	if prefix, _, ok := bytes.Cut(o.version, []byte("/")); ok {
		group = prefix
	}
	switch string(group) {
	case "", "apps", "batch", "apps.openshift.io":
		return false
	}
	return true
}

// putWorkload adds a workload. Those of other kinds can belong to another one.
func putWorkload(kind string, name []byte, out *record.Builder) {
	if len(name) > 0 {
		out.PutString("k8s.workload.kind", kind)
		out.Put("k8s.workload.name", name)
	}
}

// containerOf returns the container in a path such as spec.containers{server}, or nil.
func containerOf(path []byte) []byte {
	list, name, ok := bytes.Cut(path, []byte("{"))
	if !ok || !bytes.HasPrefix(list, []byte("spec.")) || !bytes.HasSuffix(name, []byte("}")) {
		return nil
	}
	return name[:len(name)-1]
}

// mapObjectRest adds the other fields of the maps, under the names that they have without a
// mapping.
func mapObjectRest(in *Input, out *record.Builder) {
	if !in.Is(ClusterEvent | Audit) {
		return
	}
	child := namespaceOnly
	if in.Is(Pod) {
		child = func([]byte) (text, raw *[]byte) { return nil, nil }
	}
	for _, slot := range [...]Slot{eventObject, auditObject} {
		if in.Has(slot) {
			putUnknown(in.raw(slot), child, out)
		}
	}
	if in.Has(eventMetadata) {
		putUnknown(in.raw(eventMetadata), ownersOfFields, out)
	}
}

// ownersOfFields is child for the list of who wrote which field of an event.
func ownersOfFields(key []byte) (text, raw *[]byte) {
	if string(key) == "managedFields" {
		return nil, new([]byte)
	}
	return nil, nil
}

// clusterHost says that an event can be of any host.
func clusterHost(in *Input) (host []byte, names bool) { return nil, in.Is(ClusterEvent) }
