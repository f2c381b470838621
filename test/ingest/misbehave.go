package ingest

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// serveIngest answers an ingest request, as deserved or as scripted.
func (s *Server) serveIngest(w http.ResponseWriter, r *http.Request, e *Exchange, done func(status int)) {
	f := s.nextFault(r)
	if f == nil {
		f = &Fault{}
	} else {
		e.Fault = f.one()
	}
	acts := f.acts()

	var deserved answer
	switch {
	case f.stores():
		deserved = s.ingest(e, r)
	case acts || f.Delay > 0:
		// The body is taken off the wire before the wait, as a server does.
		body := getBuffer()
		defer putBuffer(body)
		n, _ := readBody(body, r, s.opts.Limits.RequestBytes+1) // one more, to be found too large later
		e.Wire, e.Uncompressed = n, n
		r.Body = io.NopCloser(bytes.NewReader(body.Bytes()))
	}
	if f.Delay > 0 {
		ctx, cancel := context.WithCancel(r.Context())
		stop := context.AfterFunc(s.ctx, cancel)
		defer stop()
		defer cancel()
		if err := s.opts.Sleep(ctx, f.Delay); err != nil {
			e.Message = "the client left during the delay"
			done(0)
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case !acts && f.stores():
	case !acts:
		deserved = s.ingest(e, r)
	default:
		if !f.stores() {
			e.Reason = ReasonFault
		}
		s.misbehave(w, r, e, f, done)
		return
	}
	if deserved.status == http.StatusBadRequest && s.opts.HTML400 {
		deserved.contentType, deserved.body = "text/html;charset=utf-8", htmlPage(http.StatusBadRequest, e.Path)
	}
	done(deserved.status)
	if s.opts.OneAgent && deserved.status == http.StatusNoContent {
		writeAccepted(w)
		return
	}
	deserved.write(w)
}

// misbehave does what the fault says. It returns after a complete answer and
// panics with http.ErrAbortHandler, which cuts the connection, otherwise.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, e *Exchange, f *Fault, done func(status int)) {
	a := f.answer()
	switch {
	case f.Reset || f.Close:
		done(0)
		cutConnection(w, f.Reset)
	case f.HalfBody:
		if a.body == "" {
			a.body = "half an answer"
		}
		done(0)
		a.writeHeader(w, len(a.body))
		_, _ = io.WriteString(w, a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
	case f.EndlessBody > 0:
		done(a.status)
		a.writeHeader(w, -1)
		s.endless(w, r, a.body, f)
		return
	default:
		e.Message = messageOf(a.body)
		done(a.status)
		a.write(w)
		return
	}
	panic(http.ErrAbortHandler)
}

// endless writes body and then filler, within the bounds of the fault.
func (s *Server) endless(w http.ResponseWriter, r *http.Request, body string, f *Fault) {
	limit := f.EndlessFor
	if limit <= 0 {
		limit = 30 * time.Second
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit))
	if _, err := io.WriteString(w, body); err != nil {
		return
	}
	filler := bytes.Repeat([]byte("all work and no play\n"), 1<<10)
	for left := f.EndlessBody; left > 0 && r.Context().Err() == nil && s.ctx.Err() == nil; {
		n, err := w.Write(filler[:min(left, int64(len(filler)))])
		if err != nil {
			return
		}
		left -= int64(n)
	}
}

// cutConnection closes the connection below the request, with a TCP reset or in
// good order. Where the connection cannot be had, the caller's panic closes it.
func cutConnection(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
