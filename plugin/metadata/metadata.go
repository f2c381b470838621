// Package metadata knows the static facts about where the plugin runs: Dynatrace enrichment files, the ECS task, the name of
// the host. It only gathers them; which record gets which is decided elsewhere.
//
// Sources: https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-data for the files,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html for the task, and the init process of
// https://github.com/aws/aws-for-fluent-bit for its variables.
package metadata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fact is one attribute that is the same for many records.
type Fact struct {
	Key   string // not empty
	Value any    // a string that is not empty, bool, int64 or finite float64
}

// Facts is a snapshot; it is never changed after it was made. Where several files have a key, the first file in Options.Files that
// has it is the one that counts, so that no key stands twice in Host or twice in Pod.
type Facts struct {
	// Host is what dt_host_metadata files say: true of every record of this machine.
	Host []Fact
	// Pod is what dt_metadata files say: true of the records of this pod only, which is what a sidecar ships. k8s.container.name
	// is left out, since the file names Fluent Bit's own container.
	Pod []Fact
	// Task is the ECS task that Fluent Bit runs in; nil when it is not known.
	Task *Task
}

// Task is an ECS task. What is not known is empty.
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
	// Containers are those that have started, at most 100; none while the task is known by the environment only.
	Containers []Container
}

// Container is one container of a Task. What is not known is empty, but for the ID.
type Container struct {
	ID         string // DockerId: 64 hexadecimal digits on EC2, 32 of them, a hyphen and 10 digits on Fargate
	Name       string // in the task definition
	DockerName string
	ARN        string
	Image      string // as in the task definition: repository, tag or digest or neither
	ImageID    string // sha256:...
}

// Container gives the container with that DockerId, or nil. A nil Task has none.
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

// maxText is the longest key or value that is taken, in bytes. Attributes of facts are names and ids; what is longer is a mistake
// that every record would pay for.
const maxText = 4 << 10

// isText says that a key or a value may become part of every record: not empty, not too long, UTF-8, no control characters.
func isText(s string) bool {
	return s != "" && len(s) <= maxText && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// text is s where it may become part of a record, or else empty.
func text(s string) string {
	if isText(s) {
		return s
	}
	return ""
}
