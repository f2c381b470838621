package config

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// redacted stands for a secret that has no part fit to be printed.
const redacted = "[redacted]"

// Secret is an access token. However it is formatted, encoded or logged it shows its public part at most: for a token of the
// form prefix.public.secret the first two parts, which Dynatrace allows to be logged
// (https://docs.dynatrace.com/managed/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens),
// and for every other token "[redacted]". Only Authorization gives the token away.
//
// The zero Secret is no token. A Secret is not changed after ParseSecret, so any number of goroutines may use it.
type Secret struct {
	// The token is kept in a function because reflection can follow a string or a pointer, even in an unexported field of an
	// unexported field, where fmt cannot call our methods; nothing can look into a function.
	reveal func() token
}

// token is what a Secret hides.
type token struct {
	text          string
	authorization string
	public        string
	bearer        bool
}

// Authorization is the value of the Authorization header: "Bearer ..." for a platform token (dt0s...) or a JSON web token,
// "Api-Token ..." for everything else; "" for the zero Secret. See the section on authentication of
// https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs.
func (s Secret) Authorization() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal().authorization
}

// IsZero says that there is no token.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal says that both are the same token.
func (s Secret) Equal(other Secret) bool {
	if s.reveal == nil || other.reveal == nil {
		return s.reveal == nil && other.reveal == nil
	}
	return subtle.ConstantTimeCompare([]byte(s.reveal().text), []byte(other.reveal().text)) == 1
}

// Bearer says that the token is sent with the scheme Bearer and not Api-Token.
func (s Secret) Bearer() bool { return s.reveal != nil && s.reveal().bearer }

// String is the public part of the token followed by stars, "[redacted]" when it has none, "" for the zero Secret.
func (s Secret) String() string {
	if s.reveal == nil {
		return ""
	}
	if public := s.reveal().public; public != "" {
		return public + ".*****"
	}
	return redacted
}

// GoString is String in quotes.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// Format writes String, whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'q' || (verb == 'v' && f.Flag('#')) {
		io.WriteString(f, s.GoString())
		return
	}
	io.WriteString(f, s.String())
}

// MarshalText gives String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON gives String as a JSON string. String is plain ASCII, so Go's quoting is JSON's.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(s.GoString()), nil }

// LogValue gives String to log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
