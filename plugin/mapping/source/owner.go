package source

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// ownerReference is what the API server says of an owner of a pod. Its texts point into the chunk.
type ownerReference struct {
	version, kind, name []byte
	controls            bool // the owner is the controller
	// isWhole reports that the reference has what the API server always writes. One that a
	// filter has cut down does not say whether the owner is the controller.
	isWhole bool
}

// controller returns the reference to the owner that controls a pod. isKnown reports whether the
// record has the owners at all: if it has, and none controls, nobody does.
func controller(owners []byte, out *record.Builder) (found ownerReference, isKnown bool) {
	c := chunk.NewCursor(owners)
	root := c.Next()
	if root.Kind != chunk.Array {
		return found, false
	}
	for n := root.Num; n > 0; n-- {
		tok := c.Next()
		if tok.Kind != chunk.Map {
			c.SkipElements(tok)
			continue
		}
		o := readOwner(tok.Num, &c, out)
		if len(o.kind) == 0 || len(o.name) == 0 || len(o.kind) > longestHeld {
			continue
		}
		isKnown = true
		if o.controls {
			return o, true
		}
		if !o.isWhole && found.name == nil {
			found = o
		}
	}
	return found, isKnown
}

// readOwner reads one reference.
func readOwner(pairs uint64, c *chunk.Cursor, out *record.Builder) (o ownerReference) {
	for ; pairs > 0; pairs-- {
		key := out.Key(c)
		value := c.Next()
		switch {
		case value.Kind == chunk.Bool && string(key) == "controller":
			o.controls, o.isWhole = value.Num != 0, true
		case value.Kind != chunk.String:
			c.SkipElements(value)
		case string(key) == "apiVersion":
			o.version = value.Data
		case string(key) == "kind":
			o.kind = value.Data
		case string(key) == "name":
			o.name = value.Data
		case string(key) == "uid":
			o.isWhole = true
		}
	}
	return o
}

// workloadKinds are the kinds that Dynatrace's Operator knows as workloads, with their API versions
// (pkg/webhook/mutation/pod/workload/workload.go).
var workloadKinds = []struct{ kind, version, name string }{
	{"ReplicaSet", "apps/v1", "replicaset"},
	{"Deployment", "apps/v1", "deployment"},
	{"ReplicationController", "v1", "replicationcontroller"},
	{"StatefulSet", "apps/v1", "statefulset"},
	{"DaemonSet", "apps/v1", "daemonset"},
	{"Job", "batch/v1", "job"},
	{"CronJob", "batch/v1", "cronjob"},
	{"DeploymentConfig", "apps.openshift.io/v1", "deploymentconfig"},
}

// workloadKind returns Dynatrace's name for the kind of an owner, or "" if it is no workload:
// others have a StatefulSet or a Job, too, in API groups of their own. An owner without a group
// counts by its kind.
func workloadKind(kind, version []byte) string {
	hasGroup := bytes.IndexByte(version, '/') >= 0
	for _, w := range workloadKinds {
		if string(kind) == w.kind && (!hasGroup || string(version) == w.version) {
			return w.name
		}
	}
	return ""
}
