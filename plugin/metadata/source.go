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
	// DefaultInterval is how often files are looked at.
	DefaultInterval = 10 * time.Second
	// firstPause and maxPause are between requests to the task metadata endpoint until the first success; each pause is twice the one
	// before.
	firstPause = time.Second
	maxPause   = time.Minute
	// freshPause is the shortest time from one request to the next after the first success.
	freshPause = 10 * time.Second
)

// Options say where the facts come from. The zero value is a Source that knows nothing.
type Options struct {
	// Files are paths. One whose base name begins with dt_metadata is about the pod, every other about the host; one that ends in
	// .properties has lines of key=value, every other is a JSON object. A file may be missing.
	Files []string
	// TaskURI is ${ECS_CONTAINER_METADATA_URI_V4}; "" is none. One that is no URL is told and not used.
	TaskURI string
	// Getenv gives the variables that the AWS init image sets; nil is os.Getenv.
	Getenv func(string) string
	// Interval is how often files are looked at; 0 is DefaultInterval.
	Interval time.Duration
	// Log tells of trouble; nil prints nothing.
	Log *telemetry.Log
	// Transport carries the requests to TaskURI and honours their context; nil is one of its own, which uses no proxy.
	Transport http.RoundTripper
}

// Source keeps the facts up to date, in one goroutine that runs while there is a file to watch or a task to ask for. All methods are safe for
// concurrent use. Memory is bounded by some two megabytes a file and as much for the task, and is a few kilobytes in practice.
type Source struct {
	facts   atomic.Pointer[Facts]
	missing chan struct{} // holds one wish for a fresh look at the task
	cancel  context.CancelFunc
	done    chan struct{} // closed when the goroutine has ended; nil without one

	// What follows belongs to the goroutine once New has returned.
	log      *telemetry.Log
	files    []*file
	interval time.Duration
	env      *Task    // as the environment tells it
	task     *Task    // as far as it is known
	fetcher  *fetcher // nil without an endpoint
	answered bool     // the fetcher has succeeded once
	failures int      // of the fetcher in a row
}

// New reads the files and the environment, so that the first Facts has them, and starts to watch. It waits for the local file system
// only, and never fails: what cannot be used is told, and there are fewer facts.
func New(o Options) *Source {
	s := &Source{log: o.Log, interval: o.Interval, missing: make(chan struct{}, 1)}
	if s.log == nil {
		s.log = telemetry.NewLog(nil, nil, 0)
	}
	if s.interval <= 0 {
		s.interval = DefaultInterval
	}
	getenv := o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	s.files = newFiles(o.Files, s.log)
	s.env = taskFromEnvironment(getenv)
	s.task = s.env
	s.facts.Store(new(Facts))
	s.look()

	if o.TaskURI != "" {
		if url, err := taskURL(o.TaskURI); err != nil {
			s.log.Warn("metadata.uri", "ECS_CONTAINER_METADATA_URI_V4 %v, so it is not asked about the task; leave the variable as ECS sets it, or remove it", err)
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

// Facts gives the newest snapshot, never nil. It is one atomic load. The pointer changes only when a fact did.
func (s *Source) Facts() *Facts { return s.facts.Load() }

// Missing says that a record names a container of this task that the Task does not list, such as one that started later. It asks for a
// fresh look, which is had 10 s after the last one at the earliest, and never waits.
func (s *Source) Missing() {
	select {
	case s.missing <- struct{}{}:
	default:
	}
}

// Close stops the watching and waits until it has ended. The last facts stay. It may be called more than once.
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
			s.log.Error("metadata.panic", "defect in the plugin, please report it: %v; facts about this machine stay as they are until a restart", cause)
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
	var wishes <-chan struct{} // nil while a request is planned anyway
	var asked time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks:
			s.look()
		case <-wishes:
			wishes = nil
			fetch.Reset(freshPause - time.Since(asked))
		case <-fetches:
			s.forgetWish()
			asked = time.Now()
			if pause := s.ask(ctx); pause > 0 {
				fetch.Reset(pause)
			} else {
				wishes = s.missing
			}
		}
	}
}

// forgetWish drops a wish for a fresh look that was made before the look that begins now.
func (s *Source) forgetWish() {
	select {
	case <-s.missing:
	default:
	}
}

// look reads the files that changed.
func (s *Source) look() {
	for _, f := range s.files {
		f.look()
	}
	s.publish()
}

// ask asks the endpoint once. It gives the pause until it is to be asked again, which is 0 once it has answered.
func (s *Source) ask(ctx context.Context) time.Duration {
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
		s.log.Debug("metadata.task", "the ECS task metadata endpoint gave no fresh answer: %v; what is known of the task stays", err)
		return 0
	}
	pause := pauseAfter(s.failures)
	print := s.log.Debug
	if s.failures == 1 {
		print = s.log.Info
	}
	print("metadata.task", "the ECS task metadata endpoint does not tell about the task: %v; logs go without what only it knows, and it is asked again in %s", err, pause)
	return pause
}

// pauseAfter is the pause after so many failures in a row, the first being 1.
func pauseAfter(failures int) time.Duration {
	pause := firstPause
	for range failures - 1 {
		if pause *= 2; pause >= maxPause {
			return maxPause
		}
	}
	return pause
}

// publish makes what is known the newest snapshot, if it is not the same as the last one.
func (s *Source) publish() {
	facts := &Facts{Host: merge(s.files, false), Pod: merge(s.files, true), Task: s.task}
	if !reflect.DeepEqual(facts, s.facts.Load()) {
		s.facts.Store(facts)
	}
}
