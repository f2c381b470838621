package metadata

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/telemetry"
)

const taskURI = "http://169.254.170.2/v4/0a1b"

// endpoint is a transport that gives one answer after the other, the last one for ever; "" is no
// connection. It keeps when it was asked, in seconds since it was made.
type endpoint struct {
	mu      sync.Mutex
	began   time.Time
	answers []string
	asked   []float64
}

func newEndpoint(answers ...string) *endpoint { return &endpoint{began: time.Now(), answers: answers} }

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	answer := e.answers[min(len(e.asked), len(e.answers)-1)]
	e.asked = append(e.asked, time.Since(e.began).Seconds())
	if answer == "" {
		return nil, errors.New("nobody there")
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

func (e *endpoint) expect(t *testing.T, want ...float64) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.asked, want) {
		t.Errorf("asked at %v s, want %v", e.asked, want)
	}
}

func TestNew_FirstFacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{
			Files:     []string{"testdata/dt_host_metadata.json", "testdata/dt_metadata.json", "testdata/missing.json"},
			TaskURI:   taskURI,
			Getenv:    environment("ECS_CLUSTER", "shop", "AWS_REGION", "eu-central-1"),
			Transport: newEndpoint(""),
		})
		defer s.Close()
		facts := s.Facts()
		if len(facts.Host) != 5 || len(facts.Pod) != 9 || !reflect.DeepEqual(facts.Task, &Task{Cluster: "shop", Region: "eu-central-1"}) {
			t.Errorf("knows %+v", facts)
		}
	})
}

func TestNew_NothingToWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Getenv: noEnvironment}) // not closed: synctest reports a goroutine that is left
		if facts := s.Facts(); facts == nil || facts.Host != nil || facts.Pod != nil || facts.Task != nil {
			t.Errorf("knows %+v", facts)
		}
		s.Missing()
		s.Missing()
		if s.done != nil {
			t.Error("a goroutine runs")
		}
		s.Close()
		s.Close()
	})
}

func TestSource_FileInterval(t *testing.T) {
	for _, interval := range []time.Duration{0, time.Minute} {
		path := filepath.Join(t.TempDir(), "dt_host_metadata.json")
		synctest.Test(t, func(t *testing.T) {
			s := New(Options{Files: []string{path}, Interval: interval, Getenv: noEnvironment})
			defer s.Close()
			wait := interval
			if wait == 0 {
				wait = fileInterval
			}
			for _, step := range []struct{ text, want string }{
				{`{"a":"1"}`, `a="1"`}, {`{"a":"2","b":"3"}`, `a="2" b="3"`}, {"", ``}, {`{"a":"4"}`, `a="4"`},
			} {
				before := s.Facts()
				if step.text == "" {
					remove(t, path)
				} else {
					write(t, path, step.text)
				}
				time.Sleep(wait - time.Nanosecond)
				synctest.Wait()
				if s.Facts() != before {
					t.Errorf("%q was seen before the interval was over", step.text)
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if got := show(s.Facts().Host); got != step.want {
					t.Errorf("after %q knows %s, want %s", step.text, got, step.want)
				}
			}
		})
	}
}

func TestSource_SnapshotIsStable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dt_host_metadata.json")
	write(t, path, `{"a":"1"}`)
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint(string(read(t, "fargate.json")))
		s := New(Options{Files: []string{path}, TaskURI: taskURI, Getenv: noEnvironment, Transport: e})
		defer s.Close()
		synctest.Wait()
		before := s.Facts()
		if before.Task == nil || before.Host == nil {
			t.Fatalf("knows %+v", before)
		}
		write(t, path, ` {"a":"1"} `) // another file with the same facts
		s.Missing()
		time.Sleep(time.Minute)
		synctest.Wait()
		e.expect(t, 0, 10)
		if s.Facts() != before {
			t.Error("there is another snapshot of the same")
		}
		write(t, path, `{"a":"2"}`)
		time.Sleep(fileInterval)
		synctest.Wait()
		if show(before.Host) != `a="1"` || show(s.Facts().Host) != `a="2"` || s.Facts().Task != before.Task {
			t.Errorf("the old snapshot says %s, the new one %s", show(before.Host), show(s.Facts().Host))
		}
	})
}

func TestSource_RequestsTaskUntilKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("", "garbage", "{}", "", "", "", "", "", string(read(t, "ec2.json")))
		log, said := newLog()
		s := New(Options{TaskURI: taskURI, Getenv: environment("ECS_CLUSTER", "old", "ECS_LAUNCH_TYPE", "EXTERNAL"), Transport: e, Log: log})
		defer s.Close()
		for range 180 {
			s.Missing() // neither shortens the pauses nor is it remembered
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		e.expect(t, 0, 1, 3, 7, 15, 31, 63, 123, 183)
		if got := s.Facts().Task; !reflect.DeepEqual(got, ec2) {
			t.Errorf("knows %+v", got)
		}
		if lines := said.said(telemetry.LevelInfo); len(lines) != 1 || !strings.Contains(lines[0], "no complete answer in HTTP; records go without its attributes; next request in 1s") {
			t.Errorf("said %q", lines)
		}
	})
}

func TestSource_EnvironmentFillsGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const arn = "arn:aws:ecs:eu-central-1:111122223333:task/shop/1"
		s := New(Options{
			TaskURI: taskURI, Transport: newEndpoint(`{"TaskARN":"` + arn + `","Family":"cart"}`),
			Getenv: environment("ECS_TASK_ARN", arn, "ECS_FAMILY", "old", "AWS_AVAILABILITY_ZONE", "eu-central-1a"),
		})
		defer s.Close()
		synctest.Wait()
		want := &Task{Cluster: "shop", ARN: arn, ID: "1", Family: "cart", AvailabilityZone: "eu-central-1a", Region: "eu-central-1", Account: "111122223333"}
		if got := s.Facts().Task; !reflect.DeepEqual(got, want) {
			t.Errorf("knows %+v", got)
		}
	})
}

func TestSource_MissingIsRateLimited(t *testing.T) {
	first := `{"TaskARN":"arn:aws:ecs:r:1:task/c/1","Containers":[{"DockerId":"a"}]}`
	second := `{"TaskARN":"arn:aws:ecs:r:1:task/c/1","Containers":[{"DockerId":"a"},{"DockerId":"b"}]}`
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint(first, "", second)
		s := New(Options{TaskURI: taskURI, Getenv: noEnvironment, Transport: e})
		defer s.Close()
		time.Sleep(time.Hour)
		synctest.Wait()
		e.expect(t, 0) // nobody misses anything

		var flushes sync.WaitGroup
		for range 4 {
			flushes.Go(func() {
				for range 1000 {
					s.Missing()
				}
			})
		}
		flushes.Wait()
		synctest.Wait()
		e.expect(t, 0, 3600) // at once, since the last look is long ago, but only once
		if s.Facts().Task.Container("a") == nil {
			t.Error("a failure took the task away")
		}
		s.Missing()
		time.Sleep(freshPause - time.Nanosecond)
		synctest.Wait()
		if s.Facts().Task.Container("b") != nil {
			t.Error("asked again too soon")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if s.Facts().Task.Container("b") == nil {
			t.Error("does not know the new container")
		}
		for range 60 {
			s.Missing()
			time.Sleep(time.Second)
		}
		synctest.Wait()
		e.expect(t, 0, 3600, 3610, 3620, 3630, 3640, 3650, 3660, 3670)
	})
}

func TestNew_BadTaskURI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("{}")
		log, said := newLog()
		s := New(Options{TaskURI: "https://169.254.170.2/secret", Getenv: environment("ECS_CLUSTER", "shop"), Transport: e, Log: log})
		time.Sleep(time.Hour)
		e.expect(t)
		if s.Facts().Task.Cluster != "shop" {
			t.Errorf("knows %+v", s.Facts().Task)
		}
		expectWarnings(t, said, "ECS_CONTAINER_METADATA_URI_V4 does not begin with http://, so the ECS task is not requested")
		if strings.Contains(strings.Join(said.said(telemetry.LevelTrace), "\n"), "secret") {
			t.Errorf("logged the value: %q", said.lines)
		}
		s.Close()
	})
}

func TestSource_NeverQuotesAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, said := newLog()
		s := New(Options{TaskURI: taskURI, Getenv: noEnvironment, Log: log, Transport: newEndpoint(
			`{"LogOptions":{"a":"invented-option"}`, `invented-option`, `{"Family":"invented-option"}`, string(read(t, "fargate.json")))})
		defer s.Close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := s.Facts().Task; !reflect.DeepEqual(got, fargate) {
			t.Errorf("knows %+v", got)
		}
		if lines := strings.Join(said.said(telemetry.LevelTrace), "\n"); strings.Contains(lines, "invented-option") {
			t.Errorf("logged %q", lines)
		}
	})
}

// panics is a transport with a defect.
type panics struct{}

func (panics) RoundTrip(*http.Request) (*http.Response, error) { panic("out of cheese") }

func TestSource_RecoversPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, said := newLog()
		s := New(Options{Files: []string{"testdata/dt_host_metadata.json"}, TaskURI: taskURI, Getenv: noEnvironment, Transport: panics{}, Log: log})
		synctest.Wait()
		expectWarnings(t, said, "please report it: out of cheese")
		if len(s.Facts().Host) != 5 {
			t.Errorf("knows %+v", s.Facts())
		}
		s.Close()
	})
}

// hangs is a transport that waits until its request is given up.
type hangs struct{ given atomic.Int32 }

func (h *hangs) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	h.given.Add(1)
	return nil, context.Cause(r.Context())
}

func TestClose_DoesNotWaitForEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(hangs)
		log, said := newLog()
		s := New(Options{TaskURI: taskURI, Getenv: noEnvironment, Transport: h, Log: log})
		synctest.Wait()
		began := time.Now()
		var closers sync.WaitGroup
		for range 3 {
			closers.Go(s.Close)
		}
		closers.Wait()
		if took := time.Since(began); took != 0 || h.given.Load() != 1 {
			t.Errorf("took %s, gave up %d requests", took, h.given.Load())
		}
		if lines := said.said(telemetry.LevelTrace); len(lines) != 0 {
			t.Errorf("said %q", lines)
		}
		s.Missing()
	})
}

func TestSource_RequestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(hangs)
		s := New(Options{TaskURI: taskURI, Getenv: noEnvironment, Transport: h})
		defer s.Close()
		time.Sleep(fetchTimeout)
		synctest.Wait()
		if h.given.Load() != 1 {
			t.Error("it is still waited for")
		}
	})
}

func TestClose_LeavesNoGoroutine(t *testing.T) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(read(t, "ec2.json")) }))
	defer answers.Close()
	dialled := make(chan struct{}, 1)
	blackHole := newTransport().(*http.Transport)
	blackHole.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialled <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, c := range []struct {
		name      string
		uri       string
		transport http.RoundTripper
		reached   func(*Source) bool
	}{
		{"an answer", answers.URL, nil, func(s *Source) bool { return s.Facts().Task != nil }},
		{"silence", serve(t, func(conn net.Conn) { dialled <- struct{}{}; stalls("")(conn) }), nil, func(*Source) bool { return len(dialled) > 0 }},
		{"an address that swallows everything", taskURI, blackHole, func(*Source) bool { return len(dialled) > 0 }},
	} {
		s := New(Options{Files: []string{"testdata/dt_host_metadata.json"}, TaskURI: c.uri, Transport: c.transport, Getenv: noEnvironment})
		for !c.reached(s) {
			runtime.Gosched()
		}
		s.Close()
		select {
		case <-dialled:
		default:
		}
		deadline := time.Now().Add(time.Second) // connections end in goroutines of net/http, right after
		for left := clients(); left != ""; left = clients() {
			if time.Now().After(deadline) {
				t.Fatalf("%s: left\n%s", c.name, left)
			}
			runtime.Gosched()
		}
	}
}

// clients is the stacks of goroutines that a Source has started, or its HTTP client.
func clients() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var left []string
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "metadata.(*Source).run") || strings.Contains(stack, "net/http.(*Transport)") || strings.Contains(stack, "net/http.(*persistConn)") {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}

func TestNew_DefaultEnvironment(t *testing.T) {
	if os.Getenv("ECS_TASK_ARN") != "" {
		t.Skip("runs in ECS")
	}
	t.Setenv("ECS_CLUSTER", "of-the-process")
	s := New(Options{})
	defer s.Close()
	if task := s.Facts().Task; task == nil || task.Cluster != "of-the-process" {
		t.Errorf("knows %+v", task)
	}
}
