package deliver

import (
	"strings"

	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/watchfile"
)

// Authorizer gives the value of the Authorization header; "" sends none, as for a local OneAgent.
// Implementations are safe for concurrent use.
type Authorizer interface {
	Authorization() (string, error)
}

// rejectable is an Authorizer that wants to know when the server rejected its value.
type rejectable interface {
	TokenRejected()
}

// StaticToken is a token from the configuration. The zero Secret sends none.
type StaticToken struct{ Secret secret.Secret }

// Authorization returns the value of the header.
func (t StaticToken) Authorization() (string, error) { return t.Secret.Authorization(), nil }

// FileToken is a token in a file that may change while the plugin runs, such as a Kubernetes
// secret. The file is looked at once a second at most, when a request needs the token, and is read
// when it changed. It is read again after the server rejected the token, in case it changed in a
// way that neither time, size nor inode show. The last good token stays in use while the file
// cannot be used. Safe for concurrent use.
type FileToken struct {
	file *watchfile.File[token]
	log  *telemetry.Log
}

// token is what the file holds.
type token struct {
	secret   secret.Secret
	warnings []string
}

// NewFileToken reads the token for the first time. A nil log prints nothing.
func NewFileToken(path string, log *telemetry.Log) (*FileToken, error) {
	if log == nil {
		log = telemetry.NewLog(nil, nil, 0)
	}
	t := &FileToken{log: log, file: watchfile.New(watchfile.Options[token]{
		Paths: []string{path},
		Load: func() (token, error) {
			s, warnings, err := secret.ReadFile(path)
			return token{s, warnings}, err
		},
		Equal: func(a, b token) bool { return a.secret.Equal(b.secret) },
	})}
	if _, err := t.file.Refresh(); err != nil {
		return nil, err
	}
	return t, nil
}

// Authorization returns the value of the header for the newest good token.
func (t *FileToken) Authorization() (string, error) {
	changed, err := t.file.Refresh()
	now, _ := t.file.Value()
	switch {
	case err != nil:
		t.log.Warn("deliver.token", "api_token_file: the last good token stays in use: %v", err)
	case changed:
		t.log.Info("deliver.token", "api_token_file: the token changed to %s", now.secret)
		if len(now.warnings) > 0 {
			t.log.Warn("deliver.token", "api_token_file: %s", strings.Join(now.warnings, "; "))
		}
	}
	return now.secret.Authorization(), nil
}

// TokenRejected has the file read again before the next request, but not within a second of the
// last look.
func (t *FileToken) TokenRejected() { t.file.Invalidate() }
