package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/wire"
)

func main() {
	ctx, abandon, stop := signals()
	code := run(ctx, os.Args[1:], world{
		getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		now: time.Now, deadline: 2 * time.Minute, abandon: abandon,
	})
	stop()
	os.Exit(code)
}

// signals returns a context that ends with the first SIGINT or SIGTERM, after which nothing is
// sent, and one that ends with the second, after which nothing is read. A third one ends the
// process.
func signals() (ctx, abandon context.Context, stop func()) {
	ctx, cancelFirst := context.WithCancel(context.Background())
	abandon, cancelSecond := context.WithCancel(context.Background())
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	go func() {
		for _, cancel := range []context.CancelFunc{cancelFirst, cancelSecond} {
			if _, ok := <-caught; !ok {
				return
			}
			cancel()
		}
		signal.Stop(caught)
	}()
	return ctx, abandon, func() {
		signal.Stop(caught)
		close(caught)
	}
}

// run runs the command and returns its exit code.
func run(ctx context.Context, args []string, w world) int {
	fail := func(err error) int {
		for _, line := range errorLines(err) {
			fmt.Fprintln(w.stderr, "dynatrace-replay:", line)
		}
		return exitUsage
	}
	o, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(w.stdout, usage)
		return exitAccepted
	case err != nil:
		return fail(fmt.Errorf("%w; see --help", err))
	}
	if o.dryRun {
		w.abandon = ctx
		inputs, err := openInputs(o, w, false)
		if err != nil {
			return fail(err)
		}
		defer closeInputs(inputs)
		return dryRun(ctx, inputs, o, w)
	}

	cfg, err := loadConfig(o, w.getenv)
	if err != nil {
		return fail(err)
	}
	cfg.Flush.Deadline = w.deadline // so the sender waits as long as this command does
	log := telemetry.NewLog(&printer{w: w.stderr}, w.now, 0)
	for _, warning := range cfg.Warnings {
		log.Warn("config: "+warning.String(), "%s: %s", flagOf(warning.Name), warning.Text)
	}
	destination, err := wire.NewDestination(cfg, wire.DestinationOptions{
		Host:                wire.Host{Log: log},
		StopOnMisconfigured: true,
	})
	if err != nil {
		return fail(err)
	}
	defer destination.Close()
	r, err := newReplay(cfg, o, w, destination, log)
	if err != nil {
		return fail(err)
	}
	// Before anything is sent, open the rests that may have to take it.
	inputs, err := openInputs(o, w, true)
	if err != nil {
		return fail(err)
	}
	defer closeInputs(inputs)
	logged := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { // at once, because a read may be waiting
		defer close(logged)
		log.Warn("interrupted", "interrupted: nothing more is sent, the rest is being written")
	})
	for _, in := range inputs {
		r.input(ctx, in)
	}
	if !forget() {
		<-logged
	}
	log.Close()
	return r.report(w.stdout)
}
