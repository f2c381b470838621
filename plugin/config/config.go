package config

import (
	"slices"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/secret"
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
	// Compress reports whether request bodies are compressed with gzip.
	Compress bool
	// CompressLevel is the gzip level, from 1 (fastest) to 9 (smallest). Ignored unless Compress is
	// set.
	CompressLevel int

	// Preset names the preset that Limits, Stringify and LowercaseKeys come from where no option
	// sets them.
	Preset string
	// Limits are what a single record may hold.
	Limits Limits
	// MaxPayloadBytes bounds one request body before compression, in bytes.
	MaxPayloadBytes int
	// MaxPayloadRecords bounds the records of one request.
	MaxPayloadRecords int

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
	// MetadataFiles are the paths of Dynatrace's enrichment files. They need not exist.
	MetadataFiles []string
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

	// RequestTimeout bounds one attempt.
	RequestTimeout time.Duration
	// FlushDeadline bounds a whole flush with all its attempts. At least RequestTimeout.
	FlushDeadline time.Duration
	// RetryInitial is the first pause between attempts.
	RetryInitial time.Duration
	// RetryMax is the longest pause between attempts. At least RetryInitial.
	RetryMax time.Duration

	// OldRecords is what happens to records older than 24 h.
	OldRecords Old
	// RecordID gives each record an id that is the same on every attempt.
	RecordID bool
	// DeadLetterFile keeps the records that the server rejects; "" keeps none. It is not checked: a
	// file that cannot be written is reported and has no other effect.
	DeadLetterFile string
	// DeadLetterBytes bounds that file and its predecessor together, in bytes.
	DeadLetterBytes int

	// TLSVerify checks the server's certificate.
	TLSVerify bool
	// TLSCAFile is a PEM file of certificates to trust besides the system's, or "". It held at
	// least one when Load ran.
	TLSCAFile string
	// TLSPins are fingerprints of which the server's certificate must have one. It then needs
	// neither a known authority nor the right name. Never together with TLSVerify off.
	TLSPins []certificate.Fingerprint
	// TLSServerName is the name to ask for and to find in the server's certificate, or "" for the
	// host of the endpoint.
	TLSServerName string
	// TLSMinVersion is the oldest version of TLS to speak, a constant of crypto/tls.
	TLSMinVersion uint16
	// TLSCertFile and TLSKeyFile are PEM files with the client certificate and its key. Both or
	// none are set, and both can be the same file. They fitted together when Load ran;
	// certificate.ReadKeyPair reads them again.
	TLSCertFile, TLSKeyFile string
	// Proxy is the proxy that requests go through.
	Proxy endpoint.Proxy

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
