package record

// Sources are the mappings that are on, as bits. The zero value maps nothing: fields stay what they are, but for content,
// timestamp and loglevel.
type Sources uint32

// The mappings. Each knows the fields of one kind of source and gives them the names of Dynatrace's semantic dictionary.
const (
	Kubernetes Sources = 1 << iota // what the kubernetes filter adds, and the fields of container logs
	ECS                            // what FireLens adds, the tag, the task metadata endpoint
	Container                      // fields of container runtimes: stream, _p, logtag, container_id, ...
	Journald                       // what the systemd input reads
	Syslog                         // what the syslog parsers find
	AWS                            // what the aws filter adds
	File                           // the path that tail adds under path_key
	App                            // logger and service
	Trace                          // trace and span ids, traceparent
	Severity                       // numbers that stand for levels; the original in log.raw_level
	Host                           // host.name of this machine, for records that name none

	// What is left out unless it is asked for.
	PodIP      // k8s.pod.ip
	PodService // service.name, service.version and service.namespace from the labels app.kubernetes.io/...
	Deprecated // the dt.kubernetes.* names that Dynatrace had before k8s.*
	ECSOTel    // OpenTelemetry's names for what Dynatrace has none for: aws.ecs.task.id, aws.ecs.launchtype
	DTSection  // [!dt key=value] in the line
)

// AutoSources are the mappings that are on unless something else is asked for.
const AutoSources = Kubernetes | ECS | Container | Journald | Syslog | AWS | File | App | Trace | Severity | Host

// slot is a place for a field that a mapping may need together with others. Such a field is held until the whole record has
// been seen: what becomes of it depends on what else is there.
type slot uint8

const (
	slotKubernetes slot = iota
	slotNamespace
	slotContainerID
	slotContainerName
	slotECSCluster
	slotECSTask
	slotECSDefinition
	slotInstance // ec2_instance_id
	slotUnit
	slotIdentifier
	slotHostname
	slotPID
	slotCommand
	slotExecutable
	slotSyslogHost
	slotSyslogIdent
	slotZone
	slotAccount
	slotAddress
	slotPath
	numSlots
)

// use says what a mapping does with a field.
type use uint8

const (
	useNone     use = iota
	useHold         // held in a slot
	useRename       // text gets another key
	useStream       // stdout and stderr become log.iostream
	useFlag         // F and P of the CRI format are left out
	useTime         // left out in container logs where it says the time of the event
	usePartial      // left out in records of the Docker log driver
	useTrusted      // left out in records of journald
	usePriority     // journald's level, a number
	usePri          // syslog's facility and level in one number
	useTrace
	useSpan
	useParent // W3C traceparent
)

// sourceFields are the fields that the mappings know, apart from content and level. Keys are compared without regard to the case
// of ASCII letters. The first row of a key whose mapping is on counts.
var sourceFields = []struct {
	key  string
	of   Sources
	use  use
	slot slot
	to   string // of useRename
	rank uint8  // of useTrace, useSpan: the best spelling first
}{
	// https://github.com/fluent/fluent-bit/blob/master/plugins/filter_kubernetes/kube_meta.c
	{key: "kubernetes", of: Kubernetes, use: useHold, slot: slotKubernetes},
	{key: "kubernetes_namespace", of: Kubernetes, use: useHold, slot: slotNamespace},
	// src/multiline/flb_ml_parser_cri.c, conf/parsers.conf
	{key: "stream", of: Kubernetes | Container, use: useStream},
	{key: "_p", of: Kubernetes | Container, use: useFlag},
	{key: "logtag", of: Kubernetes | Container, use: useFlag},
	{key: "time", of: Kubernetes | Container | Syslog, use: useTime},

	// https://github.com/moby/moby/blob/master/daemon/logger/fluentd/fluentd.go
	{key: "container_id", of: ECS | Container, use: useHold, slot: slotContainerID},
	{key: "container_name", of: ECS | Container, use: useHold, slot: slotContainerName},
	{key: "source", of: ECS | Container, use: useStream},
	{key: "partial_message", of: ECS | Container, use: usePartial},
	{key: "partial_id", of: ECS | Container, use: usePartial},
	{key: "partial_ordinal", of: ECS | Container, use: usePartial},
	{key: "partial_last", of: ECS | Container, use: usePartial},
	// https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/firelens/firelensconfig_unix.go
	{key: "ecs_cluster", of: ECS, use: useHold, slot: slotECSCluster},
	{key: "ecs_task_arn", of: ECS, use: useHold, slot: slotECSTask},
	{key: "ecs_task_definition", of: ECS, use: useHold, slot: slotECSDefinition},
	{key: "ec2_instance_id", of: ECS | AWS, use: useHold, slot: slotInstance},

	// systemd.journal-fields(7); strip_underscores gives the second spelling.
	{key: "_SYSTEMD_UNIT", of: Journald, use: useHold, slot: slotUnit},
	{key: "SYSTEMD_UNIT", of: Journald, use: useHold, slot: slotUnit},
	{key: "SYSLOG_IDENTIFIER", of: Journald, use: useHold, slot: slotIdentifier},
	{key: "_HOSTNAME", of: Journald, use: useHold, slot: slotHostname},
	{key: "HOSTNAME", of: Journald | AWS, use: useHold, slot: slotHostname},
	{key: "_PID", of: Journald, use: useHold, slot: slotPID},
	{key: "PID", of: Journald | Syslog, use: useHold, slot: slotPID},
	{key: "_COMM", of: Journald, use: useHold, slot: slotCommand},
	{key: "COMM", of: Journald, use: useHold, slot: slotCommand},
	{key: "_EXE", of: Journald, use: useHold, slot: slotExecutable},
	{key: "EXE", of: Journald, use: useHold, slot: slotExecutable},
	{key: "PRIORITY", of: Journald, use: usePriority},

	// conf/parsers.conf, syslog-rfc3164 and syslog-rfc5424
	{key: "pri", of: Syslog, use: usePri},
	{key: "host", of: Syslog, use: useHold, slot: slotSyslogHost},
	{key: "ident", of: Syslog, use: useHold, slot: slotSyslogIdent},

	// https://docs.fluentbit.io/manual/data-pipeline/filters/aws-metadata
	{key: "az", of: AWS, use: useHold, slot: slotZone},
	{key: "account_id", of: AWS, use: useHold, slot: slotAccount},
	{key: "private_ip", of: AWS, use: useHold, slot: slotAddress},

	{key: "logger", of: App, use: useRename, to: "log.logger"},
	{key: "logger_name", of: App, use: useRename, to: "log.logger"},
	{key: "service", of: App, use: useRename, to: "service.name"},

	{key: "trace_id", of: Trace, use: useTrace, rank: 2},
	{key: "traceId", of: Trace, use: useTrace, rank: 3},
	{key: "trace.id", of: Trace, use: useTrace, rank: 4},
	{key: "dt.trace_id", of: Trace, use: useTrace, rank: 5},
	{key: "span_id", of: Trace, use: useSpan, rank: 2},
	{key: "spanId", of: Trace, use: useSpan, rank: 3},
	{key: "span.id", of: Trace, use: useSpan, rank: 4},
	{key: "dt.span_id", of: Trace, use: useSpan, rank: 5},
	{key: "traceparent", of: Trace, use: useParent, rank: 6},
}

// trustedFields are the fields that journald itself adds and that no mapping uses, without the underscore that they begin with
// (systemd.journal-fields(7)).
var trustedFields = []string{
	"UID", "GID", "CMDLINE", "CAP_EFFECTIVE", "AUDIT_SESSION", "AUDIT_LOGINUID", "SYSTEMD_CGROUP", "SYSTEMD_SLICE", "SYSTEMD_USER_UNIT",
	"SYSTEMD_USER_SLICE", "SYSTEMD_SESSION", "SYSTEMD_OWNER_UID", "SYSTEMD_INVOCATION_ID", "SELINUX_CONTEXT", "SOURCE_REALTIME_TIMESTAMP",
	"SOURCE_BOOTTIME_TIMESTAMP", "SOURCE_MONOTONIC_TIMESTAMP", "BOOT_ID", "MACHINE_ID", "TRANSPORT", "STREAM_ID", "LINE_BREAK", "NAMESPACE", "RUNTIME_SCOPE",
	"KERNEL_DEVICE", "KERNEL_SUBSYSTEM", "UDEV_SYSNAME", "UDEV_DEVNODE", "UDEV_DEVLINK",
}

// addSources gives the fields of the mappings that are on their roles.
func (t *roleTable) addSources(on Sources, pathKeys []string) {
	set := func(key string, u use, s slot, to string, rank uint8) {
		if r := t.add(key); r.use == useNone {
			r.use, r.slot, r.to, r.hash, r.rank = u, s, []byte(to), hashOf([]byte(to)), rank
		}
	}
	for i := range sourceFields {
		if f := &sourceFields[i]; f.of&on != 0 {
			set(f.key, f.use, f.slot, f.to, f.rank)
			t.addBelow(f.key, path{use: f.use, rank: f.rank})
		}
	}
	if on&Journald != 0 {
		for _, key := range trustedFields {
			set("_"+key, useTrusted, 0, "", 0)
			set(key, useTrusted, 0, "", 0)
		}
	}
	if on&File != 0 {
		for _, key := range pathKeys {
			set(key, useHold, slotPath, "", 0)
		}
	}
}
