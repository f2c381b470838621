package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// Secret is an access token. However it is formatted, encoded or logged, it shows at most its
// public part: the first two parts of a token of the form prefix.public.secret, which Dynatrace
// allows to be logged
// (https://docs.dynatrace.com/managed/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens),
// and "[redacted]" for every other token. Only Authorization reveals the token.
//
// The zero Secret is no token. A Secret is immutable, so any number of goroutines may use it.
type Secret struct {
	// The token is kept in a function because reflection can follow a string or a pointer, even in
	// an unexported field of an unexported field, where fmt cannot call our methods. Nothing can
	// look into a function.
	reveal func() token
}

// token is what a Secret hides.
type token struct {
	text          string
	authorization string
	public        string
	bearer        bool
}

// Authorization returns the value of the Authorization header: "Bearer ..." for a platform token
// (dt0s...) or a JSON web token, "Api-Token ..." for everything else, "" for the zero Secret. See
// the section on authentication of
// https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs.
func (s Secret) Authorization() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal().authorization
}

// IsZero reports whether there is no token.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal reports whether both are the same token. It takes the same time wherever they differ.
func (s Secret) Equal(other Secret) bool {
	if s.reveal == nil || other.reveal == nil {
		return s.reveal == nil && other.reveal == nil
	}
	return subtle.ConstantTimeCompare([]byte(s.reveal().text), []byte(other.reveal().text)) == 1
}

// Bearer reports whether the token is sent with the scheme Bearer instead of Api-Token.
func (s Secret) Bearer() bool { return s.reveal != nil && s.reveal().bearer }

// String returns the public part of the token followed by stars, "[redacted]" when it has none, ""
// for the zero Secret.
func (s Secret) String() string {
	if s.reveal == nil {
		return ""
	}
	if public := s.reveal().public; public != "" {
		return public + ".*****"
	}
	return Redacted
}

// GoString returns String in quotes.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// Format writes String whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'q' || (verb == 'v' && f.Flag('#')) {
		io.WriteString(f, s.GoString())
		return
	}
	io.WriteString(f, s.String())
}

// MarshalText returns String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns String as a JSON string. String is plain ASCII, so Go's quoting is JSON's.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(s.GoString()), nil }

// LogValue returns String for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
