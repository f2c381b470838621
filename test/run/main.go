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

// options are the command line.
type options struct {
	plugin, log, conf string
	lines             int
	host              bool
}

func main() {
	// Fluent Bit ends with the thread that started it, which therefore has to last.
	runtime.LockOSThread()
	// A pager that was closed must not end the process before it has cleaned up: see output.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(),
		os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command is main with everything that it depends on as an argument.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	set := flag.NewFlagSet("run", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&o.plugin, "plugin", "build/out_dynatrace.so", "the plugin")
	set.StringVar(&o.log, "log", "", "the log `file` to ship; without it one is generated")
	set.IntVar(&o.lines, "lines", 20_000, "how many lines to generate")
	set.StringVar(&o.conf, "conf", "conf/fluent-bit.conf", "the configuration to run")
	set.BoolVar(&o.host, "host", false, "use the test host even if there is a fluent-bit")
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case set.NArg() > 0:
		fmt.Fprintf(stderr, "run: unexpected argument %q\n", set.Arg(0))
		return exitUsage
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := run(ctx, o, output{stdout, cancel})
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

// output calls gone when nobody reads any more.
type output struct {
	io.Writer
	gone func()
}

func (o output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.gone()
	}
	return n, err
}
