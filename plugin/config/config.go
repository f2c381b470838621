// Package config turns the properties of one [OUTPUT] section into a checked Config.
//
// One table (Options) holds every option: name, type, default, unit, range and help. Parsing, error texts, the search for
// misspelt names and the option table of the README all read that table, so an option is added in one place.
//
// Every wrong value is a start-up error of one line that names the option, what it got and what it takes. All errors of an
// instance are reported together. No error, warning or formatted value ever holds a token or a password.
//
// The package has no state, needs no cgo and depends on the standard library only.
package config

//go:generate go test . -run TestReadme -update

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/secret"
)

// Source gives the value of a property, or "" when it is absent. Fluent Bit cannot tell absent from empty: it turns an empty
// value, such as an environment variable that is not set, into no value at all (src/flb_config.c, src/flb_kv.c). Names are
// looked up without regard to case.
type Source interface {
	Get(name string) string
}

// Format is how records are encoded.
type Format string

// The formats.
const (
	FormatJSON  Format = "json"  // an array of records, application/json
	FormatJSONL Format = "jsonl" // a record a line, application/x-ndjson
	FormatOTLP  Format = "otlp"  // OpenTelemetry's protocol, application/x-protobuf, to a path of its own
	FormatText  Format = "text"  // one record a request, text/plain with the rest in X-Dynatrace-Attr
)

// Old is what becomes of records older than Dynatrace takes.
type Old string

// The ways with old records.
const (
	OldRestamp Old = "restamp" // sent with the current time, the original in an attribute
	OldDrop    Old = "drop"    // counted and not sent
	OldSend    Old = "send"    // sent as they are
)

// Config is the checked configuration of one output instance. It is not changed after Load, so any number of goroutines may
// read it. Printing it is safe: the token prints only its public part, and the
// proxy no password.
type Config struct {
	// Endpoints are where the records go, in the order of preference: doors to one environment, of which the others count while the
	// first is in trouble. Never empty, and at most 8; a local OneAgent stands alone.
	Endpoints []endpoint.Endpoint
	// Token comes from api_token. It is zero when TokenFile is used, and when the endpoint is a local OneAgent, which gets
	// no token.
	Token secret.Secret
	// TokenFile is the path in api_token_file, or "", as it is for a local OneAgent. The file was there and held a token when
	// Load ran; ReadTokenFile reads it again.
	TokenFile string

	// Format is how records are encoded; FormatJSON by default.
	Format Format
	// Structure is the data model that is asked for, "raw" or "flattened", or "" for that of the environment (default).
	Structure string
	// Headers are further headers of every request; none by default.
	Headers Headers
	// Compress says whether bodies are sent with gzip (default, but to a OneAgent) or plain.
	Compress bool
	// CompressLevel is the gzip level, 1 (default, fastest) to 9. It means nothing when Compress is false.
	CompressLevel int

	// Limits are what a single record may hold.
	Limits Limits
	// MaxPayloadBytes bounds one request body before compression, in bytes; 9,500,000 by default, 1,900,000 with FormatOTLP.
	MaxPayloadBytes int
	// MaxPayloadRecords bounds the records of one request; 50,000 by default.
	MaxPayloadRecords int

	// ContentKeys name the fields that can hold the message, first match wins. Never empty.
	ContentKeys []string
	// LevelKeys name the fields that can hold the severity, first match wins. Never empty.
	LevelKeys []string
	// Stringify turns numbers and booleans of attributes into strings, LowercaseKeys their names into lower case; both are off by
	// default, and on with presets for servers that do it anyway.
	Stringify, LowercaseKeys bool

	// Enrich are the names of the mappings that are on, sorted; all but the extras by default, none with off.
	Enrich []string
	// ClusterName, ClusterUID and ClusterEntity describe the Kubernetes cluster; "" where nobody named it.
	ClusterName, ClusterUID, ClusterEntity string
	// PodLabels and PodAnnotations are patterns of labels and annotations to send; none by default.
	PodLabels, PodAnnotations []string
	// LogSource takes the place of the log.source that a mapping finds; "" by default.
	LogSource string
	// PathKeys are the fields that can hold the path of a log file.
	PathKeys []string
	// MetadataFiles are the paths of Dynatrace's enrichment files; they need not exist.
	MetadataFiles []string
	// ECSMetadata says whether the task metadata endpoint is asked, where there is one; on by default.
	ECSMetadata bool
	// Attributes are static attributes, each name once, none without a value. With LowercaseKeys their names are in lower case, and so
	// are Include and Exclude.
	Attributes []Pair
	// AttributesInHeader says that they travel in the header X-Dynatrace-Attr; in the body by default.
	AttributesInHeader bool
	// Include and Exclude are patterns of attributes to send and not to send; all are sent by default.
	Include, Exclude []string
	// DropEmpty leaves empty attributes out; off by default.
	DropEmpty bool
	// ParseJSON takes lines that are JSON objects apart; off by default.
	ParseJSON bool
	// StripANSI takes control sequences of terminals out of the content; off by default.
	StripANSI bool

	// RequestTimeout bounds one attempt; 15s by default.
	RequestTimeout time.Duration
	// FlushDeadline bounds a whole flush with all its attempts; 25s by default, never less than RequestTimeout.
	FlushDeadline time.Duration
	// RetryInitial is the first pause between attempts; 500ms by default.
	RetryInitial time.Duration
	// RetryMax is the longest pause between attempts; 10s by default, never less than RetryInitial.
	RetryMax time.Duration

	// OldRecords says what becomes of records older than 24 h; OldRestamp by default.
	OldRecords Old
	// RecordID gives each record an id that is the same on every attempt; off by default.
	RecordID bool
	// DeadLetterFile keeps the records that the server refuses, or "". It is not checked: a file that cannot be written
	// is reported and costs nothing else.
	DeadLetterFile string
	// DeadLetterBytes bounds that file and its predecessor together, in bytes; 100 MB by default.
	DeadLetterBytes int

	// TLSVerify says whether the server's certificate is checked; on by default.
	TLSVerify bool
	// TLSCAFile is a PEM file of certificates to trust besides the system's, or "". It held at least one when Load ran.
	TLSCAFile string
	// TLSPins are fingerprints of which the server's certificate must have one; it then needs neither a known authority nor
	// the right name. None by default, never together with TLSVerify off.
	TLSPins []certificate.Fingerprint
	// TLSServerName is the name that is asked for and that the server's certificate must hold, or "" for the host of the endpoint.
	TLSServerName string
	// TLSMinVersion is the oldest version of TLS to speak, as a constant of crypto/tls; that of TLS 1.2 by default.
	TLSMinVersion uint16
	// TLSCertFile and TLSKeyFile are PEM files with the certificate and the key that the plugin shows to a server that asks for
	// one; both or none are set, and both can be the same file. They fitted together when Load ran; ReadKeyPair reads them again.
	TLSCertFile, TLSKeyFile string
	// Proxy is what the requests go through; that of the environment by default.
	Proxy endpoint.Proxy

	// Warnings are things that are legal but probably wrong, one line each, for the log at start.
	Warnings []string
}

// ToOneAgent says that the records go to the OneAgent of this machine.
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

// draft is a Config in the making, with the values that do not stand in it as they were written.
type draft struct {
	Config
	endpoint      string
	token         string
	allowHTTP     bool
	compress      string
	headers       string
	limits        string
	minVersion    string
	pins          []string
	proxy         string
	attributesIn  string
	maxContent    int // 0: the preset's
	maxAttribute  int // 0: the preset's
	maxAttributes int // 0: the preset's

	given    map[string]bool // options that are there
	wrong    map[string]bool // options whose value could not be used
	problems []error
}

// fail notes a problem of an option. The text must hold no secret and no line break.
func (d *draft) fail(option, format string, args ...any) {
	d.wrong[option] = true
	d.problems = append(d.problems, fmt.Errorf("%s: "+format, append([]any{option}, args...)...))
}

// problem notes an error whose text begins with the name of an option.
func (d *draft) problem(option string, err error) {
	d.wrong[option] = true
	d.problems = append(d.problems, err)
}

// warn notes lines for the log, each under the name of its option.
func (d *draft) warn(option string, lines ...string) {
	for _, line := range lines {
		d.Warnings = append(d.Warnings, option+": "+line)
	}
}

// Load reads every option from src and checks them one by one and against each other. The error joins all problems of the
// instance, one line each; the Config is nil then.
func Load(src Source) (*Config, error) {
	d := draft{given: make(map[string]bool), wrong: make(map[string]bool)}
	for _, o := range Options() {
		raw := src.Get(o.Name)
		if d.given[o.Name] = raw != ""; raw == "" {
			raw = o.Default
		}
		if raw == "" {
			continue
		}
		if err := o.parse(raw, o.bind(&d)); err != nil {
			d.fail(o.Name, "%w", err)
		}
	}
	d.checkEndpoint()
	d.checkOneAgent()
	d.checkToken()
	d.checkHeaders()
	d.checkStructure()
	d.checkFormat()
	d.applyLimits()
	d.checkMapping()
	d.checkTimes()
	d.checkProxy()
	d.checkTLS()
	d.checkNames(src)
	d.Compress = d.compress != compressNone && !d.ToOneAgent()
	if len(d.problems) > 0 {
		return nil, errors.Join(d.problems...)
	}
	return &d.Config, nil
}
