package config

import (
	"slices"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/transport"
)

// Source looks up the properties of an [OUTPUT] section.
type Source interface {
	// Get returns the value of a property, or "" when it is absent. Fluent Bit cannot tell absent
	// from empty: it turns an empty value, such as an environment variable that is not set, into no
	// value at all (src/flb_config.c, src/flb_kv.c). Names are looked up without regard to case.
	Get(name string) string
}

// Config is the checked configuration of one output instance. It is immutable after Load, so any
// number of goroutines may read it. Printing it is safe: the token prints its public part only, the
// proxy no password, the headers no values. Defaults are those of the option table.
type Config struct {
	// Endpoints are where the records go, in the order of preference. All lead to one environment;
	// one after the first is used while those before it are unhealthy. At least 1 and at most
	// endpoint.Max; a local OneAgent is the only one.
	Endpoints []endpoint.Endpoint
	// AllowHTTP permits plain http to another machine.
	AllowHTTP bool
	// Token comes from api_token. It is zero when TokenFile is used, and when the endpoint is a
	// local OneAgent, which gets no token.
	Token secret.Secret
	// TokenFile is the path in api_token_file, or "", as it is for a local OneAgent. The file held
	// a token when Load ran; secret.ReadFile reads it again.
	TokenFile string

	// Format is how records are encoded.
	Format Format
	// Structure is the data model that the server is asked for, "raw" or "flattened", or "" for
	// that of the environment.
	Structure string
	// Headers are additional headers of every request.
	Headers Headers
	// Compress reports whether request bodies are compressed with gzip. Batch.GzipLevel is 0 if not.
	Compress bool
	// Batch bounds one request: its body before compression and its records.
	Batch batch.Options

	// Preset names the preset that Limits, Stringify and LowercaseKeys come from where no option
	// sets them.
	Preset string
	// Limits are what a single record may hold.
	Limits Limits
	// ContentKeys name the fields that can hold the message; the first match wins. Never empty.
	ContentKeys []string
	// LevelKeys name the fields that can hold the severity; the first match wins. Never empty.
	LevelKeys []string
	// Stringify turns numbers and booleans of attributes into strings.
	Stringify bool
	// LowercaseKeys turns the names of attributes into lower case.
	LowercaseKeys bool

	// Enrich are the names of the sources that are on, sorted.
	Enrich []string
	// ClusterName, ClusterUID and ClusterEntity describe the Kubernetes cluster; "" where unknown.
	ClusterName, ClusterUID, ClusterEntity string
	// PodLabels and PodAnnotations are patterns of labels and annotations to send.
	PodLabels, PodAnnotations []string
	// LogSource replaces the log.source that a source finds; "" keeps it.
	LogSource string
	// PathKeys name the fields that can hold the path of a log file.
	PathKeys []string
	// Metadata names Dynatrace's enrichment files. They need not exist.
	Metadata metadata.Options
	// ECSMetadata queries the task metadata endpoint of ECS where there is one.
	ECSMetadata bool
	// Attributes are static attributes, each name once, none with an empty value. With
	// LowercaseKeys their names are in lower case, and so are Include and Exclude.
	Attributes []Pair
	// AttributesInHeader sends them in the header X-Dynatrace-Attr instead of in each record.
	AttributesInHeader bool
	// Include and Exclude are patterns of attributes to send and not to send; no Include is all.
	Include, Exclude []string
	// DropEmpty removes empty attributes.
	DropEmpty bool
	// ParseJSON parses lines that are JSON objects.
	ParseJSON bool
	// StripANSI removes terminal control sequences from the content.
	StripANSI bool

	// Delivery bounds requests and the pauses between attempts. RetryMax is at least RetryInitial.
	Delivery deliver.Options
	// FlushDeadline bounds a whole flush with all its attempts. At least Delivery.RequestTimeout.
	FlushDeadline time.Duration

	// OldRecords is what happens to records older than 24 h.
	OldRecords Old
	// RecordID gives each record an id that is the same on every attempt.
	RecordID bool
	// DeadLetter keeps the records that the server rejects; without a Path it keeps none. The file is
	// not checked: one that cannot be written is reported and has no other effect.
	DeadLetter deadletter.Options

	// Transport is how connections are made. TLS.CAFile held a certificate when Load ran, TLS.CertFile
	// and TLS.KeyFile fitted together; package certificate reads them again. TLS.Pins are never set
	// together with TLS.Verify off.
	Transport transport.Options

	// Warnings list what is legal but probably wrong, for the log at start.
	Warnings []option.Warning
}

// ToOneAgent reports whether the records go to the OneAgent of this machine.
func (c *Config) ToOneAgent() bool {
	return slices.ContainsFunc(c.Endpoints, func(e endpoint.Endpoint) bool { return e.Kind == endpoint.OneAgent })
}

// URL returns where records of the configured format go at an endpoint.
func (c *Config) URL(e endpoint.Endpoint) string {
	if c.Format == FormatOTLP {
		return e.OTLPURL
	}
	return e.IngestURL
}
