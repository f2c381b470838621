package config

import (
	"slices"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/transport"
)

// Source looks up the properties of an [OUTPUT] section.
type Source interface {
	// Get returns the value of a property, or "" when it is absent. Fluent Bit cannot tell absent
	// from empty: it turns an empty value, such as an environment variable that is not set, into
	// no value at all (src/flb_config.c, src/flb_kv.c). Names are looked up without regard to
	// case.
	Get(name string) string
}

// Config is the checked configuration of one output instance. It is immutable after Load, so any
// number of goroutines may read it. Printing it is safe: the token prints its public part only,
// the proxy no password, the headers no values. Defaults are those of the option table.
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
	// Compress reports whether request bodies are compressed with gzip. Batch.GzipLevel is 0 if
	// not.
	Compress bool
	// Batch bounds one request: its body before compression and its records.
	Batch batch.Options

	// Preset names the preset that the limits of Mapping, Stringify and LowercaseKeys come from
	// where no option sets them.
	Preset string
	// Mapping is how events become records. Its static attributes have each name once, no empty
	// value, and none that Include and Exclude drop.
	Mapping mapping.Options
	// AttributesHeader is the value of the header X-Dynatrace-Attr with the static attributes, or
	// "".
	AttributesHeader string
	// Metadata names Dynatrace's enrichment files. They need not exist.
	Metadata metadata.Options
	// ECSMetadata queries the task metadata endpoint of ECS where there is one.
	ECSMetadata bool
	// Delivery bounds requests and the pauses between attempts. RetryMax is at least RetryInitial.
	Delivery deliver.Options
	// Flush bounds a whole flush, and says what happens to old records. Its Deadline is at least
	// Delivery.RequestTimeout.
	Flush flush.Options
	// DeadLetter keeps the records that the server rejects; without a Path it keeps none. The file
	// is not checked: one that cannot be written is reported and has no other effect.
	DeadLetter deadletter.Options

	// Transport is how connections are made. TLS.CAFile held a certificate when Load ran,
	// TLS.CertFile and TLS.KeyFile fitted together; package certificate reads them again. TLS.Pins
	// are never set together with TLS.Verify off.
	Transport transport.Options

	// Warnings list what is legal but probably wrong, for the log at start.
	Warnings []option.Warning
}

// ToOneAgent reports whether the records go to the OneAgent of this machine.
func (c *Config) ToOneAgent() bool {
	return slices.ContainsFunc(c.Endpoints, func(e endpoint.Endpoint) bool {
		return e.Kind == endpoint.OneAgent
	})
}

// URL returns where records of the configured format go at an endpoint.
func (c *Config) URL(e endpoint.Endpoint) string {
	if c.Format == FormatOTLP {
		return e.OTLPURL
	}
	return e.IngestURL
}
