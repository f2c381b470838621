package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The secrets. Those in the URL of a proxy are written there with escapes.
const (
	tokenPublic = "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX."
	tokenSecret = "SECRET6789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR"
	token       = tokenPublic + tokenSecret
	jwt         = "eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiJTM2NyZXRKV1QifQ.S1gn4tureOfTheJWT"
	password    = `Pa$$"w&rd</hunter2`
	headerValue = `Gateway "K&y" <Sup3rS3cret>`
)

// secretForms are texts that no output may contain.
func secretForms() (forms []string) {
	basic := base64.StdEncoding.EncodeToString([]byte("joe:" + password))
	forms = append(forms, tokenSecret, jwt, "S1gn4tureOfTheJWT", basic)
	for _, secret := range []string{password, headerValue} {
		quoted, _ := json.Marshal(secret)
		forms = append(forms, secret, string(quoted[1:len(quoted)-1]),
			strings.Trim(strconv.Quote(secret), `"`), html.EscapeString(secret),
			url.QueryEscape(secret), url.PathEscape(secret))
	}
	return append(forms, "hunter2", "Sup3rS3cret")
}

// commands has a row for every command: the runs in which it meets secrets. A run that returns no
// output is a failure, so a row cannot be empty by accident.
var commands = map[string]map[string]func(*testing.T, command){
	"dynatrace-replay": {
		"a server that repeats the request":          replayEchoes,
		"a proxy that repeats the request":           replayProxyEchoes,
		"a proxy that repeats the CONNECT":           replayConnectEchoes,
		"settings that are wrong, with secrets":      replayWrongSettings,
		"secrets on the command line":                replaySecretArguments,
		"a dead letter file with a message":          replayDryRun,
		"no answer, and an interrupt while it waits": replayInterrupted,
	},
	"dynatrace-ingest": {
		"requests with good and bad tokens": ingestRequests,
		"flags that are wrong":              ingestWrongFlags,
	},
}

// TestCommands_PrintNoSecret holds the promise of docs/network.md for every command: whatever a
// server or a proxy answers, and however a setting is wrong, no token, no password of a proxy and
// no header value is printed or written to a file.
func TestCommands_PrintNoSecret(t *testing.T) {
	for _, name := range names {
		if len(commands[name]) == 0 {
			t.Errorf("cmd/%s has no row in the table of this test", name)
		}
		for what, run := range commands[name] {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				run(t, command{path: filepath.Join(bin, name), dir: t.TempDir()})
			})
		}
	}
	if len(commands) != len(names) {
		t.Errorf("%d rows for the commands %q", len(commands), names)
	}
}

// command is a command to run, with its working directory.
type command struct{ path, dir string }

// run runs the command to its end, or to an interrupt when until is closed, and returns all that
// it printed and wrote, after it has checked it for secrets.
func (c command) run(t *testing.T, until <-chan struct{}, env []string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, args...)
	var output bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, env, &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		select {
		case <-until:
			_ = cmd.Process.Signal(syscall.SIGTERM)
		case <-ctx.Done():
		}
	}()
	_ = cmd.Wait() // its exit code is another test's
	return c.check(t, output.String())
}

// check returns output with the text of all files that the command wrote; none of it may hold a
// secret.
func (c command) check(t *testing.T, output string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(c.dir, "*.rest"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		output += string(text)
		_ = os.Remove(file)
	}
	for _, form := range secretForms() {
		if strings.Contains(output, form) {
			t.Errorf("%q is in\n%s", form, output)
		}
	}
	return output
}

// letter writes a dead letter file.
func (c command) letter(t *testing.T) {
	t.Helper()
	const line = `{"time":"2026-11-25T02:17:10Z","tag":"app","reason":"rejected","status":400,` +
		`"message":"bad","record":{"content":"a"}}`
	if err := os.WriteFile(filepath.Join(c.dir, "dead"), []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// echo answers with a status, and repeats all that it was sent in every form that a real one
// might. It sends a signal on asked for each request.
type echo struct {
	status int
	asked  chan struct{}
}

func (e echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	text := "you sent " + strings.Join(forms(r.Header), " | ")
	if e.status/100 == 3 {
		w.Header().Set("Location", "https://elsewhere.example/?"+r.Header.Get("Authorization"))
	}
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, text)
	if e.asked != nil {
		select {
		case e.asked <- struct{}{}:
		default:
		}
	}
}

// forms are the secrets in a request, as an answer may write them.
func forms(header http.Header) (all []string) {
	for _, name := range []string{"Authorization", "Proxy-Authorization", "X-Gateway-Key"} {
		value := header.Get(name)
		if value == "" {
			continue
		}
		_, credential, _ := strings.Cut(value, " ")
		if plain, err := base64.StdEncoding.DecodeString(credential); err == nil {
			_, secret, _ := strings.Cut(string(plain), ":")
			all = append(all, string(plain), secret, "http://"+url.QueryEscape(secret)+"@proxy",
				html.EscapeString(secret))
		}
		quoted, _ := json.Marshal(value)
		all = append(all, name+": "+value, credential, string(quoted), html.EscapeString(value),
			url.QueryEscape(value), url.PathEscape(value))
	}
	return all
}

// proxyURL is the URL of a proxy at an address, with the password.
func proxyURL(address string) string {
	return (&url.URL{Scheme: "http", Host: address, User: url.UserPassword("joe", password)}).String()
}
