package host

import (
	"fmt"
	"strings"
	"syscall"
	"time"
)

// Exit statuses of the host.
const (
	ExitOK        = 0
	ExitUsage     = 10 // wrong usage of the host, or out of resources
	ExitLoad      = 11 // dlopen, a required symbol, PreRegister or Register failed
	ExitInit      = 12 // an FLBPluginInit returned <= 0
	ExitViolation = 13 // the plugin broke a rule: see Report.Violations
	ExitTimeout   = 14 // Options.Timeout passed: see Report.Hangs
)

// The return values of a flush.
const (
	FlushError = 0
	FlushOK    = 1
	FlushRetry = 2
)

// Flush is one call of FLBPluginFlushCtx.
type Flush struct {
	Chunk      int // counted from 1 in the order of Send
	Attempt    int // counted from 1
	Instance   int
	Worker     int // -1 on the engine thread
	Code       int // as the plugin returned it
	Duration   time.Duration
	StackBytes int  // of the coroutine's stack
	Generation int  // the number of reloads before
	Late       bool // the grace period was over: Fluent Bit ignores the result
}

// LogLine is one line printed with log_print.
type LogLine struct {
	Level   string // error, warn, info, debug or trace
	Message string
	// Thread is the host's thread that printed it (flb-pipeline, flb-out-<name>-w<n>, main); empty
	// means a thread that the plugin started: Fluent Bit prints such a line to stderr instead of
	// its log.
	Thread string
}

// Call is one call of FLBPluginInit or FLBPluginExitCtx.
type Call struct {
	Instance int
	Name     string
	Code     int // what FLBPluginInit returned
	Duration time.Duration
}

// Hang is a callback that was still running at the timeout.
type Hang struct {
	Callback, Thread, Instance string
	Chunk                      int
	Running                    time.Duration
	Message                    string // set instead when no callback was running
}

// Stats is the resource usage of the process at one time.
type Stats struct {
	At           string // "ready", "before reload", "after reload", "end", or the command that asked
	FDs, Threads int
	RSSKiB       int
}

// Metric is the last known value of one series that the plugin keeps in Fluent Bit's metrics.
type Metric struct {
	Instance int
	Name     string // namespace_subsystem_name
	Labels   string // key=value,key=value in the order of creation
	Value    float64
}

// Counts is the outcome of the chunks of one instance. A chunk ends in one of OK, Errors, GivenUp
// and Undelivered.
type Counts struct {
	Name        string
	Chunks      int
	OK          int
	Retries     int // flushes that were followed by another attempt
	Errors      int // dropped
	GivenUp     int // dropped because the retry limit was reached
	Undelivered int // not settled when the grace period was over
	Late        int // those of Undelivered whose last flush ended after that
}

// Summary is the state at the end.
type Summary struct {
	Counts               // of all instances; Name is empty
	UnknownCodes   int   // flushes that returned neither OK, RETRY nor ERROR; they count as Errors
	StackHighWater int   // bytes of a coroutine's stack
	CanariesIntact bool  // nothing was written outside of the structures handed to the plugin
	Outstanding    int   // chunks that were still under way; 0 except after a timeout
	End            Stats // just before the process ended
	Complete       bool  // the host got as far as writing its summary
}

// Report is everything known about a run.
type Report struct {
	Flushes    []Flush
	Instances  []Counts
	Summary    Summary
	Logs       []LogLine // lines printed with log_print
	Notes      []LogLine // messages of the host itself
	Stderr     string    // stderr without the log; lines starting "host: " are the host's
	Violations []string  // rules of the ABI that the plugin broke
	Faults     []string  // fatal signals, with a description of the address
	Hangs      []Hang
	Inits      []Call
	Exits      []Call
	Stats      []Stats
	Metrics    []Metric
	Reserved   []string // keys that the plugin read but Fluent Bit never shows to a plugin
	PluginName string   // as registered
	// ExitCode is the exit status, -1 when the process was killed by Signal.
	ExitCode int
	Signal   syscall.Signal
}

// HasLog reports whether a log line of the level, or of any level when it is empty, contains the
// text.
func (r *Report) HasLog(level, text string) bool {
	for _, l := range r.Logs {
		if (level == "" || l.Level == level) && strings.Contains(l.Message, text) {
			return true
		}
	}
	return false
}

// ExitError is the error of a host that failed.
type ExitError struct{ Report Report }

func (e *ExitError) Error() string {
	r := &e.Report
	var b strings.Builder
	switch {
	case r.Signal != 0:
		fmt.Fprintf(&b, "host: killed by signal %d (%v)", int(r.Signal), r.Signal)
	case r.ExitCode == ExitUsage:
		b.WriteString("host: used wrongly")
	case r.ExitCode == ExitLoad:
		b.WriteString("host: the plugin could not be loaded")
	case r.ExitCode == ExitInit:
		b.WriteString("host: the plugin could not be initialized")
	case r.ExitCode == ExitViolation:
		b.WriteString("host: the plugin broke a rule")
	case r.ExitCode == ExitTimeout:
		b.WriteString("host: timeout")
	default:
		fmt.Fprintf(&b, "host: exit status %d", r.ExitCode)
	}
	list := func(lines []string) {
		for _, l := range lines {
			b.WriteString("\n  " + l)
		}
	}
	list(r.Violations)
	list(r.Faults)
	for _, h := range r.Hangs {
		fmt.Fprintf(&b, "\n  hangs: %s%s on %s for %v", h.Message, h.Callback, h.Thread, h.Running)
	}
	for _, l := range r.Notes {
		if l.Level == "error" {
			b.WriteString("\n  " + l.Message)
		}
	}
	for _, l := range r.Logs {
		if l.Level == "error" {
			b.WriteString("\n  log: " + l.Message)
		}
	}
	if tail := r.Stderr; tail != "" {
		const most = 2000
		if len(tail) > most {
			tail = "..." + tail[len(tail)-most:]
		}
		b.WriteString("\n  stderr:\n" + tail)
	}
	return b.String()
}

// event is one line of the host's report.
type event struct {
	Event        string  `json:"event"`
	At           string  `json:"at"`
	Attempt      int     `json:"attempt"`
	Callback     string  `json:"callback"`
	Canaries     bool    `json:"canaries_intact"`
	Chunk        int     `json:"chunk"`
	Chunks       int     `json:"chunks"`
	Code         int     `json:"code"`
	Command      string  `json:"command"`
	Errors       int     `json:"errors"`
	FDs          int     `json:"fds"`
	Generation   int     `json:"generation"`
	GivenUp      int     `json:"given_up"`
	Instance     int     `json:"instance"`
	InstanceName string  `json:"instance_name"`
	Key          string  `json:"key"`
	Labels       string  `json:"labels"`
	Late         any     `json:"late"` // a bool of a flush, a count of an instance
	Level        string  `json:"level"`
	Message      string  `json:"message"`
	Micros       int64   `json:"micros"`
	Name         string  `json:"name"`
	OK           any     `json:"ok"` // a bool of a reply, a count of an instance
	Outstanding  int     `json:"outstanding"`
	Retries      int     `json:"retries"`
	RSSKiB       int     `json:"rss_kb"`
	Seq          int     `json:"seq"`
	Stack        int     `json:"stack"`
	Thread       string  `json:"thread"`
	Threads      int     `json:"threads"`
	Undelivered  int     `json:"undelivered"`
	UnknownCodes int     `json:"unknown_codes"`
	Value        float64 `json:"value"`
	Worker       int     `json:"worker"`
}

func (e *event) duration() time.Duration { return time.Duration(e.Micros) * time.Microsecond }

func (e *event) stats(at string) Stats {
	return Stats{At: at, FDs: e.FDs, Threads: e.Threads, RSSKiB: e.RSSKiB}
}

func count(v any) int {
	f, _ := v.(float64)
	return int(f)
}

// add adds one event to the report.
func (r *Report) add(e *event) {
	switch e.Event {
	case "flush":
		late, _ := e.Late.(bool)
		r.Flushes = append(r.Flushes, Flush{
			Chunk: e.Chunk, Attempt: e.Attempt, Instance: e.Instance, Worker: e.Worker, Code: e.Code,
			Duration: e.duration(), StackBytes: e.Stack, Generation: e.Generation, Late: late,
		})
	case "log":
		r.Logs = append(r.Logs, LogLine{Level: e.Level, Message: e.Message, Thread: e.Thread})
	case "note":
		r.Notes = append(r.Notes, LogLine{Level: e.Level, Message: e.Message})
	case "violation":
		r.Violations = append(r.Violations, e.Message)
	case "fault":
		r.Faults = append(r.Faults, e.Message)
	case "hang":
		r.Hangs = append(r.Hangs, Hang{
			Callback: e.Callback, Thread: e.Thread, Instance: e.InstanceName, Chunk: e.Chunk, Running: e.duration(),
			Message: e.Message,
		})
	case "registered":
		r.PluginName = e.Name
	case "reserved":
		r.Reserved = append(r.Reserved, e.Key)
	case "init":
		r.Inits = append(r.Inits, Call{Instance: e.Instance, Name: e.InstanceName, Code: e.Code, Duration: e.duration()})
	case "exit":
		r.Exits = append(r.Exits, Call{Instance: e.Instance, Name: e.InstanceName, Duration: e.duration()})
	case "stats":
		r.Stats = append(r.Stats, e.stats(e.At))
	case "metric":
		r.setMetric(Metric{Instance: e.Instance, Name: e.Name, Labels: e.Labels, Value: e.Value})
	case "instance":
		r.addCounts(Counts{
			Name: e.InstanceName, Chunks: e.Chunks, OK: count(e.OK), Retries: e.Retries, Errors: e.Errors,
			GivenUp: e.GivenUp, Undelivered: e.Undelivered, Late: count(e.Late),
		})
	case "summary":
		s := &r.Summary
		s.UnknownCodes, s.StackHighWater, s.CanariesIntact = e.UnknownCodes, e.Stack, e.Canaries
		s.Outstanding, s.End, s.Complete = e.Outstanding, e.stats("end"), true
	}
}

func (r *Report) addCounts(c Counts) {
	r.Instances = append(r.Instances, c)
	all := &r.Summary.Counts
	all.Chunks += c.Chunks
	all.OK += c.OK
	all.Retries += c.Retries
	all.Errors += c.Errors
	all.GivenUp += c.GivenUp
	all.Undelivered += c.Undelivered
	all.Late += c.Late
}

func (r *Report) setMetric(m Metric) {
	for i := range r.Metrics {
		if old := &r.Metrics[i]; old.Instance == m.Instance && old.Name == m.Name && old.Labels == m.Labels {
			old.Value = m.Value
			return
		}
	}
	r.Metrics = append(r.Metrics, m)
}

// clone copies the slices, so that the copy can be read while the run goes on.
func (r *Report) clone() Report {
	c := *r
	c.Flushes = append([]Flush(nil), r.Flushes...)
	c.Instances = append([]Counts(nil), r.Instances...)
	c.Logs = append([]LogLine(nil), r.Logs...)
	c.Notes = append([]LogLine(nil), r.Notes...)
	c.Violations = append([]string(nil), r.Violations...)
	c.Faults = append([]string(nil), r.Faults...)
	c.Hangs = append([]Hang(nil), r.Hangs...)
	c.Inits = append([]Call(nil), r.Inits...)
	c.Exits = append([]Call(nil), r.Exits...)
	c.Stats = append([]Stats(nil), r.Stats...)
	c.Metrics = append([]Metric(nil), r.Metrics...)
	c.Reserved = append([]string(nil), r.Reserved...)
	return c
}
