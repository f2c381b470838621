package cmd

import (
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

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
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("joe:"+password))
		for _, authorization := range []string{
			"Api-Token " + token, "Api-Token " + token + "X", "Bearer " + jwt, token, basic, "",
		} {
			for _, path := range []string{
				"/api/v2/logs/ingest", "/api/v2/otlp/v1/logs", "/api/v2/logs/ingest?api-token=" + token,
				"/e/" + token + "/api/v2/logs/ingest", "/" + token,
			} {
				body := strings.NewReader(`[{"content":"a"}]`)
				request, err := http.NewRequest(http.MethodPost, "http://"+address+path, body)
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

func ingestWrongFlags(t *testing.T, c command) {
	for _, args := range [][]string{
		{token}, {"--tokn", token}, {"--tokn=" + token}, {"--token=" + token, "rest"}, {"--listen", token},
		{"--profile", token}, {"--old=" + token}, {"--env", token, "--refuse-status", jwt},
	} {
		output := c.run(t, nil, nil, args...)
		if !strings.HasPrefix(output, "dynatrace-ingest: ") {
			t.Errorf("%q: no error in\n%s", args, output)
		}
	}
}
