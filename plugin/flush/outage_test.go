package flush

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

// failing is a client whose server can be down.
type failing struct {
	flushtest.World
	down     atomic.Bool
	requests atomic.Int64
}

func (f *failing) Send(ctx context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	f.requests.Add(1)
	if f.down.Load() {
		return deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonQueueFull, Message: "Usable space limit reached"}
	}
	return f.World.Send(ctx, p, wait)
}

// Four workers take one chunk after the other from a queue of 200, as Fluent Bit does, and each chunk
// comes back. Then the server recovers.
func TestEngine_AnHourOfOutageTakesNoMemoryAndFewRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const chunks, records, workers = 200, 50, 4
		in, _ := inWorld(t, &flushtest.World{}, settings{})
		in.now = time.Now
		client := new(failing)
		client.down.Store(true)
		breaker := deliver.NewBreaker(client, deliver.BreakerOptions{Initial: 500 * time.Millisecond, Max: 10 * time.Second, Patience: 25 * time.Second, Shared: deliver.Shared{Counters: in.counters}})
		in.sender.Sender = deliver.NewRetrier(breaker, deliver.RetryOptions{Initial: 500 * time.Millisecond, Max: 10 * time.Second, Misconfigured: true})

		queue := make(chan []byte, chunks)
		for i := range chunks {
			var all []string
			for r := range records {
				all = append(all, fmt.Sprint("chunk ", i, " line ", r))
			}
			queue <- flushtest.Chunk(all...)
		}
		var pending sync.WaitGroup
		pending.Add(chunks)
		for range workers {
			go func() {
				for data := range queue {
					if in.Flush(tag, data, false) == OutcomeRetry {
						queue <- data
						continue
					}
					pending.Done()
				}
			}()
		}
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		time.Sleep(5 * time.Minute)
		before, asked := heap(), client.requests.Load()
		time.Sleep(55 * time.Minute)
		after := heap()
		if after > before+1<<20 {
			t.Errorf("%d bytes of heap after five minutes, %d after an hour", before, after)
		}
		if n := client.requests.Load() - asked; n > 55*60/8 {
			t.Errorf("%d requests in 55 minutes: more than one in retry_max less a fifth", n)
		}
		recovered := time.Now()
		client.down.Store(false)
		pending.Wait()
		if took := time.Since(recovered); took > 15*time.Second {
			t.Errorf("after the recovery it took %s", took)
		}
		close(queue)
		if n := len(client.Taken); n != chunks*records || in.counters.Get(telemetry.BreakerOpened) != 1 {
			t.Errorf("%d records taken of %d; the breaker opened %d times", n, chunks*records, in.counters.Get(telemetry.BreakerOpened))
		}
		for content, times := range client.Times() {
			if times != 1 {
				t.Fatalf("%q came %d times", content, times)
			}
		}
	})
}
