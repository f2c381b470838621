package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// maxContainers is how many containers of a task are kept. A task definition has ten at most (Amazon ECS service quotas).
const maxContainers = 100

// word is a JSON string or number that may become part of a record, or empty. Whatever else the server puts there is nothing, and
// no reason to do without the rest.
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

// taskAnswer is what is read of an answer of the task metadata endpoint. Nothing else is even decoded: LogOptions holds the options of
// log drivers, which can be secrets.
// Source: https://github.com/aws/amazon-ecs-agent/blob/master/ecs-agent/tmds/handlers/v4/state/response.go.
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

// parseTask reads an answer of the task metadata endpoint. An error says that it is none, and never repeats any of it.
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

// parseContainers reads the containers one by one, so that a list without end costs no more than those that are kept. A container without
// an ID has not started yet, and no record can name it.
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
				continue // an element that is no object: the decoder stands behind it
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

// taskFromEnvironment is the task as the variables of the AWS init image tell it, or nil where none begins with ECS_. AWS_REGION and
// AWS_AVAILABILITY_ZONE are set elsewhere too and are no sign of a task.
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
	if family, revision, ok := cutLast(get("ECS_TASK_DEFINITION"), ':'); ok && t.Family == "" && t.Revision == "" {
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

// empty says that nothing is known of the task.
func (t *Task) empty() bool {
	return t.Cluster == "" && t.ARN == "" && t.ID == "" && t.Family == "" && t.Revision == "" && t.LaunchType == ""
}

// complete derives what the ARN tells and drops one that is not of a task. The old form of ARN,
// arn:aws:ecs:<region>:<account>:task/<id>, does not name the cluster.
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

// fill takes from other what t does not know, unless the two are different tasks.
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

// lastSegment is what stands behind the last slash.
func lastSegment(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// cutLast cuts s around the last sign.
func cutLast(s string, sign byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sign)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
