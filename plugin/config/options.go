package config

import "slices"

// Type says how the text of an option is read. The names appear in the README.
type Type string

// The types of option. Values are trimmed of white space before they are read.
const (
	TypeBool     Type = "boolean"  // on, off, true, false, yes, no, 1, 0, in any case
	TypeInt      Type = "integer"  // decimal digits
	TypeSize     Type = "size"     // bytes, or a number with k, kB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024)
	TypeDuration Type = "duration" // 15s, 500ms, 1m30s; a plain number is seconds
	TypeEnum     Type = "choice"   // one of Option.Values, in any case
	TypeList     Type = "list"     // names separated by commas
	TypeEndpoint Type = "URL"      // see endpoint.ParseList
	TypeSecret   Type = "secret"   // see secret.Parse; never printed
	TypeProxy    Type = "proxy"    // see endpoint.ParseProxy; a password in it is never printed
	TypePath     Type = "path"     // a file
	TypeText     Type = "text"     // as it stands
	TypePairs    Type = "pairs"    // name=value, separated by commas
	TypeHeaders  Type = "headers"  // the same, with values that are never printed
)

// Option is one row of the table.
type Option struct {
	Name string
	Type Type
	// Default is the value used when the option is absent, as one would write it in a configuration file; "" when there is none.
	Default string
	// Unset says what happens when the option is absent and has no Default.
	Unset string
	// Unit is the unit of the value, or "".
	Unit string
	// Min and Max are the smallest and the largest allowed value of an integer, a size (bytes) or a duration (nanoseconds).
	Min, Max int64
	// Values are the choices of a TypeEnum.
	Values []string
	// Required says that the instance does not start without the option.
	Required bool
	// Help is one line for the README.
	Help string

	// bind gives the place of the value: a *string, *bool, *int, *[]string, *[]Pair or *time.Duration, as Type asks.
	bind func(*draft) any
}

// Names that are used outside the table too: in checks of one option against another, and as what was meant by a misspelt name.
const (
	optEndpoint          = "endpoint"
	optAllowHTTP         = "allow_http"
	optToken             = "api_token"
	optTokenFile         = "api_token_file"
	optFormat            = "format"
	optStructure         = "structure"
	optHeaders           = "headers"
	optCompress          = "compress"
	optCompressLevel     = "compress_level"
	optMaxContentBytes   = "max_content_bytes"
	optMaxAttributeBytes = "max_attribute_bytes"
	optMaxPayloadBytes   = "max_payload_bytes"
	optMaxPayloadRecords = "max_payload_records"
	optContentKey        = "content_key"
	optLevelKey          = "level_key"
	optLimits            = "limits"
	optStringify         = "stringify"
	optLowercaseKeys     = "lowercase_keys"
	optRequestTimeout    = "request_timeout"
	optFlushDeadline     = "flush_deadline"
	optRetryInitial      = "retry_initial"
	optRetryMax          = "retry_max"
	optOldRecords        = "old_records"
	optRecordID          = "record_id"
	optDeadLetterFile    = "dead_letter_file"
	optDeadLetterBytes   = "dead_letter_max_bytes"
	optEnrich            = "enrich"
	optClusterName       = "k8s_cluster_name"
	optClusterUID        = "k8s_cluster_uid"
	optClusterEntity     = "k8s_cluster_entity"
	optPodLabels         = "k8s_labels"
	optPodAnnotations    = "k8s_annotations"
	optLogSource         = "log_source"
	optPathKey           = "path_key"
	optMetadataFiles     = "metadata_files"
	optECSMetadata       = "ecs_metadata"
	optAttributes        = "attributes"
	optAttributesIn      = "attributes_in"
	optInclude           = "include"
	optExclude           = "exclude"
	optDropEmpty         = "drop_empty"
	optParseJSON         = "parse_json"
	optStripANSI         = "strip_ansi"
	optTLSVerify         = "tls_verify"
	optTLSCAFile         = "tls_ca_file"
	optTLSPin            = "tls_pin_sha256"
	optTLSServerName     = "tls_server_name"
	optTLSMinVersion     = "tls_min_version"
	optTLSCertFile       = "tls_cert_file"
	optTLSKeyFile        = "tls_key_file"
	optProxy             = "proxy"
)

const (
	compressGzip = "gzip"
	compressNone = "none"
)

// Options returns the table, in the order of the README.
//
// Names are made of a-z, 0-9 and underscore, so that they survive FireLens, which turns options into environment names. None may
// be one that Fluent Bit keeps for itself (host, port, workers, retry_limit, everything that starts with net., tls. or oauth2, ...:
// src/flb_output.c, flb_output_set_property): such a name never reaches a plugin.
func Options() []Option {
	return slices.Concat(recordOptions(), mappingOptions(), deliveryOptions(), networkOptions())
}

// recordOptions say where records go, in which form, and what one may hold.
func recordOptions() []Option {
	return []Option{
		{
			Name: optEndpoint, Type: TypeEndpoint, Required: true,
			Help: "Where the logs go: an environment id (`abc12345`), the base URL of a SaaS environment (`https://abc12345.live.dynatrace.com`), of an ActiveGate (`https://{host}:9999/e/{environment-id}`) or of a Managed cluster (`https://{domain}/e/{environment-id}`), or the full ingest URL. Several, separated by commas, are doors to one environment, the best first: the others count while it is in trouble, see [docs/network.md](docs/network.md#several-endpoints).",
			bind: func(d *draft) any { return &d.endpoint },
		},
		{
			Name: optToken, Type: TypeSecret, Unset: "this or `api_token_file` is required",
			Help: "Access token with the scope `logs.ingest` (`dt0c01.`), or platform token with `openpipeline:logs:ingest` (`dt0s16.`). The authorization scheme follows the prefix. The OneAgent on this machine (`http://localhost:14499`) gets none.",
			bind: func(d *draft) any { return &d.token },
		},
		{
			Name: optTokenFile, Type: TypePath, Unset: "this or `api_token` is required",
			Help: "File that holds the token and nothing else; white space around it does not matter.",
			bind: func(d *draft) any { return &d.TokenFile },
		},
		{
			Name: optAllowHTTP, Type: TypeBool, Default: "off",
			Help: "Allow an `http://` endpoint that is not on this machine. The token and the logs then travel unencrypted.",
			bind: func(d *draft) any { return &d.allowHTTP },
		},
		{
			Name: optFormat, Type: TypeEnum, Default: string(FormatJSON), Values: []string{string(FormatJSON), string(FormatJSONL), string(FormatText), string(FormatOTLP)},
			Help: "How records are encoded, see [docs/formats.md](docs/formats.md). `json`: an array; `jsonl`: one a line, the same values; `text`: a request for each record, for a few plain lines; `otlp`: OpenTelemetry's protocol, to its own path of the same endpoint.",
			bind: func(d *draft) any { return (*string)(&d.Format) },
		},
		{
			Name: optStructure, Type: TypeEnum, Unset: "as the environment has it", Values: []string{"raw", "flattened"},
			Help: "Data model that the server is asked to store records in (`X-Dynatrace-Options`; SaaS from version 1.330 on, others ignore it). Maps are flattened here, so both store the same.",
			bind: func(d *draft) any { return &d.Structure },
		},
		{
			Name: optHeaders, Type: TypeHeaders, Unset: "none",
			Help: "Further headers of each request, for a gateway on the way: `X-Gateway-Key=${KEY},X-Team=web`; `\\,` is a comma. Values of six characters and more are never printed.",
			bind: func(d *draft) any { return &d.headers },
		},
		{
			Name: optCompress, Type: TypeEnum, Unset: "`gzip`; `none` to a OneAgent", Values: []string{compressGzip, compressNone},
			Help: "Compression of request bodies.",
			bind: func(d *draft) any { return &d.compress },
		},
		{
			Name: optCompressLevel, Type: TypeInt, Default: "1", Min: 1, Max: 9,
			Help: "1 is fastest, 9 is smallest.",
			bind: func(d *draft) any { return &d.CompressLevel },
		},
		{
			Name: optLimits, Type: TypeEnum, Default: "grail", Values: presetNames(),
			Help: "What the server stores of a record. `grail`: 10 MB of content, 500 attributes of 32 kB; `classic_pipeline` (the Classic pipeline of Grail): 512 kB, 50 of 250 bytes; `classic` (Logs Classic on SaaS) and `managed`: 8 KiB, 50 of 250 bytes. All but `grail` store keys in lower case and values as text.",
			bind: func(d *draft) any { return &d.limits },
		},
		{
			Name: optMaxContentBytes, Type: TypeSize, Unset: "by `limits`", Unit: "bytes", Min: 64, Max: 10_000_000,
			Help: "Longest content of a record.",
			bind: func(d *draft) any { return &d.maxContent },
		},
		{
			Name: optMaxAttributeBytes, Type: TypeSize, Unset: "by `limits`", Unit: "bytes", Min: 16, Max: 1_000_000,
			Help: "Longest value of an attribute.",
			bind: func(d *draft) any { return &d.maxAttribute },
		},
		{
			Name: "max_attributes", Type: TypeInt, Unset: "by `limits`", Unit: "attributes", Min: 1, Max: 10_000,
			Help: "Most attributes of a record.",
			bind: func(d *draft) any { return &d.maxAttributes },
		},
		{
			// The API takes 10 MB, before and after compression, and does not say which megabyte:
			// https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits. So 10,000,000 is the ceiling; the default keeps the
			// distance that Dynatrace's own Logstash output keeps (dynatrace-oss/logstash-output-dynatrace, 9,500,000).
			Name: optMaxPayloadBytes, Type: TypeSize, Unset: "`9500000`, with `format otlp` `1900000`", Unit: "bytes", Min: 64 << 10, Max: 10_000_000,
			Help: "Largest request body, before compression.",
			bind: func(d *draft) any { return &d.MaxPayloadBytes },
		},
		{
			// 50,000 records a request: https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits.
			Name: optMaxPayloadRecords, Type: TypeInt, Default: "50000", Unit: "records", Min: 1, Max: 50_000,
			Help: "Most records in a request.",
			bind: func(d *draft) any { return &d.MaxPayloadRecords },
		},
		{
			Name: optContentKey, Type: TypeList, Default: "log,message,msg,MESSAGE,content,payload,body,_raw",
			Help: "Top-level fields that can hold the message; the first one that holds text becomes `content`.",
			bind: func(d *draft) any { return &d.ContentKeys },
		},
		{
			Name: optLevelKey, Type: TypeList, Default: "loglevel,severity,level,lvl,log.level,levelname,status,syslog.severity",
			Help: "Fields that can hold the severity, at the top level or, by a name with dots, in nested maps; the first one that names a level becomes `loglevel`.",
			bind: func(d *draft) any { return &d.LevelKeys },
		},
		{
			Name: optStringify, Type: TypeBool, Unset: "by `limits`",
			Help: "Turn numbers and booleans of attributes into strings.",
			bind: func(d *draft) any { return &d.Stringify },
		},
		{
			Name: optLowercaseKeys, Type: TypeBool, Unset: "by `limits`",
			Help: "Turn the names of attributes into lower case. Of two that are equal then the second becomes `overwritten1.<key>`.",
			bind: func(d *draft) any { return &d.LowercaseKeys },
		},
	}
}
