package mapping_test

import (
	"strings"
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

// ownedBy is an owner as the API server writes it.
func ownedBy(version, kind, name string, controls bool) corpus.Value {
	s := corpus.Str
	pairs := []corpus.Value{s("apiVersion"), s(version), s("kind"), s(kind), s("name"), s(name), s("uid"), s("6e3f")}
	if controls {
		pairs = append(pairs, s("controller"), corpus.Bool(true), s("blockOwnerDeletion"), corpus.Bool(true))
	}
	return corpus.Map(pairs...)
}

// TestMapper_AWorkloadIsTheOneThatTheOperatorNames follows findRootOwner of Dynatrace's Operator
// (pkg/webhook/mutation/pod/workload).
func TestMapper_AWorkloadIsTheOneThatTheOperatorNames(t *testing.T) {
	const none = ""
	controlled := func(version, kind, name string) corpus.Value { return corpus.Array(ownedBy(version, kind, name, true)) }
	var no corpus.Value
	for name, c := range map[string]struct {
		pod                 string
		owners              corpus.Value
		labels, annotations []string
		kind, workload      string
	}{
		"Deployment": {"shop-6f7d8c9b5d-x2kqz", controlled("apps/v1", "ReplicaSet", "shop-6f7d8c9b5d"), []string{"pod-template-hash", "6f7d8c9b5d"}, nil, "deployment", "shop"},
		"Argo Rollout": {"shop-6f7d8c9b5d-x2kqz", controlled("apps/v1", "ReplicaSet", "shop-6f7d8c9b5d"),
			[]string{"rollouts-pod-template-hash", "6f7d8c9b5d"}, nil, "replicaset", "shop-6f7d8c9b5d"},
		"ReplicaSet of its own":                                 {"web-frntnd-x2kqz", controlled("apps/v1", "ReplicaSet", "web-frntnd"), []string{"app", "web"}, nil, "replicaset", "web-frntnd"},
		"ReplicaSet of its own with a name like a Deployment's": {"web-6f7d8c9b5d-x2kqz", controlled("apps/v1", "ReplicaSet", "web-6f7d8c9b5d"), []string{"app", "web"}, nil, "replicaset", "web-6f7d8c9b5d"},
		"ReplicaSet with a hash that is not in its name":        {"web-x2kqz", controlled("apps/v1", "ReplicaSet", "web"), []string{"pod-template-hash", "6f7d8c9b5d"}, nil, "replicaset", "web"},
		"labels off, a ReplicaSet with a hash":                  {"shop-6f7d8c9b5d-x2kqz", controlled("apps/v1", "ReplicaSet", "shop-6f7d8c9b5d"), nil, nil, "deployment", "shop"},
		"labels off, a ReplicaSet without a hash":               {"web-frntnd-x2kqz", controlled("apps/v1", "ReplicaSet", "web-frntnd"), nil, nil, "replicaset", "web-frntnd"},
		"static pod":                              {"kube-proxy-node-a", controlled("v1", "Node", "node-a"), []string{"component", "kube-proxy"}, nil, "pod", "kube-proxy-node-a"},
		"custom resource":                         {"es-0", controlled("elasticsearch.k8s.elastic.co/v1", "Elasticsearch", "es"), nil, nil, "pod", "es-0"},
		"StatefulSet of a custom resource":        {"es-0", controlled("apps/v1", "StatefulSet", "es"), nil, nil, "statefulset", "es"},
		"a StatefulSet of another group":          {"db-0", controlled("apps.kruise.io/v1beta1", "StatefulSet", "db"), []string{"statefulset.kubernetes.io/pod-name", "db-0"}, nil, "pod", "db-0"},
		"a Job of another group":                  {"train-0", controlled("batch.volcano.sh/v1alpha1", "Job", "train"), nil, nil, "pod", "train-0"},
		"a pod of a pod":                          {"pi-exec-1", controlled("v1", "Pod", "pi-driver"), nil, nil, "pod", "pi-exec-1"},
		"an owner that does not control":          {"web-3-deploy", corpus.Array(ownedBy("v1", "ReplicationController", "web-3", false)), nil, nil, "pod", "web-3-deploy"},
		"the second owner controls":               {"db-0", corpus.Array(ownedBy("example.com/v1", "Other", "o", false), ownedBy("apps/v1", "StatefulSet", "db", true)), nil, nil, "statefulset", "db"},
		"an owner that was cut down":              {"db-0", corpus.Array(text("kind", "StatefulSet", "name", "db")), nil, nil, "statefulset", "db"},
		"DaemonSet":                               {"agent-x2kqz", controlled("apps/v1", "DaemonSet", "agent"), nil, nil, "daemonset", "agent"},
		"CronJob":                                 {"report-28333300-x2kqz", controlled("batch/v1", "Job", "report-28333300"), nil, nil, "cronjob", "report"},
		"Job":                                     {"migrate-x2kqz", controlled("batch/v1", "Job", "migrate"), nil, nil, "job", "migrate"},
		"DeploymentConfig by label":               {"web-3-x2kqz", controlled("v1", "ReplicationController", "web-3"), []string{"deploymentconfig", "web", "deployment", "web-3"}, nil, "deploymentconfig", "web"},
		"DeploymentConfig by annotation":          {"web-3-x2kqz", controlled("v1", "ReplicationController", "web-3"), nil, []string{"openshift.io/deployment-config.name", "web"}, "deploymentconfig", "web"},
		"ReplicationController of its own":        {"web-3-x2kqz", controlled("v1", "ReplicationController", "web-3"), []string{"app", "web"}, nil, "replicationcontroller", "web-3"},
		"ReplicationController with a plain name": {"web-x2kqz", controlled("v1", "ReplicationController", "web"), nil, nil, "replicationcontroller", "web"},
		"ReplicationController that can be both":  {"web-3-x2kqz", controlled("v1", "ReplicationController", "web-3"), nil, nil, none, none},

		"no owners: bare pod":                                         {"debug", no, nil, nil, "pod", "debug"},
		"no owners: bare pod with labels":                             {"debug", no, []string{"run", "debug"}, nil, "pod", "debug"},
		"no owners: static pod of a node with a random name":          {"etcd-node-x2kqz", no, []string{"tier", "control-plane"}, []string{"kubernetes.io/config.mirror", "0d1e"}, "pod", "etcd-node-x2kqz"},
		"no owners: static pod":                                       {"etcd-node-a", no, []string{"tier", "control-plane"}, []string{"kubernetes.io/config.mirror", "0d1e"}, "pod", "etcd-node-a"},
		"no owners: static pod of node-1":                             {"etcd-node-1", no, nil, []string{"kubernetes.io/config.mirror", "0d1e"}, "pod", "etcd-node-1"},
		"no owners: Deployment":                                       {"shop-6f7d8c9b5d-x2kqz", no, []string{"pod-template-hash", "6f7d8c9b5d"}, nil, "deployment", "shop"},
		"no owners: Argo Rollout":                                     {"shop-6f7d8c9b5d-x2kqz", no, []string{"rollouts-pod-template-hash", "6f7d8c9b5d"}, nil, "replicaset", "shop-6f7d8c9b5d"},
		"no owners, no labels":                                        {"shop-6f7d8c9b5d-x2kqz", no, nil, nil, none, none},
		"no owners: StatefulSet":                                      {"db-0", no, []string{"statefulset.kubernetes.io/pod-name", "db-0", "controller-revision-hash", "db-6b9f7c5d4"}, nil, "statefulset", "db"},
		"no owners: a Kafka pod that is labeled like a StatefulSet's": {"kafka-0", no, []string{"statefulset.kubernetes.io/pod-name", "kafka-0", "strimzi.io/controller", "strimzipodset"}, nil, none, none},
		"no owners: a numbered pod without such labels":               {"acid-1", no, []string{"application", "spilo"}, nil, "pod", "acid-1"},
		"no owners: a numbered pod, labels off":                       {"acid-1", no, nil, nil, none, none},
		"no owners: DaemonSet":                                        {"agent-x2kqz", no, []string{"controller-revision-hash", "799cf7dd5b", "pod-template-generation", "3"}, nil, "daemonset", "agent"},
		"no owners: Job":                                              {"migrate-x2kqz", no, []string{"job-name", "migrate", "batch.kubernetes.io/job-name", "migrate"}, nil, "job", "migrate"},
		"no owners: CronJob":                                          {"report-28333300-x2kqz", no, []string{"batch.kubernetes.io/job-name", "report-28333300"}, nil, "cronjob", "report"},
		"no owners: DeploymentConfig":                                 {"web-3-x2kqz", no, []string{"deploymentconfig", "web", "deployment", "web-3"}, nil, "deploymentconfig", "web"},
		"no owners: a name that is cut":                               {strings.Repeat("a", 58) + "x2kqz", no, []string{"pod-template-hash", "6f7d8c9b5d"}, nil, none, none},
	} {
		t.Run(name, func(t *testing.T) {
			s := corpus.Str
			k := []corpus.Value{s("pod_name"), s(c.pod), s("namespace_name"), s("shop")}
			if c.labels != nil {
				k = append(k, s("labels"), text(c.labels...))
			}
			if c.annotations != nil {
				k = append(k, s("annotations"), text(c.annotations...))
			}
			if c.owners != nil {
				k = append(k, s("ownerReferences"), c.owners)
			}
			got := mapOne(t, mappingOptions(), mapping.Flush{}, corpus.Map(s("log"), s("x"), s("kubernetes"), corpus.Map(k...)))
			want := attributes{"content": "x", "k8s.pod.name": c.pod, "k8s.namespace.name": "shop", "log.source": "Container Output"}
			if c.kind != none {
				want["k8s.workload.kind"], want["k8s.workload.name"] = c.kind, c.workload
			}
			wantAttributes(t, got, want)
		})
	}
}
