package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/test/ingest"
)

// token has a valid form, and no value.
const token = "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR"

// site is a server, and the output of a run of the command.
type site struct {
	*ingest.Server
	url            string
	dir            string
	stdin          io.Reader
	stdout, stderr bytes.Buffer
	ctx            context.Context
	abandon        context.Context
	deadline       time.Duration
}

// newSite starts a local Dynatrace that refuses every request in which one of the texts stands, as
// it would a broken record.
func newSite(t *testing.T, o ingest.Options, refused ...string) *site {
	t.Helper()
	if o.Tokens == nil {
		o.Tokens = []ingest.Token{{Value: token}}
	}
	server, err := ingest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		plain := body
		if r.Header.Get("Content-Encoding") == "gzip" { // not if a body is small
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			if plain, err = io.ReadAll(z); err != nil {
				t.Error(err)
			}
		}
		for _, text := range refused {
			if bytes.Contains(plain, []byte(text)) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprintf(w, `{"error":{"code":400,"message":"Event is not valid"}}`)
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { front.Close(); _ = server.Close() })
	return &site{Server: server, url: front.URL, dir: t.TempDir(), stdin: strings.NewReader(""), ctx: t.Context(), abandon: t.Context(), deadline: time.Minute}
}

// run runs the command with the endpoint and the token in the environment.
func (s *site) run(args ...string) int {
	s.stdout.Reset()
	s.stderr.Reset()
	env := map[string]string{"DT_ENDPOINT": s.url, "DT_API_TOKEN": token}
	return run(s.ctx, args, world{
		getenv: func(name string) string { return env[name] }, stdin: s.stdin, stdout: &s.stdout, stderr: &s.stderr,
		now: time.Now, deadline: s.deadline, abandon: s.abandon,
	})
}

// letters are entries with the given contents, some of them with a reason (reason:content), as a
// file.
func (s *site) letters(t *testing.T, contents ...string) (path string) {
	t.Helper()
	path = filepath.Join(s.dir, "dead.ndjson")
	if err := os.WriteFile(path, letters(contents...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func letters(contents ...string) (text []byte) {
	for _, content := range contents {
		reason, name, given := strings.Cut(content, ":")
		if !given {
			reason, name = "rejected", content
		}
		at := time.Now()
		if strings.HasPrefix(name, "old") {
			at = at.Add(-25 * time.Hour)
		}
		e := deadletter.Entry{Time: at, Tag: []byte("app"), Reason: reason, Status: 400, Message: "the first refusal"}
		e.Record = fmt.Appendf(nil, `{"timestamp":%q,"content":%q,"n":1.50}`, at.UTC().Format(time.RFC3339Nano), name)
		text = e.AppendTo(text)
	}
	return text
}

// accepted returns the contents that the server stored, in order.
func (s *site) accepted(t *testing.T) (contents []string) {
	t.Helper()
	for _, raw := range s.Records() {
		var record struct{ Content string }
		if err := json.Unmarshal(raw, &record); err != nil {
			t.Fatal(err)
		}
		contents = append(contents, record.Content)
	}
	return contents
}

// inRest returns "reason:content" of the lines in a file, "!" for a broken line.
func inRest(t *testing.T, path string) (lines []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	for reader := deadletter.NewReader(file); ; {
		e, _, err := reader.Next()
		if err == io.EOF {
			return lines
		}
		if err != nil {
			lines = append(lines, "!")
			continue
		}
		var record struct{ Content string }
		if err := json.Unmarshal(e.Record, &record); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, e.Reason+":"+record.Content)
	}
}

func numbered(n int, except map[int]string) (contents []string) {
	for i := range n {
		name, ok := except[i]
		if !ok {
			name = fmt.Sprintf("r%03d", i)
		}
		contents = append(contents, name)
	}
	return contents
}

// expect checks the outcome of a run, that the input is what it was, and that nothing else lies in
// its folder.
func (s *site) expect(t *testing.T, code, want int, sum summary, accepted, rest []string) {
	t.Helper()
	if code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	line := fmt.Sprintf("sent %d, accepted %d, rejected %d, left %d, skipped by filter %d, broken lines %d\n",
		sum.sent, sum.accepted, sum.rejected, sum.left, sum.skipped, sum.broken)
	if !strings.Contains(s.stdout.String(), line) {
		t.Errorf("summary: %s, want %s", s.stdout.String(), line)
	}
	// The order is not compared: a search sends the halves of a request before it searches each of
	// them.
	if got := s.accepted(t); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(accepted))) {
		t.Errorf("accepted %q, want %q", got, accepted)
	}
	path := filepath.Join(s.dir, "dead.ndjson.rest")
	if got := inRest(t, path); !slices.Equal(got, rest) {
		t.Errorf("rest %q, want %q", got, rest)
	}
	if named := strings.Contains(s.stdout.String(), "rest: "+path); named != (len(rest) > 0) {
		t.Errorf("the rest is named: %v\n%s", named, s.stdout.String())
	}
	files, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasPrefix(file.Name(), ".") {
			t.Errorf("%s is left behind", file.Name())
		}
		if info, err := file.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file.Name(), info.Mode(), err)
		}
	}
	if t.Failed() {
		t.Logf("stderr:\n%s", s.stderr.String())
	}
	if strings.Contains(s.stdout.String()+s.stderr.String(), token) {
		t.Error("the token was printed")
	}
}

func TestReplay_AcceptedRecordsLeaveNoRest(t *testing.T) {
	s := newSite(t, ingest.Options{})
	path := s.letters(t, numbered(7, nil)...)
	before, _ := os.ReadFile(path)
	code := s.run("--batch", "3", path)
	s.expect(t, code, 0, summary{sent: 7, accepted: 7},
		numbered(7, nil), nil)
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the input was changed")
	}
	if got := s.accepted(t); !slices.Equal(got, numbered(7, nil)) {
		t.Errorf("accepted in another order: %q", got)
	}
	if n := s.Stats().IngestRequests; n != 3 {
		t.Errorf("%d requests for 7 records, 3 a request", n)
	}
	if record := string(s.Records()[0]); !strings.Contains(record, `"n":1.50`) {
		t.Errorf("the record was not sent as it was: %s", record)
	}
}

func TestReplay_FindsBadRecordsAndWritesThemToTheRest(t *testing.T) {
	s := newSite(t, ingest.Options{}, "bad")
	path := s.letters(t, numbered(100, map[int]string{0: "bad0", 57: "bad57", 99: "bad99"})...)
	code := s.run(path)
	want := slices.DeleteFunc(numbered(100, nil), func(name string) bool { return name == "r000" || name == "r057" || name == "r099" })
	s.expect(t, code, 1, summary{sent: 100, accepted: 97, rejected: 3},
		want, []string{"rejected:bad0", "rejected:bad57", "rejected:bad99"})
	text, _ := os.ReadFile(path + ".rest")
	if n := bytes.Count(text, []byte("Event is not valid")); n != 3 || bytes.Contains(text, []byte("the first refusal")) || bytes.Count(text, []byte(`"tag":"app"`)) != 3 {
		t.Errorf("the rest: %s", text)
	}

	// The rest is itself a dead letter file.
	s.Reset()
	code = s.run("--rest", path+".2", path+".rest")
	if code != 1 || !slices.Equal(inRest(t, path+".2"), inRest(t, path+".rest")) {
		t.Errorf("exit code %d, %s", code, &s.stdout)
	}
}

func TestReplay_SplitsARequestThatIsTooLarge(t *testing.T) {
	s := newSite(t, ingest.Options{Limits: ingest.Limits{RequestBytes: 1500}})
	big := "big" + strings.Repeat("x", 3000)
	path := s.letters(t, numbered(40, map[int]string{20: big})...)
	code := s.run(path)
	want := slices.DeleteFunc(numbered(40, nil), func(name string) bool { return name == "r020" })
	s.expect(t, code, 1, summary{sent: 40, accepted: 39, rejected: 1},
		want, []string{"too_large:" + big})
}

// A server that finds 1 KiB too large and has accepted nothing rejects for another reason: no
// record is given up for it.
func TestReplay_BlamesAServerThatFindsAnySizeTooLarge(t *testing.T) {
	s := newSite(t, ingest.Options{Limits: ingest.Limits{RequestBytes: 10}})
	code := s.run("--batch", "1", s.letters(t, "a", "b"))
	s.expect(t, code, 1, summary{sent: 1, left: 2},
		nil, []string{"rejected:a", "rejected:b"})
	if !strings.Contains(s.stderr.String(), "this is not about the records: check `--endpoint`") {
		t.Errorf("stderr: %s", &s.stderr)
	}
}

// A finished record cannot be cut, and alone it is no reason to stop.
func TestReplay_ASingleRecordThatIsTooLargeGoesToTheRest(t *testing.T) {
	s := newSite(t, ingest.Options{Limits: ingest.Limits{RequestBytes: 1500}})
	big := "big" + strings.Repeat("x", 3000)
	code := s.run("--batch", "1", s.letters(t, big, "b"))
	s.expect(t, code, 1, summary{sent: 2, accepted: 1, rejected: 1},
		[]string{"b"}, []string{"too_large:" + big})
	if n := s.Stats().IngestRequests; n != 2 {
		t.Errorf("%d requests", n)
	}
}

// The plugin gives up a large payload after 64 samples. Here everything that the server accepts is
// found.
func TestReplay_SearchesEveryRecord(t *testing.T) {
	s := newSite(t, ingest.Options{}, "bad")
	contents, rest := make([]string, 200), []string(nil)
	for i := range contents {
		if contents[i] = fmt.Sprint("bad", i); i == 137 {
			contents[i] = "good"
			continue
		}
		rest = append(rest, "rejected:"+contents[i])
	}
	code := s.run(s.letters(t, contents...))
	s.expect(t, code, 1, summary{sent: 200, accepted: 1, rejected: 199},
		[]string{"good"}, rest)
}

// A web page from a server that never answered as the API does says nothing about the records.
func TestReplay_StopsAtAWebPage(t *testing.T) {
	s := newSite(t, ingest.Options{})
	s.Script(ingest.Fault{
		Status: http.StatusBadRequest, Times: -1, Body: "<html><title>Log in</title></html>",
	})
	code := s.run("--batch", "1", s.letters(t, "a", "b"))
	s.expect(t, code, 1, summary{sent: 1, left: 2},
		nil, []string{"rejected:a", "rejected:b"})
}

func TestReplay_RequestsStayWithinTheByteLimit(t *testing.T) {
	s := newSite(t, ingest.Options{})
	var contents []string
	for i := range 3 {
		contents = append(contents, fmt.Sprint(i, strings.Repeat("x", 4_000_000)))
	}
	contents = append(contents, "last"+strings.Repeat("x", 9_700_000)) // over our limit, within the server's
	code := s.run(s.letters(t, contents...))
	s.expect(t, code, 0, summary{sent: 4, accepted: 4},
		contents, nil)
	if n := s.Stats().ByStatus[http.StatusNoContent]; n != 3 {
		t.Errorf("%d requests: %v", n, s.Stats().ByStatus)
	}
}

func TestReplay_FindsOldRecordsByTheirTimestamp(t *testing.T) {
	for name, o := range map[string]ingest.Options{
		"when the server drops them":                    {OldRecords: ingest.OldDropped},
		"when the server refuses the batch for them":    {OldRecords: ingest.OldRejectsBatch},
		"when the answer is of the other of two shapes": {PartialBody: ingest.PartialSuccess},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, o)
			code := s.run(s.letters(t, "a", "old1", "b", "old2", "old3", "c"))
			s.expect(t, code, 1, summary{sent: 6, accepted: 3, rejected: 3},
				[]string{"a", "b", "c"}, []string{"rejected_time_range:old1", "rejected_time_range:old2", "rejected_time_range:old3"})
			if n := s.Stats().IngestRequests; n > 3 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestReplay_OldRecordsOnlyTakeOneRequest(t *testing.T) {
	s := newSite(t, ingest.Options{})
	code := s.run(s.letters(t, "old1", "old2", "old3", "old4"))
	s.expect(t, code, 1, summary{sent: 4, rejected: 4},
		nil,
		[]string{"rejected_time_range:old1", "rejected_time_range:old2", "rejected_time_range:old3", "rejected_time_range:old4"})
	if n := s.Stats().IngestRequests; n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestReplay_KeepsAllRecordsOfAPartialSuccess(t *testing.T) {
	s := newSite(t, ingest.Options{})
	s.Script(ingest.Fault{Status: http.StatusOK, Body: `{"details":{"message":"2 events were not ingested because of the moon"}}`})
	code := s.run(s.letters(t, "a", "b", "c"))
	s.expect(t, code, 1, summary{sent: 3, accepted: 1, rejected: 2},
		[]string{"a", "b", "c"},
		[]string{"partial_success:a", "partial_success:b", "partial_success:c"})
}

func TestReplay_RestampSendsOldRecordsWithTheCurrentTime(t *testing.T) {
	s := newSite(t, ingest.Options{})
	path := s.letters(t, "old1", "old2")
	code := s.run("--restamp", path)
	s.expect(t, code, 0, summary{sent: 2, accepted: 2},
		[]string{"old1", "old2"}, nil)
	var last string
	for _, raw := range s.Records() {
		var record struct {
			Timestamp string
			Original  time.Time `json:"log.original_timestamp"`
		}
		if err := json.Unmarshal(raw, &record); err != nil {
			t.Fatal(err)
		}
		if age := time.Since(record.Original); age < 24*time.Hour || age > 26*time.Hour || record.Timestamp <= last {
			t.Errorf("%s", raw)
		}
		last = record.Timestamp
	}
}

func TestReplay_RestHoldsTheRecordBeforeRestamp(t *testing.T) {
	s := newSite(t, ingest.Options{}, "bad")
	path := s.letters(t, "oldbad")
	code := s.run("--restamp", path)
	s.expect(t, code, 1, summary{sent: 1, rejected: 1},
		nil, []string{"rejected:oldbad"})
	if text, _ := os.ReadFile(path + ".rest"); bytes.Contains(text, []byte(originalKey)) {
		t.Errorf("%s", text)
	}
}

func TestReplay_ReasonFilterLeavesOthersInTheRest(t *testing.T) {
	s := newSite(t, ingest.Options{})
	code := s.run("--reason", "too_large", "--reason", "odd", s.letters(t, "a", "too_large:b", "odd:c", "d"))
	s.expect(t, code, 0, summary{sent: 2, accepted: 2, skipped: 2},
		[]string{"b", "c"}, []string{"rejected:a", "rejected:d"})
}

func TestReplay_BrokenLinesGoToTheRest(t *testing.T) {
	s := newSite(t, ingest.Options{})
	path := filepath.Join(s.dir, "dead.ndjson")
	text := slices.Concat(letters("a"), []byte("{\"half\n\n"), letters("b"))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	code := s.run(path)
	s.expect(t, code, 1, summary{sent: 2, accepted: 2, broken: 1},
		[]string{"a", "b"}, []string{"!"})
	if rest, _ := os.ReadFile(path + ".rest"); string(rest) != "{\"half\n" {
		t.Errorf("rest: %q", rest)
	}
	if !strings.Contains(s.stderr.String(), "line 2: not a dead letter") {
		t.Errorf("stderr: %s", &s.stderr)
	}
}

func TestReplay_StopsIfNoRecordIsAtFault(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault ingest.Fault
		says  string
	}{
		{"a token", ingest.Fault{Status: http.StatusUnauthorized, Times: -1}, "the token was rejected"},
		{"no license", ingest.Fault{Status: http.StatusPaymentRequired, Times: -1}, "no license"},
		{"a content type", ingest.Fault{Status: http.StatusUnsupportedMediaType, Times: -1}, "content type or encoding"},
		{"a connection", ingest.Fault{Reset: true, Times: -1}, "connection was cut"},
		{"a wait that is too long", ingest.Throttled429(10 * time.Minute), "throttled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, ingest.Options{})
			s.deadline = 500 * time.Millisecond // less than what a second attempt needs
			s.Script(ingest.Fault{}, c.fault)
			code := s.run("--batch", "2", s.letters(t, "a", "b", "c", "d", "e"))
			s.expect(t, code, 1, summary{sent: 4, accepted: 2, left: 3},
				[]string{"a", "b"}, []string{"rejected:c", "rejected:d", "rejected:e"})
			if !strings.Contains(s.stderr.String(), c.says) {
				t.Errorf("stderr: %s", &s.stderr)
			}
			requests := 2
			if c.fault.Reset { // a connection that was used before is given a second chance
				requests = 3
			}
			if n := s.Stats().IngestRequests; n != requests {
				t.Errorf("%d requests, want %d", n, requests)
			}
		})
	}
}

func TestReplay_UnreachableServerLeavesEveryInputInItsRest(t *testing.T) {
	s := newSite(t, ingest.Options{})
	dead := httptest.NewServer(nil)
	dead.Close()
	s.url, s.deadline = dead.URL, 500*time.Millisecond
	path := s.letters(t, "a", "b")
	second := filepath.Join(s.dir, "second")
	if err := os.WriteFile(second, letters("c"), 0o600); err != nil {
		t.Fatal(err)
	}
	code := s.run(path, second)
	s.expect(t, code, 1, summary{sent: 2, left: 3},
		nil, []string{"rejected:a", "rejected:b"})
	if got := inRest(t, second+".rest"); !slices.Equal(got, []string{"rejected:c"}) {
		t.Errorf("rest of the second: %q", got)
	}
}

func TestReplay_FailsOverToAnotherEndpoint(t *testing.T) {
	s := newSite(t, ingest.Options{})
	dead := httptest.NewServer(nil)
	dead.Close()
	s.url = dead.URL + "," + s.url
	code := s.run(s.letters(t, "a", "b"))
	s.expect(t, code, 0, summary{sent: 2, accepted: 2},
		[]string{"a", "b"}, nil)
	if !strings.Contains(s.stderr.String(), "is unhealthy, sending to endpoint 2") {
		t.Errorf("said %s", s.stderr.String())
	}
}

func TestReplay_RetriesTransientFailures(t *testing.T) {
	s := newSite(t, ingest.Options{})
	s.Script(ingest.Full503())
	code := s.run(s.letters(t, "a"))
	s.expect(t, code, 0, summary{sent: 1, accepted: 1},
		[]string{"a"}, nil)
}

func TestReplay_InterruptWritesTheRest(t *testing.T) {
	s := newSite(t, ingest.Options{})
	ctx, interrupt := context.WithCancel(t.Context())
	s.ctx = ctx
	s.ScriptFunc(func(n int, _ *http.Request) *ingest.Fault {
		if n == 2 {
			interrupt()
			return &ingest.Fault{Reset: true}
		}
		return nil
	})
	code := s.run("--batch", "2", s.letters(t, "a", "b", "c", "d", "e"))
	s.expect(t, code, 1, summary{sent: 4, accepted: 2, left: 3},
		[]string{"a", "b"}, []string{"rejected:c", "rejected:d", "rejected:e"})
	if text := s.stderr.String(); !strings.Contains(text, "interrupted") || strings.Contains(text, "plugin") {
		t.Errorf("stderr: %s", text)
	}
}

func TestReplay_ReadsStandardInputToItsEndAfterAFailure(t *testing.T) {
	s := newSite(t, ingest.Options{})
	rest := filepath.Join(s.dir, "dead.ndjson.rest")
	s.stdin = bytes.NewReader(letters("a", "b"))
	code := s.run("--rest", rest, "-")
	s.expect(t, code, 0, summary{sent: 2, accepted: 2},
		[]string{"a", "b"}, nil)

	s.Reset()
	s.Script(ingest.Fault{Status: http.StatusForbidden})
	s.stdin = iotest.HalfReader(bytes.NewReader(letters("a", "b", "c")))
	code = s.run("--batch", "1", "--rest", rest, "-")
	s.expect(t, code, 1, summary{sent: 1, left: 3},
		nil, []string{"rejected:a", "rejected:b", "rejected:c"})
}

func TestReplay_SecondInterruptAbandonsTheInput(t *testing.T) {
	s := newSite(t, ingest.Options{})
	ctx, interrupt := context.WithCancel(t.Context())
	s.ctx, s.abandon = ctx, ctx
	silent, hold := io.Pipe() // gives two lines and then nothing, without an end
	defer hold.Close()
	s.stdin = silent
	go func() {
		_, _ = hold.Write(letters("a", "b"))
	}()
	s.ScriptFunc(func(int, *http.Request) *ingest.Fault {
		interrupt()
		return &ingest.Fault{Reset: true}
	})
	code := s.run("--batch", "1", "--rest", filepath.Join(s.dir, "dead.ndjson.rest"), "-")
	if rest := inRest(t, filepath.Join(s.dir, "dead.ndjson.rest")); code != 1 || len(rest) == 0 || rest[0] != "rejected:a" {
		t.Errorf("exit code %d, rest %q", code, rest)
	}
	if !strings.Contains(s.stderr.String(), "keep the input") {
		t.Errorf("stderr: %s", &s.stderr)
	}
}

func TestReplay_ReadErrorStopsSending(t *testing.T) {
	s := newSite(t, ingest.Options{})
	s.stdin = io.MultiReader(bytes.NewReader(letters("a")), iotest.ErrReader(fmt.Errorf("the disk is gone")))
	code := s.run("--rest", filepath.Join(s.dir, "dead.ndjson.rest"), "-")
	s.expect(t, code, 1, summary{sent: 1, accepted: 1},
		[]string{"a"}, nil)
	if !strings.Contains(s.stderr.String(), "the disk is gone; the lines after that are in no rest") {
		t.Errorf("stderr: %s", &s.stderr)
	}
}

func TestRest_NeverReplacesAFile(t *testing.T) {
	s := newSite(t, ingest.Options{}, "bad")
	path := s.letters(t, "a", "bad")
	if err := os.WriteFile(path+".rest", letters("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := s.run(path); code != 2 || s.Stats().Requests != 0 || !strings.Contains(s.stderr.String(), "the rest of an earlier run") {
		t.Errorf("exit code %d, %d requests, %s", code, s.Stats().Requests, &s.stderr)
	}
	// One that comes while the run is under way.
	_ = os.Remove(path + ".rest")
	s.ScriptFunc(func(int, *http.Request) *ingest.Fault {
		_ = os.WriteFile(path+".rest", letters("precious"), 0o600)
		return nil
	})
	if code := s.run(path); code != 1 || !strings.Contains(s.stderr.String(), "was created meanwhile") {
		t.Errorf("exit code %d, %s", code, &s.stderr)
	}
	if got := inRest(t, path+".rest"); !slices.Equal(got, []string{"rejected:precious"}) {
		t.Errorf("the other file: %q", got)
	}
	temp, _ := filepath.Glob(filepath.Join(s.dir, ".dead.ndjson.rest.*"))
	if len(temp) != 1 || !slices.Equal(inRest(t, temp[0]), []string{"rejected:bad"}) {
		t.Errorf("temporary files: %q", temp)
	}
}

func TestReplay_SendsNothingIfTheRestCannotBeWritten(t *testing.T) {
	s := newSite(t, ingest.Options{})
	path := s.letters(t, "a")
	code := s.run("--rest", filepath.Join(s.dir, "missing", "rest"), path)
	if code != 2 || s.Stats().Requests != 0 || !strings.Contains(s.stderr.String(), "so nothing is sent") {
		t.Errorf("exit code %d, %d requests, %s", code, s.Stats().Requests, &s.stderr)
	}
}

func TestDryRun_CountsAndSendsNothing(t *testing.T) {
	s := newSite(t, ingest.Options{})
	path := s.letters(t, "a", "too_large:b", "a")
	s.url = "" // no destination is needed
	if code := s.run("--dry-run", path); code != 0 || s.Stats().Requests != 0 {
		t.Errorf("exit code %d, %d requests, %s", code, s.Stats().Requests, &s.stderr)
	}
	want := "       2  rejected             400  the first refusal\n       1  too_large            400  the first refusal\nnothing was sent; records 3, skipped by filter 0, broken lines 0\n"
	if s.stdout.String() != want {
		t.Errorf("got\n%swant\n%s", &s.stdout, want)
	}
	if _, err := os.Stat(path + ".rest"); err == nil {
		t.Error("it wrote a rest")
	}
}

func TestReplay_TrustsTheCertificateFile(t *testing.T) {
	s := newSite(t, ingest.Options{})
	base, ca, err := s.StartTLS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(ca); block == nil {
		t.Fatal("no certificate")
	}
	file, secret := filepath.Join(t.TempDir(), "ca.pem"), filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(secret, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := s.letters(t, "a")
	code := s.run("--endpoint", base, path)
	s.expect(t, code, 1, summary{sent: 1, left: 1},
		nil, []string{"rejected:a"})
	if !strings.Contains(s.stderr.String(), "--tls-ca-file") {
		t.Errorf("stderr: %s", &s.stderr)
	}
	_ = os.Remove(path + ".rest")
	code = s.run("--endpoint", base, "--tls-ca-file", file, "--token-file", secret, path)
	s.expect(t, code, 0, summary{sent: 1, accepted: 1},
		[]string{"a"}, nil)
	s.Reset()
	code = s.run("--endpoint", base, "--tls-verify=off", path)
	s.expect(t, code, 0, summary{sent: 1, accepted: 1},
		[]string{"a"}, nil)
}

// TestAOneAgentGetsTimesOfMillisecondsAndNoToken: dead letters have times as fine as those of
// their events.
func TestAOneAgentGetsTimesOfMillisecondsAndNoToken(t *testing.T) {
	for _, flags := range [][]string{nil, {"--restamp"}} {
		server, err := ingest.New(ingest.Options{OneAgent: true, Observe: func(e ingest.Exchange) {
			if e.Token != "" {
				t.Errorf("the token %s was sent", e.Token)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		base, err := server.Start("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &site{Server: server, url: base + "/v2/logs/ingest", dir: t.TempDir(), stdin: strings.NewReader(""), ctx: t.Context(), abandon: t.Context(), deadline: time.Minute}
		code := s.run(append(flags, s.letters(t, "a", "b", "c"))...)
		s.expect(t, code, 0, summary{sent: 3, accepted: 3},
			[]string{"a", "b", "c"}, nil)
		if got := server.Stats().IngestRequests; got != 1 {
			t.Errorf("%v: %d requests", flags, got)
		}
	}
}
