package config

// Names of the mappings that enrich takes. What each does stands in docs/mapping.md.
const (
	EnrichAuto = "auto"
	EnrichOff  = "off"
)

// enrichDefaults are the mappings that auto stands for, enrichExtras those that must be asked for.
func enrichDefaults() []string {
	return []string{"kubernetes", "ecs", "container", "journald", "syslog", "aws", "file", "app", "trace", "severity", "host"}
}

func enrichExtras() []string {
	return []string{"k8s_pod_ip", "k8s_service", "k8s_deprecated", "ecs_otel", "dt_section"}
}

// extraOf are the mappings that extras add to.
var extraOf = map[string]string{"k8s_pod_ip": "kubernetes", "k8s_service": "kubernetes", "k8s_deprecated": "kubernetes", "ecs_otel": "ecs"}

// The metadata files that Dynatrace's OneAgent and Operator write
// (https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-data).
const defaultMetadataFiles = "/var/lib/dynatrace/enrichment/dt_host_metadata.json,/var/lib/dynatrace/enrichment/dt_metadata.json"

// The ways of the static attributes.
const (
	attributesInBody   = "body"
	attributesInHeader = "header"
)

// mappingOptions say what becomes of the fields of a record.
func mappingOptions() []Option {
	return []Option{
		{
			Name: optEnrich, Type: TypeList, Default: EnrichAuto,
			Help: "Which sources are recognised and given Dynatrace's names: `auto`, `off`, or names: `kubernetes`, `ecs`, `container`, `journald`, `syslog`, `aws`, `file`, `app`, `trace`, `severity`, `host`. `auto,-host` is all but one. Besides, on request: `k8s_pod_ip`, `k8s_service`, `k8s_deprecated`, `ecs_otel`, `dt_section` (`auto,k8s_service`). See [docs/mapping.md](docs/mapping.md).",
			bind: func(d *draft) any { return &d.Enrich },
		},
		{
			Name: optClusterName, Type: TypeText, Unset: "variable `K8S_CLUSTER_NAME`",
			Help: "`k8s.cluster.name` of every record: the name that the cluster has in Dynatrace.",
			bind: func(d *draft) any { return &d.ClusterName },
		},
		{
			Name: optClusterUID, Type: TypeText, Unset: "variable `K8S_CLUSTER_UID`",
			Help: "`k8s.cluster.uid` of every record: the UID of the namespace `kube-system`.",
			bind: func(d *draft) any { return &d.ClusterUID },
		},
		{
			Name: optClusterEntity, Type: TypeText, Unset: "none",
			Help: "`dt.entity.kubernetes_cluster` of every record, `KUBERNETES_CLUSTER-...`.",
			bind: func(d *draft) any { return &d.ClusterEntity },
		},
		{
			Name: optPodLabels, Type: TypeList, Unset: "none",
			Help: "Labels of pods and namespaces to send, by name, `*` stands for any characters: `app,app.kubernetes.io/*`. They become `k8s.pod.label.<name>` and `k8s.namespace.label.<name>`.",
			bind: func(d *draft) any { return &d.PodLabels },
		},
		{
			Name: optPodAnnotations, Type: TypeList, Unset: "none",
			Help: "The same for annotations: `k8s.pod.annotation.<name>` and `k8s.namespace.annotation.<name>`. Those of `metadata.dynatrace.com` need no mention.",
			bind: func(d *draft) any { return &d.PodAnnotations },
		},
		{
			Name: optLogSource, Type: TypeText, Unset: "by source",
			Help: "`log.source` of every record, in the place of what the mapping finds.",
			bind: func(d *draft) any { return &d.LogSource },
		},
		{
			Name: optPathKey, Type: TypeList, Default: "log.file.path",
			Help: "Fields that can hold the absolute path of the file a line was read from: what tail's `Path_Key` names.",
			bind: func(d *draft) any { return &d.PathKeys },
		},
		{
			Name: optMetadataFiles, Type: TypeList, Default: defaultMetadataFiles,
			Help: "JSON files of attributes that Dynatrace's OneAgent and Operator write; `off` for none. A file is read again when it changes. `dt_metadata.json` describes the pod that Fluent Bit runs in: for sidecars.",
			bind: func(d *draft) any { return &d.MetadataFiles },
		},
		{
			Name: optECSMetadata, Type: TypeBool, Default: "on",
			Help: "Ask the task metadata endpoint (`ECS_CONTAINER_METADATA_URI_V4`) for what FireLens does not tell: availability zone, container ARN, image.",
			bind: func(d *draft) any { return &d.ECSMetadata },
		},
		{
			Name: optAttributes, Type: TypePairs, Unset: "none",
			Help: "Attributes for every record that has none of that name: `service.name=shop,dt.cost.costcenter=web`. `${NAME}` is a variable, which Fluent Bit replaces before; `%{NAME}` is one that may hold commas, replaced here; `\\,` is a comma.",
			bind: func(d *draft) any { return &d.Attributes },
		},
		{
			Name: optAttributesIn, Type: TypeEnum, Default: attributesInBody, Values: []string{attributesInBody, attributesInHeader},
			Help: "`header` sends `attributes` once a request (`X-Dynatrace-Attr`; SaaS and ActiveGate from version 1.332 on). They then win over a field of that name, which becomes `overwritten1.<name>`.",
			bind: func(d *draft) any { return &d.attributesIn },
		},
		{
			Name: optInclude, Type: TypeList, Unset: "all",
			Help: "The only attributes to send, by the names they have in Dynatrace; `*` stands for any characters. Content, time and level are always sent.",
			bind: func(d *draft) any { return &d.Include },
		},
		{
			Name: optExclude, Type: TypeList, Unset: "none",
			Help: "Attributes not to send, in the same way. It comes after `include`.",
			bind: func(d *draft) any { return &d.Exclude },
		},
		{
			Name: optDropEmpty, Type: TypeBool, Default: "off",
			Help: "Leave out attributes that are null, empty text, empty arrays, empty maps or `{}`.",
			bind: func(d *draft) any { return &d.DropEmpty },
		},
		{
			Name: optParseJSON, Type: TypeBool, Default: "off",
			Help: "Take a line that is a JSON object apart here: content, level, trace and loggers are found in it, the rest becomes attributes. Off, it stays the content, and Dynatrace can parse it.",
			bind: func(d *draft) any { return &d.ParseJSON },
		},
		{
			Name: optStripANSI, Type: TypeBool, Default: "off",
			Help: "Take colour codes and other control sequences of terminals out of the content.",
			bind: func(d *draft) any { return &d.StripANSI },
		},
	}
}
