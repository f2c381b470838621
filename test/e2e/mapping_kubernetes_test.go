package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// shopNamespace has annotations as a team would set them; those of a pod win.
var shopNamespace = kubeNamespace{
	name:   "shop",
	labels: map[string]string{"kubernetes.io/metadata.name": "shop", "domain": "retail"},
	annotations: map[string]string{
		"metadata.dynatrace.com/dt.cost.costcenter":  "namespace",
		"metadata.dynatrace.com/dt.security_context": "namespace",
		"metadata.dynatrace.com/dt.cost.product":     "web-shop",
		"scheduler.example.com/pool":                 "blue",
	},
}

// kubeScene is a pod and what is expected of its lines. workload follows from the owner; annotated
// has the attributes of the pod's Dynatrace annotations, besides those of the namespace.
type kubeScene struct {
	kubePod
	workload, annotated, image fields
	labelled                   bool // whether labels tell the workload too, as those of deployments and jobs do
}

const (
	digestA = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	digestB = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
)

// kubeScenes are pods of each kind of workload that owns its pods in its own way.
func kubeScenes() []*kubeScene {
	pod := func(name, uid string, labels, annotations map[string]string, container, image, imageID string, owners ...kubeOwner) kubePod {
		return kubePod{
			name: name, namespace: shopNamespace.name, uid: uid, node: "node-07.example.com", ip: "198.51.100.23",
			labels: labels, annotations: annotations, owners: owners,
			container: container, containerID: strings.Repeat(uid[:8], 8), image: image, imageID: imageID,
		}
	}
	owner := func(kind, name string) kubeOwner {
		api := "apps/v1"
		if kind == "Job" {
			api = "batch/v1"
		}
		return kubeOwner{api, kind, name, "5b1d7c1e-2f0a-4d57-8d3c-6d2a4c1b9e77", true}
	}
	return []*kubeScene{
		{
			// A deployment, with single annotations above the Operator's JSON above those of the
			// namespace.
			kubePod: pod("checkout-6c8f7d9b5c-x2v4q", "a1f2c3d4-0b1c-4e2d-9f3a-7c6b5a493827",
				map[string]string{
					"app.kubernetes.io/name": "checkout", "app.kubernetes.io/version": "1.4.2", "app.kubernetes.io/part-of": "web-shop",
					"pod-template-hash": "6c8f7d9b5c", "team": "cash",
				},
				map[string]string{
					"metadata.dynatrace.com":                     `{"dt.security_context":"json","dt.cost.costcenter":"json","k8s.namespace.label.domain":"retail"}`,
					"metadata.dynatrace.com/dt.security_context": "pod",
					"metadata.dynatrace.com/service.name":        "checkout-service",
					"build.example.com/commit":                   "4f2a9c1",
				}, "checkout", "registry.example.com:5000/shop/checkout:1.4.2", "registry.example.com/shop/checkout@"+digestA,
				owner("ReplicaSet", "checkout-6c8f7d9b5c")),
			workload: fields{"k8s.workload.kind": "deployment", "k8s.workload.name": "checkout"},
			labelled: true,
			annotated: fields{
				"dt.security_context": "pod", "dt.cost.costcenter": "json", "k8s.namespace.label.domain": "retail", "service.name": "checkout-service",
			},
			image: fields{
				"container.image.name": "registry.example.com:5000/shop/checkout", "container.image.version": "1.4.2", "container.image.digest": digestA,
			},
		},
		{
			// A stateful set whose image has a digest and no tag.
			kubePod: pod("ledger-db-0", "b2e3d4c5-1c2d-4f3e-8a4b-6d7c8b5a4938",
				map[string]string{"app.kubernetes.io/name": "ledger-db"}, nil,
				"postgres", "docker.io/library/postgres@"+digestB, "docker.io/library/postgres@"+digestB, owner("StatefulSet", "ledger-db")),
			workload: fields{"k8s.workload.kind": "statefulset", "k8s.workload.name": "ledger-db"},
			image:    fields{"container.image.name": "docker.io/library/postgres", "container.image.digest": digestB},
		},
		{
			// A job of a cron job; the annotation is not JSON, and counts for nothing.
			kubePod: pod("report-29398020-k7wlz", "c3d4e5f6-2d3e-4a4f-9b5c-5e6d7c8b9a4b",
				map[string]string{"job-name": "report-29398020"}, map[string]string{"metadata.dynatrace.com": `{"dt.cost.product":`},
				"report", "report:2026.11", "", owner("Job", "report-29398020")),
			workload: fields{"k8s.workload.kind": "cronjob", "k8s.workload.name": "report"},
			labelled: true,
			image:    fields{"container.image.name": "report", "container.image.version": "2026.11"},
		},
		{
			// A daemon set keeps its name, though it ends as that of a replica set does.
			kubePod: pod("node-exporter-z5x9b", "d4c5b6a7-3e4f-4b5a-8c6d-4f5e6d7c8b9a", nil, nil,
				"exporter", "quay.example.com/exporter:v1", "quay.example.com/exporter@"+digestB, owner("DaemonSet", "node-exporter")),
			workload: fields{"k8s.workload.kind": "daemonset", "k8s.workload.name": "node-exporter"},
			image:    fields{"container.image.name": "quay.example.com/exporter", "container.image.version": "v1", "container.image.digest": digestB},
		},
	}
}

// kubeLine is a line of a container's log.
type kubeLine struct {
	stream, content string
	parts           []string // as the runtime cuts content into; nil for one
}

func kubeLines(of *kubeScene) []kubeLine {
	long := strings.Repeat("0123456789abcdef", 1024) // the runtime cuts at 16 KiB
	return []kubeLine{
		{stream: "stdout", content: of.container + " GET /cart 200"},
		{stream: "stderr", content: `{"level":"error","app":"` + of.container + `","msg":"no stock","trace_id":"0af7651916cd43dd8448eb211c80319c"}`},
		{stream: "stdout", content: of.container + " " + long + "end", parts: []string{of.container + " " + long, "end"}},
	}
}

// writeCRI writes lines as containerd does, each with its own time.
func writeCRI(t *testing.T, path string, lines []kubeLine, first time.Time) {
	t.Helper()
	var text bytes.Buffer
	for i, l := range lines {
		parts := l.parts
		if parts == nil {
			parts = []string{l.content}
		}
		for n, part := range parts {
			flag := "P"
			if n == len(parts)-1 {
				flag = "F"
			}
			fmt.Fprintf(&text, "%s %s %s %s\n", kubeTime(first, i).Format("2006-01-02T15:04:05.000000000Z07:00"), l.stream, flag, part)
		}
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// kubeTime returns the time of the i-th line.
func kubeTime(first time.Time, i int) time.Time {
	return first.Add(time.Duration(i)*time.Second + 123456*time.Nanosecond)
}

// kubeOptions are the options of the output.
var kubeOptions = []string{
	"k8s_cluster_name", "prod-eu", "k8s_cluster_uid", "6f1a2b3c-4d5e-4f60-8172-93a4b5c6d7e8",
	"k8s_cluster_entity", "KUBERNETES_CLUSTER-0123456789ABCDEF",
	"k8s_labels", "app.kubernetes.io/*,domain", "k8s_annotations", "build.example.com/*,scheduler.example.com/pool", "path_key", "file",
}

// kubeExtras are fields that are sent on request only.
const kubeExtras = "auto,k8s_deprecated,k8s_pod_ip,k8s_service"

// extras returns the fields of the pod that kubeExtras asks for, except the workload's.
func (scene *kubeScene) extras() fields {
	extras := fields{"dt.kubernetes.cluster.name": "prod-eu", "dt.kubernetes.cluster.id": "6f1a2b3c-4d5e-4f60-8172-93a4b5c6d7e8"}
	for label, name := range map[string]string{"name": "service.name", "version": "service.version", "part-of": "service.namespace"} {
		if value, labelled := scene.labels["app.kubernetes.io/"+label]; labelled {
			extras[name] = value
		}
	}
	return extras
}

// wantKube returns the records expected of the pods' lines. known says that the filter reports
// owners, addresses and namespaces.
func wantKube(scenes []*kubeScene, first time.Time, dir string, extras, known bool) map[string]fields {
	want := map[string]fields{}
	for _, scene := range scenes {
		record := fields{
			"log.source": "Container Output", "k8s.cluster.name": "prod-eu", "k8s.cluster.uid": "6f1a2b3c-4d5e-4f60-8172-93a4b5c6d7e8",
			"dt.entity.kubernetes_cluster": "KUBERNETES_CLUSTER-0123456789ABCDEF",
			"k8s.namespace.name":           scene.namespace, "k8s.pod.name": scene.name, "k8s.pod.uid": scene.uid, "k8s.node.name": scene.node,
			"k8s.container.name": scene.container, "container.id": scene.containerID,
			"log.file.path": filepath.Join(dir, scene.logFile()), "log.file.name": scene.logFile(),
		}
		if known {
			record = record.with(fields{
				"dt.security_context": "namespace", "dt.cost.costcenter": "namespace", "dt.cost.product": "web-shop",
				"k8s.namespace.label.domain": "retail", "k8s.namespace.annotation.scheduler.example.com/pool": "blue",
			})
		}
		if known || scene.labelled {
			maps.Copy(record, scene.workload)
		}
		maps.Copy(record, scene.image)
		if extras {
			maps.Copy(record, scene.extras())
			if known {
				record["k8s.pod.ip"] = scene.ip
			}
			if known || scene.labelled {
				record["dt.kubernetes.workload.kind"] = scene.workload["k8s.workload.kind"]
				record["dt.kubernetes.workload.name"] = scene.workload["k8s.workload.name"]
			}
		}
		maps.Copy(record, scene.annotated)
		for key, value := range scene.labels {
			if strings.HasPrefix(key, "app.kubernetes.io/") {
				record["k8s.pod.label."+key] = value
			}
		}
		for key, value := range scene.annotations {
			if strings.HasPrefix(key, "build.example.com/") {
				record["k8s.pod.annotation."+key] = value
			}
		}
		for i, line := range kubeLines(scene) {
			want[line.content] = record.with(fields{
				"log.iostream": line.stream, "timestamp": kubeTime(first, i).UTC().Format("2006-01-02T15:04:05.000000000Z"),
			})
		}
	}
	return want
}

// The lines come from the files of a container runtime, through tail and a kubernetes filter
// without Merge_Log, nest or modify; once with the default fields, once with the optional ones.
func TestKubernetes_LinesArriveWithPodAndWorkload(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, enrich := range []string{"auto", kubeExtras} {
			t.Run(a.name+", enrich "+enrich, func(t *testing.T) {
				t.Parallel()
				scenes := kubeScenes()
				d := newDestination(t)
				s := to(d, 1, append([]string{"enrich", enrich}, kubeOptions...)...)
				dir := filepath.Join(tempDir(t), "containers")
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				first := time.Now().Add(-time.Hour).Truncate(time.Second)
				known := a.since(t, 3, 2) // owners, namespaces and addresses
				want := wantKube(scenes, first, dir, enrich == kubeExtras, known)
				if a.real() {
					api := s.tailContainers(t, dir, scenes, first, known)
					defer api.wantNothingMissed(t)
				}
				r := a.start(t, s)
				if h, ok := r.(*hostRun); ok {
					for _, scene := range scenes {
						if err := h.Send(0, "kube."+scene.logFile(), kubeChunk(scene, dir, first)); err != nil {
							t.Fatal(err)
						}
					}
				}
				d.awaitStored(t, len(want))
				out := r.stop()
				d.wantStored(t, want)
				wantQuiet(t, out.lines, saysAnnotation)
				if n := len(with(out.lines, "warn", saysAnnotation)); n != 1 {
					t.Errorf("%d lines tell of the annotation that is no JSON, want 1:\n%s", n, show(out.lines))
				}
			})
		}
	}
}

// tailContainers writes the logs of the pods and lets the setup read them, with an API server that
// knows the pods. known says that the filter has the options for owners and namespaces.
func (s *setup) tailContainers(t *testing.T, dir string, scenes []*kubeScene, first time.Time, known bool) *kubeAPI {
	t.Helper()
	var pods []*kubePod
	for _, scene := range scenes {
		pods = append(pods, &scene.kubePod)
		writeCRI(t, filepath.Join(dir, scene.logFile()), kubeLines(scene), first)
	}
	api := startKubeAPI(t, &shopNamespace, pods)
	kubernetes := []string{
		"Match", "kube.*", "Kube_URL", api.url, "Kube_Token_File", api.tokenFile,
		"Kube_Tag_Prefix", "kube" + strings.ReplaceAll(dir, "/", ".") + ".", "Labels", "On", "Annotations", "On", "Buffer_Size", "0",
	}
	if known {
		kubernetes = append(kubernetes, "Owner_References", "On", "Namespace_Labels", "On", "Namespace_Annotations", "On")
	}
	s.pipeline = []part{
		input("tail", "Path", filepath.Join(dir, "*.log"), "Tag", "kube.*", "Path_Key", "file", "multiline.parser", "cri",
			"Read_From_Head", "on", "Buffer_Max_Size", "1M"),
		filter("kubernetes", kubernetes...),
	}
	return api
}

// kubeChunk returns the chunk that tail and the filter make of the lines.
func kubeChunk(scene *kubeScene, dir string, first time.Time) (chunk []byte) {
	for i, line := range kubeLines(scene) {
		at := kubeTime(first, i)
		chunk = corpus.AppendEvent(chunk, corpus.At(at), nil, corpus.Map(
			corpus.Str("file"), corpus.Str(filepath.Join(dir, scene.logFile())),
			corpus.Str("time"), corpus.Str(at.Format("2006-01-02T15:04:05.000000000Z07:00")),
			corpus.Str("stream"), corpus.Str(line.stream), corpus.Str("_p"), corpus.Str("F"), corpus.Str("log"), corpus.Str(line.content),
			corpus.Str("kubernetes"), scene.fields(), corpus.Str("kubernetes_namespace"), shopNamespace.fields(),
		))
	}
	return chunk
}
