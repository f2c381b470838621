package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// maxContainers is the most containers that are kept of a task. A task definition has ten at most
// (Amazon ECS service quotas).
const maxContainers = 100

// word is a JSON string or number that may become part of a record, or "". A value of another
// kind is dropped; the rest of the answer is still used.
type word string

// UnmarshalJSON never fails.
func (w *word) UnmarshalJSON(raw []byte) error {
	*w = ""
	switch value, _ := scalar(raw); v := value.(type) {
	case string:
		*w = word(text(v))
	case int64, float64:
		*w = word(text(string(raw)))
	}
	return nil
}

// taskAnswer is the part of an answer of the task metadata endpoint that is decoded. LogOptions is
// not: it holds the options of log drivers, which can be secrets.
// Source:
// https://github.com/aws/amazon-ecs-agent/blob/master/ecs-agent/tmds/handlers/v4/state/response.go.
type taskAnswer struct {
	Cluster          word
	TaskARN          word
	Family           word
	Revision         word
	AvailabilityZone word
	LaunchType       word
	ServiceName      word
	Containers       json.RawMessage
}

type containerAnswer struct {
	DockerId, Name, DockerName, ContainerARN, Image, ImageID word
}

var (
	errNotATask = errors.New("the answer is not the JSON of a task")
	errNoARN    = errors.New("the answer has no TaskARN")
)

// parseTask reads an answer of the task metadata endpoint. An error repeats none of the answer.
func parseTask(data []byte) (*Task, error) {
	var answer taskAnswer
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, errNotATask
	}
	t := &Task{
		Cluster:          string(answer.Cluster),
		ARN:              string(answer.TaskARN),
		Family:           string(answer.Family),
		Revision:         string(answer.Revision),
		AvailabilityZone: string(answer.AvailabilityZone),
		LaunchType:       string(answer.LaunchType),
		Service:          string(answer.ServiceName),
		Containers:       parseContainers(answer.Containers),
	}
	t.complete()
	if t.ARN == "" {
		return nil, errNoARN
	}
	return t, nil
}

// parseContainers decodes the containers one by one and stops at maxContainers, so an endless list
// costs no more than the containers that are kept. A container without an ID has not started yet,
// and no record can name it.
func parseContainers(raw json.RawMessage) []Container {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return nil
	}
	var containers []Container
	for decoder.More() && len(containers) < maxContainers {
		var answer containerAnswer
		if err := decoder.Decode(&answer); err != nil {
			var wrongType *json.UnmarshalTypeError
			if errors.As(err, &wrongType) {
				continue // not an object; the decoder has skipped it
			}
			break
		}
		if answer.DockerId != "" {
			containers = append(containers, Container{
				ID:         string(answer.DockerId),
				Name:       string(answer.Name),
				DockerName: string(answer.DockerName),
				ARN:        string(answer.ContainerARN),
				Image:      string(answer.Image),
				ImageID:    string(answer.ImageID),
			})
		}
	}
	return containers
}

// taskFromEnvironment returns the task that the variables of the AWS init image describe, or nil
// if no ECS_ variable does. AWS_REGION and AWS_AVAILABILITY_ZONE alone prove nothing: they are set
// elsewhere too.
func taskFromEnvironment(getenv func(string) string) *Task {
	get := func(name string) string { return text(strings.TrimSpace(getenv(name))) }
	t := &Task{
		Cluster:    get("ECS_CLUSTER"),
		ARN:        get("ECS_TASK_ARN"),
		ID:         get("ECS_TASK_ID"),
		Family:     get("ECS_FAMILY"),
		Revision:   get("ECS_REVISION"),
		LaunchType: get("ECS_LAUNCH_TYPE"),
	}
	family, revision, ok := cutLast(get("ECS_TASK_DEFINITION"), ':')
	if ok && t.Family == "" && t.Revision == "" {
		t.Family, t.Revision = lastSegment(family), revision
	}
	t.complete()
	if t.empty() {
		return nil
	}
	t.AvailabilityZone = get("AWS_AVAILABILITY_ZONE")
	if t.Region == "" {
		t.Region = get("AWS_REGION")
	}
	return t
}

// empty reports whether nothing is known about the task.
func (t *Task) empty() bool {
	return t.Cluster == "" && t.ARN == "" && t.ID == "" && t.Family == "" && t.Revision == "" &&
		t.LaunchType == ""
}

// complete fills the fields that the ARN contains, and drops an ARN that is not of a task. The old
// form of ARN, arn:aws:ecs:<region>:<account>:task/<id>, does not name the cluster.
func (t *Task) complete() {
	t.Cluster = lastSegment(t.Cluster)
	parts := strings.SplitN(t.ARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "ecs" {
		t.ARN = ""
		return
	}
	resource, isTask := strings.CutPrefix(parts[5], "task/")
	if !isTask || lastSegment(resource) == "" {
		t.ARN = ""
		return
	}
	t.Region, t.Account, t.ID = parts[3], parts[4], lastSegment(resource)
	if cluster, _, ok := strings.Cut(resource, "/"); ok && t.Cluster == "" {
		t.Cluster = cluster
	}
}

// fill copies fields that t does not know from other, unless the two are different tasks.
func (t *Task) fill(other *Task) {
	if other == nil || other.ARN != "" && other.ARN != t.ARN || other.ID != "" && other.ID != t.ID {
		return
	}
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&t.Cluster, other.Cluster},
		{&t.Family, other.Family},
		{&t.Revision, other.Revision},
		{&t.AvailabilityZone, other.AvailabilityZone},
		{&t.LaunchType, other.LaunchType},
	} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
}

// lastSegment returns what follows the last slash.
func lastSegment(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// cutLast cuts s around the last separator.
func cutLast(s string, separator byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, separator)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
