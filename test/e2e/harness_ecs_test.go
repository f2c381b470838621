package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// ecsTask is a Fargate task with a container that logs and the log router.
type ecsTask struct {
	id, cluster, arn, family, revision string
	containerID, containerARN          string
}

const (
	ecsAccount = "123456789012"
	ecsRegion  = "eu-west-1"
)

func newECSTask() *ecsTask {
	id := "8f03ca18bd4f4ee5a5b7c2d1e0f93a64"
	arn := "arn:aws:ecs:" + ecsRegion + ":" + ecsAccount + ":"
	return &ecsTask{
		id: id, cluster: "shop-production", arn: arn + "task/shop-production/" + id, family: "shop-checkout", revision: "41",
		containerID: id + "-1527056392", containerARN: arn + "container/shop-production/" + id + "/0b9f4c3e-6a1d-4b3f-9f57-2d8c0e5a7b11",
	}
}

// modifier returns the fields that the record_modifier filter of the ECS agent adds.
func (e *ecsTask) modifier() []string {
	return []string{"ecs_cluster", e.cluster, "ecs_task_arn", e.arn, "ecs_task_definition", e.family + ":" + e.revision}
}

// ecsSecret stands in the log options of a container, which must not be shown.
const ecsSecret = "log-option-that-must-not-be-shown"

// taskMetadata is a task metadata endpoint (version 4) that counts its requests.
type taskMetadata struct {
	uri   string // for ECS_CONTAINER_METADATA_URI_V4
	asked atomic.Int64
}

// startTaskMetadata serves the task as Fargate does, with the ARN of the cluster.
func startTaskMetadata(t *testing.T, task *ecsTask) *taskMetadata {
	t.Helper()
	container := func(id, name, image, digest string) map[string]any {
		return map[string]any{
			"DockerId": id, "Name": name, "DockerName": name, "Image": image, "ImageID": digest, "ContainerARN": task.containerARN,
			"Labels":        map[string]string{"com.amazonaws.ecs.container-name": name, "com.amazonaws.ecs.task-arn": task.arn},
			"DesiredStatus": "RUNNING", "KnownStatus": "RUNNING", "Limits": map[string]any{"CPU": 2}, "Type": "NORMAL",
			"LogDriver": "awsfirelens", "LogOptions": map[string]string{"api_token": ecsSecret},
			"Networks": []any{map[string]any{"NetworkMode": "awsvpc", "IPv4Addresses": []string{"192.0.2.17"}}},
		}
	}
	app := container(task.containerID, "app", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout:2026.11.3", digestA)
	router := container(task.id+"-1527056393", "log_router", "registry.example.com/fluent-bit:5.1.1", digestB)
	router["ContainerARN"] = strings.Replace(task.containerARN, "0b9f4c3e", "1c8e5d2f", 1)
	clusterARN := "arn:aws:ecs:" + ecsRegion + ":" + ecsAccount + ":cluster/" + task.cluster
	documents := map[string]any{
		"/v4/" + router["DockerId"].(string): router,
		"/v4/" + router["DockerId"].(string) + "/task": map[string]any{
			"Cluster": clusterARN, "TaskARN": task.arn, "Family": task.family, "Revision": task.revision, "DesiredStatus": "RUNNING",
			"KnownStatus": "RUNNING", "AvailabilityZone": "eu-west-1b", "LaunchType": "FARGATE", "Limits": map[string]any{"CPU": 0.25, "Memory": 512},
			"Containers": []any{router, app},
		},
	}
	m := &taskMetadata{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.asked.Add(1)
		document, known := documents[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(document)
	}))
	t.Cleanup(server.Close)
	m.uri = server.URL + "/v4/" + router["DockerId"].(string)
	return m
}
