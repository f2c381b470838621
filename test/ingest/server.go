package ingest

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// Server is a local log ingest server. It is an http.Handler, and listens by
// itself with [Server.Start] and [Server.StartTLS].
type Server struct {
	opts  Options
	ctx   context.Context // ends with Close
	stop  context.CancelFunc
	group sync.WaitGroup // of listeners

	putMu sync.Mutex // around Store.Put

	mu       sync.Mutex
	stats    Stats
	script   []Fault
	rule     func(n int, r *http.Request) *Fault
	ingested int // ingest requests since the last Reset
	closed   bool
	servers  []*http.Server
}

// New returns a server that is not listening yet.
func New(opts Options) (*Server, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, stats: newStats()}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Records returns the stored records in order, or nil when the store is not a
// [MemoryStore]. Keys are sorted, strings and numbers have the text that was
// sent where nothing had to be changed.
func (s *Server) Records() []json.RawMessage {
	if m, ok := s.opts.Store.(*MemoryStore); ok {
		return m.Records()
	}
	return nil
}

// Stats returns a copy of the counters. A request is counted before its answer
// is complete, so a client that has its answer finds it here.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats.clone()
}

// Script queues faults: each POST to an ingest path takes the next one. An
// empty queue means good behaviour.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, faults...)
}

// ScriptFunc sets a rule that is asked first: f gets the number of the ingest
// request, from 1, and returns nil to leave the request to the queue. f must
// not read the body. It is called by one goroutine at a time and must not call
// the server. nil removes the rule.
func (s *Server) ScriptFunc(f func(n int, r *http.Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rule = f
}

// Reset forgets records (of a [MemoryStore]), stats, script and rule.
func (s *Server) Reset() {
	s.putMu.Lock()
	defer s.putMu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.opts.Store.(*MemoryStore); ok {
		m.Reset()
	}
	s.stats, s.script, s.rule, s.ingested = newStats(), nil, nil, 0
}

// put stores records.
func (s *Server) put(records []json.RawMessage) error {
	s.putMu.Lock()
	defer s.putMu.Unlock()
	return s.opts.Store.Put(records)
}

// nextFault returns what is scripted for the next ingest request.
func (s *Server) nextFault(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ingested++
	if s.rule != nil {
		if f := s.rule(s.ingested, r); f != nil {
			return f
		}
	}
	if len(s.script) == 0 {
		return nil
	}
	f := s.script[0]
	switch {
	case f.Times < 0:
	case f.Times > 1:
		s.script[0].Times--
	default:
		s.script = s.script[1:]
	}
	return &f
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	e := &Exchange{Time: s.opts.Now(), Method: cut(r.Method, 16), Path: r.URL.Path}
	// done counts; it is called once, before the answer is complete.
	done := func(status int) {
		e.Status = status
		e.Duration = time.Since(started)
		s.mu.Lock()
		s.stats.add(e)
		s.mu.Unlock()
		if s.opts.Observe != nil {
			s.opts.Observe(*e)
		}
	}
	path, ok := s.opts.route(r.URL.Path)
	if path == proxyPath {
		path = ingestPath
	}
	if ok && (path == ingestPath || path == otlpPath) && r.Method == http.MethodPost {
		e.Ingest, e.OTLP = true, path == otlpPath
		s.serveIngest(w, r, e, done)
		return
	}
	a := s.serveOther(e, r, path, ok)
	done(a.status)
	a.write(w)
}

// serveOther answers everything but ingest.
func (s *Server) serveOther(e *Exchange, r *http.Request, path string, known bool) answer {
	allow := http.MethodPost
	switch {
	case known && (path == ingestPath || path == otlpPath):
	case known && path == lookupPath:
		if r.Method == http.MethodPost {
			query, err := parseParameters(r.URL.RawQuery)
			if err != nil {
				return e.refuse(http.StatusBadRequest, ReasonParameters, "invalid query: "+err.Error())
			}
			return s.lookup(e, r, query)
		}
	case known && path == healthPath:
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return s.health()
		}
		allow = "GET, HEAD"
	default:
		return e.refuse(http.StatusNotFound, ReasonPath, "Not Found")
	}
	a := e.refuse(http.StatusMethodNotAllowed, ReasonMethod, "Method Not Allowed")
	a.header = map[string]string{"Allow": allow}
	return a
}
