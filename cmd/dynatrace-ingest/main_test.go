package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"out_dynatrace/test/ingest"
)

var token = "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX." + strings.Repeat("Z", 64)

// running is a command in this process; lines are what it writes to stderr.
type running struct {
	endpoint string
	lines    *bufio.Scanner
	stop     func() error
}

func start(t *testing.T, stdout io.Writer, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stderr, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...), stdout, w)
		w.CloseWithError(err)
		done <- err
	}()
	r := &running{lines: bufio.NewScanner(stderr)}
	r.stop = func() error { cancel(); return <-done }
	first := r.line(t)
	match := regexp.MustCompile(`endpoint (\S+) `).FindStringSubmatch(first)
	if match == nil {
		t.Fatalf("no endpoint in %q", first)
	}
	r.endpoint = match[1]
	return r
}

func (r *running) line(t *testing.T) string {
	t.Helper()
	if !r.lines.Scan() {
		t.Fatalf("no more lines: %v", r.lines.Err())
	}
	return r.lines.Text()
}

// post sends a body and reads the log line about it meanwhile.
func (r *running) post(t *testing.T, client *http.Client, body string) (status int, line string) {
	t.Helper()
	result := make(chan int, 1)
	go func() {
		q, _ := http.NewRequest(http.MethodPost, r.endpoint+"/api/v2/logs/ingest",
			strings.NewReader(body))
		q.Header.Set("Authorization", "Api-Token "+token)
		q.Header.Set("Content-Type", "application/json")
		w, err := client.Do(q)
		if err != nil {
			result <- 0
			return
		}
		w.Body.Close()
		result <- w.StatusCode
	}()
	line = r.line(t)
	return <-result, line
}

func TestCommand_ServesStoresAndSumsUp(t *testing.T) {
	dir := t.TempDir()
	out, cert := filepath.Join(dir, "out.ndjson"), filepath.Join(dir, "ca.pem")
	r := start(t, io.Discard, "--tls", "--cert-out", cert, "--env", "abc12345", "--out", out,
		"--fault", "503", "--token", token, "--profile", "managed")
	pem, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	if !strings.HasSuffix(r.endpoint, "/e/abc12345") ||
		!strings.HasPrefix(r.endpoint, "https://127.0.0.1:") {
		t.Errorf("endpoint %s", r.endpoint)
	}

	if status, line := r.post(t, client, `{"content":"c"}`); status != 503 ||
		!strings.Contains(line, "fault 503") {
		t.Errorf("%d %s", status, line)
	}
	status, line := r.post(t, client, `{"content":"`+strings.Repeat("c", 9000)+`","a":1,"a":2}`)
	for _, want := range []string{" 204 POST ", "stored 1 of 1 records",
		"9.0 kB wire, 9.0 kB uncompressed", "trimmed content_trimmed 1", "duplicate keys 1", "token dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX"} {
		if status != 204 || !strings.Contains(line, want) {
			t.Errorf("%d %s; want %s", status, line, want)
		}
	}
	if strings.Contains(line, "ZZZZ") {
		t.Errorf("the secret is in %s", line)
	}
	summary := make(chan string)
	go func() {
		var all []string
		for r.lines.Scan() {
			all = append(all, r.lines.Text())
		}
		summary <- strings.Join(all, "\n")
	}()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if got := <-summary; !strings.Contains(got, "1 received, 1 stored") ||
		!strings.Contains(got, "204 1 + 503 1") {
		t.Errorf("summary %s", got)
	}
	stored, err := os.ReadFile(out)
	if err != nil || strings.Count(string(stored), "\n") != 1 ||
		!strings.Contains(string(stored), `"overwritten1.a":"2"`) {
		t.Errorf("%v: %.200s", err, stored)
	}
}

func TestQuiet_LeavesOnlyRecordsOnStdout(t *testing.T) {
	records, w := io.Pipe()
	r := start(t, w, "--quiet", "--out", "-", "--token", token+"=logs.ingest;metrics.ingest")
	result := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(records).ReadString('\n')
		result <- line
	}()
	q, _ := http.NewRequest(http.MethodPost, r.endpoint+"/api/v2/logs/ingest",
		strings.NewReader(`{"content":"hello"}`))
	q.Header.Set("Authorization", "Api-Token "+token)
	q.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(q)
	if err != nil || answer.StatusCode != 204 {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if line := <-result; !strings.Contains(line, `"content":"hello"`) {
		t.Errorf("stdout %q", line)
	}
	next := make(chan string)
	go func() {
		for r.lines.Scan() {
			if text := r.lines.Text(); text != "" {
				next <- text
				break
			}
		}
		for r.lines.Scan() {
		}
	}()
	stopped := make(chan error)
	go func() { stopped <- r.stop() }()
	if line := <-next; line != "summary" {
		t.Errorf("after the start line comes %q", line)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestHelp_ExplainsEveryFlagAndTheFaults(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"--help"}, &out, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error %v", err)
	}
	new(config).flagSet(new([]string)).VisitAll(func(f *flag.Flag) {
		if !regexp.MustCompile(`(?m)^  --` + f.Name + `( |$)`).MatchString(out.String()) {
			t.Errorf("--%s is not explained", f.Name)
		}
	})
	if !strings.Contains(out.String(), ingest.FaultGrammar) {
		t.Error("the fault script is not explained")
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > 80+len("\n") {
			t.Errorf("too wide: %s", line)
		}
	}
}

func TestFlags_MistakesAreNamed(t *testing.T) {
	for args, want := range map[string]string{
		"--profile big":              "grail, classic_pipeline, classic or managed",
		"--structure x":              "raw or flattened",
		"--fault 503,boom":           `"boom"`,
		"--old maybe":                "old",
		"--cert-out x":               "--tls",
		"--tls-name x":               "--tls",
		"--listen 8080":              "--listen",
		"--require-env":              "EnvironmentID",
		"--scope-status 200":         "400 to 599",
		"--refuse-status 200":        "400 to 599",
		"--refuse=":                  "empty text",
		"--max-request-bytes 0":      "from 1",
		"--max-records many":         "from 1",
		"--no-such":                  "no-such",
		"extra":                      `"extra"`,
		"--out /no/such/dir/file":    "/no/such/dir",
		"--listen 127.0.0.1:noport1": "noport1",
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q in it", args, err, want)
		}
	}
}

func TestCommand_RejectsPoisonAndLargeRequests(t *testing.T) {
	r := start(t, io.Discard, "--refuse", "bad apple", "--refuse", "worse", "--refuse-status", "422",
		"--max-request-bytes", "100", "--max-records", "2", "--token", token)
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`[{"content":"a bad apple"},{}]`, 422, "refused refused_text"},
		{`[{"content":"c"},{"worse":1}]`, 422, `message "Constraints violated."`},
		{`[{},{}]`, 204, "stored 2 of 2 records"},
		{`[{},{},{}]`, 413, "refused event_count_limit"},
		{`{"content":"` + strings.Repeat("c", 100) + `"}`, 413, "refused payload_byte_size_limit"},
	} {
		if status, line := r.post(t, http.DefaultClient, c.body); status != c.status ||
			!strings.Contains(line, c.want) {
			t.Errorf("%s: %d %s; want %d and %s", c.body, status, line, c.status, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	go func() {
		for r.lines.Scan() {
		}
	}()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestFlags_TokensCarryTheirScopes(t *testing.T) {
	c, err := parseFlags([]string{"--token", "a,b=x;y:z", "--token", "c="})
	if err != nil {
		t.Fatal(err)
	}
	got := c.options.Tokens
	if len(got) != 3 || got[0].Value != "a" || got[0].Scopes != nil ||
		strings.Join(got[1].Scopes, " ") != "x y:z" || got[2].Scopes == nil || len(got[2].Scopes) != 0 {
		t.Errorf("%+v", got)
	}
}
