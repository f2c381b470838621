// Package transport makes the HTTP requests of one endpoint: connections, TLS, certificates and
// proxies. It knows nothing about logs, retries or the meaning of an answer; package deliver does.
//
// A request that gets no answer ends in an *Error, whose Cause says why. The standard library
// exports neither a type nor a value for many of these errors, so this package reads their texts,
// all of them in texts.go. Nobody above has to.
//
// The files, each of which uses only those below it:
//
//	transport.go                          Transport: a request, repeated on a stale connection
//	explain.go                            an error and what the transport knows -> *Error
//	generation.go                         the connections of a few minutes, their dialer and TLS
//	connect.go                            CONNECT, and TLS to the proxy itself
//	files.go  pin.go  environment.go      certificates on disk, pinned ones, HTTPS_PROXY
//	phase.go                              how far a request got
//	classify.go                           an error of the standard library -> Cause
//	texts.go                              the texts of such errors, one row each
//	cause.go  ended.go  options.go
package transport
