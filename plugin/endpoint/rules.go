package endpoint

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"out_dynatrace/plugin/secret"
)

// checkHost rejects hosts of Dynatrace that do not take logs.
func checkHost(u *url.URL) error {
	host := u.Hostname()
	if right, ok := ingestHost(host); ok {
		return fmt.Errorf("got the host %q, which is the web interface, takes https://%s",
			host, right)
	}
	id, isSaaS := strings.CutSuffix(host, saasSuffix)
	switch {
	case host == strings.TrimPrefix(saasSuffix, "."):
		return fmt.Errorf("got the host %q without an environment id, "+
			"takes for example https://abc12345%s", host, saasSuffix)
	case isSaaS && secret.IsPlaceholder(id):
		return fmt.Errorf("got the host %q, a placeholder, "+
			"takes the id of your environment, such as https://abc12345%s", host, saasSuffix)
	}
	return nil
}

// ingestHost returns the host that takes logs, given a host that serves the web interface.
func ingestHost(host string) (string, bool) {
	if id, ok := strings.CutSuffix(host, ".apps.dynatrace.com"); ok {
		return id + saasSuffix, true
	}
	if id, ok := strings.CutSuffix(host, ".apps"+labsSuffix); ok {
		return id + labsSuffix, true
	}
	return "", false
}

// tokenParameters are names of query parameters that may carry a secret, in lower case.
var tokenParameters = []string{
	"api-token", "api_token", "apitoken", "token", "access_token", "authorization", "password",
	"secret",
}

// checkQuery rejects tokens in the query; the server takes them there (api-token) but URLs get
// logged on the way
// (https://docs.dynatrace.com/managed/discover-dynatrace/references/dynatrace-api/basics/dynatrace-api-authentication).
// Other parameters stay: every one but structure and content-type becomes an attribute of every
// record
// (https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-log-ingestion/lma-log-ingestion-via-api/lma-ingest-json-txt-logs).
// No message shows a value.
func checkQuery(u *url.URL) ([]string, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("got the host %q with a query that cannot be read", u.Host)
	}
	var attributes, warnings []string
	for name, values := range query {
		lower := strings.ToLower(name)
		switch {
		case slices.Contains(tokenParameters, lower) || secret.MayHoldToken(name) ||
			slices.ContainsFunc(values, secret.MayHoldToken):
			return nil, fmt.Errorf("got the host %q with a token in the query, takes a URL without; "+
				"the token goes into `api_token`", u.Host)
		case lower == "content-type":
			warnings = append(warnings, "the query sets the content type, "+
				"which the plugin sets itself; remove it")
		case lower != "structure":
			attributes = append(attributes, secret.Quote(name))
		}
	}
	if len(attributes) > 0 {
		slices.Sort(attributes)
		warnings = append(warnings, "the query becomes an attribute of every record: "+
			strings.Join(attributes, ", "))
	}
	return warnings, nil
}

// splitPath returns the part of the path before the API, and the path to send to: the API's path
// is added once, however much of it was given. Both are escaped and have no trailing slash.
func splitPath(u *url.URL) (base, path string, err error) {
	base = u.EscapedPath()
	for strings.Contains(base, "//") {
		base = strings.ReplaceAll(base, "//", "/")
	}
	for rest := ""; rest != base; {
		rest = base
		base = strings.TrimRight(base, "/")
		for _, tail := range []string{ingestPath, "/api/v2/logs", "/api/v2", "/api"} {
			base = strings.TrimSuffix(base, tail)
		}
	}
	if u.Port() == oneAgentPort && IsLoopback(u.Hostname()) &&
		(base == "" || base == "/v2" || base == "/v2/logs") {
		return "", oneAgentPath, nil
	}
	lower := strings.ToLower(base)
	before, _, isAPI := strings.Cut(lower, "/api/")
	before = base[:len(before)]
	switch {
	case strings.HasSuffix(base, oneAgentPath): // the OneAgent's own path, or a gateway to its API
		return strings.TrimSuffix(base, oneAgentPath), base, nil
	case isAPI && strings.Contains(lower, "/otlp"):
		return "", "", fmt.Errorf("got the OTLP path %s, takes the base URL %s://%s%s",
			secret.Quote(base), u.Scheme, u.Host, before)
	case isAPI:
		return "", "", fmt.Errorf("got the path of another API, %s, takes the base URL %s://%s%s",
			secret.Quote(base), u.Scheme, u.Host, before)
	}
	return base, base + ingestPath, nil
}

// classify sets Kind and Environment, and warns of what is odd about host and path together.
func (e *Endpoint) classify(u *url.URL, base, path string) ([]string, error) {
	id, hasID := environmentOf(base)
	if hasID && (id == "" || secret.IsPlaceholder(id)) {
		return nil, fmt.Errorf("got the path %s, takes /e/ followed by the id of your environment",
			secret.Quote(base))
	}
	host := u.Hostname()
	e.Environment = strings.ToLower(id)
	switch {
	case strings.HasSuffix(host, saasSuffix) || strings.HasSuffix(host, labsSuffix):
		e.Kind = SaaS
		e.Environment, _, _ = strings.Cut(host, ".")
		if base != "" {
			return []string{fmt.Sprintf("the path %s does not belong on a SaaS host, which takes https://%s",
				secret.Quote(base), e.Host)}, nil
		}
		return nil, nil
	case IsLoopback(host) && path == oneAgentPath:
		if u.Scheme != "http" && u.Port() == oneAgentPort {
			return nil, fmt.Errorf("got https to %s, takes http://%s: "+
				"a OneAgent speaks no TLS on this machine", u.Host, u.Host)
		}
		if u.Scheme == "http" {
			e.Kind = OneAgent
		}
		return nil, nil
	case u.Port() == activeGatePort:
		e.Kind = ActiveGate
	case hasID:
		e.Kind = Managed
	}
	if hasID || IsLoopback(host) {
		return nil, nil
	}
	name := strings.TrimSuffix(u.Host, ":"+u.Port())
	return []string{fmt.Sprintf("the URL has no /e/{environment-id}, "+
		"and %s is not a SaaS host (*%s); "+
		"an ActiveGate takes https://%s:9999/e/{environment-id}, "+
		"a Managed cluster https://%s/e/{environment-id}",
		e.Host, saasSuffix, name, name)}, nil
}

// environmentOf returns the id behind the segment "e" of a path.
func environmentOf(path string) (id string, found bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	i := slices.Index(segments, "e")
	if i < 0 {
		return "", false
	}
	if i+1 < len(segments) {
		id = segments[i+1]
	}
	return id, true
}
