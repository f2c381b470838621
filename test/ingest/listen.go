package ingest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Start listens on addr ("127.0.0.1:0" for a free port) and returns the base
// URL, http://host:port. An address without a host is shown as 127.0.0.1.
func (s *Server) Start(addr string) (baseURL string, err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("ingest: %w", err)
	}
	return s.serve(l, "http", l)
}

// StartTLS is Start with TLS 1.2 or later and a certificate made for the
// occasion, self-signed like that of an ActiveGate. caPEM is that certificate,
// for clients to trust.
func (s *Server) StartTLS(addr string) (baseURL string, caPEM []byte, err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, fmt.Errorf("ingest: %w", err)
	}
	names := s.opts.TLSNames
	if len(names) == 0 {
		names = []string{"localhost", "127.0.0.1", "::1"}
		if host := l.Addr().(*net.TCPAddr).IP; !host.IsUnspecified() && !host.IsLoopback() {
			names = append(names, host.String())
		}
	}
	certificate, caPEM, err := selfSigned(names, time.Now())
	if err != nil {
		l.Close()
		return "", nil, fmt.Errorf("ingest: %w", err)
	}
	// HTTP/1.1 only: a fault must be able to cut the one connection of a request.
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	baseURL, err = s.serve(l, "https", tls.NewListener(l, config))
	return baseURL, caPEM, err
}

// serve starts a goroutine that Close ends.
func (s *Server) serve(tcp net.Listener, scheme string, l net.Listener) (baseURL string, err error) {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // handshake noise of clients that do not trust us
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.mu.Lock()
				s.stats.Connections++
				s.mu.Unlock()
			}
		},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		l.Close()
		return "", errors.New("ingest: the server is closed")
	}
	s.servers = append(s.servers, server)
	s.group.Go(func() { _ = server.Serve(l) })

	addr := tcp.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, fmt.Sprint(addr.Port)), nil
}

// Close ends listeners, connections and running delays. It may be called more
// than once. Records and stats stay.
func (s *Server) Close() error {
	s.stop()
	s.mu.Lock()
	servers := s.servers
	s.servers, s.closed = nil, true
	s.mu.Unlock()
	var errs []error
	for _, server := range servers {
		errs = append(errs, server.Close())
	}
	s.group.Wait()
	return errors.Join(errs...)
}
