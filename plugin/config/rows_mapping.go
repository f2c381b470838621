package config

import "out_dynatrace/plugin/mapping/source"

// limitRows are what one record may hold.
var limitRows = []Option{
	{
		Name: "limits", Type: TypeEnum, Default: grail.name,
		Values: presetNames(),
		Help: "What the server stores of a record. `grail`: 10 MB of content, 500 attributes of 32 " +
			"kB; `classic_pipeline` (the Classic pipeline of Grail): 512 kB, 50 of 250 bytes; " +
			"`classic` (Logs Classic on SaaS) and `managed`: 8 KiB, 50 of 250 bytes. All but " +
			"`grail` store keys in lower case and values as text.",
		field: func(c *Config) any { return &c.Preset },
	},
	{
		Name: "max_content_bytes", Type: TypeSize, Unset: "by `limits`", Unit: "bytes",
		Min: 64, Max: 10_000_000,
		Help:  "Longest content of a record. The rest is cut.",
		field: func(c *Config) any { return &c.Mapping.Limits.ContentBytes },
	},
	{
		Name: "max_attribute_bytes", Type: TypeSize, Unset: "by `limits`", Unit: "bytes",
		Min: 16, Max: 1_000_000,
		Help:  "Longest value of an attribute. The rest is cut.",
		field: func(c *Config) any { return &c.Mapping.Limits.AttributeValueBytes },
	},
	{
		Name: "max_attributes", Type: TypeInt, Unset: "by `limits`", Unit: "attributes",
		Min: 1, Max: 10_000,
		Help: "Most attributes of a record. Of the rest, empty ones are dropped first, and what ties " +
			"a record to its trace, service and host last.",
		field: func(c *Config) any { return &c.Mapping.Limits.Attributes },
	},
	{
		Name: "stringify", Type: TypeBool, Unset: "by `limits`",
		Help:  "Turn numbers and booleans of attributes into strings.",
		field: func(c *Config) any { return &c.Mapping.Stringify },
	},
	{
		Name: "lowercase_keys", Type: TypeBool, Unset: "by `limits`",
		Help: "Turn the names of attributes into lower case. If two become equal, the second is " +
			"renamed to `overwritten1.<key>`.",
		field: func(c *Config) any { return &c.Mapping.LowercaseKeys },
	},
}

// mappingRows are how the fields of an event become a record.
var mappingRows = []Option{
	{
		Name: "content_key", Type: TypeList,
		Default: "log,@message,@m,@mt,formattedMessage,message,msg,MESSAGE,RenderedMessage," +
			"MessageTemplate,short_message,full_message,fields.message,record.message,log.message," +
			"log.msg,log_processed.message,log_processed.msg,logEvent.message,jsonPayload.message," +
			"textPayload,properties.message,event,content,payload,body,_raw," +
			"text,output,resultDescription,full_log,exec,wasi_stdout,note," +
			"State.Message,State.{OriginalFormat},event.message,event.original",
		Help: "Fields that can hold the message, at the top level or, by a name with dots, in nested " +
			"maps; the first one that holds text becomes `content`. In a nested map only a text counts. Some " +
			"of the default names (`event`, `text`, `output` ...) are used for other things, too: " +
			"a number or a map there is no message, unless your list leaves out other default " +
			"names ([The content](records.md#the-content)).",
		field: func(c *Config) any { return &c.Mapping.ContentKeys },
	},
	{
		Name: "content_summary", Type: TypeSize, Default: "256", Unit: "bytes",
		Min: 0, Max: 10_000_000,
		Help: "Longest content of a record without a message: a JSON object of its attributes, as " +
			"many of them as fit. They are sent as attributes in any case. `0` leaves such a content " +
			"empty.",
		field: func(c *Config) any { return &c.Mapping.SummaryBytes },
	},
	{
		Name: "level_key", Type: TypeList,
		Default: "loglevel,severity,level,lvl,log.level,levelname,level_name,@level,@l,log_level," +
			"severity_text,severityText,error_severity,severity_label,record.level.name,status," +
			"syslog.severity,syslogseverity-text,syslogseverity,syslog_severity," +
			"log.syslog.severity.name,log.syslog.severity.code,severity_code,levelno,level_number," +
			"severity_number,severityNumber," +
			"log_processed.level,log_processed.severity,log_processed.loglevel,log_processed.lvl," +
			"log_processed.levelname,log_processed.level_name,log_processed.log.level," +
			"log.severity,log.loglevel,log.lvl,log.levelname,log.level_name," +
			"jsonPayload.level,jsonPayload.severity,jsonPayload.loglevel,jsonPayload.lvl," +
			"logEvent.level,logEvent.severity,logEvent.loglevel," +
			"message.level,message.severity,message.loglevel,message.lvl,message.levelname," +
			"message.level_name,message.log.level," +
			"msg.level,msg.severity,msg.loglevel,msg.lvl," +
			"fields.level,fields.severity,fields.loglevel," +
			"record.level,record.severity,record.levelname,record.loglevel",
		Help: "Fields that can hold the severity, at the top level or, by a name with dots, in " +
			"nested maps; the first one that names a level becomes `loglevel`. Words go before " +
			"numbers, which count only if the record says whose they are ([The level](records.md#the-level)).",
		field: func(c *Config) any { return &c.Mapping.LevelKeys },
	},
	{
		Name: "enrich", Type: TypeList, Default: enrichAuto,
		Help: "Sources that are recognized and given Dynatrace's names: `auto`, `off`, or names: " +
			quoted(source.Defaults()) + ". `auto,-host` is all but one. In addition, only by name: " +
			quoted(source.Extras()) + " (`auto,k8s_service`). See [mapping.md](mapping.md).",
		field: func(c *Config) any { return &c.Mapping.Sources },
	},
	{
		Name: "k8s_cluster_name", Type: TypeText, Unset: "variable `K8S_CLUSTER_NAME`",
		Help:  "`k8s.cluster.name` of every record: the name of the cluster in Dynatrace.",
		field: func(c *Config) any { return &c.Mapping.ClusterName },
	},
	{
		Name: "k8s_cluster_uid", Type: TypeText, Unset: "variable `K8S_CLUSTER_UID`",
		Help:  "`k8s.cluster.uid` of every record: the UID of the namespace `kube-system`.",
		field: func(c *Config) any { return &c.Mapping.ClusterUID },
	},
	{
		Name: "k8s_cluster_entity", Type: TypeText, Unset: "none",
		Help:  "`dt.entity.kubernetes_cluster` of every record, `KUBERNETES_CLUSTER-...`.",
		field: func(c *Config) any { return &c.Mapping.ClusterEntity },
	},
	{
		Name: "k8s_labels", Type: TypeList, Unset: "none",
		Help: "Labels of pods and namespaces to send, by name; `*` matches any characters: " +
			"`app,app.kubernetes.io/*`. They become `k8s.pod.label.<name>` and " +
			"`k8s.namespace.label.<name>`.",
		field: func(c *Config) any { return &c.Mapping.PodLabels },
	},
	{
		Name: "k8s_annotations", Type: TypeList, Unset: "none",
		Help: "Annotations to send, with the same syntax. They become `k8s.pod.annotation.<name>` and " +
			"`k8s.namespace.annotation.<name>`. Those of `metadata.dynatrace.com` are always sent.",
		field: func(c *Config) any { return &c.Mapping.PodAnnotations },
	},
	{
		Name: "log_source", Type: TypeText, Unset: "by source",
		Help:  "`log.source` of every record, instead of what the source sets.",
		field: func(c *Config) any { return &c.Mapping.LogSource },
	},
	{
		Name: "path_key", Type: TypeList, Default: "log.file.path",
		Help: "Fields that can hold the absolute path of the file that a line was read from, as the " +
			"`Path_Key` of the tail input names it.",
		field: func(c *Config) any { return &c.Mapping.PathKeys },
	},
	{
		// https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-data
		Name: "metadata_files", Type: TypeList,
		Default: "/var/lib/dynatrace/enrichment/dt_host_metadata.json," +
			"/var/lib/dynatrace/enrichment/dt_metadata.json",
		Help: "JSON files of attributes that Dynatrace's OneAgent and Operator write; `off` for " +
			"none. A file is read again when it changes. `dt_metadata.json` describes the pod " +
			"that Fluent Bit runs in: for sidecars.",
		field: func(c *Config) any { return &c.Metadata.Files },
	},
	{
		Name: "ecs_metadata", Type: TypeBool, Default: "on",
		Help: "Query the task metadata endpoint (`ECS_CONTAINER_METADATA_URI_V4`) for what FireLens " +
			"does not pass on: availability zone, container ARN, image.",
		field: func(c *Config) any { return &c.ECSMetadata },
	},
	{
		Name: "attributes", Type: TypePairs, Unset: "none",
		Help: "Attributes of every record that has none of that name: " +
			"`service.name=shop,dt.cost.costcenter=web`. Fluent Bit replaces the variable " +
			"`${NAME}`; the plugin replaces `%{NAME}`, which may hold commas; `\\,` is a comma.",
		field: func(c *Config) any { return &c.Mapping.Static },
	},
	{
		Name: "attributes_in", Type: TypeEnum, Default: "body",
		Values: []string{"header", "body"},
		Help: "`header` sends `attributes` once per request (`X-Dynatrace-Attr`; SaaS and " +
			"ActiveGate since version 1.332). They then take precedence over a field of that " +
			"name, which becomes `overwritten1.<name>`.",
		field: func(c *Config) any { return &c.Mapping.InHeader },
	},
	{
		Name: "include", Type: TypeList, Unset: "all",
		Help: "The only attributes to send, by their names in Dynatrace; `*` matches any " +
			"characters. Content, time and level are always sent.",
		field: func(c *Config) any { return &c.Mapping.Include },
	},
	{
		Name: "exclude", Type: TypeList, Unset: "none",
		Help: "What not to send, with the same syntax: attributes, by their names in Dynatrace, and " +
			"fields, by their keys in Fluent Bit or their paths (`user.password`), whatever they " +
			"would become. Applied after `include`.",
		field: func(c *Config) any { return &c.Mapping.Exclude },
	},
	{
		Name: "drop_empty", Type: TypeBool, Default: "off",
		Help:  "Drop attributes that are null, empty text, empty arrays, empty maps or `{}`.",
		field: func(c *Config) any { return &c.Mapping.DropEmpty },
	},
	{
		Name: "parse_json", Type: TypeBool, Default: "off",
		Help: "Parse a line that is a JSON object: content, level, trace and logger are taken from " +
			"it, the rest becomes attributes. When off, the line stays the content, and Dynatrace " +
			"can parse it.",
		field: func(c *Config) any { return &c.Mapping.ParseJSON },
	},
	{
		Name: "strip_ansi", Type: TypeBool, Default: "off",
		Help:  "Remove ANSI escape sequences (colors and other terminal controls) from the content.",
		field: func(c *Config) any { return &c.Mapping.StripANSI },
	},
}
