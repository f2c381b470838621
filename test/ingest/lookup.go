package ingest

import (
	"encoding/json"
	"io"
	"net/http"
)

// lookup answers POST apiTokens/lookup ("Access tokens API - POST look up a
// token"): any valid classic token may ask, whatever its scopes; an unknown
// token in the body is answered 404 (inferred).
func (s *Server) lookup(e *Exchange, r *http.Request, query []parameter) answer {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		return e.refuse(http.StatusBadRequest, ReasonBadBody, "could not read the request body")
	}
	value, bearer := credentials(r, query)
	e.Token = PublicPart(value)
	caller, known := s.opts.find(value)
	if !known || bearer || platform(value) || !caller.usable(e.Time) {
		return e.refuse(http.StatusUnauthorized, ReasonUnknownToken, "Token Authentication failed")
	}
	var request struct{ Token string }
	if err := json.Unmarshal(body, &request); err != nil || request.Token == "" {
		return e.refuse(http.StatusBadRequest, ReasonInvalidJSON, `want {"token":"..."}`)
	}
	token, known := s.opts.find(request.Token)
	if !known || platform(request.Token) {
		return e.refuse(http.StatusNotFound, ReasonUnknownToken, "Token does not exist")
	}
	reply := struct {
		ID         string   `json:"id"`
		Name       string   `json:"name"`
		Enabled    bool     `json:"enabled"`
		Expiration string   `json:"expirationDate,omitempty"`
		Scopes     []string `json:"scopes"`
	}{
		ID:      PublicPart(token.Value),
		Name:    "test token",
		Enabled: !token.Disabled,
		Scopes:  token.scopes(),
	}
	if !token.Expires.IsZero() {
		reply.Expiration = token.Expires.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	text, err := json.Marshal(reply)
	if err != nil { // strings and booleans only
		return errorAnswer(http.StatusInternalServerError, err.Error())
	}
	return answer{status: http.StatusOK, contentType: jsonType, body: string(text)}
}

// health answers GET rest/health, which needs no token.
func (s *Server) health() answer {
	body := "RUNNING"
	if s.opts.QuotedHealth {
		body = `"RUNNING"`
	}
	return answer{status: http.StatusOK, contentType: "text/plain; charset=utf-8", body: body}
}
