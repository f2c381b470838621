package ingest

import (
	"crypto/subtle"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Scopes that allow log ingest.
const (
	ScopeClassic        = "logs.ingest"
	ScopePlatform       = "openpipeline:logs:ingest"
	ScopePlatformLegacy = "storage:logs:write"
)

// Token is an accepted token. Platform tokens (dt0s..) and OAuth tokens (JWT)
// must come as Bearer, all others as Api-Token or in the query parameter
// api-token.
type Token struct {
	Value string
	// Scopes of the token. nil: the one that log ingest needs; empty and not
	// nil: none.
	Scopes []string
	// Disabled tokens are refused like unknown ones.
	Disabled bool
	// Expires, when set, is the moment from which the token is refused.
	Expires time.Time
}

// Shapes of tokens ("Access tokens"): prefix.public.secret, and the older form
// without dots.
var (
	tokenShape    = regexp.MustCompile(`^dt0[a-zA-Z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}$`)
	oldTokenShape = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)
	jwtShape      = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)
)

// PublicPart returns the part of a token that may be shown: prefix.public of
// prefix.public.secret, and nothing of tokens of other shapes.
func PublicPart(token string) string {
	if i := strings.LastIndexByte(token, '.'); i > 0 && strings.HasPrefix(token, "dt0") && strings.Count(token, ".") == 2 {
		return token[:i]
	}
	return ""
}

// platform reports whether a token is one for the Bearer scheme.
func platform(token string) bool {
	return strings.HasPrefix(token, "dt0s") || jwtShape.MatchString(token)
}

// credentials returns the token of a request and whether it came as Bearer.
// The header wins against the query.
func credentials(r *http.Request, query []parameter) (token string, bearer bool) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, value, _ := strings.Cut(h, " ")
		switch {
		case strings.EqualFold(scheme, "Api-Token"):
			return value, false
		case strings.EqualFold(scheme, "Bearer"):
			return value, true
		}
		return "", false
	}
	return first(query, "api-token"), false
}

// find returns the token as configured. Without configured tokens, every
// well-formed one is known.
func (o *Options) find(value string) (Token, bool) {
	if len(o.Tokens) == 0 {
		ok := tokenShape.MatchString(value) || oldTokenShape.MatchString(value) || jwtShape.MatchString(value)
		return Token{Value: value}, ok
	}
	for _, t := range o.Tokens {
		if subtle.ConstantTimeCompare([]byte(t.Value), []byte(value)) == 1 {
			return t, true
		}
	}
	return Token{}, false
}

func (t Token) usable(now time.Time) bool {
	return !t.Disabled && (t.Expires.IsZero() || now.Before(t.Expires))
}

func (t Token) scopes() []string {
	switch {
	case t.Scopes != nil:
		return t.Scopes
	case platform(t.Value):
		return []string{ScopePlatform}
	}
	return []string{ScopeClassic}
}

func (t Token) has(scopes ...string) bool {
	for _, have := range t.scopes() {
		if slices.Contains(scopes, have) {
			return true
		}
	}
	return false
}

// authenticate checks the token of an ingest request. The text of a 401 is not
// documented; the texts of a missing scope are as seen by clients.
func (s *Server) authenticate(e *Exchange, r *http.Request, query []parameter) (refusal answer, ok bool) {
	value, bearer := credentials(r, query)
	e.Token = PublicPart(value)
	const failed = "Token Authentication failed"
	if value == "" {
		return e.refuse(http.StatusUnauthorized, ReasonNoToken, failed), false
	}
	token, known := s.opts.find(value)
	switch {
	case platform(value) != bearer:
		return e.refuse(http.StatusUnauthorized, ReasonTokenScheme, failed), false
	case known && token.usable(e.Time):
	case bearer: // platform tokens are checked by the SSO, which answers 403
		return e.refuse(http.StatusForbidden, ReasonUnknownToken, "SSO authentication failed: "+
			"the token is of another environment, expired or revoked"), false
	default:
		return e.refuse(http.StatusUnauthorized, ReasonUnknownToken, failed), false
	}
	if bearer && !token.has(ScopePlatform, ScopePlatformLegacy) {
		return e.refuse(s.opts.MissingScopeStatus, ReasonTokenScope,
			"OAuth token is missing required scope. Use one of: ["+ScopePlatform+"]"), false
	}
	if !bearer && !token.has(ScopeClassic) {
		return e.refuse(s.opts.MissingScopeStatus, ReasonTokenScope,
			"Token is missing required scope. Use one of: "+ScopeClassic), false
	}
	return answer{}, true
}
