package metadata

import (
	"context"
	"net/http"
	"os"
	"reflect"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/telemetry"
)

const (
	// fileInterval is the default time between two looks at the files.
	fileInterval = 10 * time.Second
	// firstPause and maxPause bound the pause between requests to the task metadata endpoint until
	// the first success. Each pause is twice the one before.
	firstPause = time.Second
	maxPause   = time.Minute
	// freshPause is the shortest time between two requests after the first success.
	freshPause = 10 * time.Second
)

// Options say where the facts come from. The zero value gives a Source without facts.
type Options struct {
	// Files are paths of enrichment files, each one JSON object. A file whose base name begins
	// with dt_metadata describes the pod, every other file the host. A file may be missing.
	Files []string
	// TaskURI is ${ECS_CONTAINER_METADATA_URI_V4}; "" is none. A value that is no URL is logged
	// and not used.
	TaskURI string
	// Getenv returns the variables that the AWS init image sets; nil is os.Getenv.
	Getenv func(string) string
	// Interval is the time between two looks at the files; 0 is 10 s.
	Interval time.Duration
	// Log takes warnings; nil prints nothing.
	Log *telemetry.Log
	// Transport carries the requests to TaskURI and must honor their context; nil is a transport
	// of its own without a proxy.
	Transport http.RoundTripper
}

// Source keeps the facts current. It runs one goroutine while there is a file to watch or a task
// to request. All methods are safe for concurrent use. Memory is bounded by about two megabytes
// per file and as much for the task; a few kilobytes are normal.
type Source struct {
	facts   atomic.Pointer[Facts]
	missing chan struct{} // holds one request of Missing
	cancel  context.CancelFunc
	done    chan struct{} // closed when the goroutine has ended; nil without one

	// The fields below belong to the goroutine once New has returned.
	log      *telemetry.Log
	files    []*file
	interval time.Duration
	env      *Task    // from the environment
	task     *Task    // the best known so far
	fetcher  *fetcher // nil without an endpoint
	answered bool     // the fetcher has succeeded once
	failures int      // of the fetcher in a row
}

// New reads the files and the environment, so the first Facts includes them, and starts to watch.
// It waits for the local file system only. It never fails: what cannot be used is logged, and the
// facts are fewer.
func New(o Options) *Source {
	s := &Source{log: o.Log, interval: o.Interval, missing: make(chan struct{}, 1)}
	if s.log == nil {
		s.log = telemetry.NewLog(nil, nil, 0)
	}
	if s.interval <= 0 {
		s.interval = fileInterval
	}
	getenv := o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	s.files = newFiles(o.Files, s.log)
	s.env = taskFromEnvironment(getenv)
	s.task = s.env
	s.facts.Store(new(Facts))
	s.refreshFiles()

	if o.TaskURI != "" {
		if url, err := taskURL(o.TaskURI); err != nil {
			s.log.Warn("metadata.uri", "ECS_CONTAINER_METADATA_URI_V4 %v, so the ECS task is not "+
				"requested; leave the variable as ECS sets it, or remove it", err)
		} else {
			s.fetcher = newFetcher(url, o.Transport)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	if len(s.files) > 0 || s.fetcher != nil {
		s.done = make(chan struct{})
		go s.run(ctx)
	}
	return s
}

// Facts returns the newest snapshot, never nil. It is one atomic load. The pointer changes only
// when a fact did.
func (s *Source) Facts() *Facts { return s.facts.Load() }

// Missing reports that a record names a container of this task that Task does not list, such as
// one that started later. It requests the task again, at most once in 10 s, and never waits.
func (s *Source) Missing() {
	select {
	case s.missing <- struct{}{}:
	default:
	}
}

// Close stops the goroutine and waits until it has ended. The last facts stay available. Close may
// be called more than once.
func (s *Source) Close() {
	s.cancel()
	if s.done != nil {
		<-s.done
	}
}

// run watches until ctx ends.
func (s *Source) run(ctx context.Context) {
	defer close(s.done)
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("metadata.panic", "defect in the plugin, please report it: %v; "+
				"facts about this machine stay as they are until a restart", cause)
		}
	}()
	var looks, fetches <-chan time.Time
	if len(s.files) > 0 {
		ticker := time.NewTicker(s.interval)
		defer ticker.Stop()
		looks = ticker.C
	}
	fetch := time.NewTimer(0)
	defer fetch.Stop()
	if s.fetcher != nil {
		fetches = fetch.C
	}
	var missing <-chan struct{} // nil while a request is planned anyway
	var requested time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks:
			s.refreshFiles()
		case <-missing:
			missing = nil
			fetch.Reset(freshPause - time.Since(requested))
		case <-fetches:
			s.drainMissing()
			requested = time.Now()
			if pause := s.requestTask(ctx); pause > 0 {
				fetch.Reset(pause)
			} else {
				missing = s.missing
			}
		}
	}
}

// drainMissing drops a call of Missing from before the request that begins now.
func (s *Source) drainMissing() {
	select {
	case <-s.missing:
	default:
	}
}

// refreshFiles reads the files that changed.
func (s *Source) refreshFiles() {
	for _, f := range s.files {
		f.refresh()
	}
	s.publish()
}

// requestTask makes one request to the endpoint. It returns the pause until the next one; 0 if
// none is needed.
func (s *Source) requestTask(ctx context.Context) time.Duration {
	task, err := s.fetcher.fetch(ctx)
	if ctx.Err() != nil {
		return maxPause
	}
	if err == nil {
		s.failures = 0
		task.fill(s.env)
		if !reflect.DeepEqual(task, s.task) {
			s.task = task
			s.publish()
		}
		s.answered = true
		return 0
	}
	s.failures++
	if s.answered {
		s.log.Debug("metadata.task", "the ECS task metadata endpoint gave no new answer: %v; "+
			"the last one stays in use", err)
		return 0
	}
	pause := pauseAfter(s.failures)
	write := s.log.Debug
	if s.failures == 1 {
		write = s.log.Info
	}
	write("metadata.task", "the ECS task metadata endpoint does not describe the task: %v; "+
		"records go without its attributes; next request in %s", err, pause)
	return pause
}

// pauseAfter returns the pause after a number of failures in a row, the first being 1.
func pauseAfter(failures int) time.Duration {
	pause := firstPause
	for range failures - 1 {
		if pause *= 2; pause >= maxPause {
			return maxPause
		}
	}
	return pause
}

// publish makes the known facts the newest snapshot, unless they equal the last one.
func (s *Source) publish() {
	facts := &Facts{Host: merge(s.files, false), Pod: merge(s.files, true), Task: s.task}
	if !reflect.DeepEqual(facts, s.facts.Load()) {
		s.facts.Store(facts)
	}
}
