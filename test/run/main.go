// Command run shows the plugin at work, for make run: it starts a local Dynatrace on a free loopback port, ships a log file
// through the plugin in a real Fluent Bit or, where there is none, in the test host, waits until all of it is stored, and
// compares what was stored with what was read, line by line and byte by byte.
//
//	go run ./test/run -plugin build/out_dynatrace.so [-log FILE]
//
// It ends with 0 when all lines are stored as they were, with 1 and one line that says why when not, with 2 when it was
// called wrongly, and with 130 when it was interrupted. Whatever the end, no process and no temporary file is left.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// Exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

const usage = `run ships a log file through the plugin into a local Dynatrace and compares what arrives

  -plugin FILE   the plugin (build/out_dynatrace.so)
  -log FILE      the log to ship; without it one is made up
  -lines N       how many lines to make up (20000)
  -conf FILE     the configuration to run (conf/fluent-bit.conf)
  -host          use the test host even if there is a fluent-bit

A fluent-bit is looked for in the environment variable FLUENT_BIT and in PATH.
`

// options are the command line.
type options struct {
	plugin, log, conf string
	lines             int
	host              bool
}

func main() {
	// Fluent Bit is told to end with the thread that started it; this one lasts as long as the process.
	runtime.LockOSThread()
	// A pager that was closed must not end us before we have cleaned up: the screen notices it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command is main with everything that it depends on as an argument.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	set := flag.NewFlagSet("run", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.plugin, "plugin", "build/out_dynatrace.so", "")
	set.StringVar(&o.log, "log", "", "")
	set.IntVar(&o.lines, "lines", 20_000, "")
	set.StringVar(&o.conf, "conf", "conf/fluent-bit.conf", "")
	set.BoolVar(&o.host, "host", false, "")
	err := set.Parse(args)
	if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "run: %v\n\n%s", err, usage)
		return exitUsage
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err = run(ctx, o, newScreen(stdout, cancel))
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "run: interrupted; nothing is left behind")
		return exitInterrupted
	case err != nil:
		fmt.Fprintln(stderr, "run:", err)
		return exitFailed
	}
	return exitOK
}
