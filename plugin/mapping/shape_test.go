package mapping_test

import (
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

func TestMapper_ShapesThatAreNotWhatAMappingExpectsPassThrough(t *testing.T) {
	s := corpus.Str
	for name, c := range map[string]struct {
		body corpus.Value
		want attributes
	}{
		"kubernetes is a text":      {corpus.Map(s("log"), s("x"), s("kubernetes"), s("rocks")), attributes{"content": "x", "kubernetes": "rocks"}},
		"kubernetes is empty":       {corpus.Map(s("log"), s("x"), s("kubernetes"), corpus.Map()), attributes{"content": "x", "kubernetes": "{}"}},
		"kubernetes is another map": {corpus.Map(s("log"), s("x"), s("kubernetes"), text("a", "b")), attributes{"content": "x", "kubernetes.a": "b"}},
		"a pod with texts where maps belong": {
			podRecord(pod(s("labels"), s("none"), s("annotations"), corpus.Array(s("a")), s("ownerReferences"), text("kind", "x"))), plus(podAttributes(), "kubernetes.labels", "none", "kubernetes.annotations", `["a"]`, "kubernetes.ownerReferences.kind", "x")},
		"a pod with maps where texts belong": {
			podRecord(corpus.Map(s("pod_name"), s("p"), s("namespace_name"), text("a", "b"), s("docker_id"), corpus.Int(7), s("container_image"), corpus.Nil())),
			attributes{"content": "hello", "log.iostream": "stderr", "log.source": "Container Output", "k8s.pod.name": "p", "k8s.workload.kind": "pod", "k8s.workload.name": "p",
				"kubernetes.namespace_name.a": "b", "kubernetes.docker_id": 7.0}},
		"what the filter says of a namespace and nobody knows": {podRecord(pod(), s("kubernetes_namespace"), corpus.Map(s("name"), s("shop"), s("labels"), s("none"), s("uid"), s("1-2"))),
			plus(podAttributes(), "kubernetes_namespace.labels", "none", "kubernetes_namespace.uid", "1-2")},
		"names as of journald, of somebody else": {text("log", "uid", "_ID", "42", "_TENANT_ID", "acme", "systemd_unit", "u", "namespace", "n", "transport", "t"),
			attributes{"content": "uid", "_ID": "42", "_TENANT_ID": "acme", "systemd_unit": "u", "namespace": "n", "transport": "t"}},
		"a PRIORITY of somebody else": {text("log", "x", "PRIORITY", "1"), attributes{"content": "x", "PRIORITY": "1"}},
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
		t.Run(name, func(t *testing.T) { wantAttributes(t, mapOne(t, mappingOptions(), mapping.Flush{}, c.body), c.want) })
	}
}
