package record_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// attributes of a record, by key; content and loglevel among them, the timestamp not.
type attributes map[string]any

// mappingOptions are options with the mappings of auto.
func mappingOptions() record.Options {
	o := options()
	o.Sources = record.AutoSources
	o.ContentKeys = []string{"log", "message", "msg", "MESSAGE", "content", "body"}
	o.LevelKeys = []string{"loglevel", "severity", "level", "log.level", "status"}
	o.PathKeys = []string{"log.file.path", "filename"}
	return o
}

// mapAll maps every event of a chunk twice, the second time with what the Mapper remembers, and returns the records.
func mapAll(t *testing.T, o record.Options, f record.Flush, data []byte) (records []attributes) {
	t.Helper()
	m := record.NewMapper(o)
	var j encode.JSON
	var rec record.Record
	for round := range 2 {
		m.Begin(f)
		var r chunk.Reader
		var ev chunk.Event
		r.Reset(append(append([]byte{}, data...), data...))
		n := 0
		for r.Next(&ev) {
			m.Map(&ev, &rec)
			text := j.Append(nil, &rec)
			var got attributes
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			if keys := strings.Count(string(text), `":`); keys < len(got) {
				t.Fatalf("a key twice in %s", text)
			}
			delete(got, "timestamp")
			records = append(records, got)
			n++
		}
		m.Release()
		first := records[:n/2]
		for i, again := range records[n/2:] {
			if want := first[i%len(first)]; !reflect.DeepEqual(again, want) {
				t.Fatalf("round %d: a record that is mapped again is\n%v\nand was\n%v", round, again, want)
			}
		}
		records = first
	}
	return records
}

func mapOne(t *testing.T, o record.Options, f record.Flush, body corpus.Value) attributes {
	t.Helper()
	return mapAll(t, o, f, event(body))[0]
}

func wantAttributes(t *testing.T, got, want attributes) {
	t.Helper()
	for key, v := range want {
		if !reflect.DeepEqual(got[key], v) {
			t.Errorf("%s is %v, want %v", key, got[key], v)
		}
	}
	for key, v := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is %v, want none", key, v)
		}
	}
}

func text(pairs ...string) corpus.Value { return corpus.Fields(pairs...) }

// pod is a map as the kubernetes filter writes it, with more pairs behind it.
func pod(more ...corpus.Value) corpus.Value {
	s := corpus.Str
	return corpus.Map(append([]corpus.Value{
		s("pod_name"), s("checkout-7d4b9c8f6d-x2x4z"), s("namespace_name"), s("shop"), s("pod_id"), s("0a1b2c3d"),
		s("host"), s("node-1"), s("pod_ip"), s("198.51.100.7"), s("container_name"), s("server"), s("docker_id"), s("abc123"),
		s("container_hash"), s("registry.example.com:5000/shop/checkout@sha256:00ff"), s("container_image"), s("registry.example.com:5000/shop/checkout:1.2"),
	}, more...)...)
}

func podRecord(k corpus.Value, more ...corpus.Value) corpus.Value {
	s := corpus.Str
	return corpus.Map(append([]corpus.Value{
		s("time"), s("2023-11-14T23:13:20.000000000+01:00"), s("stream"), s("stderr"), s("_p"), s("F"), s("log"), s("hello"), s("kubernetes"), k,
	}, more...)...)
}

// podAttributes are what that record becomes.
func podAttributes() attributes {
	return attributes{
		"content": "hello", "log.iostream": "stderr", "log.source": "Container Output",
		"k8s.pod.name": "checkout-7d4b9c8f6d-x2x4z", "k8s.namespace.name": "shop", "k8s.pod.uid": "0a1b2c3d", "k8s.node.name": "node-1",
		"k8s.container.name": "server", "container.id": "abc123", "container.image.name": "registry.example.com:5000/shop/checkout",
		"container.image.version": "1.2", "container.image.digest": "sha256:00ff",
	}
}

// plus is a copy with more.
func plus(a attributes, pairs ...any) attributes {
	a = maps.Clone(a)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(a, pairs[i].(string))
			continue
		}
		a[pairs[i].(string)] = pairs[i+1]
	}
	return a
}

func owner(kind, name string) corpus.Value {
	s := corpus.Str
	return corpus.Array(
		corpus.Map(s("kind"), s("Other"), s("name"), s("other")),
		corpus.Map(s("apiVersion"), s("v1"), s("kind"), s(kind), s("name"), s(name), s("uid"), s("u"), s("controller"), corpus.Bool(true), s("blockOwnerDeletion"), corpus.Bool(true)))
}

func TestAPodsRecordIsTiedToItsPod(t *testing.T) {
	s := corpus.Str
	for name, c := range map[string]struct {
		body corpus.Value
		want attributes
		set  func(*record.Options)
	}{
		"the plain shape": {podRecord(pod()), podAttributes(), nil},
		"labels and annotations are left out": {
			podRecord(pod(s("labels"), text("app", "checkout"), s("annotations"), text("checksum/config", "1"))), podAttributes(), nil},
		"labels and annotations that are asked for": {
			podRecord(pod(s("labels"), text("app", "checkout", "tier", "web", "secret", "x"), s("annotations"), text("a/b", "1", "c", "2"))),
			plus(podAttributes(), "k8s.pod.label.app", "checkout", "k8s.pod.label.tier", "web", "k8s.pod.annotation.a/b", "1"),
			func(o *record.Options) {
				o.PodLabels, o.PodAnnotations = record.NewPatterns([]string{"app", "t*r"}), record.NewPatterns([]string{"a/*"})
			}},
		"the Deployment of a ReplicaSet, by its hash label": {
			podRecord(pod(s("labels"), text("pod-template-hash", "7d4b9c8f6d"), s("ownerReferences"), owner("ReplicaSet", "checkout-7d4b9c8f6d"))),
			plus(podAttributes(), "k8s.workload.kind", "deployment", "k8s.workload.name", "checkout"), nil},
		"the Deployment of a ReplicaSet, by the form of its name": {
			podRecord(pod(s("ownerReferences"), owner("ReplicaSet", "checkout-7d4b9c8f6d"))),
			plus(podAttributes(), "k8s.workload.kind", "deployment", "k8s.workload.name", "checkout"), nil},
		"a ReplicaSet of its own": {
			podRecord(pod(s("ownerReferences"), owner("ReplicaSet", "checkout-stable"))),
			plus(podAttributes(), "k8s.workload.kind", "replicaset", "k8s.workload.name", "checkout-stable"), nil},
		"a StatefulSet": {
			podRecord(pod(s("ownerReferences"), owner("StatefulSet", "db"))),
			plus(podAttributes(), "k8s.workload.kind", "statefulset", "k8s.workload.name", "db"), nil},
		"a DaemonSet": {
			podRecord(pod(s("ownerReferences"), owner("DaemonSet", "agent"))),
			plus(podAttributes(), "k8s.workload.kind", "daemonset", "k8s.workload.name", "agent"), nil},
		"the CronJob of a Job": {
			podRecord(pod(s("ownerReferences"), owner("Job", "report-28965660"))),
			plus(podAttributes(), "k8s.workload.kind", "cronjob", "k8s.workload.name", "report"), nil},
		"a Job of its own": {
			podRecord(pod(s("ownerReferences"), owner("Job", "migrate-2"))),
			plus(podAttributes(), "k8s.workload.kind", "job", "k8s.workload.name", "migrate-2"), nil},
		"the Deployment by labels alone": {
			podRecord(pod(s("labels"), text("pod-template-hash", "7d4b9c8f6d"))),
			plus(podAttributes(), "k8s.workload.kind", "deployment", "k8s.workload.name", "checkout"), nil},
		"a Job by labels alone": {
			podRecord(pod(s("labels"), text("job-name", "report-28965660"))),
			plus(podAttributes(), "k8s.workload.kind", "cronjob", "k8s.workload.name", "report"), nil},
		"annotations of Dynatrace, single before JSON before the namespace's before the mapping": {
			podRecord(pod(s("annotations"), text(
				"metadata.dynatrace.com", `{"k8s.workload.kind":"deployment","dt.security_context":"json","both":"json","n":7,"deep":{"a":true}}`,
				"metadata.dynatrace.com/dt.security_context", "single", "metadata.dynatrace.com/k8s.node.name", "named")),
				s("kubernetes_namespace"), corpus.Map(s("name"), s("shop"), s("labels"), text("l", "1"), s("annotations"), text(
					"metadata.dynatrace.com/both", "namespace", "metadata.dynatrace.com/dt.cost.product", "namespace"))),
			plus(podAttributes(), "dt.security_context", "single", "k8s.workload.kind", "deployment", "both", "json", "n", 7.0, "deep.a", true,
				"dt.cost.product", "namespace", "k8s.node.name", "named"), nil},
		"an annotation that is no JSON is passed over": {
			podRecord(pod(s("annotations"), text("metadata.dynatrace.com", `{"a":`, "metadata.dynatrace.com/b", "c"))),
			plus(podAttributes(), "b", "c"), nil},
		"annotations cannot take the record's or the server's own names": {
			podRecord(pod(s("annotations"), text("metadata.dynatrace.com/content", "x", "metadata.dynatrace.com/timestamp", "x", "metadata.dynatrace.com/loglevel", "x",
				"metadata.dynatrace.com/status", "x", "metadata.dynatrace.com/dt.openpipeline.source", "x", "metadata.dynatrace.com/event.type", "x", "metadata.dynatrace.com/", "x"))),
			podAttributes(), nil},
		"the record's own fields come first": {
			podRecord(pod(s("annotations"), text("metadata.dynatrace.com/team", "theirs")), s("k8s.pod.name"), s("own"), s("team"), s("mine"), s("log.source"), s("mine")),
			plus(podAttributes(), "k8s.pod.name", "own", "team", "mine", "log.source", "mine"), nil},
		"namespace labels on request": {
			podRecord(pod(), s("kubernetes_namespace"), corpus.Map(s("name"), s("shop"), s("labels"), text("team", "a"), s("annotations"), text("note", "b"))),
			plus(podAttributes(), "k8s.namespace.label.team", "a", "k8s.namespace.annotation.note", "b"),
			func(o *record.Options) {
				o.PodLabels, o.PodAnnotations = record.NewPatterns([]string{"*"}), record.NewPatterns([]string{"*"})
			}},
		"the cluster": {podRecord(pod()),
			plus(podAttributes(), "k8s.cluster.name", "c", "k8s.cluster.uid", "u", "dt.entity.kubernetes_cluster", "KUBERNETES_CLUSTER-1"),
			func(o *record.Options) {
				o.ClusterName, o.ClusterUID, o.ClusterEntity = "c", "u", "KUBERNETES_CLUSTER-1"
			}},
		"extras": {
			podRecord(pod(s("labels"), text("app.kubernetes.io/name", "shop-checkout", "app.kubernetes.io/version", "9", "app.kubernetes.io/part-of", "web"), s("ownerReferences"), owner("StatefulSet", "db"))),
			plus(podAttributes(), "k8s.pod.ip", "198.51.100.7", "service.name", "shop-checkout", "service.version", "9", "service.namespace", "web",
				"k8s.workload.kind", "statefulset", "k8s.workload.name", "db", "dt.kubernetes.workload.kind", "statefulset", "dt.kubernetes.workload.name", "db",
				"k8s.cluster.name", "c", "k8s.cluster.uid", "u", "dt.kubernetes.cluster.name", "c", "dt.kubernetes.cluster.id", "u"),
			func(o *record.Options) {
				o.Sources |= record.PodIP | record.PodService | record.Deprecated
				o.ClusterName, o.ClusterUID = "c", "u"
			}},
		"another log source": {podRecord(pod()), plus(podAttributes(), "log.source", "mine"), func(o *record.Options) { o.LogSource = "mine" }},
		"what the filter adds and nobody knows stays": {
			podRecord(pod(s("aws_entity_cluster"), s("c"), s("deep"), corpus.Map(s("a"), corpus.Array(corpus.Int(1), s("b"))))),
			plus(podAttributes(), "kubernetes.aws_entity_cluster", "c", "kubernetes.deep.a", `[1,"b"]`), nil},
		"a line of Docker loses its end": {
			corpus.Map(s("log"), s("hello\n"), s("stream"), s("stdout"), s("time"), s("2023-11-14T22:13:20Z"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout"), nil},
		"a time that is not the event's stays": {
			corpus.Map(s("log"), s("hello"), s("stream"), s("stdout"), s("time"), s("2023-11-14T22:13:21Z"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout", "time", "2023-11-14T22:13:21Z"), nil},
		"the parser cri has message and logtag": {
			corpus.Map(s("stream"), s("stdout"), s("logtag"), s("P"), s("message"), s("hello"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout"), nil},
		"an image known by digest": {
			podRecord(corpus.Map(s("pod_name"), s("p"), s("container_image"), s("registry.example.com:5000/a@sha256:aa"))),
			attributes{"content": "hello", "log.iostream": "stderr", "log.source": "Container Output", "k8s.pod.name": "p", "container.image.name": "registry.example.com:5000/a", "container.image.digest": "sha256:aa"}, nil},
		"an image known by id": {
			podRecord(corpus.Map(s("pod_name"), s("p"), s("container_image"), s("sha256:aa"))),
			attributes{"content": "hello", "log.iostream": "stderr", "log.source": "Container Output", "k8s.pod.name": "p", "container.image.digest": "sha256:aa"}, nil},
		"with the mapping off all stays": {
			corpus.Map(s("log"), s("hello"), s("stream"), s("stdout"), s("kubernetes"), corpus.Map(s("pod_name"), s("p"))),
			attributes{"content": "hello", "stream": "stdout", "kubernetes.pod_name": "p"}, func(o *record.Options) { o.Sources = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			o := mappingOptions()
			if c.set != nil {
				c.set(&o)
			}
			wantAttributes(t, mapOne(t, o, record.Flush{}, c.body), c.want)
		})
	}
}

func TestShapesThatAreNotWhatAMappingExpectsPassThrough(t *testing.T) {
	s := corpus.Str
	for name, c := range map[string]struct {
		body corpus.Value
		want attributes
	}{
		"kubernetes is a text":      {corpus.Map(s("log"), s("x"), s("kubernetes"), s("rocks")), attributes{"content": "x", "kubernetes": "rocks"}},
		"kubernetes is empty":       {corpus.Map(s("log"), s("x"), s("kubernetes"), corpus.Map()), attributes{"content": "x", "kubernetes": "{}"}},
		"kubernetes is another map": {corpus.Map(s("log"), s("x"), s("kubernetes"), text("a", "b")), attributes{"content": "x", "kubernetes.a": "b"}},
		"a pod with texts where maps belong": {
			podRecord(pod(s("labels"), s("none"), s("annotations"), corpus.Array(s("a")), s("ownerReferences"), text("kind", "x"))), podAttributes()},
		"a pod with maps where texts belong": {
			podRecord(corpus.Map(s("pod_name"), s("p"), s("namespace_name"), text("a", "b"), s("docker_id"), corpus.Int(7), s("container_image"), corpus.Nil())),
			attributes{"content": "hello", "log.iostream": "stderr", "log.source": "Container Output", "k8s.pod.name": "p"}},
		"owners that are none": {
			podRecord(pod(s("ownerReferences"), corpus.Array(s("x"), corpus.Map(), corpus.Map(s("kind"), corpus.Int(1), s("name"), s("n")), corpus.Array()))), podAttributes()},
		"stream is something else":     {corpus.Map(s("log"), s("x"), s("stream"), s("video"), s("_p"), s("Q"), s("time"), s("noon")), attributes{"content": "x", "stream": "video", "_p": "Q", "time": "noon"}},
		"a container id alone":         {corpus.Map(s("log"), s("x"), s("container_id"), s("abc")), attributes{"content": "x", "container_id": "abc"}},
		"pino's pid and hostname":      {corpus.Map(s("msg"), s("x"), s("pid"), corpus.Int(7), s("hostname"), s("h")), attributes{"content": "x", "pid": 7.0, "hostname": "h"}},
		"a host and an ident":          {corpus.Map(s("log"), s("x"), s("host"), s("h"), s("ident"), s("i"), s("pri"), s("999")), attributes{"content": "x", "host": "h", "ident": "i", "pri": "999"}},
		"an account id alone":          {corpus.Map(s("log"), s("x"), s("account_id"), s("111122223333"), s("private_ip"), s("1.2.3.4"), s("az"), s("A to Z")), attributes{"content": "x", "account_id": "111122223333", "private_ip": "1.2.3.4", "az": "A to Z"}},
		"a task that is no ARN":        {corpus.Map(s("log"), s("x"), s("ecs_task_arn"), s("task")), attributes{"content": "x", "ecs_task_arn": "task"}},
		"a file name is no path":       {corpus.Map(s("log"), s("x"), s("filename"), s("main.py")), attributes{"content": "x", "filename": "main.py"}},
		"a service that is a map":      {corpus.Map(s("log"), s("x"), s("service"), text("name", "shop")), attributes{"content": "x", "service.name": "shop"}},
		"lower-case names of journald": {corpus.Map(s("log"), s("x"), s("_uid"), s("7"), s("uid"), s("8"), s("transport"), s("bus"), s("priority"), corpus.Int(3)), attributes{"content": "x", "_uid": "7", "uid": "8", "transport": "bus", "priority": 3.0}},
		"the same field twice":         {corpus.Map(s("log"), s("x"), s("ecs_cluster"), s("a"), s("ecs_cluster"), s("b")), attributes{"content": "x", "ecs_cluster": "b", "aws.ecs.cluster": "a", "cloud.provider": "aws"}},
	} {
		t.Run(name, func(t *testing.T) { wantAttributes(t, mapOne(t, mappingOptions(), record.Flush{}, c.body), c.want) })
	}
}

const (
	taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef"
	taskTag = "app-firelens-0123456789abcdef0123456789abcdef"
)

func TestARecordOfFireLensIsTiedToItsTask(t *testing.T) {
	s := corpus.Str
	fargate := []string{"container_id", "0123456789abcdef0123456789abcdef-1234567890", "container_name", "/ecs-app-7-web-a1", "source", "stdout", "log", "hello"}
	known := attributes{
		"content": "hello", "log.iostream": "stdout", "container.id": fargate[1], "aws.ecs.docker.id": fargate[1],
		"container.name": "ecs-app-7-web-a1", "aws.ecs.docker.name": "ecs-app-7-web-a1", "aws.ecs.container.name": "app", "log.source": "app", "cloud.provider": "aws",
	}
	byFilter := plus(known, "aws.ecs.cluster", "shop", "aws.ecs.task.arn", taskARN, "aws.region", "eu-west-1", "aws.account.id", "111122223333", "aws.ecs.family", "web", "aws.ecs.revision", "41")
	filter := append(append([]string{}, fargate...), "ecs_cluster", "arn:aws:ecs:eu-west-1:111122223333:cluster/shop", "ecs_task_arn", taskARN, "ecs_task_definition", "web:41")
	task := &metadata.Task{
		Cluster: "shop", ARN: taskARN, ID: "0123456789abcdef0123456789abcdef", Family: "web", Revision: "41", AvailabilityZone: "eu-west-1a", Region: "eu-west-1", Account: "111122223333", LaunchType: "FARGATE",
		Containers: []metadata.Container{{ID: fargate[1], Name: "app", DockerName: "app", ARN: "arn:c", Image: "registry.example.com/web:2", ImageID: "sha256:ff"}},
	}
	byTask := plus(byFilter, "aws.availability_zone", "eu-west-1a", "aws.ecs.container.arn", "arn:c", "container.image.name", "registry.example.com/web", "container.image.version", "2", "container.image.digest", "sha256:ff")
	for name, c := range map[string]struct {
		fields []string
		flush  record.Flush
		want   attributes
	}{
		"with the filter of the ECS agent": {filter, record.Flush{Tag: []byte(taskTag)}, byFilter},
		"without it, by the tag":           {fargate, record.Flush{Tag: []byte(taskTag)}, known},
		"with neither it is Docker's": {fargate, record.Flush{Tag: []byte("docker.abc")},
			attributes{"content": "hello", "log.iostream": "stdout", "container.id": fargate[1], "container.name": "ecs-app-7-web-a1", "log.source": "ecs-app-7-web-a1"}},
		"an EC2 instance": {append(append([]string{}, filter...), "ec2_instance_id", "i-0abc"), record.Flush{Tag: []byte(taskTag)}, plus(byFilter, "host.id", "i-0abc")},
		"parts that were put together": {append(append([]string{}, filter...), "partial_message", "true", "partial_id", "x", "partial_ordinal", "1", "partial_last", "true"),
			record.Flush{Tag: []byte(taskTag)}, byFilter},
		"the task metadata":                     {filter, record.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: task}}, byTask},
		"the task metadata without the filter":  {fargate, record.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: task}}, byTask},
		"the task metadata by the container id": {fargate, record.Flush{Tag: []byte("docker.abc"), Facts: &metadata.Facts{Task: task}}, byTask},
		"the task metadata of another task":     {filter, record.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: &metadata.Task{ARN: "arn:other", Cluster: "other"}}}, byFilter},
		"a line of text with an end":            {append(append([]string{}, filter[:6]...), append([]string{"log", "hello\n"}, filter[8:]...)...), record.Flush{Tag: []byte(taskTag)}, byFilter},
	} {
		t.Run(name, func(t *testing.T) { wantAttributes(t, mapOne(t, mappingOptions(), c.flush, text(c.fields...)), c.want) })
	}
	t.Run("a container that the task does not list asks for a fresh look", func(t *testing.T) {
		asked := 0
		other := *task
		other.Containers = nil
		mapOne(t, mappingOptions(), record.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: &other}, Missing: func() { asked++ }}, text(filter...))
		if asked == 0 {
			t.Error("nobody asked")
		}
	})
	t.Run("names of OpenTelemetry on request", func(t *testing.T) {
		o := mappingOptions()
		o.Sources |= record.ECSOTel
		got := mapOne(t, o, record.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: task}}, text(filter...))
		wantAttributes(t, got, plus(byTask, "aws.ecs.task.id", task.ID, "aws.ecs.launchtype", "FARGATE"))
	})
	t.Run("the order of the fields does not matter", func(t *testing.T) {
		var data []byte
		for shift := 0; shift < len(filter); shift += 2 {
			data = append(data, event(text(append(append([]string{}, filter[shift:]...), filter[:shift]...)...))...)
		}
		for _, got := range mapAll(t, mappingOptions(), record.Flush{Tag: []byte(taskTag)}, data) {
			wantAttributes(t, got, byFilter)
		}
	})
	_ = s
}

func TestRecordsOfAMachineAreTiedToIt(t *testing.T) {
	s := corpus.Str
	host := func(o *record.Options) { o.Hostname = "here.example.com" }
	facts := &metadata.Facts{Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "HERE"}, {Key: "cpus", Value: int64(4)}}}
	for name, c := range map[string]struct {
		body  corpus.Value
		flush record.Flush
		set   func(*record.Options)
		want  attributes
	}{
		"journald": {text("MESSAGE", "x", "PRIORITY", "3", "_SYSTEMD_UNIT", "nginx.service", "SYSLOG_IDENTIFIER", "nginx", "_HOSTNAME", "web-1", "_PID", "42", "_COMM", "nginx", "_EXE", "/usr/sbin/nginx",
			"_CMDLINE", "nginx -g", "_UID", "0", "_TRANSPORT", "stdout", "_BOOT_ID", "b", "_MACHINE_ID", "m", "_SOURCE_REALTIME_TIMESTAMP", "1700000000000000", "_AUDIT_FIELD_X", "y", "SYSLOG_FACILITY", "3"), record.Flush{}, nil,
			attributes{"content": "x", "loglevel": "ERROR", "log.raw_level": "3", "journald.unit": "nginx.service", "log.source": "nginx", "host.name": "web-1", "process.pid": "42",
				"process.executable.name": "nginx", "process.executable.path": "/usr/sbin/nginx", "SYSLOG_FACILITY": "3"}},
		"journald in lower case, without underscores": {text("message", "x", "priority", "4", "systemd_unit", "a.service", "hostname", "web-1", "pid", "42", "uid", "0", "boot_id", "b", "transport", "stdout"), record.Flush{}, nil,
			attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "4", "journald.unit": "a.service", "log.source": "a.service", "host.name": "web-1", "process.pid": "42"}},
		"syslog of nobody": {text("pri", "34", "host", "-", "ident", "su", "message", "x"), record.Flush{Facts: facts}, host,
			attributes{"content": "x", "loglevel": "CRITICAL", "log.raw_level": "34", "log.source": "su"}},
		"a message of the kernel": {text("MESSAGE", "x", "PRIORITY", "7", "_TRANSPORT", "kernel"), record.Flush{}, nil,
			attributes{"content": "x", "loglevel": "DEBUG", "log.raw_level": "7", "log.source": "journald"}},
		"syslog": {text("pri", "34", "host", "fw-1", "ident", "su", "pid", "230", "message", "x", "msgid", "ID47"), record.Flush{Facts: facts}, host,
			attributes{"content": "x", "loglevel": "CRITICAL", "log.raw_level": "34", "host.name": "fw-1", "log.source": "su", "process.pid": "230", "msgid": "ID47"}},
		"the aws filter": {text("log", "x", "az", "eu-west-1a", "ec2_instance_id", "i-0abc", "account_id", "111122223333", "hostname", "ip-10-0-0-1", "private_ip", "10.0.0.1", "vpc_id", "vpc-1", "ami_id", "ami-1", "ec2_instance_type", "t3.micro"), record.Flush{}, nil,
			attributes{"content": "x", "aws.availability_zone": "eu-west-1a", "aws.region": "eu-west-1", "aws.resource.id": "i-0abc", "aws.account.id": "111122223333", "host.name": "ip-10-0-0-1", "host.ip": "10.0.0.1",
				"cloud.provider": "aws", "vpc_id": "vpc-1", "ami_id": "ami-1", "ec2_instance_type": "t3.micro"}},
		"a local zone": {text("log", "x", "az", "us-west-2-lax-1a"), record.Flush{}, nil,
			attributes{"content": "x", "aws.availability_zone": "us-west-2-lax-1a", "aws.region": "us-west-2", "cloud.provider": "aws"}},
		"a file": {text("log", "x", "filename", "/var/log/app/web.log"), record.Flush{}, host,
			attributes{"content": "x", "log.file.path": "/var/log/app/web.log", "log.file.name": "web.log", "log.source": "/var/log/app/web.log", "host.name": "here.example.com"}},
		"a file of Windows": {text("log", "x", "filename", `C:\logs\web.log`), record.Flush{}, nil,
			attributes{"content": "x", "log.file.path": `C:\logs\web.log`, "log.file.name": "web.log", "log.source": `C:\logs\web.log`}},
		"the facts of the host": {text("log", "x"), record.Flush{Facts: facts}, host,
			attributes{"content": "x", "dt.entity.host": "HOST-1", "host.name": "HERE", "cpus": 4.0}},
		"the facts of the host and a record of the same": {text("log", "x", "host.name", "here.local"), record.Flush{Facts: facts}, host,
			attributes{"content": "x", "dt.entity.host": "HOST-1", "host.name": "here.local", "cpus": 4.0}},
		"the facts of the host and a record of another": {text("log", "x", "host.name", "there"), record.Flush{Facts: facts}, host,
			attributes{"content": "x", "host.name": "there"}},
		"the facts of the host, static attributes and a record of another": {text("log", "x", "host.name", "there"), record.Flush{Facts: facts}, func(o *record.Options) {
			o.Static = []metadata.Fact{{Key: "dt.entity.host", Value: "static"}, {Key: "host.name", Value: "static"}, {Key: "stage", Value: "test"}}
		}, attributes{"content": "x", "host.name": "there", "dt.entity.host": "static", "stage": "test"}},
		"the facts of the host and a journal of another": {text("MESSAGE", "x", "_HOSTNAME", "there"), record.Flush{Facts: facts}, host,
			attributes{"content": "x", "host.name": "there", "log.source": "journald"}},
		"the facts of the host in a DaemonSet": {podRecord(pod()), record.Flush{Facts: facts}, host,
			plus(podAttributes(), "dt.entity.host", "HOST-1", "host.name", "HERE", "cpus", 4.0)},
		"the facts of the pod in a sidecar": {text("log", "x"), record.Flush{Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}}}}, nil,
			attributes{"content": "x", "k8s.pod.name": "p"}},
		"the facts of the pod are not those of other pods": {podRecord(pod()), record.Flush{Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}, {Key: "dt.x", Value: "p"}}}}, nil, podAttributes()},
		"nor of their files": {text("log", "x"), record.Flush{Tag: []byte("kube.var.log.containers.x.log"), Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}}}}, nil,
			attributes{"content": "x"}},
		"static attributes come last": {text("log", "x", "team", "own", "filename", "/a/b"), record.Flush{Facts: facts}, func(o *record.Options) {
			o.Static = []metadata.Fact{{Key: "team", Value: "static"}, {Key: "host.name", Value: "static"}, {Key: "log.file.name", Value: "static"}, {Key: "stage", Value: "test"}}
		}, attributes{"content": "x", "team": "own", "dt.entity.host": "HOST-1", "host.name": "HERE", "cpus": 4.0, "log.file.path": "/a/b", "log.file.name": "b", "log.source": "/a/b", "stage": "test"}},
		"static attributes in the header make their fields give way": {text("log", "x", "team", "own", "filename", "/a/b"), record.Flush{}, func(o *record.Options) {
			o.Static, o.InHeader = []metadata.Fact{{Key: "team", Value: "static"}, {Key: "log.source", Value: "static"}}, true
		}, attributes{"content": "x", "overwritten1.team": "own", "log.file.path": "/a/b", "log.file.name": "b"}},
		"static attributes with everything off": {text("log", "x", "stream", "stdout"), record.Flush{Facts: facts}, func(o *record.Options) {
			o.Sources, o.Static = 0, []metadata.Fact{{Key: "team", Value: "static"}}
		}, attributes{"content": "x", "stream": "stdout", "team": "static"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := mappingOptions()
			if c.set != nil {
				c.set(&o)
			}
			wantAttributes(t, mapOne(t, o, c.flush, c.body), c.want)
		})
	}
	_ = s
}

func TestAnApplicationsFieldsBecomeWhatDynatraceKnows(t *testing.T) {
	s := corpus.Str
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	for name, c := range map[string]struct {
		body corpus.Value
		want attributes
	}{
		"pino":                    {corpus.Map(s("level"), corpus.Int(30), s("msg"), s("x")), attributes{"content": "x", "loglevel": "INFO", "log.raw_level": 30.0}},
		"pino's fatal":            {corpus.Map(s("level"), corpus.Int(60), s("msg"), s("x")), attributes{"content": "x", "loglevel": "EMERGENCY", "log.raw_level": 60.0}},
		"a level of one's own":    {corpus.Map(s("level"), corpus.Int(35), s("msg"), s("x")), attributes{"content": "x", "log.raw_level": 35.0}},
		"syslog's number":         {corpus.Map(s("severity"), corpus.Int(3), s("msg"), s("x")), attributes{"content": "x", "loglevel": "ERROR", "log.raw_level": 3.0}},
		"zap":                     {text("level", "dpanic", "msg", "x"), attributes{"content": "x", "loglevel": "CRITICAL", "log.raw_level": "dpanic"}},
		"a level in other case":   {text("level", "info", "msg", "x"), attributes{"content": "x", "loglevel": "INFO"}},
		"ECS with dots":           {text("log.level", "WARNING", "message", "x"), attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "WARNING"}},
		"ECS nested":              {corpus.Map(s("log"), text("level", "warning", "logger", "a.b"), s("message"), s("x")), attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "warning", "log.level": "warning", "log.logger": "a.b"}},
		"an access log":           {corpus.Map(s("status"), corpus.Int(200), s("level"), s("error"), s("log"), s("x")), attributes{"content": "x", "loglevel": "ERROR", "http.response.status_code": 200.0}},
		"logger and service":      {text("logger", "com.example.Cart", "service", "cart", "log", "x"), attributes{"content": "x", "log.logger": "com.example.Cart", "service.name": "cart"}},
		"logger_name":             {text("logger_name", "com.example.Cart", "log", "x"), attributes{"content": "x", "log.logger": "com.example.Cart"}},
		"trace_id":                {text("trace_id", trace, "span_id", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"traceId in upper case":   {text("traceId", strings.ToUpper(trace), "spanId", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"TraceId":                 {text("TraceId", trace, "log", "x"), attributes{"content": "x", "trace_id": trace}},
		"trace.id":                {text("trace.id", trace, "span.id", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"trace.id nested":         {corpus.Map(s("trace"), text("id", trace), s("span"), text("id", span), s("log"), s("x")), attributes{"content": "x", "trace_id": trace, "span_id": span, "trace.id": trace, "span.id": span}},
		"OneAgent's stay":         {text("dt.trace_id", trace, "dt.span_id", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span, "dt.trace_id": trace, "dt.span_id": span}},
		"traceparent":             {text("traceparent", "00-"+trace+"-"+span+"-01", "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span, "traceparent": "00-" + trace + "-" + span + "-01"}},
		"a bad traceparent":       {text("traceparent", "ff-"+trace+"-"+span+"-01", "log", "x"), attributes{"content": "x", "traceparent": "ff-" + trace + "-" + span + "-01"}},
		"a short id":              {text("traceId", "abc", "log", "x"), attributes{"content": "x", "traceId": "abc"}},
		"an id of zeros":          {text("traceId", strings.Repeat("0", 32), "log", "x"), attributes{"content": "x", "traceId": strings.Repeat("0", 32)}},
		"a bad trace_id alone":    {text("trace_id", "abc", "log", "x"), attributes{"content": "x", "trace_id": "abc"}},
		"a bad one gives way":     {text("trace_id", "abc", "traceId", trace, "log", "x"), attributes{"content": "x", "trace_id": trace, "overwritten1.trace_id": "abc"}},
		"the best spelling wins":  {text("traceId", strings.Repeat("1", 32), "trace_id", trace, "log", "x"), attributes{"content": "x", "trace_id": trace, "traceId": strings.Repeat("1", 32)}},
		"names of the server":     {text("event.type", "LOGIN", "dt.openpipeline.source", "x", "dt.system.bucket", "b", "log", "x"), attributes{"content": "x", "overwritten1.event.type": "LOGIN", "overwritten1.dt.openpipeline.source": "x", "overwritten1.dt.system.bucket": "b"}},
		"names of the server too": {corpus.Map(s("event"), text("type", "LOGIN"), s("log"), s("x")), attributes{"content": "x", "overwritten1.event.type": "LOGIN"}},
		"JSON in the line stays":  {text("log", `{"level":"error"}`), attributes{"content": `{"level":"error"}`}},
	} {
		t.Run(name, func(t *testing.T) { wantAttributes(t, mapOne(t, mappingOptions(), record.Flush{}, c.body), c.want) })
	}
}

func TestWhatIsLeftOutIsCounted(t *testing.T) {
	o := mappingOptions()
	o.Exclude, o.DropEmpty = record.NewPatterns([]string{"sec*", "a.b"}), true
	m := record.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	s := corpus.Str
	one := event(corpus.Map(s("log"), s("x"), s("secret"), s("12345"), s("a"), text("b", "1", "c", "2"), s("empty"), s(""), s("none"), corpus.Nil(), s("list"), corpus.Array(), s("map"), corpus.Map(), s("_BOOT_ID"), s("F")))
	data := append(append([]byte{}, one...), one...)
	r.Reset(data)
	var counts []uint64
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		if got := string(new(encode.JSON).Append(nil, &rec)); !strings.HasSuffix(got, `"content":"x","a.c":"2","log.source":"journald"}`) {
			t.Errorf("got %s", got)
		}
		counts = append(counts, m.TakeCuts()[record.LeftOut])
	}
	if want := uint64(len("secret12345") + len("a.b1") + len("empty") + len("none") + len("list") + len("map{}") + len("\xa8_BOOT_ID\xa1F")); counts[0] != want || counts[1] != want {
		t.Errorf("left out %v, want %d twice", counts, want)
	}
}

func TestIncludeChoosesAmongAllAttributes(t *testing.T) {
	o := mappingOptions()
	o.Include = record.NewPatterns([]string{"k8s.*", "keep"})
	o.Static = []metadata.Fact{{Key: "team", Value: "a"}}
	got := mapOne(t, o, record.Flush{}, podRecord(pod(), corpus.Str("keep"), corpus.Str("1"), corpus.Str("other"), corpus.Str("2"), corpus.Str("level"), corpus.Str("warning")))
	wantAttributes(t, got, attributes{"content": "hello", "loglevel": "WARN", "keep": "1", "k8s.pod.name": "checkout-7d4b9c8f6d-x2x4z", "k8s.namespace.name": "shop", "k8s.pod.uid": "0a1b2c3d", "k8s.node.name": "node-1", "k8s.container.name": "server"})
}

func TestJSONInALineIsTakenApartOnRequest(t *testing.T) {
	o := mappingOptions()
	o.ParseJSON = true
	for line, want := range map[string]attributes{
		`{"level":"error","msg":"boom","n":1.5,"ok":true,"deep":{"a":[1,2]},"traceId":"0af7651916cd43dd8448eb211c80319c","logger":"l"}`: {
			"content": "boom", "loglevel": "ERROR", "n": 1.5, "ok": true, "deep.a": []any{1.0, 2.0}, "trace_id": "0af7651916cd43dd8448eb211c80319c", "log.logger": "l"},
		`{"level":30,"a":"b"}`: {"content": `{"level":30,"a":"b"}`, "loglevel": "INFO", "log.raw_level": 30.0, "a": "b"},
		`{"message":""}`:       {"content": `{"message":""}`, "message": ""},
		`{"log":"\u00e4","x":`: {"content": `{"log":"\u00e4","x":`},
		`plain`:                {"content": "plain"},
		`[1]`:                  {"content": "[1]"},
		`{"message":"a","message":"b","stream":"own","kubernetes":{"pod_name":"p"}}`: {"content": "a", "message": "b", "stream": "own", "kubernetes.pod_name": "p"},
	} {
		wantAttributes(t, mapOne(t, o, record.Flush{}, text("log", line)), want)
	}
	got := mapOne(t, o, record.Flush{}, podRecord(pod(), corpus.Str("n"), corpus.Int(7)))
	wantAttributes(t, got, plus(podAttributes(), "n", 7.0))
}

func TestControlSequencesAreTakenOutOnRequest(t *testing.T) {
	o := mappingOptions()
	o.StripANSI = true
	for line, want := range map[string]string{
		"\x1b[31mred\x1b[0m and \x1b[1;4mbold\x1b[m": "red and bold",
		"\x1b]8;;http://x\x07link\x1b]8;;\x1b\\":     "link",
		"\x1b(Btext\x1b=":                            "text",
		"open \x1b[31":                               "open \x1b[31",
		"\x1b":                                       "\x1b",
		"\x1b[31\xff":                                "\x1b[31\uFFFD",
		"none":                                       "none",
	} {
		if got := mapOne(t, o, record.Flush{}, text("log", line)); got["content"] != want {
			t.Errorf("%q became %q, want %q", line, got["content"], want)
		}
	}
	if got := mapOne(t, mappingOptions(), record.Flush{}, text("log", "\x1b[31mred")); got["content"] != "\x1b[31mred" {
		t.Errorf("unasked: %q", got["content"])
	}
}

func TestSectionsOfOneAgentAreTakenOutOfTheLineOnRequest(t *testing.T) {
	o := mappingOptions()
	o.Sources |= record.DTSection
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	for line, want := range map[string]attributes{
		"[!dt dt.trace_id=" + trace + ",dt.span_id=" + span + ",dt.trace_sampled=true] hello": {"content": "hello", "trace_id": trace, "span_id": span, "dt.trace_id": trace, "dt.span_id": span, "dt.trace_sampled": "true"},
		"hello [!dt a=b, c=d=e,f] world": {"content": "hello world", "a": "b", "c": "d=e"},
		"a [!dt x=1] b [!dt x=2]":        {"content": "a b", "x": "1", "overwritten1.x": "2"},
		"open [!dt a=b":                  {"content": "open [!dt a=b"},
		"[!dt ]":                         {"content": ""},
	} {
		wantAttributes(t, mapOne(t, o, record.Flush{}, text("log", line)), want)
	}
}

func TestTheMetadataOfAnOTLPRecordCounts(t *testing.T) {
	s := corpus.Str
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	bin := func(hexText string) corpus.Value {
		var b []byte
		for i := 0; i < len(hexText); i += 2 {
			var c byte
			fmt.Sscanf(hexText[i:i+2], "%02x", &c)
			b = append(b, c)
		}
		return corpus.Bin(b)
	}
	meta := func(pairs ...corpus.Value) corpus.Value { return corpus.Map(s("otlp"), corpus.Map(pairs...)) }
	for name, c := range map[string]struct {
		meta, body corpus.Value
		want       attributes
	}{
		"severity, ids, attributes": {
			meta(s("observed_timestamp"), corpus.Int(1), s("severity_number"), corpus.Int(17), s("severity_text"), s("Error"), s("attributes"), corpus.Map(s("http.status"), corpus.Int(500), s("m"), text("a", "b")), s("trace_id"), bin(trace), s("span_id"), bin(span), s("trace_flags"), corpus.Int(1), s("event_name"), s("checkout")),
			text("log", "x"),
			attributes{"content": "x", "loglevel": "ERROR", "http.status": 500.0, "m.a": "b", "trace_id": trace, "span_id": span, "event.name": "checkout"}},
		"a number alone":            {meta(s("severity_number"), corpus.Int(13)), text("log", "x"), attributes{"content": "x", "loglevel": "WARN", "log.raw_level": 13.0}},
		"a text that is no level":   {meta(s("severity_number"), corpus.Int(21), s("severity_text"), s("Hm")), text("log", "x"), attributes{"content": "x", "loglevel": "EMERGENCY", "log.raw_level": "Hm"}},
		"better than a field":       {meta(s("severity_text"), s("WARN")), text("log", "x", "level", "error"), attributes{"content": "x", "loglevel": "WARN", "level": "error"}},
		"ids as text":               {meta(s("trace_id"), s(trace), s("span_id"), s(span)), text("log", "x", "trace_id", "mine"), attributes{"content": "x", "trace_id": trace, "span_id": span, "overwritten1.trace_id": "mine"}},
		"no number, no text":        {meta(s("severity_number"), corpus.Int(0), s("severity_text"), s("")), text("log", "x"), attributes{"content": "x"}},
		"hostile":                   {meta(s("severity_number"), s("x"), s("severity_text"), corpus.Int(1), s("attributes"), s("none"), s("trace_id"), corpus.Array(s("a"))), text("log", "x"), attributes{"content": "x"}},
		"metadata of somebody else": {corpus.Map(s("a"), corpus.Map(s("b"), s("c"))), text("log", "x"), attributes{"content": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			data := corpus.AppendEvent(nil, corpus.EventTime(1700000000, 0), c.meta, c.body)
			wantAttributes(t, mapAll(t, mappingOptions(), record.Flush{}, data)[0], c.want)
		})
	}
}

func TestPatterns(t *testing.T) {
	for pattern, c := range map[string]struct{ yes, no []string }{
		"app":   {[]string{"app"}, []string{"apps", "ap", ""}},
		"*":     {[]string{"", "x"}, nil},
		"a*":    {[]string{"a", "ab"}, []string{"b", ""}},
		"*a":    {[]string{"a", "ba"}, []string{"ab"}},
		"a*a":   {[]string{"aa", "aba"}, []string{"a"}},
		"a*b*c": {[]string{"abc", "axbxc", "abbc"}, []string{"acb", "ac"}},
		"*b*":   {[]string{"b", "abc"}, []string{"ac"}},
		"a**c":  {[]string{"ac", "abc"}, []string{"ab"}},
	} {
		p := record.NewPatterns([]string{"never", pattern})
		for _, key := range c.yes {
			if !p.Match([]byte(key)) {
				t.Errorf("%q does not match %q", pattern, key)
			}
		}
		for _, key := range c.no {
			if p.Match([]byte(key)) {
				t.Errorf("%q matches %q", pattern, key)
			}
		}
	}
}

func TestAKernelMessageIsKnownByTheBootID(t *testing.T) {
	got := mapOne(t, mappingOptions(), record.Flush{}, text("boot_id", "5f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6", "transport", "kernel", "syslog_identifier", "kernel", "priority", "4", "hostname", "h", "message", "x"))
	wantAttributes(t, got, attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "4", "log.source": "kernel", "host.name": "h"})
}

func TestAHeaderOfManyAttributesLeavesRoomInTheSmallestRecord(t *testing.T) {
	o := mappingOptions()
	o.Limits.Attributes, o.InHeader = 3, true
	for i := range 100 {
		o.Static = append(o.Static, metadata.Fact{Key: fmt.Sprint("static", i), Value: "x"})
	}
	got := mapOne(t, o, record.Flush{}, text("log", "x", "static7", "mine", "static8", "mine", "a", "b", "c", "d"))
	wantAttributes(t, got, attributes{"content": "x", "overwritten1.static7": "mine", "overwritten1.static8": "mine", "a": "b"})
}

func TestWhatTravelsInAHeaderIsAddedForADeadLetter(t *testing.T) {
	o := mappingOptions()
	o.InHeader, o.Static = true, []metadata.Fact{{Key: "team", Value: "a"}}
	m := record.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(event(text("log", "x", "team", "mine")))
	r.Next(&ev)
	m.Map(&ev, &rec)
	m.AddHeader(&rec)
	if got := string(new(encode.JSON).Append(nil, &rec)); !strings.HasSuffix(got, `"content":"x","overwritten1.team":"mine","team":"a"}`) {
		t.Errorf("got %s", got)
	}
}
