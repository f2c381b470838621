package deliver

import (
	"os"
	"strings"
	"sync"
	"time"

	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/telemetry"
)

// StaticToken is a token that stands in the configuration. The zero Secret sends none.
type StaticToken struct{ Secret secret.Secret }

// Authorization gives the header's value.
func (t StaticToken) Authorization() (string, error) { return t.Secret.Authorization(), nil }

// fileCheck is how often a file of token or certificates is looked at, at most.
const fileCheck = time.Second

// FileToken is a token in a file that may change while the plugin runs, such as a Kubernetes secret. It is read at the start,
// again when its time, size or inode changes, looked at no more than once a second, and again after the server refused the
// token, in case the file changed in a way that none of them shows. While the file cannot be used the last good token stays. Safe for concurrent use.
type FileToken struct {
	path string
	log  *telemetry.Log

	mu      sync.Mutex
	secret  secret.Secret
	seen    os.FileInfo // the file as it was last read; nil to read it whatever it is
	checked time.Time
}

// NewFileToken reads the token for the first time. A nil log prints nothing.
func NewFileToken(path string, log *telemetry.Log) (*FileToken, error) {
	if log == nil {
		log = telemetry.NewLog(nil, nil, 0)
	}
	t := &FileToken{path: path, log: log, checked: time.Now()}
	t.seen, _ = os.Stat(path) // before reading, so that a change in between is noticed next time
	token, _, err := secret.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t.secret = token
	return t, nil
}

// Authorization gives the header's value of the newest token.
func (t *FileToken) Authorization() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.Sub(t.checked) >= fileCheck {
		t.checked = now
		t.refresh()
	}
	return t.secret.Authorization(), nil
}

// Refused has the file read again before the next request, but not within a second of the last look.
func (t *FileToken) Refused() {
	t.mu.Lock()
	t.seen = nil
	t.mu.Unlock()
}

// refresh reads the file if it is not the one seen last.
func (t *FileToken) refresh() {
	info, err := os.Stat(t.path)
	if err == nil && t.seen != nil && sameFile(info, t.seen) {
		return
	}
	token, warnings, err := secret.ReadFile(t.path)
	if err != nil {
		t.seen = nil
		t.log.Warn("deliver.token", "api_token_file: the last good token stays in use: %v", err)
		return
	}
	t.seen = info
	if token.Equal(t.secret) {
		return
	}
	t.secret = token
	t.log.Info("deliver.token", "api_token_file: the token changed to %s", token)
	if len(warnings) > 0 {
		t.log.Warn("deliver.token", "api_token_file: %s", strings.Join(warnings, "; "))
	}
}
