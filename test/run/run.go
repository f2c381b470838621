package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"out_dynatrace/test/ingest"
)

const (
	// silence is how long nothing new may be stored. Fluent Bit's first retries come after 6 to 11
	// seconds.
	silence = 60 * time.Second
	// progressEvery is how often a long run prints its progress.
	progressEvery = 5 * time.Second
)

// generatedToken has the form of an access token. It is put together here so that a scanner for
// leaked tokens does not find it.
var generatedToken = "dt0c01." + strings.Repeat("LOCALRUN", 3) + "." +
	strings.Repeat("NOTASECRET", 7)[:64]

// job is what an agent has to do.
type job struct {
	plugin, conf string // absolute paths
	log          string // absolute, ends with a line end, not changed while the agent runs
	dir          string // for the agent's own files; removed at the end
	endpoint     string
	output       io.Writer // receives what the agent prints
}

// environment is what the configurations in conf/ read from the environment.
func (j *job) environment() map[string]string {
	return map[string]string{
		"DT_ENDPOINT":  j.endpoint,
		"DT_API_TOKEN": generatedToken,
		"LOG_PATH":     j.log,
		"STATE_DIR":    filepath.Join(j.dir, "state"),
	}
}

// run ships the log and prints the result. Its processes and its temporary directory are gone when
// it returns.
func run(ctx context.Context, o options, out io.Writer) error {
	plugin, conf, err := absolute(o)
	if err != nil {
		return err
	}
	a, err := chooseAgent(o.host)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "out_dynatrace ships a log into a local Dynatrace. Nothing leaves this machine.")
	dir, err := os.MkdirTemp("", "out_dynatrace-run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	src, err := openSource(ctx, o, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nlog        %s, %d lines, %.1f MB\n", safe(src.title), src.lines, float64(src.size)/1e6)
	if src.lines == 0 {
		fmt.Fprintln(out, "Nothing to ship: 0 lines read, 0 records stored.")
		return nil
	}
	kept := &store{total: src.lines}
	dynatrace, err := ingest.New(ingest.Options{
		Store: kept, Tokens: []ingest.Token{{Value: generatedToken}}})
	if err != nil {
		return err
	}
	defer dynatrace.Close()
	endpoint, err := dynatrace.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "agent      %s with %s\ndynatrace  %s, local\n", a.name, safe(o.conf), endpoint)

	printed := new(transcript)
	j := &job{plugin, conf, src.path, dir, endpoint, printed}
	started := time.Now()
	err = ship(ctx, a, j, kept, out, started)
	if err == nil {
		err = compare(src.tally, kept.tallied())
	}
	if ctx.Err() != nil {
		return err
	}
	printed.print(out, err != nil)
	printRecords(out, kept.shown, kept.tally.lines)
	fmt.Fprint(out, dynatrace.Stats().Summary())
	if err != nil {
		return err
	}
	seconds := max(kept.last.Sub(started).Seconds(), 0.001)
	fmt.Fprintf(out, "\n%d lines in %.1f seconds. ", src.lines, seconds)
	if cut := src.text - kept.tally.text; cut > 0 {
		fmt.Fprintf(out, "Every line is stored; %d bytes beyond Dynatrace's limits were cut off.\n", cut)
	} else {
		fmt.Fprintln(out, "Every line is stored, each with its content.")
	}
	return nil
}

func absolute(o options) (plugin, conf string, err error) {
	if _, err := os.Stat(o.plugin); err != nil {
		return "", "", fmt.Errorf("no plugin at %s: build it with make build", o.plugin)
	}
	if plugin, err = filepath.Abs(o.plugin); err != nil {
		return "", "", err
	}
	conf, err = filepath.Abs(o.conf)
	return plugin, conf, err
}

// ship runs the agent until everything is stored, then ends it. An agent that ships a line twice
// does so before it ends, so the result is compared after that.
func ship(ctx context.Context, a agent, j *job, kept *store, out io.Writer, started time.Time) error {
	ctx, kill := context.WithCancel(ctx)
	p, err := a.start(ctx, j)
	if err != nil {
		kill()
		return err
	}
	if err = wait(ctx, p.done, kept, silence, out, started); err == nil {
		err = p.stop()
	}
	kill()
	<-p.ended
	return err
}

// wait returns when as many records are stored as lines were read, or when done is closed because
// the agent has nothing left to ship.
func wait(ctx context.Context, done <-chan struct{}, kept *store, silence time.Duration,
	out io.Writer, started time.Time) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	moved, printed := started, started
	var before int64
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-done:
			return nil
		case now := <-tick.C:
			lines := kept.tallied().lines
			switch {
			case lines >= kept.total:
				return nil
			case lines > before:
				before, moved = lines, now
			case now.Sub(moved) > silence:
				return fmt.Errorf("nothing new was stored for %v: %d of %d lines are stored",
					silence, lines, kept.total)
			}
			if now.Sub(printed) >= progressEvery {
				printed = now
				fmt.Fprintf(out, "stored     %d of %d lines\n", lines, kept.total)
			}
		}
	}
}
