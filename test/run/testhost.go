package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/host"
)

// testHost is the C program of package host that runs the plugin as Fluent Bit does.
type testHost struct{ reason string }

func (t testHost) describe(j *job) string {
	return fmt.Sprintf("the test host (%s) with the output of %s", t.reason, j.shown)
}

// start gives the plugin the same options as the configuration does, and the lines as tail would.
func (t testHost) start(ctx context.Context, j *job, said *journal) (process, error) {
	text, err := os.ReadFile(j.conf)
	if err != nil {
		return nil, err
	}
	properties, err := j.properties(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.shown, err)
	}
	paths, err := host.Build(filepath.Join(filepath.Dir(j.plugin), "host"))
	if err != nil {
		return nil, err
	}
	h, err := host.Start(ctx, host.Options{
		Paths:          paths,
		Plugin:         j.plugin,
		Instances:      []host.Properties{properties},
		MaxOutstanding: 8, // chunks of 2 MB
		Grace:          30 * time.Second,
		Timeout:        24 * time.Hour, // wait has its own limits
		LogTo:          said,
	})
	if err != nil {
		return nil, oneLine(err)
	}
	p := &hostProcess{h: h, shipped: make(chan struct{})}
	go func() {
		defer close(p.shipped)
		p.err = p.ship(j)
	}()
	return p, nil
}

// properties are those of the configuration's output, without what says which records it gets.
func (j *job) properties(text string) (host.Properties, error) {
	for _, s := range parseClassic(text) {
		if name, _ := s.get("name"); s.name != "output" || name != "dynatrace" {
			continue
		}
		var p host.Properties
		for _, e := range s.entries {
			if e.key == "name" || e.key == "match" || strings.HasPrefix(e.key, "storage.") {
				continue
			}
			p = append(p, host.Property{Key: e.key, Value: expand(e.value, j.environment())})
		}
		return p, nil
	}
	return nil, errors.New("no [OUTPUT] with the name dynatrace in the classic format, which is the one that the test host reads")
}

type hostProcess struct {
	h       *host.Host
	shipped chan struct{} // closed when err is set
	err     error
}

// ship sends all chunks and waits until each is settled.
func (p *hostProcess) ship(j *job) error {
	f, err := os.Open(j.log)
	if err != nil {
		return err
	}
	defer f.Close()
	for chunk, err := range corpus.Lines("file.input", f, time.Now()) {
		if err != nil {
			return err
		}
		if err := p.h.Send(0, chunk.Tag, chunk.Data); err != nil {
			return err
		}
	}
	return p.h.Drain()
}

func (p *hostProcess) done() <-chan struct{} { return p.shipped }

func (p *hostProcess) stop() error {
	<-p.shipped
	report, err := p.h.Close()
	lost := report.Summary.Errors + report.Summary.GivenUp + report.Summary.Undelivered
	switch {
	case err != nil:
		return oneLine(err)
	case p.err != nil:
		return p.err
	case lost > 0:
		return errors.New("the plugin did not deliver " + strconv.Itoa(lost) + " of " + strconv.Itoa(report.Summary.Chunks) + " chunks")
	}
	return nil
}

func (p *hostProcess) kill() {
	_ = p.h.Signal(os.Kill)
	_, _ = p.h.Wait()
	<-p.shipped
}

// oneLine keeps the first two lines of an error as one; the agent has printed the others.
func oneLine(err error) error {
	lines := strings.SplitN(err.Error(), "\n", 3)
	if len(lines) == 1 {
		return err
	}
	return fmt.Errorf("%s: %s", lines[0], strings.TrimSpace(lines[1]))
}
