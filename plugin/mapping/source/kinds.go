package source

import "out_dynatrace/plugin/record"

// Names that are asked for outside of this package.
const (
	ECS       = "ecs"
	Severity  = "severity"   // numbers that stand for levels; the original in log.raw_level
	Host      = "host"       // host.name of this machine, for records that name none
	DTSection = "dt_section" // [!dt key=value] in the line
)

// Set is a set of sources and extras, as bits in the order of Defaults and Extras.
type Set uint32

// Options are the options that sources read.
type Options struct {
	// Sources are the sources that are on. The zero value maps nothing: fields stay what they
	// are, apart from content, timestamp and loglevel.
	Sources Set
	// PathKeys are the top-level keys that may hold the path of the file that a line was read
	// from.
	PathKeys []string
	// ClusterName, ClusterUID and ClusterEntity describe the Kubernetes cluster of all records;
	// "" if there is none.
	ClusterName, ClusterUID, ClusterEntity string
	// PodLabels and PodAnnotations select the labels and annotations, of pods and namespaces,
	// that become attributes.
	PodLabels, PodAnnotations record.Patterns
}

// HasCluster reports whether the options describe a cluster.
func (o *Options) HasCluster() bool {
	return o.ClusterName != "" || o.ClusterUID != "" || o.ClusterEntity != ""
}

// Slot is a place for a held field. Its name is unique among all sources: two sources with the same
// Slot share the field.
type Slot string

// MaxSlots bounds the number of slots.
const MaxSlots = 32

// Signs are facts about a record that follow from its fields, in addition to the held ones. The low
// 32 bits help to recognize the sources, and what is composed for a record depends on them. The
// high 32 bits are evidence of whose scale the numbers of levels are on.
type Signs uint64

// Recognizing are the signs on which the sources and what is composed depend.
const Recognizing Signs = 1<<32 - 1

// The signs.
const (
	// Stream is a line of a container's output.
	Stream Signs = 1 << iota
	// JournaldOnly is a field that only journald writes.
	JournaldOnly
	// Priority is a number that can be syslog's facility and severity.
	Priority
	// InGroup is a member of an OTLP group.
	InGroup
	// OtherHost and OtherPod are a field that names a host, or a pod, other than this one.
	OtherHost
	OtherPod
	// KernelOrder, KernelSeconds and KernelMicros are numbers that stand together in kernel
	// messages.
	KernelOrder
	KernelSeconds
	KernelMicros
	// Audited is the id of an audit record of Kubernetes.
	Audited
	// SyslogOnly is a field that a line of syslog has besides its priority and its host.
	SyslogOnly
	// InstanceName is a name of a host as EC2 gives them.
	InstanceName
	// JournaldBare, JournaldLower and JournaldLowerBare are the id of a boot in journald's other
	// spellings: without its underscore, in lower case, and both.
	JournaldBare
	JournaldLower
	JournaldLowerBare
)

// Shape is the set of kinds that a record was recognized as.
type Shape uint16

// The shapes.
const (
	// Pod is a line of a pod, with the metadata of the kubernetes filter.
	Pod Shape = 1 << iota
	// Task is a line of a container in an ECS task.
	Task
	// Docker is a line from the Docker log driver.
	Docker
	// Output is a line of a container's output.
	Output
	// Journal is a record of journald.
	Journal
	// SyslogLine is a line that a syslog parser has taken apart.
	SyslogLine
	// Instance is a record with the metadata of the aws filter.
	Instance
	// WindowsEvent is an event of a Windows event log.
	WindowsEvent
	// KernelMessage is a message of the Linux kernel.
	KernelMessage
	// ClusterEvent is an event of Kubernetes.
	ClusterEvent
	// Audit is an audit record of Kubernetes that names an object.
	Audit
	// JournalBare and JournalLower are how the keys of a record of journald are spelled: without
	// their underscore, and in lower case.
	JournalBare
	JournalLower
)

// Spellings are the shapes on which it depends how the keys of a record are spelled.
const Spellings = Journal | JournalBare | JournalLower

const (
	// Placed are the shapes that name their own origin. They do not get the facts of the pod
	// that this process runs in.
	Placed = Pod | Task | Journal | SyslogLine | WindowsEvent | KernelMessage | ClusterEvent | Audit
	// Parsed are the shapes whose other top-level fields are those of an application, if it writes
	// JSON: such a record is of no further source, whatever its fields are called.
	Parsed = Pod | Task
	// Hosted are the shapes whose host has a name of its own, of a node or a task, or that are of
	// a whole cluster.
	Hosted = Pod | Task | ClusterEvent
)
