package leak

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/test/corpus"
)

// draw draws from the bytes that the fuzzer gives, and from a generator when they are used up.
type draw struct {
	data  []byte
	rest  *rand.Rand
	marks int
}

func newDraw(data []byte) *draw {
	h := fnv.New64a()
	_, _ = h.Write(data)
	return &draw{data: data, rest: rand.New(rand.NewPCG(7, h.Sum64()))}
}

// n returns a number below most.
func (d *draw) n(most int) int {
	if len(d.data) == 0 {
		return d.rest.IntN(most)
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % most
}

func (d *draw) one(of int) bool { return d.n(of) == 0 }

func (d *draw) of(words ...string) string { return words[d.n(len(words))] }

// keys are names that the mappings know and others, by what usually stands there.
var (
	contentKeys = []string{
		"log", "message", "msg", "MESSAGE", "content", "payload", "body", "_raw", "event", "text", "@message", "@m", "@mt",
		"short_message", "full_message", "Message", "Body", "MessageTemplate", "output", "fields", "record",
	}
	levelKeys = []string{
		"level", "severity", "loglevel", "lvl", "levelname", "level_name", "@level", "@l", "status", "syslog.severity", "Level", "PRIORITY",
		"pri", "priority", "error_severity", "s", "log.level", "log_level", "severity_text", "severityText", "severity_label",
		"syslogseverity", "levelno", "level_number", "severity_number", "severityNumber",
	}
	traceKeys = []string{
		"trace_id", "traceId", "TraceId", "trace.id", "dt.trace_id", "span_id", "spanId", "span.id", "dt.span_id", "traceparent",
		"otelTraceID", "otelSpanID", "@tr", "@sp",
	}
	plainKeys = []string{
		"password", "user", "token", "secret", "Secret", "a", "b", "c.d", "customer", "items", "error", "err", "stack", "exception",
		"extra", "context", "attr", "duration", "team", "@module", "StringInserts", "vpc_id", "name", "v", "version", "levelName",
	}
	otherKeys = []string{
		"time", "date", "ts", "stream", "logtag", "_p", "service", "service.name", "logger", "logger_name", "log.logger",
		"hostname", "host", "pid", "ident", "msgid", "extradata", "mdc", "contextMap", "Scopes",
		"container_id", "container_name", "source", "ecs_cluster", "ecs_task_arn", "ecs_task_definition", "ec2_instance_id",
		"_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT", "SYSLOG_IDENTIFIER", "_HOSTNAME", "_PID", "_COMM", "_EXE", "_TRANSPORT", "_BOOT_ID",
		"CONTAINER_ID_FULL", "CONTAINER_NAME", "CONTAINER_TAG", "IMAGE_NAME", "az", "account_id", "private_ip",
		"log.file.path", "filename", "ProviderName", "Channel", "EventID", "resourceId", "operationName",
		"involvedObject", "reason", "type", "timestamp", "event.type", "dt.auth.origin", "overwritten1.user", "k8s.pod.name",
		"kubernetes_namespace", "Team", "TEAM", "log.source", "log.raw_level", "@timestamp",
	}
	podKeys = []string{
		"pod_name", "namespace_name", "pod_id", "labels", "annotations", "ownerReferences", "host", "pod_ip", "container_name",
		"docker_id", "container_hash", "container_image", "secret",
	}
)

// marked returns a value with a mark.
func (d *draw) marked(key string) node {
	d.marks++
	mark := fmt.Sprintf("mk%07dz", 1_000_000+d.marks*7919%8_999_999)
	n := node{kind: text, text: mark, mark: mark[1:]} // an escape may hide the first letter
	switch d.n(12) {
	case 0:
		n.kind, n.num, n.mark = number, 880_000_000_000+int64(d.marks)*7_919, ""
		n.mark = fmt.Sprint(n.num)
		return n
	case 1:
		n.kind, n.text = blob, "\xff"+mark
		return n
	case 2:
		n.text = mark + d.of("\n", "\r\n", "\x1b[0m", "ü\"\\", strings.Repeat(" long", 60))
		return n
	}
	for known, form := range forms {
		if strings.HasSuffix(key, known) {
			n.text = fmt.Sprintf(form, mark)
		}
	}
	for _, known := range traceKeys {
		if strings.HasSuffix(key, known) && !d.one(4) {
			id := fmt.Sprintf("%032x", 0xabcdef0100000000+uint64(d.marks)*7919)
			switch {
			case strings.Contains(strings.ToLower(known), "sp"):
				n.text, n.id = id[16:], id[16:]
			case known == "traceparent":
				n.text, n.id = "00-"+id+"-00f067aa0ba902b7-01", id
			default:
				n.text, n.id = id, id
			}
			n.mark = id[17:]
		}
	}
	for _, known := range levelKeys {
		if key == known {
			n.text = d.of("error ", "WARN:", "info/", "odd") + mark
		}
	}
	return n
}

// forms are values from which a mapping takes a part.
var forms = map[string]string{
	"ecs_task_arn": "arn:aws:ecs:eu-central-1:111122223333:task/shop/%s", "ecs_task_definition": "%s:41",
	"container_image": "registry.example.com/%s:1.4.2", "container_hash": "registry.example.com/x@sha256:%s",
	"log.file.path": "/var/log/pods/n_p_u/%s/0.log", "filename": "/var/log/%s.log", "_SYSTEMD_UNIT": "%s.service",
	"container_name": "/%s", "IMAGE_NAME": "registry.example.com/%s:2", "kind": "ReplicaSet%s",
}

// value draws a value for a key.
func (d *draw) value(key string, depth int) node {
	switch d.n(14) {
	case 0:
		return node{kind: boolean, num: int64(d.n(2))}
	case 1:
		return node{}
	case 2:
		return node{kind: text}
	case 3, 4, 5:
		if depth > 0 {
			return d.object(depth-1, d.n(4))
		}
	case 6:
		if depth < -3 { // deep arrays end in "..."
			break
		}
		n := node{kind: array}
		for range d.n(4) {
			n.items = append(n.items, d.value(key, min(depth, 1)-1))
		}
		return n
	case 7:
		n := node{kind: object} // deeper than the levels of nesting
		at := &n
		for range 1 + d.n(8) {
			at.pairs = []pair{{d.of("deep", "password", "user"), node{kind: object}}}
			at = &at.pairs[0].value
		}
		at.pairs = []pair{{"secret", d.marked("secret")}}
		return n
	case 8:
		if !slices.Contains(levelKeys, key) {
			break
		}
		return node{kind: number, num: int64(d.n(70))}
	}
	return d.marked(key)
}

func (d *draw) key() string {
	switch d.n(8) {
	case 0:
		return d.of(contentKeys...)
	case 1:
		return d.of(levelKeys...)
	case 2:
		return d.of(traceKeys...)
	case 3, 4:
		return d.of(plainKeys...)
	}
	return d.of(otherKeys...)
}

// object draws an object of pairs.
func (d *draw) object(depth, pairs int) node {
	n := node{kind: object}
	for range pairs {
		key := d.key()
		n.pairs = append(n.pairs, pair{key, d.value(key, depth)})
	}
	return n
}

// record draws the fields of an event.
func (d *draw) record() node {
	n := node{kind: object}
	add := func(key string, value node) { n.pairs = append(n.pairs, pair{key, value}) }
	switch d.n(8) {
	case 0: // no message
	case 1, 2:
		add("log", d.jsonLine())
	case 3:
		key := d.of(contentKeys...)
		add(key, d.object(2, 1+d.n(4)))
	default:
		key := d.of(contentKeys...)
		add(key, d.marked(key))
	}
	switch d.n(6) {
	case 0:
		add("kubernetes", d.pod())
	case 1:
		add("message", d.marked(""))
		add(d.of("_SYSTEMD_UNIT", "container_id", "pri", "ProviderName", "ecs_cluster"), d.marked("_SYSTEMD_UNIT"))
	}
	for _, p := range d.object(3, d.n(12)).pairs {
		add(p.key, p.value)
	}
	if d.one(4) && len(n.pairs) > 1 {
		n.pairs[0], n.pairs[len(n.pairs)-1] = n.pairs[len(n.pairs)-1], n.pairs[0]
	}
	return n
}

// jsonLine draws a text that is a JSON object.
func (d *draw) jsonLine() node {
	line := d.object(3, 1+d.n(7))
	var b strings.Builder
	b.WriteString(d.of("", "", "", " ", "\ufeff"))
	line.json(&b, d.one(4))
	b.WriteString(d.of("", "", "\n", "\r\n", " "))
	return node{kind: text, text: b.String(), line: &line}
}

// pod draws a map of the kubernetes filter.
func (d *draw) pod() node {
	n := node{kind: object}
	taken := map[string]bool{} // of two equal keys in this map, the last is used
	for range 2 + d.n(10) {
		key := d.of(podKeys...)
		if taken[key] {
			continue
		}
		taken[key] = true
		value := d.marked(key)
		switch {
		case d.one(10):
			value = d.value(key, 2)
		case key == "container_hash": // without a digest it is not sent
			value.text = "x@sha256:" + value.text
		case key == "labels":
			value = node{kind: object, pairs: []pair{{"app", d.marked("")}, {"app.kubernetes.io/name", d.marked("")}, {"secret", d.marked("")}}}
		case key == "annotations":
			value = node{kind: object, pairs: []pair{
				{"metadata.dynatrace.com/" + d.of("team", "dt.security_context", "k8s.pod.name"), d.marked("")}, {"secret", d.marked("")},
				{"metadata.dynatrace.com", node{kind: text, text: `{"team":"x","k8s.workload.name":"y"}`}},
			}}
		case key == "ownerReferences": // an owner whose name is no text is none
			name := d.marked("")
			if name.kind != text {
				continue
			}
			value = node{kind: array, items: []node{{kind: object, pairs: []pair{
				{"kind", node{kind: text, text: d.of("ReplicaSet", "DaemonSet", "Job")}}, {"name", name},
				{"controller", node{kind: boolean, num: 1}},
			}}}}
		}
		n.pairs = append(n.pairs, pair{key, value})
	}
	return n
}

// event is one event with what stands beside its fields.
type event struct {
	fields, attributes node // attributes: of an OTLP record, as metadata
	isOTLP             bool
	severity           bool // the metadata names a severity
}

// chunkOf is a chunk of events, in a group if resource has any.
type chunkOf struct {
	events   []event
	resource node
}

func (d *draw) chunk() (c chunkOf) {
	c.resource = node{kind: object}
	if d.one(4) {
		c.resource = d.object(2, 1+d.n(5))
	}
	for range 1 + d.n(3) {
		e := event{fields: d.record(), attributes: node{kind: object}}
		if e.isOTLP = len(c.resource.pairs) > 0 || d.one(8); e.isOTLP {
			e.attributes = d.object(2, d.n(5))
			e.severity = d.one(3)
		}
		c.events = append(c.events, e)
	}
	if d.one(2) { // what is remembered of the first is used for the next
		c.events = append(c.events, c.events[0])
	}
	return c
}

// bytes returns the chunk as Fluent Bit passes it to its output.
func (c *chunkOf) bytes() (data []byte) {
	if len(c.resource.pairs) > 0 {
		data = corpus.AppendGroupStart(data, 0, 0, c.resource.value(), corpus.Fields("name", "scope"))
	}
	for i := range c.events {
		e := &c.events[i]
		meta := corpus.Map()
		if e.isOTLP {
			pairs := []corpus.Value{corpus.Str("attributes"), e.attributes.value()}
			if e.severity {
				pairs = append(pairs, corpus.Str("severity_number"), corpus.Int(17))
			}
			meta = corpus.Map(corpus.Str("otlp"), corpus.Map(pairs...))
		}
		data = corpus.AppendEvent(data, corpus.EventTime(1_772_439_330, 0), meta, e.fields.value())
	}
	if len(c.resource.pairs) > 0 {
		data = corpus.AppendGroupEnd(data)
	}
	return data
}

// options draws the options of an [OUTPUT] section. Patterns are names of the chunk, and others.
func (d *draw) options(c *chunkOf) map[string]string {
	o := map[string]string{
		"endpoint": "https://abc12345.live.dynatrace.com", "api_token": "dt0c01." + strings.Repeat("GOLDEN", 4) + "." + strings.Repeat("SECRET00", 8),
		"format": d.of("json", "jsonl", "text", "otlp"), "limits": d.of("grail", "grail", "grail", "classic", "managed", "classic_pipeline"),
		"metadata_files": "off", "ecs_metadata": "off",
	}
	var names []string
	for i := range c.events {
		for _, n := range []*node{&c.events[i].fields, &c.events[i].attributes} {
			n.walk("", func(path string, n *node) {
				names = append(names, path)
				if n.line != nil {
					n.line.walk("", func(path string, _ *node) { names = append(names, path) })
				}
			})
		}
	}
	c.resource.walk("", func(path string, _ *node) { names = append(names, path) })
	set := func(name string, values ...string) { o[name] = d.of(values...) }
	if !d.one(5) {
		o["exclude"] = d.patterns(names)
	}
	if d.one(5) {
		o["include"] = d.patterns(names)
	}
	if d.one(2) {
		set("parse_json", "on")
	}
	if d.one(3) {
		set("enrich", "off", "auto,-kubernetes", "auto,-severity", "auto,-trace", "auto,k8s_service,k8s_pod_ip,k8s_deprecated,ecs_otel,dt_section")
	} else {
		set("enrich", "auto,-host")
	}
	if d.one(3) {
		set("k8s_labels", "*", "app*")
		set("k8s_annotations", "*", "secret")
	}
	if d.one(3) {
		set("drop_empty", "on")
	}
	if d.one(3) {
		set("strip_ansi", "on")
	}
	if d.one(4) {
		set("lowercase_keys", "on", "off")
		set("stringify", "on", "off")
	}
	if d.one(3) {
		o["attributes"] = "team=mine,password=static,service.name=shop"
		set("attributes_in", "header", "body")
	}
	if d.one(3) {
		set("max_attributes", "1", "3", "8", "20")
	}
	if d.one(4) {
		set("max_content_bytes", "64", "100", "300")
	}
	if d.one(4) {
		set("max_attribute_bytes", "16", "40", "250")
	}
	if d.one(3) {
		set("content_summary", "0", "64", "256", "5000")
	}
	if d.one(4) {
		set("content_key", "message", "fields.message,record.message,log", "customer.user,msg", "password,log", "a,log,message")
	}
	if d.one(4) {
		set("level_key", "level", "user,level", "customer.user,log.level,level")
	}
	return o
}

// patterns draws a list of patterns.
func (d *draw) patterns(names []string) string {
	var list []string
	for range 1 + d.n(3) {
		name := names[d.n(len(names))]
		switch d.n(8) {
		case 0:
			name = d.of("*password*", "*secret", "k8s.*", "trace_id", "span_id", "service.name", "log.raw_level", "log.*", "*a*", "overwritten*",
				"host.*", "container.*", "http.*", "kubernetes.*", "kubernetes.annotations.*", "dt.*", "*.secret", "log", "message", "level", "*Id")
		case 1:
			if at := strings.LastIndexByte(name, '.'); at > 0 {
				name = name[:at] + ".*"
			}
		case 2:
			if at := strings.IndexByte(name, '.'); at > 0 {
				name = "*" + name[at:]
			}
		}
		if name != "" && !strings.ContainsAny(name, ", ") {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return "password"
	}
	return strings.Join(list, ",")
}

// flush draws the tag and the facts.
func (d *draw) flush() mapping.Flush {
	f := mapping.Flush{Tag: []byte(d.of("t", "app-firelens-0f9d", "kube.var.log.containers.p_n_c-"+strings.Repeat("a", 64)+".log"))}
	if d.one(3) {
		f.Facts = &metadata.Facts{
			Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "web"}, {Key: "password", Value: "fact"}},
			Pod:  []metadata.Fact{{Key: "k8s.pod.name", Value: "own"}, {Key: "team", Value: "f"}},
			Task: &metadata.Task{ID: "0f9d", Cluster: "c"},
		}
	}
	return f
}
