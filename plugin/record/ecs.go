package record

import (
	"bytes"
	"unsafe"

	"out_dynatrace/plugin/metadata"
)

// putContainer adds the attributes of a container whose output came through the Docker log driver, of an ECS task or not.
func (m *Mapper) putContainer(rec *Record, s shape) {
	id, docker := m.heldText(slotContainerID), bytes.TrimPrefix(m.heldText(slotContainerName), []byte("/"))
	arn := m.heldText(slotECSTask)
	task, container := m.task(id, arn)
	m.put(rec, "container.id", id)
	m.put(rec, "container.name", docker)
	if s&ecsLog == 0 && task == nil {
		m.put(rec, "log.source", docker)
		return
	}
	m.put(rec, "aws.ecs.docker.id", id)
	m.put(rec, "aws.ecs.docker.name", docker)
	name := m.enriched.tagContainer
	if container != nil {
		if name == nil {
			name = m.word(container.Name)
		}
		m.put(rec, "aws.ecs.docker.name", m.word(container.DockerName))
		m.put(rec, "aws.ecs.container.arn", m.word(container.ARN))
		m.putImage(rec, m.word(container.Image), m.word(container.ImageID))
	}
	if name == nil {
		name = docker
	}
	m.put(rec, "aws.ecs.container.name", name)
	m.put(rec, "log.source", name)
	m.put(rec, "aws.ecs.cluster", lastOf(m.heldText(slotECSCluster)))
	m.putTaskARN(rec, arn)
	if definition := lastOf(m.heldText(slotECSDefinition)); len(definition) > 0 {
		family, revision := definition, []byte(nil)
		if colon := bytes.LastIndexByte(definition, ':'); colon > 0 {
			family, revision = definition[:colon], definition[colon+1:]
		}
		m.put(rec, "aws.ecs.family", family)
		m.put(rec, "aws.ecs.revision", revision)
	}
	if task != nil {
		m.putTask(rec, task)
	}
	if m.opts.Sources&ECSOTel != 0 {
		m.put(rec, "aws.ecs.task.id", m.enriched.tagTask)
	}
	m.put(rec, "host.id", m.heldText(slotInstance))
	m.put(rec, "cloud.provider", m.word("aws"))
}

// putTaskARN adds the ARN of a task and what it says: arn:partition:ecs:region:account:task/cluster/id.
func (m *Mapper) putTaskARN(rec *Record, arn []byte) {
	m.put(rec, "aws.ecs.task.arn", arn)
	_, rest, _ := bytes.Cut(arn, []byte(":ecs:"))
	region, rest, _ := bytes.Cut(rest, []byte(":"))
	account, resource, ok := bytes.Cut(rest, []byte(":"))
	if !ok {
		return
	}
	m.put(rec, "aws.region", region)
	m.put(rec, "aws.account.id", account)
	if m.opts.Sources&ECSOTel != 0 {
		m.put(rec, "aws.ecs.task.id", lastOf(resource))
	}
}

// task returns the task that Fluent Bit runs in if the record is of it, and the record's container where it is known.
func (m *Mapper) task(id, arn []byte) (*metadata.Task, *metadata.Container) {
	f := m.flush.Facts
	if f == nil || f.Task == nil {
		return nil, nil
	}
	t := f.Task
	if len(id) > 0 {
		if c := t.Container(unsafe.String(unsafe.SliceData(id), len(id))); c != nil {
			return t, c
		}
	}
	if m.opts.Sources&ECS == 0 || len(arn) > 0 && string(arn) != t.ARN || len(arn) == 0 && (t.ID == "" || string(m.enriched.tagTask) != t.ID) {
		return nil, nil
	}
	if len(id) > 0 && m.flush.Missing != nil {
		m.flush.Missing()
	}
	return t, nil
}

// putTask adds what the task itself knows.
func (m *Mapper) putTask(rec *Record, t *metadata.Task) {
	m.put(rec, "aws.ecs.cluster", m.word(t.Cluster))
	m.putTaskARN(rec, m.word(t.ARN))
	m.put(rec, "aws.ecs.family", m.word(t.Family))
	m.put(rec, "aws.ecs.revision", m.word(t.Revision))
	m.put(rec, "aws.availability_zone", m.word(t.AvailabilityZone))
	m.put(rec, "aws.region", m.word(t.Region))
	m.put(rec, "aws.account.id", m.word(t.Account))
	if m.opts.Sources&ECSOTel != 0 {
		m.put(rec, "aws.ecs.launchtype", m.word(t.LaunchType))
	}
}

// lastOf returns the last segment of a path or an ARN.
func lastOf(s []byte) []byte { return s[bytes.LastIndexByte(s, '/')+1:] }
