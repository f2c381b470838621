// Command dynatrace-replay sends the records of a dead letter file again, once the cause of their refusal is mended. Run it with
// --help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/telemetry"
)

// Exit codes.
const (
	exitAccepted = 0 // everything that was sent was accepted
	exitRest     = 1 // something was not, or could not be read or written
	exitUsage    = 2 // nothing was begun
)

// world is what a run has around it.
type world struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	// deadline is for how long one request is tried while the moment is to blame.
	deadline time.Duration
	// abandon ends the reading of an input that does not end by itself.
	abandon context.Context
}

func main() {
	ctx, abandon, stop := signals()
	code := run(ctx, os.Args[1:], world{
		getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		now: time.Now, deadline: 2 * time.Minute, abandon: abandon,
	})
	stop()
	os.Exit(code)
}

// signals returns a context that ends with the first SIGINT or SIGTERM, after which nothing is sent, and one that ends with the
// second, after which nothing is read. A third ends the process.
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

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args []string, w world) int {
	fail := func(err error) int {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintln(w.stderr, "dynatrace-replay:", flagNames.Replace(line))
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
	log := telemetry.NewLog(&printer{w: w.stderr}, w.now, 0)
	for _, warning := range cfg.Warnings {
		log.Warn("config: "+warning, "%s", warning)
	}
	sender, closeSender, err := newSender(cfg, log)
	if err != nil {
		return fail(err)
	}
	defer closeSender()
	inputs, err := openInputs(o, w, true) // the rests too, before anything is sent that they may have to take
	if err != nil {
		return fail(err)
	}
	defer closeInputs(inputs)
	said := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { // at once, as a read may be waiting
		defer close(said)
		log.Warn("interrupted", "interrupted: nothing more is sent, the rest is being written")
	})
	r := newReplay(cfg, o, w, sender, log)
	for _, in := range inputs {
		r.input(ctx, in)
	}
	if !forget() {
		<-said
	}
	log.Close()
	return r.report(w.stdout)
}

// properties is a config.Source.
type properties map[string]string

// Get implements config.Source.
func (p properties) Get(name string) string { return p[name] }

// loadConfig checks the flags and the environment by the rules of the plugin.
func loadConfig(o *options, getenv func(string) string) (*config.Config, error) {
	src := properties{"endpoint": o.endpoint, "api_token_file": o.tokenFile}
	maps.Copy(src, o.network)
	if src["endpoint"] == "" {
		src["endpoint"] = getenv("DT_ENDPOINT")
	}
	if src["endpoint"] == "" {
		return nil, errors.New("no endpoint: give --endpoint, or set DT_ENDPOINT")
	}
	if o.allowHTTP {
		src["allow_http"] = "on"
	}
	all, _, err := config.ParseEndpoints(src["endpoint"], true)
	if isOneAgent := err == nil && all[0].Kind == config.KindOneAgent; o.tokenFile == "" && !isOneAgent {
		if src["api_token"] = getenv("DT_API_TOKEN"); err == nil && src["api_token"] == "" {
			return nil, errors.New("no token: set DT_API_TOKEN, or give --token-file")
		}
	}
	return config.Load(src)
}

// flagNames turns the names of the plugin's options, in texts of its packages, into those of this command.
var flagNames = strings.NewReplacer(
	"api_token_file", "--token-file", "api_token", "DT_API_TOKEN", "`allow_http on`", "`--allow-http`", "allow_http", "--allow-http",
	"tls_ca_file", "--tls-ca-file", "`tls_verify`", "`--tls-verify`", "tls_verify:", "--tls-verify:", "`endpoint`", "`--endpoint`",
	"tls_pin_sha256", "--tls-pin-sha256", "tls_server_name", "--tls-server-name", "tls_min_version", "--tls-min-version",
	"tls_cert_file", "--tls-cert-file", "tls_key_file", "--tls-key-file", "`proxy off`", "`--proxy=off`", "`proxy`", "`--proxy`", "proxy: got", "--proxy: got",
	"the plugin is stopping", "interrupted", "flush_deadline is over", "no more time for retries", "in this flush", "for retries",
)

// printer is a telemetry.Logger for a terminal.
type printer struct {
	mu sync.Mutex
	w  io.Writer
}

// Enabled implements telemetry.Logger.
func (*printer) Enabled(level telemetry.Level) bool { return level <= telemetry.LevelInfo }

// Log implements telemetry.Logger.
func (p *printer) Log(_ telemetry.Level, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.w, "dynatrace-replay:", flagNames.Replace(text))
}
