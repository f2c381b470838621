package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
		forms = append(forms, secret, strings.Trim(fmt.Sprintf("%q", secret), `"`), string(quoted[1:len(quoted)-1]),
			html.EscapeString(secret), url.QueryEscape(secret), url.PathEscape(secret))
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
	},
}

// TestCommands_PrintNoSecret holds the promise of docs/network.md for every command: whatever a
// server or a proxy answers, and however a setting is wrong, no token, no password of a proxy and
// no header value is printed or written to a file.
func TestCommands_PrintNoSecret(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", bin+"/", "./...")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	found := 0
	for _, entry := range entries {
		if !entry.IsDir() || entry.Name() == "testdata" {
			continue
		}
		found++
		runs := commands[entry.Name()]
		if len(runs) == 0 {
			t.Errorf("cmd/%s has no row in the table of this test", entry.Name())
		}
		for name, run := range runs {
			t.Run(entry.Name()+"/"+name, func(t *testing.T) {
				t.Parallel()
				run(t, command{path: filepath.Join(bin, entry.Name()), dir: t.TempDir()})
			})
		}
	}
	if found != len(commands) {
		t.Errorf("%d commands, but %d rows", found, len(commands))
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
	const line = `{"time":"2026-11-25T02:17:10Z","tag":"app","reason":"rejected","status":400,"message":"bad","record":{"content":"a"}}`
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
			all = append(all, string(plain), secret, "http://"+url.QueryEscape(secret)+"@proxy", html.EscapeString(secret))
		}
		quoted, _ := json.Marshal(value)
		all = append(all, name+": "+value, credential, string(quoted), html.EscapeString(value), url.QueryEscape(value), url.PathEscape(value))
	}
	return all
}

// proxyURL is the URL of a proxy at an address, with the password.
func proxyURL(address string) string {
	return (&url.URL{Scheme: "http", Host: address, User: url.UserPassword("joe", password)}).String()
}

// statuses are the answers after which a command that delivers logs does not wait.
var statuses = []int{200, 302, 400, 401, 402, 403, 404, 405, 407, 413, 415, 422, 431, 501}

func wantEcho(t *testing.T, output string, status int) {
	t.Helper()
	if !strings.Contains(output, "[redacted]") && status != 200 && status != 413 && status != 431 {
		t.Errorf("%d: the answer is not in\n%s", status, output)
	}
}

func replayEchoes(t *testing.T, c command) {
	c.letter(t)
	for _, credential := range []string{token, jwt} {
		for _, status := range statuses {
			server := httptest.NewServer(echo{status: status})
			output := c.run(t, nil, []string{"DT_API_TOKEN=" + credential, "DT_HEADERS=X-Gateway-Key=" + headerValue},
				"--endpoint", server.URL, "dead")
			server.Close()
			wantEcho(t, output, status)
		}
	}
}

func replayProxyEchoes(t *testing.T, c command) {
	c.letter(t)
	for _, status := range statuses {
		proxy := httptest.NewServer(echo{status: status})
		output := c.run(t, nil, []string{"DT_API_TOKEN=" + token, "DT_HEADERS=X-Gateway-Key=" + headerValue, "HTTP_PROXY=" + proxyURL(proxy.Listener.Addr().String())},
			"--endpoint", "http://ag.example/e/abc12345", "--allow-http", "dead")
		proxy.Close()
		wantEcho(t, output, status)
	}
}

// replayConnectEchoes has a proxy that repeats the password in the status line, in headers and in
// the body of its answer to CONNECT.
func replayConnectEchoes(t *testing.T, c command) {
	c.letter(t)
	for _, status := range []int{401, 403, 407, 502} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		asked, once := make(chan struct{}), sync.Once{}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err == nil {
					text := strings.Join(forms(r.Header), " | ")
					fmt.Fprintf(conn, "HTTP/1.1 %d you sent %s\r\nProxy-Authenticate: Basic realm=%q\r\nContent-Length: %d\r\n\r\n%s", status, text, text, len(text), text)
				}
				_ = conn.Close()
				once.Do(func() { close(asked) })
			}
		}()
		interrupt := asked
		if status != 502 { // which alone is retried
			interrupt = nil
		}
		output := c.run(t, interrupt, []string{"DT_API_TOKEN=" + token, "HTTPS_PROXY=" + proxyURL(listener.Addr().String())},
			"--endpoint", "https://ag.example/e/abc12345", "dead")
		_ = listener.Close()
		if !strings.Contains(output, "through the proxy http://[redacted]@") && status != 502 {
			t.Errorf("%d: the proxy is not named in\n%s", status, output)
		}
	}
}

func replayInterrupted(t *testing.T, c command) {
	c.letter(t)
	for _, status := range []int{429, 500, 503} {
		asked := make(chan struct{}, 1)
		server := httptest.NewServer(echo{status: status, asked: asked})
		output := c.run(t, asked, []string{"DT_API_TOKEN=" + token, "DT_HEADERS=X-Gateway-Key=" + headerValue}, "--endpoint", server.URL, "dead")
		server.Close()
		if !strings.Contains(output, "interrupted") {
			t.Errorf("%d: not interrupted:\n%s", status, output)
		}
	}
}

func replayWrongSettings(t *testing.T, c command) {
	c.letter(t)
	secretFile := filepath.Join(c.dir, "token")
	if err := os.WriteFile(secretFile, []byte(token+" "+tokenSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	escaped := url.UserPassword("joe", password).String()
	for _, run := range []struct {
		env  []string
		args []string
	}{
		{[]string{"DT_API_TOKEN=" + token + "\n" + tokenSecret}, nil},
		{[]string{`DT_API_TOKEN="` + token + `"`}, nil},
		{[]string{"DT_API_TOKEN=Api-Token " + token}, nil},
		{[]string{"DT_API_TOKEN=" + token, "DT_HEADERS=" + headerValue}, nil},
		{[]string{"DT_API_TOKEN=" + token, "DT_HEADERS=Authorization=" + headerValue}, nil},
		{[]string{"DT_API_TOKEN=" + token, "DT_HEADERS=A=" + headerValue + "\x01"}, nil},
		{[]string{"DT_API_TOKEN=" + token, "HTTPS_PROXY=http://" + escaped + "@proxy:port"}, nil},
		{[]string{"DT_API_TOKEN=" + token, "HTTPS_PROXY=socks4://" + escaped + "@proxy"}, nil},
		{[]string{"DT_API_TOKEN=" + token, "HTTPS_PROXY=http://joe:" + password + "@proxy"}, nil},
		{nil, []string{"--token-file", secretFile}},
		{[]string{"DT_API_TOKEN=" + token, "DT_ENDPOINT=https://" + escaped + "@ag.example/e/abc12345"}, nil},
		{[]string{"DT_API_TOKEN=" + token, "DT_ENDPOINT=https://ag.example/e/abc12345?api-token=" + token}, nil},
		{[]string{"DT_API_TOKEN=" + token, "DT_ENDPOINT=" + token}, nil},
	} {
		if !strings.Contains(strings.Join(run.env, " "), "DT_ENDPOINT") {
			run.args = append(run.args, "--endpoint", "https://ag.example/e/abc12345")
		}
		if output := c.run(t, nil, run.env, append(run.args, "dead")...); !strings.HasPrefix(output, "dynatrace-replay: ") {
			t.Errorf("%q: no error in\n%s", run.env, output)
		}
	}
}

func replaySecretArguments(t *testing.T, c command) {
	c.letter(t)
	for _, args := range [][]string{
		{"--token", token}, {"--token=" + token}, {"-api_token=" + jwt}, {token}, {"--what=" + token}, {"--endpoint=" + token, "dead"},
		{"--headers", "X-Gateway-Key=" + headerValue}, {"--header=X-Gateway-Key=" + headerValue},
		{"--proxy", proxyURL("proxy:3128"), "dead"}, {"--proxy=" + proxyURL("proxy:port"), "dead"},
		{"--endpoint", "https://joe:hunter2@ag.example/e/abc12345", "dead"},
	} {
		if output := c.run(t, nil, []string{"DT_API_TOKEN=" + token}, args...); !strings.HasPrefix(output, "dynatrace-replay: ") {
			t.Errorf("%q: no error in\n%s", args, output)
		}
	}
}

func replayDryRun(t *testing.T, c command) {
	c.letter(t)
	if output := c.run(t, nil, []string{"DT_API_TOKEN=" + token, "HTTPS_PROXY=" + proxyURL("proxy:3128")}, "--dry-run", "dead"); !strings.Contains(output, "records 1") {
		t.Errorf("no record in\n%s", output)
	}
}

// ingestRequests sends requests with the token that the command accepts, with another one, and
// with secrets in places where they do not belong.
func ingestRequests(t *testing.T, c command) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, authorization := range []string{"Api-Token " + token, "Api-Token " + token + "X", "Bearer " + jwt, token, "Basic " + base64.StdEncoding.EncodeToString([]byte("joe:"+password)), ""} {
			for _, path := range []string{"/api/v2/logs/ingest", "/api/v2/otlp/v1/logs", "/api/v2/logs/ingest?api-token=" + token} {
				request, err := http.NewRequest(http.MethodPost, "http://"+address+path, strings.NewReader(`[{"content":"a"}]`))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Content-Type", "application/json; charset=utf-8")
				request.Header.Set("X-Gateway-Key", headerValue)
				if authorization != "" {
					request.Header.Set("Authorization", authorization)
				}
				if !send(t, request) {
					return
				}
			}
		}
	}()
	output := c.run(t, done, nil, "--listen", address, "--token", token)
	if !strings.Contains(output, "204") || !strings.Contains(output, "401") {
		t.Errorf("no requests in\n%s", output)
	}
}

// send sends a request until the server is there.
func send(t *testing.T, request *http.Request) bool {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		response, err := http.DefaultClient.Do(request.Clone(t.Context()))
		if err == nil {
			_ = response.Body.Close()
			return true
		}
		if time.Now().After(deadline) {
			t.Error("no answer")
			return false
		}
		request.Body, _ = request.GetBody()
	}
}
