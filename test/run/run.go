package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"out_dynatrace/test/ingest"
)

const (
	// baseTime is how long any file may take.
	baseTime = 120 * time.Second
	// slowest is the pace in bytes a second that is granted to large files beside baseTime.
	slowest = 2_000_000
	// longestSilence is how long nothing new may be stored. Fluent Bit's first retries come after 6 to 11 seconds.
	longestSilence = 60 * time.Second
	// progressEvery is how often a long run says how far it is.
	progressEvery = 5 * time.Second
)

// result is what the summary tells.
type result struct {
	read, stored tally
	samples      []sample
	stats        ingest.Stats
	seconds      float64 // from the start of the agent to the last record
}

// run does everything. The temporary directory and the processes are gone when it returns.
func run(ctx context.Context, o options, s *screen) error {
	if _, err := os.Stat(o.plugin); err != nil {
		return fmt.Errorf("no plugin at %s: build it with make build", plain(o.plugin, 80))
	}
	a, err := chooseAgent(ctx, o)
	if err != nil {
		return err
	}
	s.title()
	work, err := os.MkdirTemp("", "out_dynatrace-run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	src, err := openSource(ctx, o, work)
	if err != nil {
		return err
	}
	s.source(src)
	if src.tally.lines == 0 {
		s.line("There is nothing to ship: 0 lines read, 0 records stored.")
		return nil
	}
	j, err := newJob(o, work, src)
	if err != nil {
		return err
	}
	kept := new(store)
	dynatrace, err := ingest.New(ingest.Options{Store: kept, Tokens: []ingest.Token{{Value: madeUpToken}}})
	if err != nil {
		return err
	}
	defer dynatrace.Close()
	if j.endpoint, err = dynatrace.Start("127.0.0.1:0"); err != nil {
		return err
	}
	s.pair("agent", a.describe(j))
	s.pair("dynatrace", j.endpoint+", local")

	said := newJournal(s)
	started := time.Now()
	if err := ship(ctx, a, j, said, kept, s, started); err != nil {
		if ctx.Err() == nil {
			s.everything(said)
		}
		return err
	}
	r := result{read: src.tally, stats: dynatrace.Stats()}
	var last time.Time
	r.stored, r.samples, last = kept.state()
	r.seconds = max(0, last.Sub(started).Seconds())
	s.records(&r)
	s.summary(&r)
	if err := r.check(); err != nil {
		s.everything(said)
		return err
	}
	if r.cut() > 0 {
		s.line("Each line is stored, the longest ones without their ends.")
	} else {
		s.line("All of it is stored, each line with its content.")
	}
	return nil
}

// ship runs the agent until everything is stored, and ends it.
func ship(ctx context.Context, a agent, j *job, said *journal, kept *store, s *screen, started time.Time) error {
	p, err := a.start(ctx, j, said)
	if err != nil {
		return err
	}
	if err := wait(ctx, p, j, kept, s, started); err != nil {
		p.kill()
		return err
	}
	// An agent that ships something twice does so before it ends, so nothing is compared until then.
	return p.stop()
}

// wait returns when as many records are stored as lines were read, or when the agent has shipped all it is going to.
func wait(ctx context.Context, p process, j *job, kept *store, s *screen, started time.Time) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	moved, shown := started, started
	var before int64
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done():
			return nil
		case now := <-tick.C:
			lines := kept.lines()
			switch {
			case lines >= j.lines:
				return nil
			case lines > before:
				before, moved = lines, now
			case now.Sub(moved) > j.silence:
				return fmt.Errorf("nothing new was stored for %v: %s of %s lines are stored", j.silence, count(lines), count(j.lines))
			}
			if now.Sub(started) > j.limit {
				return fmt.Errorf("not finished after %v: %s of %s lines are stored", j.limit, count(lines), count(j.lines))
			}
			if now.Sub(shown) >= progressEvery {
				shown = now
				s.pair("stored", fmt.Sprintf("%s of %s lines", count(lines), count(j.lines)))
			}
		}
	}
}

// cut is how many bytes of contents longer than compared were cut off.
func (r *result) cut() int64 { return r.read.text - r.stored.text }

// check says what is wrong with the result, if anything.
func (r *result) check() error {
	switch {
	case r.stored.lines < r.read.lines:
		return fmt.Errorf("%s lines were read, but only %s records are stored", count(r.read.lines), count(r.stored.lines))
	case r.stored.lines > r.read.lines:
		return fmt.Errorf("%s lines were read, but %s records are stored", count(r.read.lines), count(r.stored.lines))
	case r.stored.sum != r.read.sum:
		return errors.New("as many records are stored as lines were read, but their contents differ")
	case r.stored.text > r.read.text:
		return errors.New("the contents of the stored records are longer than the lines that were read")
	}
	return nil
}

// job is what an agent has to do.
type job struct {
	dir      string // for whatever the agent needs; removed at the end
	plugin   string // absolute
	conf     string // absolute
	shown    string // conf as it was given
	log      string // absolute, ends with a line end, not changed while the agent runs
	longest  int    // bytes of its longest line
	lines    int64
	size     int64
	endpoint string
	limit    time.Duration // for all of it
	silence  time.Duration // without anything new
}

func newJob(o options, work string, src *source) (*job, error) {
	j := &job{
		dir: work, shown: o.conf, log: src.path, longest: src.longest, lines: src.tally.lines, size: src.size,
		limit:   baseTime + time.Duration(src.size/slowest)*time.Second,
		silence: longestSilence,
	}
	var err error
	if j.plugin, err = filepath.Abs(o.plugin); err != nil {
		return nil, err
	}
	if j.conf, err = filepath.Abs(o.conf); err != nil {
		return nil, err
	}
	return j, nil
}
