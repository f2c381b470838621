package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

// stored is a record as a world got it.
type stored struct {
	Content, Timestamp string
	Original           string `json:"log.original_timestamp"`
	UID                string `json:"log.record.uid"`
}

// world is a Sender that judges payloads by what is in them, and counts what it took.
type world struct {
	// before may answer without a look at the payload; nil never does.
	before func() *deliver.Verdict
	// bad refuses a payload for a record.
	bad func(stored) bool
	// oldest refuses payloads with records before it; with allOld only those in which all are.
	oldest time.Time
	allOld bool
	// most is the largest body, in bytes; 0 is any.
	most int

	mu       sync.Mutex
	requests int
	taken    []stored
	bodies   []int
}

func (w *world) Send(_ context.Context, p *batch.Payload, _ bool) deliver.Verdict {
	records := decode(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	w.bodies = append(w.bodies, p.RawBytes)
	if w.before != nil {
		if v := w.before(); v != nil {
			return *v
		}
	}
	if w.most > 0 && p.RawBytes > w.most {
		return deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 413, Message: "too large"}
	}
	old := 0
	for _, r := range records {
		if at, err := time.Parse(time.RFC3339Nano, r.Timestamp); err != nil || at.Before(w.oldest) {
			old++
		}
		if w.bad != nil && w.bad(r) {
			return deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, Status: 400, Message: "bad input"}
		}
	}
	if old == len(records) || old > 0 && !w.allOld {
		return deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange, Status: 400, Message: "out of range"}
	}
	w.taken = append(w.taken, records...)
	return deliver.Verdict{Kind: deliver.Accepted, Reason: deliver.ReasonAccepted, Status: 204}
}

func decode(p *batch.Payload) (records []stored) {
	body := p.Body
	if p.ContentEncoding == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(p.Body))
		if err != nil {
			panic(err)
		}
		if body, err = io.ReadAll(z); err != nil {
			panic(err)
		}
	}
	if err := json.Unmarshal(body, &records); err != nil || len(records) != p.Records || len(body) != p.RawBytes {
		panic(fmt.Sprint(err, " or not what the payload says: ", len(records), " records of ", p.Records))
	}
	return records
}

// times counts how often each content was taken.
func (w *world) times() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	times := make(map[string]int)
	for _, r := range w.taken {
		times[r.Content]++
	}
	return times
}

// inWorld makes an Instance that sends to w.
func inWorld(t *testing.T, w *world, more options) (*Instance, *lines) {
	in, _, log := instance(t, more, accepted)
	in.dest.Sender = w
	return in, log
}

// poison is what a bad record begins with.
const poison = "poison"

func isPoison(r stored) bool { return strings.HasPrefix(r.Content, poison) }

// contents are n numbers, with poison at some of them.
func contents(n int, bad ...int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint("line ", i)
	}
	for _, i := range bad {
		all[i] = fmt.Sprint(poison, " ", i)
	}
	return all
}

// flushAll gives a chunk to the instance until it is done with, and returns the last answer and how often it was given.
func flushAll(t *testing.T, in *Instance, data []byte) (out deliver.Outcome, rounds int) {
	t.Helper()
	for rounds = 1; rounds < 1000; rounds++ {
		if out = in.Flush(tag, data, false); out != deliver.OutcomeRetry {
			return out, rounds
		}
	}
	t.Fatal("the chunk is never done with")
	return out, rounds
}

// wantOnce expects that every good content was taken just once, and no bad one.
func wantOnce(t *testing.T, w *world, all []string) {
	t.Helper()
	times, wrong := w.times(), 0
	for _, c := range all {
		want := 1
		if strings.HasPrefix(c, poison) {
			want = 0
		}
		if times[c] != want {
			if wrong++; wrong < 5 {
				t.Errorf("%q was taken %d times, want %d", c, times[c], want)
			}
		}
		delete(times, c)
	}
	if wrong >= 5 || len(times) > 0 {
		t.Errorf("%d records are wrong, %d are unknown", wrong, len(times))
	}
}

func TestBadRecordsAreFoundAndTheOthersDelivered(t *testing.T) {
	every := func(n, step int) (at []int) {
		for i := 0; i < n; i += step {
			at = append(at, i)
		}
		return at
	}
	butEvery := func(n, step int) (at []int) {
		for i := range n {
			if i%step != 0 {
				at = append(at, i)
			}
		}
		return at
	}
	for name, c := range map[string]struct {
		records  int
		bad      []int
		requests int // at most
		rounds   int
		out      deliver.Outcome
	}{
		"none":                          {1000, nil, 1, 1, deliver.OutcomeOK},
		"the first":                     {1000, []int{0}, 22, 1, deliver.OutcomeOK},
		"the last":                      {1000, []int{999}, 22, 1, deliver.OutcomeOK},
		"one of two":                    {2, []int{1}, 3, 1, deliver.OutcomeOK},
		"three of twenty thousand":      {20_000, []int{17, 10_000, 19_998}, 1 + 3*30 + 3, 1, deliver.OutcomeOK},
		"a stretch in the middle":       {1000, every(64, 1), 150, 1, deliver.OutcomeOK},
		"every second, in many flushes": {1000, every(1000, 2), 2500, 12, deliver.OutcomeOK},
		"all of a few":                  {5, every(5, 1), 9, 1, deliver.OutcomeError},
		"all of many":                   {20_000, every(20_000, 1), 1 + 2 + samples, 1, deliver.OutcomeError},
		"nine of ten":                   {1000, butEvery(1000, 10), 2500, 14, deliver.OutcomeOK},
		"a single one":                  {1, []int{0}, 1, 1, deliver.OutcomeError},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{bad: isPoison}
			in, log := inWorld(t, w, nil)
			in.random = rand.New(rand.NewPCG(1, uint64(c.records))).IntN
			all := contents(c.records, c.bad...)
			out, rounds := flushAll(t, in, chunkOf(all...))
			if out != c.out || rounds > c.rounds || w.requests > c.requests {
				t.Errorf("answered %v after %d flushes and %d requests, want %v after at most %d and %d", out, rounds, w.requests, c.out, c.rounds, c.requests)
			}
			wantOnce(t, w, all)
			if n := in.Counters().Get(telemetry.DroppedRejected); n != uint64(len(c.bad)) {
				t.Errorf("%d records counted as refused, want %d", n, len(c.bad))
			}
			if n := in.Counters().Get(telemetry.RecordsIn); n != uint64(c.records) {
				t.Errorf("%d records counted as read", n)
			}
			if !in.ledger.Empty() {
				t.Error("the ledger remembers a chunk that is done with")
			}
			in.Close()
			if said := log.sum("records dropped: "); said != len(c.bad) {
				t.Errorf("%d are said to be dropped: %q", said, log.all)
			}
		})
	}
}

func TestOnTheEngineThreadTheSearchForBadRecordsIsShort(t *testing.T) {
	w := &world{bad: isPoison}
	in, _ := inWorld(t, w, nil)
	all := contents(10_000, 10, 5000, 9000)
	data, flushes := chunkOf(all...), 0
	for out := deliver.OutcomeRetry; out == deliver.OutcomeRetry; flushes++ {
		before := w.requests
		out = in.Flush(tag, data, true)
		if n := w.requests - before; n > spareOnEngine+1 {
			t.Errorf("%d requests in one flush", n)
		}
	}
	if flushes < 2 {
		t.Errorf("done in %d flushes", flushes)
	}
	wantOnce(t, w, all)
}

func TestTooLargePayloadsAreSentInPartsAndTheSizeIsRemembered(t *testing.T) {
	w := &world{most: 10_000}
	in, log := inWorld(t, w, nil)
	all := contents(2000)
	if out, rounds := flushAll(t, in, chunkOf(all...)); out != deliver.OutcomeOK || rounds != 1 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	wantOnce(t, w, all)
	refused := 0
	for _, size := range w.bodies {
		if size > w.most {
			refused++
		}
	}
	if refused > 5 {
		t.Errorf("%d refused requests: %v", refused, w.bodies)
	}
	w.bodies, w.taken = nil, nil
	in.Flush(tag, chunkOf(all...), false)
	for _, size := range w.bodies {
		if size > w.most {
			t.Errorf("a body of %d bytes was tried again", size)
		}
	}
	if log.count("too large") != 1 {
		t.Errorf("said: %q", log.all)
	}
}

func TestTheSizeThatTheServerTookGrowsAgain(t *testing.T) {
	var b bodySize
	most := func(after time.Duration) int { return b.most(1_000_000, clock.Add(after)) }
	if got := most(0); got != 1_000_000 {
		t.Errorf("%d before any refusal", got)
	}
	b.refused(100_000, clock)
	b.refused(400_000, clock.Add(30*time.Second)) // of another worker, begun before: the smaller one counts
	for after, want := range map[time.Duration]int{0: 50_000, 80 * time.Second: 50_000, 100 * time.Second: 100_000, 200 * time.Second: 200_000, time.Hour: 1_000_000} {
		if got := most(after); got != want {
			t.Errorf("%d after %s, want %d", got, after, want)
		}
	}
	b.refused(10, clock)
	if got := most(0); got != smallBody {
		t.Errorf("%d, want no less than %d", got, smallBody)
	}
	b.forget()
	if got := most(0); got != 1_000_000 {
		t.Errorf("%d after it was forgotten", got)
	}
}

func TestARecordThatIsTooLargeAloneIsCutUntilItFits(t *testing.T) {
	for name, c := range map[string]struct {
		most     int
		out      deliver.Outcome
		dropped  uint64
		cut      uint64
		shortest int
	}{
		"to what the server takes":                {50_000, deliver.OutcomeOK, 0, 1, 50_000 * 3 / 4 * 95 / 100},
		"or given up where it takes hardly any":   {200, deliver.OutcomeOK, 1, 0, 0},
		"and left alone where it takes the whole": {1 << 20, deliver.OutcomeOK, 0, 0, 200_000},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{most: c.most}
			in, _ := inWorld(t, w, nil)
			large := strings.Repeat("x", 200_000)
			out, _ := flushAll(t, in, chunkOf("before", large, "after"))
			if out != c.out {
				t.Errorf("answered %v", out)
			}
			longest, others := 0, 0
			for _, r := range w.taken {
				if strings.HasPrefix(large, r.Content) {
					longest = len(r.Content)
				} else {
					others++
				}
			}
			if others != 2 || longest < c.shortest {
				t.Errorf("%d others; %d bytes are left of the large one, want %d", others, longest, c.shortest)
			}
			counters := in.Counters()
			if counters.Get(telemetry.DroppedTooLarge) != c.dropped || counters.Get(telemetry.CutContent) != c.cut {
				t.Errorf("%d dropped, %d cut", counters.Get(telemetry.DroppedTooLarge), counters.Get(telemetry.CutContent))
			}
		})
	}
}

// mixedAges is a chunk of records, every third of them older than a day.
func mixedAges(n int) (data []byte, all []string, old int) {
	for i := range n {
		at, content := clock.Add(-time.Minute), fmt.Sprint("line ", i)
		if i%3 == 0 {
			at, content = clock.Add(-25*time.Hour), fmt.Sprint("old ", i)
			old++
		}
		all = append(all, content)
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(at.Unix()), 5), corpus.Map(), corpus.Fields("log", content))
	}
	return data, all, old
}

func TestOldRecordsAreTreatedAsTheOptionSays(t *testing.T) {
	for name, c := range map[string]struct {
		option   string
		allOld   bool
		oldest   time.Duration // that the server takes; 0 is 24 h
		taken    bool          // the old ones
		counter  telemetry.Counter
		requests int
	}{
		"restamp": {"restamp", false, 0, true, telemetry.RecordsRestamped, 1},
		"drop":    {"drop", false, 0, false, telemetry.DroppedTooOld, 1},
		"send, to a server that refuses the payload": {"send", false, 0, false, telemetry.DroppedTimeRange, 2},
		"send, to a server that takes them":          {"send", false, 48 * time.Hour, true, telemetry.RecordsIn, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if c.oldest == 0 {
				c.oldest = 24 * time.Hour
			}
			w := &world{oldest: clock.Add(-c.oldest), allOld: c.allOld}
			in, _ := inWorld(t, w, options{"old_records": c.option})
			data, all, old := mixedAges(300)
			if out, rounds := flushAll(t, in, data); out != deliver.OutcomeOK || rounds != 1 || w.requests != c.requests {
				t.Errorf("answered %v after %d flushes and %d requests", out, rounds, w.requests)
			}
			times := w.times()
			for _, content := range all {
				want := 1
				if strings.HasPrefix(content, "old") && !c.taken {
					want = 0
				}
				if times[content] != want {
					t.Fatalf("%q was taken %d times", content, times[content])
				}
			}
			want := uint64(old)
			if c.counter == telemetry.RecordsIn {
				want = uint64(len(all))
			}
			if n := in.Counters().Get(c.counter); n != want {
				t.Errorf("%d are counted, want %d", n, want)
			}
			for _, r := range w.taken {
				restamped := strings.HasPrefix(r.Content, "old") && c.option == "restamp"
				if (r.Original == "2023-11-13T21:13:20.000000005Z") != restamped || restamped != strings.HasPrefix(r.Timestamp, "2023-11-14T22:13:20") {
					t.Fatalf("%+v", r)
				}
			}
		})
	}
}

func TestAServerWhoseClockIsAheadGetsItsRecordsRestamped(t *testing.T) {
	w := &world{oldest: clock.Add(-22 * time.Hour)}
	in, _ := inWorld(t, w, nil)
	var data []byte
	for i := range 1000 {
		at := clock.Add(-23 * time.Hour)
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(at.Unix()), 0), corpus.Map(), corpus.Fields("log", fmt.Sprint("line ", i)))
	}
	if out, _ := flushAll(t, in, data); out != deliver.OutcomeOK || w.requests != 2 {
		t.Errorf("answered %v after %d requests", out, w.requests)
	}
	wantOnce(t, w, contents(1000))
}

func TestWhatWasAcceptedIsNotSentAgain(t *testing.T) {
	down := &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError, Message: "down"}
	w := &world{}
	w.before = func() *deliver.Verdict {
		if w.requests%3 == 0 {
			return down
		}
		return nil
	}
	in, _ := inWorld(t, w, options{"max_payload_records": "100"})
	all := contents(1000)
	out, rounds := flushAll(t, in, chunkOf(all...))
	if out != deliver.OutcomeOK || rounds != 5 || w.requests != 14 {
		t.Errorf("answered %v after %d flushes and %d requests", out, rounds, w.requests)
	}
	wantOnce(t, w, all)
	if n := in.Counters().Get(telemetry.RecordsNotRepeated); n != 200+400+600+800 {
		t.Errorf("%d records counted as not repeated", n)
	}
}

func TestAPanicDoesNotMakeRecordsComeTwice(t *testing.T) {
	w := &world{}
	w.before = func() *deliver.Verdict {
		if w.requests == 3 {
			panic("out of cheese")
		}
		return nil
	}
	in, _ := inWorld(t, w, options{"max_payload_records": "100"})
	all := contents(1000)
	if out, rounds := flushAll(t, in, chunkOf(all...)); out != deliver.OutcomeOK || rounds != 2 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	wantOnce(t, w, all)
}

// TestWhateverTheServerAnswersNothingIsLostOrDoubled draws the answers by chance.
func TestWhateverTheServerAnswersNothingIsLostOrDoubled(t *testing.T) {
	kinds := []deliver.Verdict{
		{Kind: deliver.Transient, Reason: deliver.ReasonServerError}, {Kind: deliver.Transient, Reason: deliver.ReasonThrottled, Blocked: true},
		{Kind: deliver.Misconfigured, Reason: deliver.ReasonToken}, {Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge},
		{Kind: deliver.Rejected, Reason: deliver.ReasonRejected}, {Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange},
	}
	for seed := range uint64(80) {
		rng := rand.New(rand.NewPCG(seed, 7))
		n := 1 + rng.IntN(200)
		w := &world{}
		if seed%2 == 0 {
			w.bad = isPoison
		}
		if seed%3 == 0 {
			w.most = smallBody + 100 + rng.IntN(5000)
		}
		trouble, noise := rng.IntN(40), kinds[:3]
		if seed%5 == 0 {
			noise = kinds // refusals out of nothing, too
		}
		w.before = func() *deliver.Verdict {
			switch r := rng.IntN(100); {
			case r < trouble:
				v := noise[rng.IntN(len(noise))]
				return &v
			case r == 99 && seed%7 == 0:
				panic("out of cheese")
			}
			return nil
		}
		in, _ := inWorld(t, w, options{"max_payload_records": fmt.Sprint(1 + rng.IntN(100)), "old_records": []string{"restamp", "drop", "send"}[seed%3]})
		in.random = rng.IntN
		var bad []int
		for i := range n {
			if rng.IntN(10) == 0 {
				bad = append(bad, i)
			}
		}
		all := contents(n, bad...)
		data := chunkOf(all...)
		out, _ := flushAll(t, in, data)
		c := in.Counters()
		dropped := c.Get(telemetry.DroppedRejected) + c.Get(telemetry.DroppedTimeRange) + c.Get(telemetry.DroppedTooLarge)
		gaveUp := c.Get(telemetry.DroppedPoison) > 0 // three panics
		for content, times := range w.times() {
			if times != 1 {
				t.Errorf("seed %d: %q was taken %d times", seed, content, times)
			}
		}
		if taken := len(w.taken); !gaveUp && taken+int(dropped) != n {
			t.Errorf("seed %d: %d taken and %d dropped of %d, answered %v", seed, taken, dropped, n, out)
		}
		if seed%5 != 0 && seed%2 == 0 && !gaveUp && w.most == 0 {
			wantOnce(t, w, all)
		}
		if !in.ledger.Empty() {
			t.Errorf("seed %d: the ledger is not empty", seed)
		}
		if t.Failed() {
			return
		}
	}
}

func TestEqualChunksAtTheSameTimeArriveAsOftenAsTheyCame(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := &world{}
	w.before = func() *deliver.Verdict {
		if rng.IntN(3) == 0 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, options{"max_payload_records": "50"})
	all := contents(500)
	data := chunkOf(all...)
	const copies = 8
	var workers sync.WaitGroup
	for range copies {
		workers.Go(func() {
			for in.Flush(tag, data, false) == deliver.OutcomeRetry {
			}
		})
	}
	workers.Wait()
	times := w.times()
	for _, content := range all {
		if times[content] != copies {
			t.Fatalf("%q was taken %d times, want %d", content, times[content], copies)
		}
	}
}

func TestARecordHasTheSameIDOnEveryAttempt(t *testing.T) {
	seen := map[string]string{}
	w := &world{}
	in, _ := inWorld(t, w, options{"record_id": "on", "max_payload_records": "10"})
	all := contents(100)
	for range 2 {
		in.Flush(tag, chunkOf(all...), false)
	}
	ids := map[string]bool{}
	for _, r := range w.taken {
		if id, known := seen[r.Content]; r.UID == "" || known && id != r.UID {
			t.Fatalf("%+v, before %q", r, id)
		}
		seen[r.Content], ids[r.UID] = r.UID, true
	}
	if len(ids) != len(all) {
		t.Errorf("%d ids of %d records", len(ids), len(all))
	}
	in.Flush([]byte("another tag"), chunkOf(all...), false)
	if last := w.taken[len(w.taken)-1]; ids[last.UID] {
		t.Error("another chunk has the same ids")
	}
}

func TestCutsOfAChunkThatComesAgainAreCountedOnce(t *testing.T) {
	w := &world{}
	w.before = func() *deliver.Verdict {
		if w.requests%2 == 0 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, options{"max_payload_records": "3", "max_content_bytes": "64"})
	var all []string
	for i := range 20 {
		all = append(all, fmt.Sprint(i, strings.Repeat("x", 100)))
	}
	flushAll(t, in, chunkOf(all...))
	if n := in.Counters().Get(telemetry.CutContent); n != 20 || len(w.taken) != 20 {
		t.Errorf("%d contents counted as cut, %d taken", n, len(w.taken))
	}
}
