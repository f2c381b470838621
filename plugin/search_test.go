package plugin

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/wire"
	"out_dynatrace/test/corpus"
)

// slowly is a Sender that takes its time.
type slowly struct {
	world
	takes time.Duration
}

func (s *slowly) Send(ctx context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	timer := time.NewTimer(s.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.world.Send(ctx, p, wait)
	case <-ctx.Done(): // the server takes it all the same
		s.world.Send(ctx, p, wait)
		return deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonDeadline}
	}
}

func TestFewGoodRecordsAmongManyBadOnesAreFound(t *testing.T) {
	lost, good := 0, 0
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var bad []int
		for i := range 600 {
			if rng.IntN(10) > 0 {
				bad = append(bad, i)
			}
		}
		w := &world{bad: isPoison}
		in, _ := inWorld(t, w, nil)
		in.random = rng.IntN
		flushAll(t, in, chunkOf(contents(600, bad...)...))
		good += 600 - len(bad)
		lost += 600 - len(bad) - len(w.taken)
	}
	if lost > 0 {
		t.Errorf("%d of %d good records are lost, with one of ten good", lost, good)
	}
}

func TestEachPayloadIsJudgedByRecordsOfItsOwn(t *testing.T) {
	var bad []int
	for i := range 600 {
		if i < 300 || i%10 > 0 {
			bad = append(bad, i)
		}
	}
	w := &world{bad: isPoison}
	in, _ := inWorld(t, w, options{"max_payload_records": "300"})
	in.random = rand.New(rand.NewPCG(1, 2)).IntN
	all := contents(600, bad...)
	flushAll(t, in, chunkOf(all...))
	wantOnce(t, w, all)
}

func TestARecordThatIsOnlyTooOldDoesNotPassForBad(t *testing.T) {
	w := &world{oldest: clock.Add(-22 * time.Hour), bad: isPoison}
	in, _ := inWorld(t, w, nil)
	all := contents(1000, 500)
	var data []byte
	for _, c := range all {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(clock.Add(-23*time.Hour).Unix()), 0), corpus.Map(), corpus.Fields("log", c))
	}
	if out, _ := flushAll(t, in, data); out != deliver.OutcomeOK {
		t.Errorf("answered %v", out)
	}
	wantOnce(t, w, all)
	if n := in.Counters().Get(telemetry.DroppedRejected); n != 1 || in.Counters().Get(telemetry.DroppedTimeRange) != 0 {
		t.Errorf("%d dropped as refused", n)
	}
}

func TestTheSearchGoesOnWhereTheLastFlushEnded(t *testing.T) {
	for name, takes := range map[string]time.Duration{"three requests a flush": 7 * time.Second, "two requests a flush": 9 * time.Second, "one request a flush": 13 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &slowly{takes: takes}
				s.bad = isPoison
				in, _ := inWorld(t, &s.world, nil)
				in.now = time.Now
				in.dest.Sender = observed{s, in.dest.Pace}
				all := contents(1000, 10, 700)
				out, rounds := flushAll(t, in, chunkOf(all...))
				if out != deliver.OutcomeOK || rounds > 50 {
					t.Errorf("answered %v after %d flushes", out, rounds)
				}
				wantOnce(t, &s.world, all)
			})
		})
	}
}

func TestASlowServerGetsNothingTwice(t *testing.T) {
	for _, takes := range []time.Duration{2 * time.Second, 4500 * time.Millisecond, 9 * time.Second, 14 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := &slowly{takes: takes}
			in, _ := inWorld(t, &s.world, options{"max_payload_records": "100"})
			in.now = time.Now
			in.dest.Sender = observed{s, in.dest.Pace}
			all := contents(3000)
			if out, _ := flushAll(t, in, chunkOf(all...)); out != deliver.OutcomeOK {
				t.Errorf("answered %v", out)
			}
			wantOnce(t, &s.world, all)
		})
	}
}

// observed tells a Pace of the answers of a Sender, as the client does.
type observed struct {
	deliver.Sender
	pace *deliver.Pace
}

func (o observed) Send(ctx context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	began := time.Now()
	v := o.Sender.Send(ctx, p, wait)
	if v.Kind == deliver.Accepted || v.Kind == deliver.Rejected {
		o.pace.Observe(time.Since(began))
	}
	return v
}

func TestAServerToWhichEverythingIsTooLargeGetsFewRequestsAndCostsNothing(t *testing.T) {
	for name, all := range map[string][]string{"many records": contents(5000), "a large one": {strings.Repeat("x", 500_000)}, "two large ones": {strings.Repeat("x", 500_000), strings.Repeat("y", 500_000)}} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			w.before = func() *deliver.Verdict {
				return &deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 431, Message: "too large"}
			}
			in, log := inWorld(t, w, nil)
			data := chunkOf(all...)
			for range 3 {
				before := w.requests
				if out := in.Flush(tag, data, false); out != deliver.OutcomeRetry || w.requests-before > 60 {
					t.Errorf("answered %v after %d requests", out, w.requests-before)
				}
			}
			if log.count("this is not about the logs") != 1 || in.dropped() != 0 {
				t.Errorf("%d dropped; said %q", in.dropped(), log.all)
			}
			w.before = nil
			before := w.requests
			if out := in.Flush(tag, data, false); out != deliver.OutcomeOK || w.requests != before+1 {
				t.Errorf("once it is mended: answered %v after %d requests", out, w.requests-before)
			}
			wantOnce(t, w, all)
		})
	}
}

func TestAChunkThatIsGivenUpAfterPanicsIsCountedAndTold(t *testing.T) {
	w := &world{}
	w.before = func() *deliver.Verdict {
		if w.requests > 1 {
			panic("out of cheese")
		}
		return nil
	}
	in, log := inWorld(t, w, options{"max_payload_records": "100"})
	data := chunkOf(contents(500)...)
	for _, want := range []deliver.Outcome{deliver.OutcomeRetry, deliver.OutcomeRetry, deliver.OutcomeError} {
		if got := in.Flush(tag, data, false); got != want {
			t.Errorf("answered %v, want %v", got, want)
		}
	}
	if n := in.Counters().Get(telemetry.DroppedPoison); n != 400 || log.sum("is given up; records dropped: ") != 400 {
		t.Errorf("%d counted; said %q", n, log.all)
	}
}

func TestTheDeadLetterHoldsTheRecordAsItWasSent(t *testing.T) {
	path := t.TempDir() + "/letters"
	w := &world{bad: isPoison}
	in, log := inWorld(t, w, options{"record_id": "on", "dead_letter_file": path})
	in.Flush(tag, chunkOf(contents(20, 7)...), false)
	in.Flush(tag, chunkOf(contents(20)...), false)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, own, _ := strings.Cut(string(text), `"log.record.uid":"`)
	own, _, _ = strings.Cut(own, `"`)
	if strings.Count(string(text), "\n") != 1 || !strings.HasSuffix(own, "-7") || !strings.Contains(string(text), `"tag":"app.log","reason":"rejected","status":400`) {
		t.Errorf("kept %s", text)
	}
	if other := w.taken[0].UID; strings.SplitN(other, "-", 2)[0] != strings.TrimSuffix(own, "-7") {
		t.Errorf("id %q, another record of the chunk has %q", own, other)
	}
	open := func() (n int) {
		links, _ := filepath.Glob("/proc/self/fd/*")
		for _, link := range links {
			if at, _ := os.Readlink(link); at == path {
				n++
			}
		}
		return n
	}
	if open() != 1 {
		t.Errorf("%d descriptors of the file are open", open())
	}
	in.Close()
	if open() != 0 {
		t.Error("a closed instance has the file open")
	}
	if log.count("bad input; they are in "+path+"; records dropped: 1") != 1 {
		t.Errorf("said %q", log.all)
	}
	if c := in.Counters(); c.Get(telemetry.DeadLetterKept) != 1 || c.Get(telemetry.DeadLetterLost) != 0 {
		t.Errorf("%d kept, %d lost", c.Get(telemetry.DeadLetterKept), c.Get(telemetry.DeadLetterLost))
	}
}

func TestARefusedRecordThatCannotBeKeptIsCounted(t *testing.T) {
	in, log := inWorld(t, &world{bad: isPoison}, options{"dead_letter_file": t.TempDir() + "/missing/letters"})
	in.Flush(tag, chunkOf(contents(20, 7, 8)...), false)
	in.Close()
	if n := in.Counters().Get(telemetry.DeadLetterLost); n != 2 || log.sum("not all of them are in ") != 0 || log.count("not all of them are in") != 1 {
		t.Errorf("%d lost; said %q", n, log.all)
	}
}

func TestNumbersOfFoldedLinesAddUp(t *testing.T) {
	in, log := inWorld(t, &world{bad: isPoison}, nil)
	for i := range 9 {
		in.Flush(fmt.Append(nil, i), chunkOf(contents(30, 1, 2, 3)...), false)
	}
	in.Close()
	if n := log.sum("records dropped: "); n != 27 || log.count("records dropped: ") != 2 {
		t.Errorf("%d are said: %q", n, log.all)
	}
}

func TestOldRecordsThatAreDroppedAreCountedOnceOverRetries(t *testing.T) {
	w := &world{}
	w.before = func() *deliver.Verdict {
		if w.requests < 4 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, options{"old_records": "drop"})
	data, all, old := mixedAges(90)
	flushAll(t, in, data)
	c := in.Counters()
	if c.Get(telemetry.DroppedTooOld) != uint64(old) || len(w.taken) != len(all)-old || c.Get(telemetry.RecordsIn) != uint64(len(all)) {
		t.Errorf("%d old ones dropped of %d, %d taken, %d read", c.Get(telemetry.DroppedTooOld), old, len(w.taken), c.Get(telemetry.RecordsIn))
	}
}

func TestRestampedRecordsKeepTheirOrderAndAreCountedOnce(t *testing.T) {
	w := &world{}
	in, _ := inWorld(t, w, options{"max_payload_records": "7"})
	var data []byte
	for i := range 40 {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(clock.Add(-30*time.Hour).Unix()), uint32(i)), corpus.Map(), corpus.Fields("log", fmt.Sprint("line ", i)))
	}
	flushAll(t, in, data)
	for i, r := range w.taken[1:7] {
		at, _ := time.Parse(time.RFC3339Nano, r.Timestamp)
		if before, err := time.Parse(time.RFC3339Nano, w.taken[i].Timestamp); err != nil || !at.After(before) {
			t.Errorf("%s after %s", r.Timestamp, w.taken[i].Timestamp)
		}
	}
	if n := in.Counters().Get(telemetry.RecordsRestamped); n != 40 {
		t.Errorf("%d counted as restamped", n)
	}
}

func TestARecordIsOldAFlushBeforeTheServerFindsItSo(t *testing.T) {
	for age, restamped := range map[time.Duration]bool{24*time.Hour - 2*time.Minute: false, 24*time.Hour - 30*time.Second: true} {
		w := &world{}
		in, _ := inWorld(t, w, nil)
		in.Flush(tag, corpus.AppendEvent(nil, corpus.EventTime(uint32(clock.Add(-age).Unix()), 0), corpus.Map(), corpus.Fields("log", "x")), false)
		if got := w.taken[0].Original != ""; got != restamped {
			t.Errorf("%s old: restamped %v", age, got)
		}
	}
}

func TestRecordsThatTheServerFindsTooOldWhateverTheyCarryAreGivenUpSoon(t *testing.T) {
	w := &world{oldest: clock.Add(time.Hour)} // this machine's clock is behind
	in, _ := inWorld(t, w, nil)
	var data []byte
	for i := range 500 {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(clock.Add(-13*time.Hour).Unix()), uint32(i)), corpus.Map(), corpus.Fields("log", fmt.Sprint("line ", i)))
	}
	if out := in.Flush(tag, data, false); out != deliver.OutcomeError || w.requests > 4+samples {
		t.Errorf("answered %v after %d requests", out, w.requests)
	}
	if n := in.Counters().Get(telemetry.DroppedTimeRange); n != 500 {
		t.Errorf("%d dropped", n)
	}
}

func TestTroubleWhileARecordIsCutDoesNotCutItFurther(t *testing.T) {
	w := &world{most: 50_000}
	w.before = func() *deliver.Verdict {
		if w.requests == 6 { // the one that would fit
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, nil)
	data := chunkOf(strings.Repeat("x", 200_000))
	if out := in.Flush(tag, data, false); out != deliver.OutcomeRetry {
		t.Errorf("answered %v", out)
	}
	flushAll(t, in, data)
	if n := len(w.taken[0].Content); n < 40_000 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestBadRecordsAreFoundWhereTheServerTakesLittleAtATime(t *testing.T) {
	w := &world{most: 3000, bad: isPoison}
	in, _ := inWorld(t, w, nil)
	all := contents(500, 3, 250)
	if out, rounds := flushAll(t, in, chunkOf(all...)); out != deliver.OutcomeOK || rounds != 1 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	wantOnce(t, w, all)
}

func TestPayloadsWithoutTroubleTakeNothingFromTheBudget(t *testing.T) {
	w := &world{}
	in, _ := inWorld(t, w, options{"max_payload_records": "1"})
	all := contents(2 * spareRequests)
	if out, rounds := flushAll(t, in, chunkOf(all...)); out != deliver.OutcomeOK || rounds != 1 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	wantOnce(t, w, all)
}

func TestWhatWasRefusedBeforeAPanicIsTold(t *testing.T) {
	w := &world{bad: isPoison}
	w.before = func() *deliver.Verdict {
		if w.requests == 2 {
			panic("out of cheese")
		}
		return nil
	}
	in, log := inWorld(t, w, options{"max_payload_records": "1"})
	all := contents(3, 0)
	flushAll(t, in, chunkOf(all...))
	wantOnce(t, w, all)
	if n := log.sum("records dropped: "); n != 1 {
		t.Errorf("said %q", log.all)
	}
}

func TestAnEntryThatTheLedgerHasNoRoomForIsCountedAndTold(t *testing.T) {
	w := &world{}
	w.before = func() *deliver.Verdict {
		if w.requests == 2 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, log := inWorld(t, w, options{"max_payload_records": "1"})
	var some deliver.Progress
	some.Settle(0)
	for i := 0; in.ledger.Put(deliver.KeyOf(tag, fmt.Append(nil, i)), &some) == 0; i++ {
	}
	in.Flush(tag, chunkOf("1", "2"), false)
	if n := in.Counters().Get(telemetry.LedgerForgotten); n != 1 || log.count("can arrive twice") != 1 {
		t.Errorf("%d counted; said %q", n, log.all)
	}
}

func TestAMistakeThatIsMendedInTimeCostsNoRetry(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(map[bool]int{true: http.StatusNotFound, false: http.StatusNoContent}[asked.Add(1) == 1])
	}))
	defer server.Close()
	in, _, _ := instance(t, options{"endpoint": server.URL}, accepted)
	in.dest.Close()
	var err error
	if in.dest, err = wire.NewDestination(in.cfg, wire.DestinationOptions{Host: wire.Host{Counters: in.counters, Log: in.log}}); err != nil {
		t.Fatal(err)
	}
	if out := in.Flush(tag, chunkOf("x"), false); out != deliver.OutcomeOK || asked.Load() != 2 {
		t.Errorf("answered %v after %d requests", out, asked.Load())
	}
	in.Close()
}

func TestARecordBehindOneThatWasCutIsNotCut(t *testing.T) {
	w := &world{most: 50_000}
	in, _ := inWorld(t, w, nil)
	large, small := strings.Repeat("x", 200_000), strings.Repeat("y", 49_000)
	flushAll(t, in, chunkOf("before", large, small, small))
	if times := w.times(); times[small] != 2 || times["before"] != 1 {
		t.Errorf("%d of the small ones came whole", times[small])
	}
}
