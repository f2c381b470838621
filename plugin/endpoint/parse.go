package endpoint

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"out_dynatrace/plugin/secret"
)

const (
	ingestPath = "/api/v2/logs/ingest"
	// https://docs.dynatrace.com/docs/ingest-from/opentelemetry/otlp-api
	otlpPath = "/api/v2/otlp/v1/logs"
	// The OneAgent's own API, on a port that oneagentctl can change:
	// https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-logs/oneagent-log-ingest-api.
	oneAgentPath   = "/v2/logs/ingest"
	oneAgentPort   = "14499"
	activeGatePort = "9999"
	saasSuffix     = ".live.dynatrace.com"
	// The environments of Dynatrace's own stages, {id}.sprint.dynatracelabs.com and
	// {id}.dev.dynatracelabs.com, have their web interface on {id}.sprint.apps.dynatracelabs.com
	// (env.ts of github.com/Dynatrace/monitoring-coverage).
	labsSuffix = ".dynatracelabs.com"
	// maxEnvironmentID is well above the 8 to 10 characters of an id and just below the 21 of an
	// old access token, which must not become part of a host name.
	maxEnvironmentID = 20
)

var environmentID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// Parse reads an environment id, a base URL of SaaS, ActiveGate or Managed, or the full ingest
// URL, with or without a trailing slash. Without a scheme it takes https. It accepts http to any
// machine; Endpoint.Exposed reports it.
func Parse(raw string) (Endpoint, []string, error) {
	s := strings.TrimSpace(raw)
	if err := checkText(s); err != nil {
		return Endpoint{}, nil, err
	}
	s, warnings, err := expandID(s)
	if err != nil {
		return Endpoint{}, nil, err
	}
	u, err := parseURL(s)
	if err != nil {
		return Endpoint{}, nil, err
	}
	if err := checkHost(u); err != nil {
		return Endpoint{}, nil, err
	}
	queryWarnings, err := checkQuery(u)
	if err != nil {
		return Endpoint{}, nil, err
	}
	base, path, err := splitPath(u)
	if err != nil {
		return Endpoint{}, nil, err
	}
	e := build(u, base, path)
	pathWarnings, err := e.classify(u, base, path)
	if err != nil {
		return Endpoint{}, nil, err
	}
	return e, append(append(warnings, pathWarnings...), queryWarnings...), nil
}

// expandID turns an environment id into the URL of its SaaS environment, and returns everything
// else as it is.
func expandID(s string) (string, []string, error) {
	if !environmentID.MatchString(s) || strings.EqualFold(s, "localhost") {
		return s, nil, nil
	}
	if len(s) > maxEnvironmentID { // not shown: it may be a token of the old form
		return "", nil, fmt.Errorf("got a word of %d characters, takes an environment id of at most %d, "+
			"a base URL or the full ingest URL", len(s), maxEnvironmentID)
	}
	if secret.IsPlaceholder(s) {
		return "", nil, fmt.Errorf("got %s, a placeholder, "+
			"takes the id of your environment, such as abc12345",
			secret.Quote(s))
	}
	id := strings.ToLower(s)
	full := "https://" + id + saasSuffix
	if strings.ContainsAny(id, "0123456789") {
		return full, nil, nil
	}
	return full, []string{fmt.Sprintf("%q is read as an environment id, so logs go to %s; "+
		"if it is the name of a host, write https://%s:9999/e/{environment-id}", id, full, id)}, nil
}

// build returns the endpoint of a URL whose path is path, which has the API behind base.
func build(u *url.URL, base, path string) Endpoint {
	root, query := u.Scheme+"://"+u.Host, ""
	if u.RawQuery != "" {
		query = "?" + u.RawQuery
	}
	e := Endpoint{IngestURL: root + path + query, Host: u.Host}
	if path == base+ingestPath {
		e.OTLPURL = root + base + otlpPath + query
	}
	return e
}
