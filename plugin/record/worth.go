package record

import "bytes"

// Worth is what an attribute is worth in a record that has too many, the best first. Within a worth
// the first of the record stay. It follows from the attribute alone, not from its place: loggers
// write the id of a trace first, the mapping adds it last.
type Worth uint8

// The worths.
const (
	// ofStamp is what the plugin itself has to say about the record.
	ofStamp Worth = iota
	// OfIdentity are the names by which Dynatrace ties a record to its trace, service, host,
	// pod, container and task, and finds its logger and its level. There are fewer of them than
	// the 50 attributes that each server allows, so that all of them find a place.
	OfIdentity
	// OfLink are others that say where a record is from. There can be any number of them.
	OfLink
	// OfGiven is what the options and the metadata files add, under any name.
	OfGiven
	// OfValue are all others.
	OfValue
	// OfNothing are attributes without a value: null, "", [] and {}.
	OfNothing
	numWorths
)

// quotas are numbers of attributes by their worth.
type quotas [numWorths]int

// worthOf returns the worth of an attribute that comes from a field of the event.
func worthOf(a *Attribute) Worth {
	if isEmpty(a.Value) {
		return OfNothing
	}
	return WorthOf(a.Key)
}

// WorthOf returns the worth of an attribute that has a value, by its key. A key that lost a clash
// (overwritten1.trace_id) ties its record to nothing.
//
// The names are those of Dynatrace's semantic dictionary
// (https://docs.dynatrace.com/docs/semantic-dictionary/fields) and of OpenTelemetry's resources.
func WorthOf(key []byte) Worth {
	switch string(key) {
	case "trace_id", "span_id", "dt.trace_id", "dt.span_id",
		"service.name", "service.namespace", "service.instance.id",
		"host.name", "host.id", "process.pid",
		"dt.source_entity", "dt.security_context",
		"dt.entity.host", "dt.entity.service", "dt.entity.process_group",
		"dt.entity.process_group_instance", "dt.entity.container_group_instance",
		"dt.entity.kubernetes_cluster", "dt.entity.cloud_application",
		"dt.entity.cloud_application_instance", "dt.entity.cloud_application_namespace",
		"k8s.cluster.name", "k8s.cluster.uid", "k8s.namespace.name", "k8s.node.name",
		"k8s.pod.name", "k8s.pod.uid", "k8s.container.name",
		"k8s.workload.kind", "k8s.workload.name",
		"container.id", "container.name",
		"aws.ecs.cluster", "aws.ecs.task.arn", "aws.resource.id", "faas.name",
		"log.source", "log.logger", "log.raw_level", syslogSeverity:
		return OfIdentity
	case "log.file.path", "log.file.name",
		// Without the mapping they keep these names.
		"service", "logger", "traceparent", "traceId", "spanId", "traceid", "spanid":
		return OfLink
	}
	area, _, hasDot := bytes.Cut(key, []byte("."))
	if !hasDot {
		return OfValue
	}
	switch string(area) {
	case "aws", "azure", "cloud", "container", "deployment", "dt", "faas", "gcp", "host",
		"journald", "k8s", "process", "service", "span", "trace", "transaction":
		if !isLabel(key) {
			return OfLink
		}
	}
	return OfValue
}

// isLabel reports whether a key is that of a label, an annotation or a tag: somebody's words about
// the thing that the key names.
func isLabel(key []byte) bool {
	return bytes.Contains(key, []byte(".label")) || bytes.Contains(key, []byte(".annotation")) ||
		bytes.Contains(key, []byte(".tag"))
}
