package config

import (
	"net/url"
	"strings"
)

const (
	defaultPayload = 9_500_000
	// defaultOTLPPayload keeps the same distance from the limit of OTLP requests. One page of Dynatrace names 2 MB for them
	// (https://docs.dynatrace.com/managed/dynatrace-api/basics/access-limit), another one the 10 MB of the log API: the smaller is safe.
	defaultOTLPPayload = 1_900_000
)

// checkFormat settles what depends on the format.
func (d *draft) checkFormat() {
	if d.MaxPayloadBytes == 0 {
		d.MaxPayloadBytes = defaultPayload
		if d.Format == FormatOTLP {
			d.MaxPayloadBytes = defaultOTLPPayload
		}
	}
	for _, e := range d.Endpoints {
		if d.Format == FormatOTLP && !d.wrong[optFormat] && e.OTLPURL == "" {
			d.fail(optFormat, "is otlp, and it is not known where %s takes it; take json, or an endpoint of SaaS, Managed or an ActiveGate", e.Host)
		}
	}
}

// checkStructure looks for another data model in the query of an endpoint, which the server prefers.
func (d *draft) checkStructure() {
	for _, e := range d.Endpoints {
		u, err := url.Parse(e.IngestURL)
		if err != nil || d.Structure == "" {
			return
		}
		if q := u.Query().Get("structure"); q != "" && !strings.EqualFold(q, d.Structure) {
			d.fail(optStructure, "is %s, and the query of `endpoint` names another one; keep one of them", d.Structure)
			return
		}
	}
}
