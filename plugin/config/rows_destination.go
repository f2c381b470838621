package config

import "fmt"

// destinationRows are where records go, and what every request carries.
var destinationRows = []Option{
	{
		Name: "endpoint", Type: TypeEndpoint, Required: true,
		Help: "Where to send the logs: an environment id (`abc12345`), the base URL of a SaaS " +
			"environment (`https://abc12345.live.dynatrace.com`), of an ActiveGate " +
			"(`https://{host}:9999/e/{environment-id}`) or of a Managed cluster " +
			"(`https://{domain}/e/{environment-id}`), or the full ingest URL. Several, separated " +
			"by commas, lead to the same environment, the preferred one first; the others are " +
			"used while it is unhealthy, see [network.md](network.md#several-endpoints).",
		field: func(c *Config) any { return &c.Endpoints },
	},
	{
		Name: "api_token", Type: TypeSecret, Unset: "this or `api_token_file` is required",
		Help: "Access token with the scope `logs.ingest` (`dt0c01.`), or platform token with " +
			"`openpipeline:logs:ingest` (`dt0s16.`). The authorization scheme follows from the " +
			"prefix. The OneAgent on this machine (`http://localhost:14499`) gets none.",
		field: func(c *Config) any { return &c.Token },
	},
	{
		Name: "api_token_file", Type: TypePath, Unset: "this or `api_token` is required",
		Help: "File that holds the token and nothing else; white space around it is ignored. It is " +
			"read again when it changes.",
		field: func(c *Config) any { return &c.TokenFile },
	},
	{
		Name: "allow_http", Type: TypeBool, Default: "off",
		Help: "Allow an `http://` endpoint that is not on this machine. The token and the logs then " +
			"travel unencrypted.",
		field: func(c *Config) any { return &c.AllowHTTP },
	},
	{
		Name: "headers", Type: TypeHeaders, Unset: "none",
		Help: "Additional headers of every request, for a gateway in between: " +
			"`X-Gateway-Key=${KEY},X-Team=web`; `\\,` is a comma. Values of six characters and " +
			"more are never printed.",
		field: func(c *Config) any { return &c.Headers },
	},
	{
		Name: "structure", Type: TypeEnum, Unset: "that of the environment",
		Values: []string{"raw", "flattened"},
		Help: "Data model that the server is asked to store records in (`X-Dynatrace-Options`; SaaS " +
			"since version 1.330, others ignore it). The plugin flattens maps, so both store the " +
			"same.",
		field: func(c *Config) any { return &c.Structure },
	},
}

// formatRows are how records are encoded and packed into requests.
var formatRows = []Option{
	{
		Name: "format", Type: TypeEnum, Default: string(FormatJSON),
		Values: []string{string(FormatJSON), string(FormatJSONL), string(FormatText), string(FormatOTLP)},
		Help: "Encoding of the records, see [formats.md](formats.md). `json`: an array; `jsonl`: " +
			"one per line, the same values; `text`: one request per record, for a few plain " +
			"lines; `otlp`: OpenTelemetry's protocol, to its own path of the same endpoint.",
		field: func(c *Config) any { return &c.Format },
	},
	{
		Name: "compress", Type: TypeEnum, Unset: "`gzip`; `none` to a OneAgent",
		Values: []string{"gzip", "none"},
		Help:   "Compression of request bodies.",
		field:  func(c *Config) any { return &c.Compress },
	},
	{
		Name: "compress_level", Type: TypeInt, Default: "1",
		Min: 1, Max: 9,
		Help:  "1 is the fastest, 9 the smallest.",
		field: func(c *Config) any { return &c.Batch.GzipLevel },
	},
	{
		// The API takes 10 MB, before and after compression, and does not say which megabyte:
		// https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits. So 10,000,000
		// is the ceiling. See defaultPayload for the default.
		Name: "max_payload_bytes", Type: TypeSize,
		Unit: "bytes", Unset: fmt.Sprintf("`%d`, with `format otlp` `%d`", defaultPayload,
			defaultOTLPPayload),
		Min: 64 << 10, Max: 10_000_000,
		Help:  "Largest request body, before compression.",
		field: func(c *Config) any { return &c.Batch.MaxBytes },
	},
	{
		// 50,000 records per request:
		// https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits.
		Name: "max_payload_records", Type: TypeInt, Default: "50000", Unit: "records",
		Min: 1, Max: 50_000,
		Help:  "Most records in a request.",
		field: func(c *Config) any { return &c.Batch.MaxRecords },
	},
}
