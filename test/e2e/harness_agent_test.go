package e2e

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/host"
)

// section is one [OUTPUT]. Its properties include those of the core, such as workers and alias.
type section = host.Properties

// setup is a configuration. Each output has an input of its own, a tail, unless there is a
// pipeline.
type setup struct {
	outputs []section
	// pipeline is what stands before the outputs instead of the tails: inputs, filters, outputs of
	// Fluent Bit's own. An output then matches every tag unless its section has a match. The host
	// knows neither inputs nor filters; it is sent their chunks.
	pipeline []part
	// retryDelay is the wait before a chunk comes again; 0 is the shortest that the agent knows. A
	// real Fluent Bit waits for two seconds at least.
	retryDelay time.Duration
	// grace is the time that the agent has to end in; 0 is 5 s.
	grace time.Duration
	// queue is the number of chunks that the host takes at once; 0 is 64.
	queue int
	// flush is how often a real Fluent Bit flushes what its inputs have; 0 is realFlush.
	flush time.Duration
	// env is added to the environment.
	env []string

	// dir, in a real Fluent Bit, holds input, chunks and positions, so that a second start goes on
	// where the first ended.
	dir string
	// reloads says that the agent will be told to reload.
	reloads bool
	// json says that the lines are objects to be parsed; in the host they are sent as chunks
	// instead.
	json bool
	// dated says that each line begins with its time, in seconds since the epoch; in the host they
	// are sent as chunks instead.
	dated bool
	// daemon sends the agent to the background.
	daemon bool
	// lossy allows chunks that are not settled at the end.
	lossy bool
}

// part is a section that is not an output of ours.
type part struct {
	kind string
	host.Properties
}

// input makes an [INPUT]; keys may repeat.
func input(name string, pairs ...string) part {
	return part{"INPUT", append(host.Props("Name", name), host.Props(pairs...)...)}
}

// filter makes a [FILTER]; keys may repeat.
func filter(name string, pairs ...string) part {
	return part{"FILTER", append(host.Props("Name", name), host.Props(pairs...)...)}
}

// goesOn reports whether a second instance of the agent continues where the first ended.
func (s setup) goesOn() bool { return s.dir != "" || s.reloads }

// output makes a section that ships to a destination. Of two equal keys the first counts, so pairs
// win. The times are longer than the defaults, so that a request is not sent twice only because the
// machine is busy.
func output(to *destination, workers int, pairs ...string) section {
	return append(host.Props(pairs...), host.Props("endpoint", to.url, "api_token", to.token, "workers", fmt.Sprint(workers),
		"request_timeout", "50s", "flush_deadline", "55s")...)
}

// to returns a setup with one output.
func to(d *destination, workers int, pairs ...string) setup {
	return setup{outputs: []section{output(d, workers, pairs...)}}
}

// secrets returns the secret parts of all tokens in the setup, and the passwords of its proxies.
func (s setup) secrets() (secrets []string) {
	for _, section := range s.outputs {
		for _, p := range section {
			token := ""
			switch p.Key {
			case "api_token":
				token = s.expand(p.Value)
			case "api_token_file":
				text, _ := os.ReadFile(p.Value)
				token = strings.TrimSpace(string(text))
			}
			if proxy, err := url.Parse(p.Value); p.Key == "proxy" && err == nil && proxy.User != nil {
				password, _ := proxy.User.Password()
				secrets = append(secrets, password)
			}
			if i := strings.LastIndexByte(token, '.'); i > 0 {
				secrets = append(secrets, token[i+1:])
			}
		}
	}
	return secrets
}

// expand replaces ${NAME} with the setup's environment variable, as Fluent Bit does in every value.
func (s setup) expand(value string) string {
	for _, variable := range s.env {
		name, text, _ := strings.Cut(variable, "=")
		value = strings.ReplaceAll(value, "${"+name+"}", text)
	}
	return value
}

// agent is a way to run the library.
type agent struct {
	name string
	// shape is what the host plays; "" is a real Fluent Bit.
	shape host.Shape
}

func (a agent) real() bool { return a.shape == "" }

// run is a running agent.
type run interface {
	// write gives whole lines to the input of an output.
	write(input int, lines []byte)
	// reload does a hot reload and waits for its end.
	reload()
	// signal sends one.
	signal(os.Signal)
	// log is what the plugin has logged so far.
	log() []logLine
	// stop sends SIGTERM, waits for the end and checks the outcome.
	stop() outcome
}

// outcome is what an agent leaves behind.
type outcome struct {
	exit int
	// lines are the plugin's, in Fluent Bit's log.
	lines []logLine
	// text is all that came out: log, standard output, standard error.
	text string
	// report of the host; nil after a real Fluent Bit.
	report *host.Report
}

// tempDir returns a directory whose name has no blanks or commas: both are syntax in a Fluent Bit
// configuration.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// start runs the agent and waits until its outputs are initialized.
func (a agent) start(t *testing.T, s setup) run {
	t.Helper()
	if a.real() {
		return startFluentBit(t, s)
	}
	return startHost(t, a.shape, s)
}

// fail runs an agent that should fail to start, and returns when it has ended.
func (a agent) fail(t *testing.T, s setup) outcome {
	t.Helper()
	var out outcome
	if a.real() {
		out = failFluentBit(t, s)
	} else {
		out = failHost(t, a.shape, s)
	}
	out.check(t, s.secrets())
	return out
}

// hosts returns the test host in the given shapes, by default in all of them.
func hosts(shapes ...host.Shape) []agent {
	if len(shapes) == 0 {
		shapes = host.Shapes
	}
	var agents []agent
	for _, shape := range shapes {
		agents = append(agents, agent{"host " + string(shape), shape})
	}
	return agents
}

// everywhere returns the test host in the given shapes, and the real Fluent Bit if there is one.
func everywhere(shapes ...host.Shape) []agent {
	agents := hosts(shapes...)
	if fluentBit != "" {
		agents = append(agents, agent{name: "Fluent Bit"})
	}
	return agents
}

// check fails the test for what no run may do.
func (o *outcome) check(t *testing.T, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if len(secret) < 20 {
			t.Fatalf("the test's secret of %d characters could stand anywhere", len(secret))
		}
		if strings.Contains(o.text, secret) {
			t.Errorf("the secret part of the token was shown:\n%s", o.text)
		}
	}
	for _, sign := range []string{"defect in the plugin", "panic:", "fatal error:", "goroutine "} {
		if strings.Contains(o.text, sign) {
			t.Errorf("%q in what came out:\n%s", sign, o.text)
		}
	}
	if o.report == nil {
		return
	}
	for _, line := range append(append([]string{}, o.report.Violations...), o.report.Faults...) {
		t.Errorf("the host: %s", line)
	}
	for _, hang := range o.report.Hangs {
		t.Errorf("the host: hangs: %+v", hang)
	}
	if s := o.report.Summary; !s.Complete || !s.CanariesIntact || s.UnknownCodes != 0 {
		t.Errorf("the host: summary %+v", s)
	}
}
