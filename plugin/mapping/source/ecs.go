package source

import (
	"bytes"
	"unsafe"

	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
)

// The ecs source maps what FireLens adds
// (https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/firelens/firelensconfig_unix.go),
// the tag that FireLens gives, and the content of the task metadata endpoint.

const (
	ecsCluster    Slot = "ecs_cluster"
	ecsTask       Slot = "ecs_task_arn"
	ecsDefinition Slot = "ecs_task_definition"
)

// ecsOTel is the extra that adds aws.ecs.task.id and aws.ecs.launchtype. Dynatrace has no names for
// them; these are the names in OpenTelemetry's semantic conventions.
const ecsOTel = "ecs_otel"

var ecsFields = append([]Field{
	{Key: "ecs_cluster", Use: Hold, Slot: ecsCluster, In: Task},
	{Key: "ecs_task_arn", Use: Hold, Slot: ecsTask, In: Task, Accept: nameThat(isARN)},
	{Key: "ecs_task_definition", Use: Hold, Slot: ecsDefinition, In: Task},
	{Key: "ec2_instance_id", Use: Hold, Slot: instanceID, In: Task, Accept: nameThat(isInstanceID)},
}, dockerFields...)

func isARN(text []byte) bool { return bytes.HasPrefix(text, []byte("arn:")) }

func recognizeTask(in *Input) Shape {
	if in.Is(Pod) {
		return 0
	}
	if in.HasAny(ecsCluster, ecsTask, ecsDefinition) || in.TagTask != nil {
		in.Shape |= Task
	}
	return in.Shape&Task | recognizeDocker(in)
}

// fireLens separates the container name from the task id in a FireLens tag.
var fireLens = []byte("-firelens-")

// readFireLensTag parses a FireLens tag. It splits at the last separator, because the name of a
// container may contain one.
func readFireLensTag(in *Input) {
	if at := bytes.LastIndex(in.Tag, fireLens); at > 0 && at+len(fireLens) < len(in.Tag) {
		in.TagContainer, in.TagTask = in.Tag[:at], in.Tag[at+len(fireLens):]
	}
}

// mapTask adds the attributes of a container in an ECS task, whose output came through the Docker
// log driver.
func mapTask(in *Input, out *record.Builder) {
	if !in.Is(Task | Docker) {
		return
	}
	id, docker := in.Text(containerID), dockerName(in)
	arn := in.Text(ecsTask)
	task, container := taskOf(in, id, arn)
	if !in.Is(Task) && task == nil {
		mapDocker(in, out)
		return
	}
	out.Put("container.id", id)
	out.Put("container.name", docker)
	out.Put("aws.ecs.docker.id", id)
	out.Put("aws.ecs.docker.name", docker)
	name := in.TagContainer
	if container != nil {
		if name == nil {
			name = record.View(container.Name)
		}
		out.PutString("aws.ecs.docker.name", container.DockerName)
		out.PutString("aws.ecs.container.arn", container.ARN)
		putImage(record.View(container.Image), record.View(container.ImageID), out)
	}
	if name == nil {
		name = docker
	}
	out.Put("aws.ecs.container.name", name)
	in.putLogSource(name, out)
	out.Put("aws.ecs.cluster", lastOf(in.Text(ecsCluster)))
	putTaskARN(in, arn, out)
	if definition := lastOf(in.Text(ecsDefinition)); len(definition) > 0 {
		family, revision := definition, []byte(nil)
		if colon := bytes.LastIndexByte(definition, ':'); colon > 0 {
			family, revision = definition[:colon], definition[colon+1:]
		}
		out.Put("aws.ecs.family", family)
		out.Put("aws.ecs.revision", revision)
	}
	if task != nil {
		putTask(in, task, out)
	}
	if in.On(ecsOTel) {
		out.Put("aws.ecs.task.id", in.TagTask)
	}
	out.Put("host.id", in.Text(instanceID))
	out.PutString("cloud.provider", "aws")
}

// putTaskARN adds the ARN of a task and its parts:
// arn:partition:ecs:region:account:task/cluster/id.
func putTaskARN(in *Input, arn []byte, out *record.Builder) {
	out.Put("aws.ecs.task.arn", arn)
	_, rest, _ := bytes.Cut(arn, []byte(":ecs:"))
	region, rest, _ := bytes.Cut(rest, []byte(":"))
	account, resource, ok := bytes.Cut(rest, []byte(":"))
	if !ok {
		return
	}
	out.Put("aws.region", region)
	out.Put("aws.account.id", account)
	if in.On(ecsOTel) {
		out.Put("aws.ecs.task.id", lastOf(resource))
	}
}

// taskOf returns the task that Fluent Bit runs in if the record is of it, and the record's
// container if it is known.
func taskOf(in *Input, id, arn []byte) (*metadata.Task, *metadata.Container) {
	if in.Facts == nil || in.Facts.Task == nil {
		return nil, nil
	}
	t := in.Facts.Task
	if len(id) > 0 {
		if c := t.Container(unsafe.String(unsafe.SliceData(id), len(id))); c != nil {
			return t, c
		}
	}
	if len(arn) > 0 && string(arn) != t.ARN ||
		len(arn) == 0 && (t.ID == "" || string(in.TagTask) != t.ID) {
		return nil, nil
	}
	if len(id) > 0 && in.Missing != nil {
		in.Missing()
	}
	return t, nil
}

// putTask adds the attributes from the metadata of the task.
func putTask(in *Input, t *metadata.Task, out *record.Builder) {
	out.PutString("aws.ecs.cluster", t.Cluster)
	putTaskARN(in, record.View(t.ARN), out)
	out.PutString("aws.ecs.family", t.Family)
	out.PutString("aws.ecs.revision", t.Revision)
	out.PutString("aws.availability_zone", t.AvailabilityZone)
	out.PutString("aws.region", t.Region)
	out.PutString("aws.account.id", t.Account)
	if in.On(ecsOTel) {
		out.PutString("aws.ecs.launchtype", t.LaunchType)
	}
}
