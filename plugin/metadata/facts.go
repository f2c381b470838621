package metadata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fact is one attribute that many records share.
type Fact struct {
	Key   string // not empty
	Value any    // a string that is not empty, bool, int64 or finite float64
}

// Facts is a snapshot. It never changes after it was published. A key that several files have
// takes its value from the first of them in Options.Files, so it is at most once in Host and at
// most once in Pod.
type Facts struct {
	// Host is the content of dt_host_metadata files. It holds for every record of this machine.
	Host []Fact
	// Pod is the content of dt_metadata files. It holds for records of this pod only, which is
	// what a sidecar ships. k8s.container.name is left out: the file names Fluent Bit's own
	// container.
	Pod []Fact
	// Task is the ECS task that Fluent Bit runs in; nil if unknown.
	Task *Task
}

// Task is an ECS task. Unknown fields are empty.
type Task struct {
	Cluster          string // short name
	ARN              string // arn:aws:ecs:<region>:<account>:task/<cluster>/<id>
	ID               string // last segment of ARN
	Family           string // of the task definition
	Revision         string // of the task definition, a decimal number
	AvailabilityZone string // since Fargate platform 1.4.0
	Region           string // of ARN
	Account          string // of ARN
	LaunchType       string // EC2, FARGATE or EXTERNAL
	Service          string // EC2 and EXTERNAL only, since agent 1.63.1
	// Containers are those that have started, at most 100. There are none while only the
	// environment describes the task.
	Containers []Container
}

// Container is one container of a Task. Unknown fields are empty; ID is always set.
type Container struct {
	// ID is the DockerId: 64 hexadecimal digits on EC2; 32 of them, a hyphen and 10 digits on
	// Fargate.
	ID         string
	Name       string // in the task definition
	DockerName string
	ARN        string
	Image      string // as in the task definition: repository, tag or digest or neither
	ImageID    string // sha256:...
}

// Container returns the container with that DockerId, or nil. A nil Task has no containers.
func (t *Task) Container(id string) *Container {
	if t == nil || id == "" {
		return nil
	}
	for i := range t.Containers {
		if t.Containers[i].ID == id {
			return &t.Containers[i]
		}
	}
	return nil
}

// maxText is the longest key or value of a fact, in bytes. Facts are names and ids. Anything
// longer is a mistake that every record would carry.
const maxText = 4 << 10

// isText reports whether a key or value may become part of every record: it is not empty, not too
// long, valid UTF-8 and free of control characters.
func isText(s string) bool {
	return s != "" && len(s) <= maxText && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, unicode.IsControl)
}

// text returns s if it may become part of a record, else "".
func text(s string) string {
	if isText(s) {
		return s
	}
	return ""
}
