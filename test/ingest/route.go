package ingest

import "strings"

// Paths below the base.
const (
	ingestPath = "/api/v2/logs/ingest"
	otlpPath   = "/api/v2/otlp/v1/logs"
	lookupPath = "/api/v2/apiTokens/lookup"
	healthPath = "/rest/health"
	proxyPath  = "/platform/classic/environment-api/v2/logs/ingest"
	// oneAgentPath is the whole path at a OneAgent.
	oneAgentPath = "/v2/logs/ingest"
)

// route strips the environment from a path; ok is false for a path that the
// environment rules out.
func (o *Options) route(path string) (rest string, ok bool) {
	if o.OneAgent {
		if path == oneAgentPath {
			return ingestPath, true
		}
		return "", false
	}
	after, with := strings.CutPrefix(path, "/e/")
	if !with {
		return path, !o.RequireEnvironmentPath || path == proxyPath || path == healthPath
	}
	id, rest, found := strings.Cut(after, "/")
	if !found || id == "" || o.EnvironmentID != "" && id != o.EnvironmentID {
		return "", false
	}
	rest = "/" + rest
	return rest, rest != proxyPath
}
