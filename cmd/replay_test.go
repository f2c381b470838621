package cmd

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// statuses are the answers after which a command that delivers logs does not wait.
var statuses = []int{200, 302, 400, 401, 402, 403, 404, 405, 407, 413, 415, 422, 431, 501}

func wantEcho(t *testing.T, output string, status int) {
	t.Helper()
	if !strings.Contains(output, "[redacted]") && status != 200 && status != 413 && status != 431 {
		t.Errorf("%d: the answer is not in\n%s", status, output)
	}
}

// env returns an environment with a token and a header, then more.
func env(more ...string) []string {
	return append([]string{"DT_API_TOKEN=" + token, "DT_HEADERS=X-Gateway-Key=" + headerValue}, more...)
}

func replayEchoes(t *testing.T, c command) {
	c.letter(t)
	for _, credential := range []string{token, jwt} {
		for _, status := range statuses {
			server := httptest.NewServer(echo{status: status})
			output := c.run(t, nil, env("DT_API_TOKEN="+credential), "--endpoint", server.URL, "dead")
			server.Close()
			wantEcho(t, output, status)
		}
	}
}

func replayProxyEchoes(t *testing.T, c command) {
	c.letter(t)
	for _, status := range statuses {
		proxy := httptest.NewServer(echo{status: status})
		output := c.run(t, nil, env("HTTP_PROXY="+proxyURL(proxy.Listener.Addr().String())),
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
					fmt.Fprintf(conn, "HTTP/1.1 %d you sent %s\r\nProxy-Authenticate: Basic realm=%q\r\n"+
						"Content-Length: %d\r\n\r\n%s", status, text, text, len(text), text)
				}
				_ = conn.Close()
				once.Do(func() { close(asked) })
			}
		}()
		interrupt := asked
		if status != 502 { // which alone is retried
			interrupt = nil
		}
		output := c.run(t, interrupt, env("HTTPS_PROXY="+proxyURL(listener.Addr().String())),
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
		output := c.run(t, asked, env(), "--endpoint", server.URL, "dead")
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
		output := c.run(t, nil, run.env, append(run.args, "dead")...)
		if !strings.HasPrefix(output, "dynatrace-replay: ") {
			t.Errorf("%q: no error in\n%s", run.env, output)
		}
	}
}

func replaySecretArguments(t *testing.T, c command) {
	c.letter(t)
	for _, args := range [][]string{
		{"--token", token},
		{"--token=" + token},
		{"-api_token=" + jwt},
		{token},
		{"--what=" + token},
		{"--endpoint=" + token, "dead"},
		{"--headers", "X-Gateway-Key=" + headerValue},
		{"--header=X-Gateway-Key=" + headerValue},
		{"--proxy", proxyURL("proxy:3128"), "dead"},
		{"--proxy=" + proxyURL("proxy:port"), "dead"},
		{"--endpoint", "https://joe:hunter2@ag.example/e/abc12345", "dead"},
	} {
		output := c.run(t, nil, env(), args...)
		if !strings.HasPrefix(output, "dynatrace-replay: ") {
			t.Errorf("%q: no error in\n%s", args, output)
		}
	}
}

func replayDryRun(t *testing.T, c command) {
	c.letter(t)
	output := c.run(t, nil, env("HTTPS_PROXY="+proxyURL("proxy:3128")), "--dry-run", "dead")
	if !strings.Contains(output, "records 1") {
		t.Errorf("no record in\n%s", output)
	}
}
