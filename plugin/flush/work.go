package flush

import (
	"iter"
	"slices"
	"time"

	"out_dynatrace/plugin/deliver"
)

// Carrier packs and sends the items of spans. Plan and Work know items by their positions only.
type Carrier interface {
	// Pack makes a payload of the first unsettled items of span, as many as a payload holds. packed
	// is the stretch that they came from, with the size of the payload, and rest is what follows in
	// span. ok is false if span has no unsettled item.
	Pack(span Span) (packed, rest Span, ok bool)
	// Send sends the payload that was packed last. again is true if it repeats items that were sent
	// before. ok is false if the request has to wait for a later flush.
	Send(packed Span, again bool) (v deliver.Verdict, ok bool)
	// Positions returns the positions of the unsettled items of a span, by its AgePolicy.
	Positions(span Span) iter.Seq[int]
	// HasOlder reports whether an unsettled item of span is older than age.
	HasOlder(span Span, age time.Duration) bool
}

// Account takes note of what becomes of the items.
type Account interface {
	// Accepted notes that the payload sent last was accepted.
	Accepted(packed Span, v deliver.Verdict)
	// Dropped notes that the item at a position is given up for a verdict.
	Dropped(position int, v deliver.Verdict)
	// Split notes that a span is sent again in other payloads, because of a verdict.
	Split(span Span, v deliver.Verdict)
	// Stopped notes that a verdict ends the work before it is done. serverFault is true if the
	// endpoint rejects whatever it is sent.
	Stopped(span Span, v deliver.Verdict, serverFault bool)
}

// Work is a list of what is to be done with spans, last in, first out: take a job, pack it, send
// it, plan, and add what follows. What is left of the list when the work stops is what a later
// flush goes on with, see Left. It is not safe for concurrent use.
type Work struct {
	// Carrier and Account do what the jobs ask for.
	Carrier Carrier
	Account Account
	// Progress holds what is settled.
	Progress *Progress
	// Old is the option old_records.
	Old OldRecords
	// Random returns a random number from 0 to n-1.
	Random func(n int) int

	jobs   []job
	parked []job // at most one
}

// job is one entry of the list.
type job struct {
	span    Span
	action  Action
	verdict deliver.Verdict
	// halves are the rejected halves of the span of a compare job.
	halves []job
}

// Begin starts the list with all items up to a position, those first that an earlier flush left as
// rejected.
func (w *Work) Begin(to int) {
	w.Forget()
	w.push(job{span: Span{Range: Range{0, to}}, action: send})
	for _, suspect := range w.Progress.Suspects() {
		rest := w.pop()
		before := rest
		before.span.To, rest.span.From = suspect.From, suspect.To
		w.jobs = append(w.jobs, before, job{span: Span{Range: suspect}, action: resume}, rest)
	}
	slices.Reverse(w.jobs)
}

// Run works until nothing is left, or until it has to stop; it reports false then.
func (w *Work) Run() (done bool) {
	for {
		for len(w.jobs) > 0 {
			if j := w.pop(); !w.do(j) {
				w.push(j)
				return false
			}
		}
		if len(w.parked) == 0 {
			return true
		}
		j := w.parked[0]
		w.parked = w.parked[:0]
		j.action = planParked(w.known(j))
		w.push(j)
	}
}

// Left notes in the Progress what an interrupted Run left: the spans that are known to be rejected
// as a whole. Everything else that is not settled is sent like new.
func (w *Work) Left() {
	w.Progress.ForgetSuspects()
	for _, j := range append(w.jobs, w.parked...) {
		for _, half := range j.halves {
			w.Progress.Suspect(half.span.Range)
		}
		if len(j.halves) == 0 && j.isSuspect() {
			w.Progress.Suspect(j.span.Range)
		}
	}
}

// isSuspect reports whether the span of a job is known to be rejected as a whole.
func (j *job) isSuspect() bool {
	switch j.action {
	case compare, resume, Search:
		return true
	case judge, Park, BlameServer:
		return j.verdict.Kind == deliver.Rejected
	}
	return false
}

// Forget empties the list and drops what its entries refer to.
func (w *Work) Forget() {
	clear(w.jobs[:cap(w.jobs)])
	clear(w.parked[:cap(w.parked)])
	w.jobs, w.parked = w.jobs[:0], w.parked[:0]
}

func (w *Work) push(j job) { w.jobs = append(w.jobs, j) }

func (w *Work) pop() job {
	last := len(w.jobs) - 1
	j := w.jobs[last]
	w.jobs = w.jobs[:last]
	return j
}

// then adds a job for the span of j.
func (w *Work) then(j job, action Action) {
	j.action, j.halves = action, nil
	w.push(j)
}

// known returns what the rules take into account for a job.
func (w *Work) known(j job) Known {
	k := Known{
		Took:    w.Progress.AcceptedBy(j.verdict.Endpoint),
		Parked:  len(w.parked) > 0,
		Old:     w.Old,
		Samples: w.Progress.Samples,
		Mixed:   w.Progress.Mixed,
	}
	tooOld := j.verdict.Reason == deliver.ReasonTimeRange
	if tooOld && j.span.Age == AgeByOption && w.Old == OldRestamp {
		k.HasOlder = w.Carrier.HasOlder(j.span, strictAge)
	}
	return k
}

// do does one job. It reports false if the work has to stop; the job is still to be done then.
func (w *Work) do(j job) bool {
	switch j.action {
	case send, resend, sendHalf, sendSample:
		return w.send(j)
	case judge:
		w.then(j, Plan(j.span, j.verdict, w.known(j)))
	case Settle:
		w.settle(j)
	case Drop:
		w.drop(j)
	case Park:
		w.parked = append(w.parked, j)
	case AskAgain:
		j.span.AskedAgain, j.span.Limit = true, 0
		w.then(j, resend)
	case Shrink:
		if j.span.Limit == 0 {
			w.Account.Split(j.span, j.verdict)
		}
		j.span.Limit = shrunk(j.span)
		w.then(j, resend)
	case SendSmaller:
		w.Account.Split(j.span, j.verdict)
		w.then(j, resend)
	case SendHalves:
		w.Account.Split(j.span, j.verdict)
		left, right := w.halves(j.span)
		w.push(job{span: right, action: resend})
		w.push(job{span: left, action: resend})
	case SendRestamped:
		j.span.Age = AgeStrict
		w.then(j, resend)
	case SendYoung:
		j.span.Age, j.span.OldBefore = AgeOldOnly, 0
		w.then(j, Drop)
		j.span.Age = AgeYoungOnly
		w.then(j, resend)
	case resume:
		w.resume(j)
	case Search:
		w.search(j)
	case compare:
		w.compare(j)
	case conclude:
		next := planSamples(j.verdict, w.known(j))
		w.Progress.Samples = 0 // those of one span prove nothing about another
		if next == Drop {
			w.drop(j)
		}
	default: // Stop, BlameServer
		w.Account.Stopped(j.span, j.verdict, j.action == BlameServer)
		return false
	}
	return true
}

// send packs and sends the first payload of a span, and adds what follows from the verdict.
func (w *Work) send(j job) bool {
	if j.action == sendSample && w.Progress.Mixed {
		return true
	}
	packed, rest, ok := w.Carrier.Pack(j.span)
	if !ok {
		return true
	}
	v, ok := w.Carrier.Send(packed, j.action != send)
	if !ok {
		return false
	}
	if rest.From < rest.To {
		next := job{span: rest, action: send}
		if j.action != send {
			next.action = resend
		}
		w.push(next)
	}
	switch {
	case j.action == sendHalf && v.Kind == deliver.Rejected:
		below := w.lastCompare()
		below.halves = append(below.halves, job{span: packed, action: judge, verdict: v})
		return true
	case j.action == sendSample:
		w.sampled(j.verdict.Reason, v)
	}
	w.push(job{span: packed, action: judge, verdict: v})
	return true
}

// settle marks the records of a payload that was accepted.
func (w *Work) settle(j job) {
	w.Progress.Accept(j.verdict.Endpoint)
	for position := range w.Carrier.Positions(j.span) {
		w.Progress.Settle(position)
	}
	w.Account.Accepted(j.span, j.verdict)
}

// drop gives up the unsettled records of a span.
func (w *Work) drop(j job) {
	for position := range w.Carrier.Positions(j.span) {
		w.Account.Dropped(position, j.verdict)
		w.Progress.Settle(position)
		w.Progress.Rejected = true
	}
}

// resume goes on with a span that was rejected in an earlier flush.
func (w *Work) resume(j job) {
	j.span.Records = 0
	for range w.Carrier.Positions(j.span) {
		j.span.Records++
	}
	if j.span.Records > 1 {
		w.then(j, Search)
	} else {
		w.then(j, resend)
	}
}

// search adds the jobs that ask for both halves of a rejected span, above the one that compares
// them.
func (w *Work) search(j job) {
	w.Account.Split(j.span, j.verdict)
	left, right := w.halves(j.span)
	w.then(j, compare)
	w.push(job{span: right, action: sendHalf})
	w.push(job{span: left, action: sendHalf})
}

// lastCompare returns the compare job of the half that was sent last: at most the other half and
// the rest of this one stand above it.
func (w *Work) lastCompare() *job {
	i := len(w.jobs) - 1
	for w.jobs[i].action != compare {
		i--
	}
	return &w.jobs[i]
}

// compare adds what follows from the verdicts on both halves.
func (w *Work) compare(j job) {
	verdicts := make([]deliver.Verdict, 0, 2)
	for _, half := range slices.Backward(j.halves) { // so that the left one comes first
		w.push(half)
	}
	for _, half := range j.halves {
		verdicts = append(verdicts, half.verdict)
	}
	if planHalves(j.span, j.verdict, verdicts, w.known(j)) == Sample {
		j.verdict = verdicts[0]
		w.sample(j)
	}
}

// sample adds a job for each of some records, drawn at random, above the one that draws the
// conclusion and the jobs of both halves, which find nothing left to do if all is dropped.
func (w *Work) sample(j job) {
	positions := make([]int, 0, j.span.Records)
	for position := range w.Carrier.Positions(j.span) {
		positions = append(positions, position)
	}
	w.then(j, conclude)
	for i := range min(len(positions), max(0, samples-w.Progress.Samples)) {
		other := i + w.Random(len(positions)-i)
		positions[i], positions[other] = positions[other], positions[i]
		single := j
		single.span.Range = Range{positions[i], positions[i] + 1}
		w.then(single, sendSample)
	}
}

// sampled notes the verdict on a sample of a span that was rejected for a reason.
func (w *Work) sampled(reason deliver.Reason, v deliver.Verdict) {
	switch {
	case v.Kind == deliver.Rejected && v.Reason == reason:
		if !v.NotAPI {
			w.Progress.Samples++
		}
	case v.Kind != deliver.Transient && v.Kind != deliver.Misconfigured:
		w.Progress.Mixed = true
	}
}

// halves cuts a span in two with equally many unsettled records.
func (w *Work) halves(span Span) (left, right Span) {
	middle, n := span.To, 0
	for position := range w.Carrier.Positions(span) {
		if n++; n > span.Records/2 {
			middle = position
			break
		}
	}
	left, right = span, span
	left.To, right.From = middle, middle
	return left, right
}
