package host

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// Shape is the Fluent Bit version whose ABI the host imitates.
type Shape string

// Shapes lists all shapes, oldest first.
var Shapes = []Shape{"1.9", "2.0", "2.2", "3.2", "4.0", "4.2", "5.0", "5.1.1"}

// Newest is the default shape.
const Newest Shape = "5.1.1"

// exportSets is the number of different sets of symbols that the versions export.
const exportSets = 4

// shapes repeats the part of the C table that Go needs: the binary that imitates the shape, and the
// capabilities of the shape.
var shapes = map[Shape]struct {
	exports int
	hooks   bool
}{
	"1.9": {0, false},
	"2.0": {1, false},
	"2.2": {2, true}, "3.2": {2, true}, "4.0": {2, true},
	"4.2": {3, true}, "5.0": {3, true}, "5.1.1": {3, true},
}

// HasAPI reports whether the version has more than the property getter: log_print, log checks and
// metrics.
func (s Shape) HasAPI() bool { return shapes[s].exports > 0 }

// TellsVersion reports whether a plugin can read the version, which is the name of the shape here.
func (s Shape) TellsVersion() bool { return shapes[s].exports > 1 }

// HasHooks reports whether the version calls FLBPluginPreRegister, FLBPluginOutputPreRun and
// FLBPluginOutputPreExit.
func (s Shape) HasHooks() bool { return shapes[s].hooks }

// Property is one line of an [OUTPUT] section.
type Property struct{ Key, Value string }

// Properties is an [OUTPUT] section: ordered, since the first of equal keys wins. The host honors
// alias, log_level, workers and retry_limit, and hides these and all other keys of the core from
// the plugin.
type Properties []Property

// Props makes Properties of pairs: Props("endpoint", url, "api_token", token).
func Props(pairs ...string) Properties {
	if len(pairs)%2 != 0 {
		panic("host.Props: a key without a value: " + pairs[len(pairs)-1])
	}
	var p Properties
	for i := 0; i < len(pairs); i += 2 {
		p = append(p, Property{pairs[i], pairs[i+1]})
	}
	return p
}

// Options say what to run. Only Plugin is required.
type Options struct {
	// Plugin is the path of the .so.
	Plugin string
	// Shape is the version to imitate; empty means Newest.
	Shape Shape
	// Instances are the outputs; none means one without properties.
	Instances []Properties
	// Workers is the number of threads of each output without a workers property; 0 flushes on the
	// engine thread.
	Workers int
	// RetryDelay is the wait before a chunk is flushed again; 0 means 100 ms.
	RetryDelay time.Duration
	// RetryLimit is the number of retries of each output without a retry_limit property; 0 means no
	// limit, NoRetries none.
	RetryLimit int
	// Grace is the time to finish in after Close, SIGTERM or SIGINT; 0 means 5 s, negative no limit
	// but Timeout.
	Grace time.Duration
	// Timeout ends the process with a report of the callbacks that hang; 0 means 120 s.
	Timeout time.Duration
	// MaxOutstanding is the number of chunks in flight at which Send blocks; 0 means 64.
	MaxOutstanding int
	// LogLevel is off, error, warn, info, debug or trace; empty means info.
	LogLevel string
	// StackBytes is the size of a coroutine's stack; 0 means 24,576, as in Fluent Bit before 5.1.
	StackBytes int
	// NoCoroutine flushes on the thread's own stack: for sanitizers and debuggers.
	NoCoroutine bool
	// OneExit ends several instances as Fluent Bit up to 2.0.6 does: only the last one gets
	// FLBPluginExitCtx. (What follows there, a crash of the core, is left out.)
	OneExit bool
	// Daemon forks after FLBPluginRegister and runs the rest in the child.
	Daemon bool
	// ReinstallSignals installs the signal handlers again after FLBPluginRegister, which is what
	// SIGHUP does.
	ReinstallSignals bool
	// Env is added to the environment, as KEY=value.
	Env []string
	// LogTo gets a live copy of the log, in Fluent Bit's shape, and of what the plugin writes to
	// stderr; nil means none.
	LogTo io.Writer
	// Paths are the built programs; the zero value means those of Build("").
	Paths Paths
}

// NoRetries as RetryLimit drops a chunk when the plugin returns RETRY.
const NoRetries = -1

func (o Options) args() ([]string, error) {
	if o.Plugin == "" {
		return nil, fmt.Errorf("host: Options.Plugin is empty")
	}
	if _, known := shapes[o.Shape]; !known {
		return nil, fmt.Errorf("host: unknown shape %q: want one of %v", o.Shape, Shapes)
	}
	args := []string{"--plugin", o.Plugin, "--shape", string(o.Shape), "--report-fd", "3", "--log-stderr", "no"}
	number := func(name string, value, unset int) {
		if value != unset {
			args = append(args, name, strconv.Itoa(value))
		}
	}
	seconds := func(name string, d time.Duration) {
		switch {
		case d < 0:
			args = append(args, name, "-1")
		case d > 0:
			args = append(args, name, strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
		}
	}
	flag := func(name string, set bool) {
		if set {
			args = append(args, name)
		}
	}
	number("--workers", o.Workers, 0)
	number("--max-outstanding", o.MaxOutstanding, 0)
	number("--stack", o.StackBytes, 0)
	if o.RetryLimit != 0 {
		args = append(args, "--retry-limit", strconv.Itoa(max(o.RetryLimit, 0)))
	}
	if o.RetryDelay > 0 {
		args = append(args, "--retry-delay", strconv.FormatFloat(o.RetryDelay.Seconds()*1000, 'f', -1, 64))
	}
	seconds("--grace", o.Grace)
	seconds("--timeout", o.Timeout)
	if o.LogLevel != "" {
		args = append(args, "--log-level", o.LogLevel)
	}
	flag("--no-coroutine", o.NoCoroutine)
	flag("--one-exit", o.OneExit)
	flag("--daemon", o.Daemon)
	flag("--reinstall-signals", o.ReinstallSignals)
	for _, instance := range o.Instances {
		args = append(args, "--output")
		for _, p := range instance {
			args = append(args, "--set", p.Key+"="+p.Value)
		}
	}
	return args, nil
}
