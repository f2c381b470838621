package config

import (
	"fmt"
	"net/url"
	"strings"

	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/secret"
)

// checkExposed rejects a missing endpoint, and endpoints to which the token would travel
// unencrypted unless that is allowed.
func (l *loader) checkExposed() {
	if !l.given(&l.Endpoints) {
		l.fail(&l.Endpoints, "is not set; write for example `endpoint https://abc12345.live.dynatrace.com` or "+
			"`endpoint https://activegate.example.com:9999/e/abc12345` (Fluent Bit keeps host, port and tls "+
			"for itself, and a variable that is not set counts as absent)")
	}
	for i, e := range l.Endpoints {
		number := ""
		if len(l.Endpoints) > 1 {
			number = fmt.Sprintf("number %d: ", i+1)
		}
		switch {
		case !e.Exposed():
		case l.AllowHTTP || l.wrong(&l.AllowHTTP):
			l.warn(&l.Endpoints, number+"the token and the logs travel unencrypted to "+e.Host)
		default:
			l.fail(&l.Endpoints, "%sgot http to %s, takes https (the token would travel unencrypted); "+
				"`allow_http on` permits it", number, e.Host)
		}
	}
}

// checkOneAgent rejects what the API of a OneAgent does not accept. The API reads uncompressed JSON
// only. A request that it cannot read would look like rejected records. Sources:
// https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-logs/oneagent-log-ingest-api
// and, for Content-Encoding and OTLP,
// https://docs.dynatrace.com/docs/ingest-from/dynatrace-oneagent/oneagent-and-opentelemetry/oneagent-otel
func (l *loader) checkOneAgent() {
	compressed := l.Compress
	l.Compress = compressed || !l.given(&l.Compress) && !l.ToOneAgent()
	if !l.Compress {
		l.Batch.GzipLevel = 0
	}
	if !l.ToOneAgent() {
		return
	}
	host := l.Endpoints[0].Host
	if compressed {
		l.fail(&l.Compress, "is gzip, but a OneAgent (%s) reads no compressed requests; "+
			"remove it or set `compress none`", host)
	}
	if l.Format != FormatJSON && !l.wrong(&l.Format) {
		l.fail(&l.Format, "is %s, but a OneAgent (%s) reads only application/json; set `format json`",
			l.Format, host)
	}
	if l.Mapping.InHeader && len(l.Mapping.Static) > 0 {
		l.fail(&l.Mapping.InHeader, "is header, but a OneAgent (%s) is not known to read it, "+
			"so the attributes could be lost; set `attributes_in body`", host)
	}
}

// checkToken reads the token, which comes from exactly one of two options. A OneAgent gets none:
// its API asks for none, and it has its own access to Dynatrace.
func (l *loader) checkToken() {
	given, fileGiven := l.given(&l.Token), l.given(&l.TokenFile)
	switch {
	case given && fileGiven:
		l.fail(&l.Token, "is set, and so is `%s`; keep one of them", l.name(&l.TokenFile))
	case l.wrong(&l.Token, &l.TokenFile):
	case l.ToOneAgent():
		for _, field := range []any{&l.Token, &l.TokenFile} {
			if l.given(field) {
				l.warn(field, "is not sent: the OneAgent of this machine ("+l.Endpoints[0].Host+
					") takes logs without a token")
			}
		}
		l.TokenFile = ""
	case given:
		token, warnings, err := secret.Parse(l.text(&l.Token))
		l.Token = token
		l.judgeToken(&l.Token, token, warnings, err)
	case fileGiven:
		token, warnings, err := secret.ReadFile(l.TokenFile)
		l.judgeToken(&l.TokenFile, token, warnings, err)
	default:
		l.fail(&l.Token, "neither `api_token` nor `api_token_file` is set; write for example "+
			"`api_token ${DT_API_TOKEN}` (a variable that is not set counts as absent)")
	}
}

// judgeToken adds the errors and warnings of a token, which came from the option of field. It warns
// of a platform token for an ActiveGate, because Dynatrace's examples for ActiveGates use API
// tokens only:
// https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs
func (l *loader) judgeToken(field any, token secret.Secret, warnings []string, err error) {
	if err != nil {
		l.fail(field, "%w", err)
		return
	}
	l.warn(field, warnings...)
	for _, e := range l.Endpoints {
		if token.Bearer() && e.Kind == endpoint.ActiveGate {
			l.warn(field, "is a platform token, which an ActiveGate ("+e.Host+") may reject; "+
				"if it responds with 401 or 403, use an access token (dt0c01.) with the scope logs.ingest")
		}
	}
}

// checkStructure looks for another data model in the query of an endpoint, which takes precedence
// at the server.
func (l *loader) checkStructure() {
	if l.Structure == "" {
		return
	}
	for _, e := range l.Endpoints {
		u, err := url.Parse(e.IngestURL)
		if err != nil {
			return
		}
		if q := u.Query().Get("structure"); q != "" && !strings.EqualFold(q, l.Structure) {
			l.fail(&l.Structure, "is %s, and the query of `endpoint` names another one; keep one of them",
				l.Structure)
			return
		}
	}
}

// checkFormat decides what depends on the format.
func (l *loader) checkFormat() {
	l.Mapping.GroupsApart = l.Format == FormatOTLP
	if !l.given(&l.Batch.MaxBytes) {
		l.Batch.MaxBytes = defaultPayload
		if l.Format == FormatOTLP {
			l.Batch.MaxBytes = defaultOTLPPayload
		}
	}
	for _, e := range l.Endpoints {
		if l.Format == FormatOTLP && !l.wrong(&l.Format) && e.OTLPURL == "" {
			l.fail(&l.Format, "is otlp, and the OTLP path of %s is not known; "+
				"set json, or an endpoint of SaaS, Managed or an ActiveGate", e.Host)
		}
	}
}
