package ingest

import (
	"fmt"
	"time"
)

// Profile is a kind of environment; it presets the limits and reports whether values keep their
// types.
type Profile int

const (
	// Grail is SaaS with OpenPipeline: case-sensitive keys, all JSON types kept.
	Grail Profile = iota
	// ClassicPipeline is Grail routed to the Classic pipeline: keys lowercased,
	// values stringified.
	ClassicPipeline
	// Classic is Logs Classic on SaaS: like ClassicPipeline, smaller content,
	// flattened data model only (inferred), no OpenPipeline attributes.
	Classic
	// Managed is a Managed cluster: like Classic ("Managed knows flattened only").
	Managed
)

var profileNames = [...]string{"grail", "classic_pipeline", "classic", "managed"}

func (p Profile) String() string {
	if p < Grail || p > Managed {
		return fmt.Sprintf("profile %d", int(p))
	}
	return profileNames[p]
}

// ParseProfile reads "grail", "classic_pipeline", "classic" or "managed".
func ParseProfile(s string) (Profile, error) {
	for i, name := range profileNames {
		if s == name {
			return Profile(i), nil
		}
	}
	return 0, fmt.Errorf("profile %q: want grail, classic_pipeline, classic or managed", s)
}

// Limits bound a request and a record. Sizes are bytes of UTF-8.
//
// Dynatrace's pages write kB for 1,024 bytes ("8 kB (8,192)"). Whether 10 MB
// is 10^7 or 10 x 2^20 is not stated; the presets take the smaller, so what
// passes here passes there.
type Limits struct {
	RequestBytes  int           // a request, compressed as well as uncompressed: 10,000,000
	OTLPBytes     int           // an OTLP request, in the same way: 2,000,000 ("Access limit"; "OpenTelemetry logs" says 10 MB)
	ExpandedBytes int           // a request with missing content and common attributes filled in: 16,000,000
	Records       int           // records of a request: 50,000
	ContentBytes  int           // content: Grail 10,000,000, ClassicPipeline 524,288, else 8,192
	Attributes    int           // attributes of a record: Grail 500, else 50
	KeyBytes      int           // an attribute's key: 100
	ValueBytes    int           // an attribute's value: Grail 32,768, else 250
	Values        int           // values of an array attribute: 32
	Nesting       int           // levels of dotted keys: 5
	MaxAge        time.Duration // older records are dropped: 24 h
	MaxFuture     time.Duration // later timestamps are corrected: 10 min
}

// Limits returns the preset of the profile ("Log ingestion limits", SaaS and
// Managed pages).
func (p Profile) Limits() Limits {
	l := Limits{
		RequestBytes:  10_000_000,
		OTLPBytes:     2_000_000,
		ExpandedBytes: 16_000_000,
		Records:       50_000,
		ContentBytes:  10_000_000,
		Attributes:    500,
		KeyBytes:      100,
		ValueBytes:    32 << 10,
		Values:        32,
		Nesting:       5,
		MaxAge:        24 * time.Hour,
		MaxFuture:     10 * time.Minute,
	}
	if p == Grail {
		return l
	}
	l.Attributes, l.ValueBytes, l.ContentBytes = 50, 250, 512<<10
	if !p.pipelines() {
		l.ContentBytes = 8 << 10
	}
	return l
}

// over returns l with its zero fields taken from preset.
func (l Limits) over(preset Limits) Limits {
	pick := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	pick(&l.RequestBytes, preset.RequestBytes)
	pick(&l.OTLPBytes, preset.OTLPBytes)
	pick(&l.ExpandedBytes, preset.ExpandedBytes)
	pick(&l.Records, preset.Records)
	pick(&l.ContentBytes, preset.ContentBytes)
	pick(&l.Attributes, preset.Attributes)
	pick(&l.KeyBytes, preset.KeyBytes)
	pick(&l.ValueBytes, preset.ValueBytes)
	pick(&l.Values, preset.Values)
	pick(&l.Nesting, preset.Nesting)
	if l.MaxAge <= 0 {
		l.MaxAge = preset.MaxAge
	}
	if l.MaxFuture <= 0 {
		l.MaxFuture = preset.MaxFuture
	}
	return l
}

// stringifies reports whether keys are lowercased and values become strings.
func (p Profile) stringifies() bool { return p != Grail }

// pipelines reports whether records pass OpenPipeline, which knows both data models.
func (p Profile) pipelines() bool { return p == Grail || p == ClassicPipeline }
