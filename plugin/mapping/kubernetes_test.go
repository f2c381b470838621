package mapping_test

import (
	"maps"
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

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

func TestMapper_APodsRecordIsTiedToItsPod(t *testing.T) {
	s := corpus.Str
	for name, c := range map[string]struct {
		body corpus.Value
		want attributes
		set  func(*mapping.Options)
	}{
		"the plain shape": {podRecord(pod()), podAttributes(), nil},
		"labels and annotations are left out": {
			podRecord(pod(s("labels"), text("app", "checkout"), s("annotations"), text("checksum/config", "1"))), podAttributes(), nil},
		"labels and annotations that are asked for": {
			podRecord(pod(s("labels"), text("app", "checkout", "tier", "web", "secret", "x"), s("annotations"), text("a/b", "1", "c", "2"))),
			plus(podAttributes(), "k8s.pod.label.app", "checkout", "k8s.pod.label.tier", "web", "k8s.pod.annotation.a/b", "1"),
			func(o *mapping.Options) {
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
			podRecord(pod(s("ownerReferences"), owner("Job", "report-28333300"))),
			plus(podAttributes(), "k8s.workload.kind", "cronjob", "k8s.workload.name", "report"), nil},
		"a Job with a date": {
			podRecord(pod(s("ownerReferences"), owner("Job", "backup-20231114"))),
			plus(podAttributes(), "k8s.workload.kind", "job", "k8s.workload.name", "backup-20231114"), nil},
		"a Job of its own": {
			podRecord(pod(s("ownerReferences"), owner("Job", "migrate-2"))),
			plus(podAttributes(), "k8s.workload.kind", "job", "k8s.workload.name", "migrate-2"), nil},
		"the Deployment by labels alone": {
			podRecord(pod(s("labels"), text("pod-template-hash", "7d4b9c8f6d"))),
			plus(podAttributes(), "k8s.workload.kind", "deployment", "k8s.workload.name", "checkout"), nil},
		"a Job by labels alone": {
			podRecord(pod(s("labels"), text("job-name", "report-28333300"))),
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
			func(o *mapping.Options) {
				o.PodLabels, o.PodAnnotations = record.NewPatterns([]string{"*"}), record.NewPatterns([]string{"*"})
			}},
		"the cluster": {podRecord(pod()),
			plus(podAttributes(), "k8s.cluster.name", "c", "k8s.cluster.uid", "u", "dt.entity.kubernetes_cluster", "KUBERNETES_CLUSTER-1"),
			func(o *mapping.Options) {
				o.ClusterName, o.ClusterUID, o.ClusterEntity = "c", "u", "KUBERNETES_CLUSTER-1"
			}},
		"extras": {
			podRecord(pod(s("labels"), text("app.kubernetes.io/name", "shop-checkout", "app.kubernetes.io/version", "9", "app.kubernetes.io/part-of", "web"), s("ownerReferences"), owner("StatefulSet", "db"))),
			plus(podAttributes(), "k8s.pod.ip", "198.51.100.7", "service.name", "shop-checkout", "service.version", "9", "service.namespace", "web",
				"k8s.workload.kind", "statefulset", "k8s.workload.name", "db", "dt.kubernetes.workload.kind", "statefulset", "dt.kubernetes.workload.name", "db",
				"k8s.cluster.name", "c", "k8s.cluster.uid", "u", "dt.kubernetes.cluster.name", "c", "dt.kubernetes.cluster.id", "u"),
			func(o *mapping.Options) {
				o.Sources |= source.Named("k8s_pod_ip", "k8s_service", "k8s_deprecated")
				o.ClusterName, o.ClusterUID = "c", "u"
			}},
		"the former names say what the others do": {
			podRecord(pod(s("ownerReferences"), owner("StatefulSet", "db"), s("annotations"), text("metadata.dynatrace.com/k8s.workload.name", "named"))),
			plus(podAttributes(), "k8s.workload.kind", "statefulset", "k8s.workload.name", "named", "dt.kubernetes.workload.kind", "statefulset", "dt.kubernetes.workload.name", "named"),
			func(o *mapping.Options) { o.Sources |= source.Named("k8s_deprecated") }},
		"a label can be the level": {
			podRecord(pod(s("labels"), text("loglevel", "error"))), plus(podAttributes(), "loglevel", "ERROR"),
			func(o *mapping.Options) { o.LevelKeys = append(o.LevelKeys, "kubernetes.labels.loglevel") }},
		"no annotation is a level": {podRecord(pod(s("annotations"), text("metadata.dynatrace.com/severity", "critical-app", "metadata.dynatrace.com/level", "x"))), podAttributes(), nil},
		"another log source":       {podRecord(pod()), plus(podAttributes(), "log.source", "mine"), func(o *mapping.Options) { o.LogSource = "mine" }},
		"what the filter adds and nobody knows stays": {
			podRecord(pod(s("aws_entity_cluster"), s("c"), s("deep"), corpus.Map(s("a"), corpus.Array(corpus.Int(1), s("b"))))),
			plus(podAttributes(), "kubernetes.aws_entity_cluster", "c", "kubernetes.deep.a", `[1,"b"]`), nil},
		"a line of Docker loses its end": {
			corpus.Map(s("log"), s("hello\n"), s("stream"), s("stdout"), s("time"), s("2023-11-14T22:13:20Z"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout"), nil},
		"a time of another hour stays": {
			corpus.Map(s("log"), s("hello"), s("stream"), s("stdout"), s("time"), s("2023-11-14T22:28:20Z"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout", "time", "2023-11-14T22:28:20Z"), nil},
		"a time that is not the event's stays": {
			corpus.Map(s("log"), s("hello"), s("stream"), s("stdout"), s("time"), s("2023-11-14T22:13:21Z"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout", "time", "2023-11-14T22:13:21Z"), nil},
		"the parser cri has message and logtag": {
			corpus.Map(s("stream"), s("stdout"), s("logtag"), s("P"), s("message"), s("hello"), s("kubernetes"), pod()),
			plus(podAttributes(), "log.iostream", "stdout"), nil},
		"an image known by digest": {
			podRecord(corpus.Map(s("pod_name"), s("p"), s("container_image"), s("registry.example.com:5000/a@sha256:aa"))),
			attributes{"content": "hello", "log.iostream": "stderr", "log.source": "Container Output", "k8s.pod.name": "p", "k8s.workload.kind": "pod", "k8s.workload.name": "p", "container.image.name": "registry.example.com:5000/a", "container.image.digest": "sha256:aa"}, nil},
		"an image known by id": {
			podRecord(corpus.Map(s("pod_name"), s("p"), s("container_image"), s("sha256:aa"))),
			attributes{"content": "hello", "log.iostream": "stderr", "log.source": "Container Output", "k8s.pod.name": "p", "k8s.workload.kind": "pod", "k8s.workload.name": "p", "container.image.digest": "sha256:aa"}, nil},
		"with the mapping off all stays": {
			corpus.Map(s("log"), s("hello"), s("stream"), s("stdout"), s("kubernetes"), corpus.Map(s("pod_name"), s("p"))),
			attributes{"content": "hello", "stream": "stdout", "kubernetes.pod_name": "p"}, func(o *mapping.Options) { o.Sources = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			o := mappingOptions()
			if c.set != nil {
				c.set(&o)
			}
			wantAttributes(t, mapOne(t, o, mapping.Flush{}, c.body), c.want)
		})
	}
}
