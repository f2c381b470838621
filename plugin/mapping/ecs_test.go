package mapping_test

import (
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
)

const (
	taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef"
	taskTag = "app-firelens-0123456789abcdef0123456789abcdef"
)

func TestMapper_ARecordOfFireLensIsTiedToItsTask(t *testing.T) {
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
		flush  mapping.Flush
		want   attributes
	}{
		"with the filter of the ECS agent": {filter, mapping.Flush{Tag: []byte(taskTag)}, byFilter},
		"without it, by the tag":           {fargate, mapping.Flush{Tag: []byte(taskTag)}, known},
		"with neither it is Docker's": {fargate, mapping.Flush{Tag: []byte("docker.abc")},
			attributes{"content": "hello", "log.iostream": "stdout", "container.id": fargate[1], "container.name": "ecs-app-7-web-a1", "log.source": "ecs-app-7-web-a1"}},
		"an EC2 instance": {append(append([]string{}, filter...), "ec2_instance_id", "i-0123abcd"), mapping.Flush{Tag: []byte(taskTag)}, plus(byFilter, "host.id", "i-0123abcd")},
		"parts that were put together": {append(append([]string{}, filter...), "partial_message", "true", "partial_id", "x", "partial_ordinal", "1", "partial_last", "true"),
			mapping.Flush{Tag: []byte(taskTag)}, byFilter},
		"the task metadata":                     {filter, mapping.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: task}}, byTask},
		"the task metadata without the filter":  {fargate, mapping.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: task}}, byTask},
		"the task metadata by the container id": {fargate, mapping.Flush{Tag: []byte("docker.abc"), Facts: &metadata.Facts{Task: task}}, byTask},
		"the task metadata of another task":     {filter, mapping.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: &metadata.Task{ARN: "arn:other", Cluster: "other", AvailabilityZone: "eu-west-1z"}}}, byFilter},
		"a container with a name of that kind":  {fargate, mapping.Flush{Tag: []byte("my-firelens-app-firelens-0f9d")}, plus(known, "aws.ecs.container.name", "my-firelens-app", "log.source", "my-firelens-app")},
		"a line of text with an end":            {append(append([]string{}, filter[:6]...), append([]string{"log", "hello\n"}, filter[8:]...)...), mapping.Flush{Tag: []byte(taskTag)}, byFilter},
	} {
		t.Run(name, func(t *testing.T) { wantAttributes(t, mapOne(t, mappingOptions(), c.flush, text(c.fields...)), c.want) })
	}
	t.Run("a container that the task does not list asks for a fresh look", func(t *testing.T) {
		asked := 0
		other := *task
		other.Containers = nil
		mapOne(t, mappingOptions(), mapping.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: &other}, Missing: func() { asked++ }}, text(filter...))
		if asked == 0 {
			t.Error("nobody asked")
		}
	})
	t.Run("names of OpenTelemetry on request", func(t *testing.T) {
		o := mappingOptions()
		o.Sources |= source.Named("ecs_otel")
		got := mapOne(t, o, mapping.Flush{Tag: []byte(taskTag), Facts: &metadata.Facts{Task: task}}, text(filter...))
		wantAttributes(t, got, plus(byTask, "aws.ecs.task.id", task.ID, "aws.ecs.launchtype", "FARGATE"))
	})
	t.Run("the order of the fields does not matter", func(t *testing.T) {
		var data []byte
		for shift := 0; shift < len(filter); shift += 2 {
			data = append(data, event(text(append(append([]string{}, filter[shift:]...), filter[:shift]...)...))...)
		}
		for _, got := range mapAll(t, mappingOptions(), mapping.Flush{Tag: []byte(taskTag)}, data) {
			wantAttributes(t, got, byFilter)
		}
	})
}
