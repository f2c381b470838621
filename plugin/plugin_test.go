package plugin

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
	"out_dynatrace/plugin/wire"
	"out_dynatrace/test/corpus"
)

// lines is a Logger that keeps what it is given.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Enabled(telemetry.Level) bool { return true }

func (l *lines) Log(level telemetry.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprint(int(level), " ", message))
}

func (l *lines) count(part string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.all {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

// sum adds up the numbers that stand behind a phrase.
func (l *lines) sum(phrase string) (total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.all {
		if _, rest, found := strings.Cut(line, phrase); found {
			n := 0
			fmt.Sscan(rest, &n)
			total += n
		}
	}
	return total
}

// server is a Sender that answers by a script, the last verdict again and again, and keeps the contents it accepted.
type server struct {
	mu       sync.Mutex
	script   []func(*batch.Payload) deliver.Verdict
	requests int
	waits    []bool
	contents []string
}

func (s *server) Send(_ context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := s.script[min(s.requests, len(s.script)-1)]
	s.requests++
	s.waits = append(s.waits, wait)
	v := step(p)
	if v.Kind == deliver.Accepted {
		for _, r := range decode(p) {
			s.contents = append(s.contents, r.Content)
		}
	}
	return v
}

func answer(v deliver.Verdict) func(*batch.Payload) deliver.Verdict {
	return func(*batch.Payload) deliver.Verdict { return v }
}

var (
	accepted = answer(deliver.Verdict{Kind: deliver.Accepted, Reason: deliver.ReasonAccepted})
	moment   = answer(deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError, Message: "the server is in trouble"})
	panics   = func(*batch.Payload) deliver.Verdict { panic("out of cheese") }
)

type options map[string]string

func (o options) Get(name string) string { return o[name] }

const secret = "SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECR"

// instance makes an Instance whose requests go to a server with the script.
func instance(t *testing.T, more options, script ...func(*batch.Payload) deliver.Verdict) (*Instance, *server, *lines) {
	t.Helper()
	o := options{"endpoint": "http://127.0.0.1:1/e/abc12345", "metadata_files": "off", "enrich": "auto,-host", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret}
	for k, v := range more {
		o[k] = v
	}
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	log := new(lines)
	in, err := New(cfg, "", log)
	if err != nil {
		t.Fatal(err)
	}
	in.now = func() time.Time { return clock }
	s := &server{script: script}
	in.dest.Sender = s
	t.Cleanup(func() {
		if log.count(secret) > 0 {
			t.Error("the token's secret stands in the log")
		}
	})
	return in, s, log
}

func chunkOf(contents ...string) (data []byte) {
	for i, c := range contents {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(clock.Unix()), uint32(i)), corpus.Map(), corpus.Fields("log", c))
	}
	return data
}

var tag = []byte("app.log")

// clock is the time of the tests.
var clock = time.Unix(1700000000, 0)

func TestTheAnswerToFluentBitFollowsFromTheVerdicts(t *testing.T) {
	rejected := answer(deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, Message: "bad input"})
	for name, c := range map[string]struct {
		script   []func(*batch.Payload) deliver.Verdict
		want     deliver.Outcome
		requests int
		stored   string
		counter  telemetry.Counter
		total    uint64
		line     string
	}{
		"all accepted":              {[]func(*batch.Payload) deliver.Verdict{accepted}, deliver.OutcomeOK, 3, "1 2 3", telemetry.RecordsIn, 3, "version"},
		"the moment's fault":        {[]func(*batch.Payload) deliver.Verdict{moment}, deliver.OutcomeRetry, 1, "", telemetry.RecordsIn, 0, "the server is in trouble; the chunk will be tried again"},
		"the moment's fault, later": {[]func(*batch.Payload) deliver.Verdict{accepted, moment}, deliver.OutcomeRetry, 2, "1", telemetry.FlushesRetry, 1, "tried again"},
		"the environment's fault": {[]func(*batch.Payload) deliver.Verdict{answer(deliver.Verdict{Kind: deliver.Misconfigured, Reason: deliver.ReasonToken, Message: "the token is wrong"})},
			deliver.OutcomeRetry, 1, "", telemetry.FlushesRetry, 1, "3 the token is wrong; the chunk will be tried again"},
		"the data's fault":        {[]func(*batch.Payload) deliver.Verdict{accepted, rejected, accepted}, deliver.OutcomeOK, 3, "1 3", telemetry.DroppedRejected, 1, "bad input; dead_letter_file would keep them; records dropped: 1"},
		"out of the time range":   {[]func(*batch.Payload) deliver.Verdict{answer(deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange, Message: "old"})}, deliver.OutcomeError, 3, "", telemetry.DroppedTimeRange, 3, "old"},
		"too large":               {[]func(*batch.Payload) deliver.Verdict{answer(deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Message: "large"})}, deliver.OutcomeRetry, 1, "", telemetry.DroppedTooLarge, 0, "this is not about the logs"},
		"accepted in part":        {[]func(*batch.Payload) deliver.Verdict{answer(deliver.Verdict{Kind: deliver.Accepted, Reason: deliver.ReasonPartialSuccess, Rejected: 1, Message: "one was not taken"})}, deliver.OutcomeOK, 3, "1 2 3", telemetry.FlushesOK, 1, "one was not taken"},
		"a verdict nobody filled": {[]func(*batch.Payload) deliver.Verdict{answer(deliver.Verdict{})}, deliver.OutcomeRetry, 1, "", telemetry.FlushesRetry, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in, s, log := instance(t, options{"max_payload_records": "1"}, c.script...)
			if got := in.Flush(tag, chunkOf("1", "2", "3"), false); got != c.want {
				t.Errorf("answered %v, want %v", got, c.want)
			}
			if stored := strings.Join(s.contents, " "); s.requests != c.requests || stored != c.stored {
				t.Errorf("%d requests stored %q, want %d and %q", s.requests, stored, c.requests, c.stored)
			}
			if got := in.Counters().Get(c.counter); got != c.total {
				t.Errorf("the counter is %d, want %d", got, c.total)
			}
			if c.line != "" && log.count(strings.TrimPrefix(c.line, "3 ")) == 0 {
				t.Errorf("no line %q in %q", c.line, log.all)
			}
			in.Close()
		})
	}
}

func TestAChunkThatComesAgainIsCountedOnce(t *testing.T) {
	in, s, _ := instance(t, nil, moment, moment, accepted)
	data := append(chunkOf("1", strings.Repeat("x", 100)), 0xc1)
	for range 2 {
		if got := in.Flush(tag, data, false); got != deliver.OutcomeRetry {
			t.Fatalf("answered %v", got)
		}
	}
	if got := in.Flush(tag, data, false); got != deliver.OutcomeOK || len(s.contents) != 2 {
		t.Fatalf("answered %v, stored %d", got, len(s.contents))
	}
	c := in.Counters()
	if c.Get(telemetry.RecordsIn) != 2 || c.Get(telemetry.DroppedCorruptChunk) != 1 || c.Get(telemetry.CorruptBytes) != 1 || c.Get(telemetry.ChunkBytesIn) != uint64(len(data)) {
		t.Errorf("%+v", c.Snapshot())
	}
}

func TestARefusedPayloadOfAChunkThatComesAgainIsCountedOnce(t *testing.T) {
	rejected := answer(deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, Message: "bad input"})
	in, s, _ := instance(t, options{"max_payload_records": "1"}, rejected, moment, accepted)
	data := chunkOf("1", "2")
	if got := in.Flush(tag, data, false); got != deliver.OutcomeRetry {
		t.Fatalf("answered %v", got)
	}
	if got := in.Flush(tag, data, false); got != deliver.OutcomeOK || s.requests != 3 {
		t.Fatalf("answered %v after %d requests", got, s.requests)
	}
	if n := in.Counters().Get(telemetry.DroppedRejected); n != 1 {
		t.Errorf("%d records counted as dropped", n)
	}
}

func TestNoLaterPayloadIsBegunWhenTheTimeIsNearlyOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(*batch.Payload) deliver.Verdict {
			time.Sleep(24500 * time.Millisecond)
			return deliver.Verdict{Kind: deliver.Accepted}
		}
		in, s, log := instance(t, options{"max_payload_records": "1"}, slow)
		if got := in.Flush(tag, chunkOf("1", "2"), false); got != deliver.OutcomeRetry || s.requests != 1 {
			t.Errorf("answered %v after %d requests", got, s.requests)
		}
		if log.count("flush_deadline") != 1 {
			t.Errorf("not told: %q", log.all)
		}
	})
}

func TestAPanicIsRetriedAndTheThirdOfAChunkGivesItUp(t *testing.T) {
	in, s, log := instance(t, nil, panics)
	bad, good := chunkOf("bad"), chunkOf("good")
	for i, want := range []deliver.Outcome{deliver.OutcomeRetry, deliver.OutcomeRetry, deliver.OutcomeError, deliver.OutcomeRetry} {
		if got := in.Flush(tag, bad, false); got != want {
			t.Errorf("panic %d: answered %v, want %v", i+1, got, want)
		}
		if i < 2 { // another chunk, or another tag, has a count of its own
			if got := in.Flush([]byte(fmt.Sprint("other", i)), bad, false); got != deliver.OutcomeRetry {
				t.Errorf("another tag: answered %v", got)
			}
		}
	}
	s.script = append(s.script, accepted)
	if got := in.Flush(tag, good, false); got != deliver.OutcomeOK || s.contents[0] != "good" {
		t.Errorf("after panics: answered %v, stored %q", got, s.contents)
	}
	in.Close()
	if log.count("out of cheese at out_dynatrace/plugin.") == 0 || log.count("defect in the plugin") > 3 {
		t.Errorf("want the cause, its place, and folded repetitions: %q", log.all)
	}
	if c := in.Counters(); c.Get(telemetry.Panics) != 6 || c.Get(telemetry.DroppedPoison) != 1 {
		t.Errorf("%d panics, %d chunks given up", c.Get(telemetry.Panics), c.Get(telemetry.DroppedPoison))
	}
}

func TestMissingWorkersAreReportedOnceAndNobodyWaits(t *testing.T) {
	in, s, log := instance(t, nil, accepted)
	in.Flush(tag, chunkOf("1"), false)
	if log.count("workers") != 0 {
		t.Error("reported although a worker flushes")
	}
	for range 3 {
		in.Flush(tag, chunkOf("1"), true)
	}
	in.Close()
	if log.count("workers") != 1 {
		t.Errorf("reported %d times", log.count("workers"))
	}
	if fmt.Sprint(s.waits) != "[true false false false]" {
		t.Errorf("waits %v", s.waits)
	}
}

func TestAnEmptyChunkIsDeliveredWithoutARequest(t *testing.T) {
	in, s, _ := instance(t, nil, accepted)
	for _, data := range [][]byte{nil, {}, corpus.AppendGroupEnd(nil)} {
		if got := in.Flush(tag, data, false); got != deliver.OutcomeOK {
			t.Errorf("answered %v", got)
		}
	}
	if s.requests != 0 {
		t.Errorf("%d requests", s.requests)
	}
}

func TestWhatIsLeftOutOfAChunkIsCountedAndSaid(t *testing.T) {
	in, s, log := instance(t, options{"max_content_bytes": "1000", "max_payload_bytes": "64KiB"}, accepted)
	data := append(chunkOf("good", strings.Repeat("x", 2000)), 0xc0)                                                         // nil is no event
	data = append(data, corpus.AppendEvent(nil, corpus.EventTime(1, 0), corpus.Map(), corpus.Fields("log", "last"))[:20]...) // cut off
	if got := in.Flush(tag, data, false); got != deliver.OutcomeOK || len(s.contents) != 2 {
		t.Fatalf("answered %v, stored %d", got, len(s.contents))
	}
	for counter, want := range map[telemetry.Counter]uint64{telemetry.DroppedNotAnEvent: 1, telemetry.DroppedCorruptChunk: 1, telemetry.CutContent: 1} {
		if got := in.Counters().Get(counter); got != want {
			t.Errorf("counter %v is %d, want %d", counter, got, want)
		}
	}
	for _, part := range []string{"are no log events", "chunk unreadable from byte", "max_content_bytes"} {
		if log.count(part) != 1 {
			t.Errorf("%q is said %d times", part, log.count(part))
		}
	}
}

func TestConcurrentFlushesDoNotMix(t *testing.T) {
	in, s, _ := instance(t, nil, accepted)
	var wg sync.WaitGroup
	const workers, rounds = 8, 20
	for w := range workers {
		wg.Go(func() {
			for r := range rounds {
				data := chunkOf(fmt.Sprint("a", w, "-", r), fmt.Sprint("b", w, "-", r))
				if got := in.Flush(tag, data, false); got != deliver.OutcomeOK {
					t.Errorf("answered %v", got)
				}
				clear(data) // the host's memory is gone after the flush
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for _, c := range s.contents {
		seen[c]++
	}
	if len(seen) != 2*workers*rounds {
		t.Errorf("%d different contents of %d", len(seen), 2*workers*rounds)
	}
}

func TestAFlushInSteadyStateAllocatesNothingPerRecord(t *testing.T) {
	in, _, _ := instance(t, options{"compress": "none"}, accepted)
	in.dest.Sender = nullSender{}
	c := corpus.Kubernetes()
	for range 3 {
		in.Flush(tag, c.Data, false)
	}
	// Under the race detector the pool throws states away at random, so that some flushes begin with nothing.
	if n := testing.AllocsPerRun(5, func() { in.Flush(tag, c.Data, false) }); n > float64(c.Events)/10 {
		t.Errorf("%v allocations for a flush of %d records", n, c.Events)
	}
}

type nullSender struct{}

func (nullSender) Send(context.Context, *batch.Payload, bool) deliver.Verdict {
	return deliver.Verdict{Kind: deliver.Accepted}
}

func TestTheFirstLineNamesTheProxyWithoutItsPassword(t *testing.T) {
	proxy, err := endpoint.ParseProxy("http://joe:hunter2@proxy.example:3128")
	if err != nil {
		t.Fatal(err)
	}
	said := new(lines)
	cfg := &config.Config{Transport: transport.Options{TLS: transport.TLSOptions{Verify: true}, Proxy: proxy}, Endpoints: []endpoint.Endpoint{{IngestURL: "https://ag.example/api", Host: "ag.example"}}}
	in, err := New(cfg, "5.1.1", said)
	if err != nil {
		t.Fatal(err)
	}
	in.Close()
	if said.count("version "+wire.Version+" in Fluent Bit 5.1.1 sends to https://ag.example/api through the proxy http://[redacted]@proxy.example:3128, token ") != 1 || said.count("hunter2") != 0 {
		t.Errorf("said %q", said.all)
	}
}
