package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"out_dynatrace/test/corpus"
)

// kubePod is a pod with one container, as Kubernetes knows it.
type kubePod struct {
	name, namespace, uid, node, ip string
	labels, annotations            map[string]string
	owners                         []kubeOwner
	container, containerID         string
	image, imageID                 string // as the status of the container has them
}

type kubeOwner struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
	Controller bool   `json:"controller,omitempty"`
}

type kubeNamespace struct {
	name                string
	labels, annotations map[string]string
}

// logFile returns the name of the container's log in /var/log/containers. The kubernetes filter
// finds the pod by it.
func (p *kubePod) logFile() string {
	return p.name + "_" + p.namespace + "_" + p.container + "-" + p.containerID + ".log"
}

// object returns the pod as the API does, reduced to what the kubernetes filter reads.
func (p *kubePod) object() any {
	metadata := map[string]any{"name": p.name, "namespace": p.namespace, "uid": p.uid}
	if p.labels != nil {
		metadata["labels"] = p.labels
	}
	if p.annotations != nil {
		metadata["annotations"] = p.annotations
	}
	if p.owners != nil {
		metadata["ownerReferences"] = p.owners
	}
	return map[string]any{
		"kind": "Pod", "apiVersion": "v1", "metadata": metadata,
		"spec": map[string]any{
			"nodeName": p.node, "containers": []any{map[string]any{"name": p.container, "image": p.image}},
		},
		"status": map[string]any{
			"podIP": p.ip,
			"containerStatuses": []any{map[string]any{
				"name": p.container, "image": p.image, "imageID": p.imageID, "containerID": "containerd://" + p.containerID,
			}},
		},
	}
}

// fields returns the map that the kubernetes filter makes of the pod with owner_references on
// (plugins/filter_kubernetes/kube_meta.c).
func (p *kubePod) fields() corpus.Value {
	pairs := []corpus.Value{
		corpus.Str("pod_name"), corpus.Str(p.name), corpus.Str("namespace_name"), corpus.Str(p.namespace),
		corpus.Str("pod_id"), corpus.Str(p.uid),
	}
	add := func(key string, value corpus.Value) { pairs = append(pairs, corpus.Str(key), value) }
	if p.labels != nil {
		add("labels", stringMap(p.labels))
	}
	if p.annotations != nil {
		add("annotations", stringMap(p.annotations))
	}
	if p.owners != nil {
		var owners []corpus.Value
		for _, o := range p.owners {
			owner := []corpus.Value{
				corpus.Str("apiVersion"), corpus.Str(o.APIVersion), corpus.Str("kind"), corpus.Str(o.Kind),
				corpus.Str("name"), corpus.Str(o.Name), corpus.Str("uid"), corpus.Str(o.UID),
			}
			if o.Controller {
				owner = append(owner, corpus.Str("controller"), corpus.Bool(true))
			}
			owners = append(owners, corpus.Map(owner...))
		}
		add("ownerReferences", corpus.Array(owners...))
	}
	for _, pair := range [][2]string{
		{"host", p.node}, {"pod_ip", p.ip}, {"container_name", p.container}, {"docker_id", p.containerID},
		{"container_hash", p.imageID}, {"container_image", p.image},
	} {
		if pair[1] != "" {
			add(pair[0], corpus.Str(pair[1]))
		}
	}
	return corpus.Map(pairs...)
}

// fields returns the map kubernetes_namespace.
func (n *kubeNamespace) fields() corpus.Value {
	return corpus.Map(corpus.Str("name"), corpus.Str(n.name), corpus.Str("labels"), stringMap(n.labels),
		corpus.Str("annotations"), stringMap(n.annotations))
}

func stringMap(m map[string]string) corpus.Value {
	var pairs []string
	for key, value := range m {
		pairs = append(pairs, key, value)
	}
	return corpus.Fields(pairs...)
}

// kubeAPI is the part of a Kubernetes API server that the kubernetes filter uses.
type kubeAPI struct {
	url, tokenFile string

	mu      sync.Mutex
	objects map[string]any // by path
	missed  []string       // paths that were asked for in vain
}

// startKubeAPI serves a namespace and its pods to clients with the token.
func startKubeAPI(t *testing.T, namespace *kubeNamespace, pods []*kubePod) *kubeAPI {
	t.Helper()
	token := "kube-" + strings.Repeat("0123456789abcdef", 4)
	api := &kubeAPI{tokenFile: filepath.Join(tempDir(t), "token"), objects: map[string]any{}}
	if err := os.WriteFile(api.tokenFile, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/namespaces/" + namespace.name
	api.objects[path] = map[string]any{"kind": "Namespace", "apiVersion": "v1", "metadata": map[string]any{
		"name": namespace.name, "uid": "0d6f1f1e-8c2b-4f6e-9a55-3c1f0e5d7a10", "labels": namespace.labels, "annotations": namespace.annotations,
	}}
	for _, pod := range pods {
		api.objects[path+"/pods/"+pod.name] = pod.object()
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			api.miss(r.URL.Path + " without the token")
			return
		}
		object, known := api.objects[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			api.miss(r.URL.Path)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(object)
	}))
	t.Cleanup(server.Close)
	api.url = server.URL
	return api
}

func (api *kubeAPI) miss(path string) {
	api.mu.Lock()
	defer api.mu.Unlock()
	api.missed = append(api.missed, path)
}

// wantNothingMissed fails the test if a request found nothing.
func (api *kubeAPI) wantNothingMissed(t *testing.T) {
	t.Helper()
	api.mu.Lock()
	defer api.mu.Unlock()
	if len(api.missed) > 0 {
		t.Errorf("the API server did not answer: %v", api.missed)
	}
}
