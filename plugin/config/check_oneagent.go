package config

// checkOneAgent refuses what the API of a OneAgent does not take: it reads JSON that is not compressed
// (https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-logs/oneagent-log-ingest-api, and for Content-Encoding and OTLP
// https://docs.dynatrace.com/docs/ingest-from/dynatrace-oneagent/oneagent-and-opentelemetry/oneagent-otel). A request that it cannot read
// would be taken for records that are refused.
func (d *draft) checkOneAgent() {
	if !d.ToOneAgent() {
		return
	}
	if d.compress == compressGzip {
		d.fail(optCompress, "is gzip, but a OneAgent (%s) reads no compressed requests; leave it out or set `compress none`", d.Endpoints[0].Host)
	}
	if d.Format != FormatJSON && !d.wrong[optFormat] {
		d.fail(optFormat, "is %s, but a OneAgent (%s) reads only application/json; set `format json`", d.Format, d.Endpoints[0].Host)
	}
	if d.attributesIn == attributesInHeader && len(d.Attributes) > 0 {
		d.fail(optAttributesIn, "is header, but a OneAgent (%s) is not known to read it, so the attributes could be lost; set `attributes_in body`", d.Endpoints[0].Host)
	}
}

// withoutToken lets go of a token that a OneAgent has no use for: its API asks for none, and the way to Dynatrace is its own.
func (d *draft) withoutToken() {
	for _, name := range []string{optToken, optTokenFile} {
		if d.given[name] {
			d.warn(name, "is not sent: the OneAgent of this machine ("+d.Endpoints[0].Host+") takes logs without a token")
		}
	}
	d.TokenFile = ""
}
