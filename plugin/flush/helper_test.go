package flush

import (
	"context"
	"fmt"
	"testing"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/test/corpus"
)

var (
	accepted  = flushtest.Answer(deliver.Verdict{Kind: deliver.Accepted, Reason: deliver.ReasonAccepted})
	transient = flushtest.Answer(deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError, Message: "the server is in trouble"})
	panics    = func(*batch.Payload) deliver.Verdict { panic("out of cheese") }
)

// flushAll flushes a chunk until the outcome is not RETRY, and returns it and the number of flushes.
func flushAll(t *testing.T, in *rig, data []byte) (out Outcome, rounds int) {
	t.Helper()
	for rounds = 1; rounds < 1000; rounds++ {
		if out = in.Flush(tag, data, false); out != OutcomeRetry {
			return out, rounds
		}
	}
	t.Fatal("the chunk is never done with")
	return out, rounds
}

// slowly is a Sender with a delay.
type slowly struct {
	flushtest.World
	takes time.Duration
}

func (s *slowly) Send(ctx context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	timer := time.NewTimer(s.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.World.Send(ctx, p, wait)
	case <-ctx.Done(): // the server accepts it all the same
		s.World.Send(ctx, p, wait)
		return deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonDeadline}
	}
}

// observed reports the response times of a Sender to a Pace, as the client does.
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

// mixedAges returns a chunk of n records, every third of them older than a day.
func mixedAges(n int) (data []byte, all []string, old int) {
	for i := range n {
		at, content := flushtest.Clock.Add(-time.Minute), fmt.Sprint("line ", i)
		if i%3 == 0 {
			at, content = flushtest.Clock.Add(-25*time.Hour), fmt.Sprint("old ", i)
			old++
		}
		all = append(all, content)
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(at.Unix()), 5), corpus.Map(), corpus.Fields("log", content))
	}
	return data, all, old
}

type nullSender struct{}

func (nullSender) Send(context.Context, *batch.Payload, bool) deliver.Verdict {
	return deliver.Verdict{Kind: deliver.Accepted}
}
