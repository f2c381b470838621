package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// What an attempt itself can fail of; the rest comes from net/http.
var (
	errAttemptTimeout = errors.New("request_timeout is over")
	errFlushDeadline  = errors.New("flush_deadline is over")
	errStopping       = errors.New("the plugin is stopping")
	errToken          = errors.New("no token")
	errRequest        = errors.New("no request can be made")
	// errClientCertificate is a server that hung up after it had asked for a client certificate, before it answered anything: it got
	// none, or one that it does not trust.
	errClientCertificate = errors.New("the server asked for a client certificate and hung up")
)

// What explain makes of net/http's words.
var (
	errNoHTTP  = errors.New("no HTTP")
	errUnasked = errors.New("it spoke before it was asked")
)

// rulingForError says what it means that no answer came. What is not known for sure to need mending is the moment's fault.
func rulingForError(err error) ruling {
	for _, rule := range []func(error) (ruling, bool){ownFailure, proxyFailure, certificateFailure, tlsFailure, networkFailure} {
		if r, ok := rule(err); ok {
			return r
		}
	}
	return ruling{Transient, ReasonNetwork, "the request failed; trying again"}
}

func ownFailure(err error) (ruling, bool) {
	switch {
	case errors.Is(err, errStopping), errors.Is(err, context.Canceled):
		return ruling{Transient, ReasonStopping, "given up because the plugin is stopping"}, true
	case errors.Is(err, errAttemptTimeout):
		return ruling{Transient, ReasonTimeout, "no answer in time; trying again"}, true
	case errors.Is(err, errFlushDeadline), errors.Is(err, context.DeadlineExceeded) && !fromNet(err):
		return ruling{Transient, ReasonDeadline, "no time left in this flush"}, true
	case errors.Is(err, errToken):
		return ruling{Misconfigured, ReasonToken, "the token cannot be read: check api_token_file"}, true
	case errors.Is(err, errRequest):
		return ruling{Misconfigured, ReasonRequest, "no request can be made: check `endpoint`"}, true
	}
	return ruling{}, false
}

// saysNoHTTP reports whether an answer was not one of HTTP, by net/http's words for it.
func saysNoHTTP(err error) bool {
	return errors.Is(err, errNoHTTP) || strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "malformed MIME header")
}

// saysNoTLS reports whether something else came than TLS.
func saysNoTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &record)
}

// isTimeout reports whether time ran out below HTTP.
func isTimeout(err error) bool {
	var wait net.Error
	return errors.As(err, &wait) && wait.Timeout()
}

// fromNet reports whether an error is of package net, whose time-outs say that they are context.DeadlineExceeded.
func fromNet(err error) bool {
	var (
		op  *net.OpError
		dns *net.DNSError
	)
	return errors.As(err, &op) || errors.As(err, &dns)
}

func networkFailure(err error) (ruling, bool) {
	var dns *net.DNSError
	hint := ""
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return ruling{Misconfigured, ReasonHostUnknown, "the host name is not known to DNS: check the host of `endpoint` (or of the proxy), and the DNS of this machine or pod"}, true
	case errors.As(err, &dns):
		hint = "DNS gives no answer; trying again"
	case isTimeout(err):
		return ruling{Transient, ReasonTimeout, "no answer in time; trying again"}, true
	case errors.Is(err, syscall.ECONNREFUSED):
		hint = "nothing listens at this host and port, or a firewall refuses; trying again"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		hint = "the connection was cut by the server or something before it; trying again"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		hint = "there is no route to the server; trying again"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		hint = "the connection was closed without an answer; trying again"
	case strings.Contains(err.Error(), "http2: "), strings.Contains(err.Error(), "stream error: "), strings.Contains(err.Error(), "connection error: "):
		hint = "the server ended the request or its HTTP/2 connection, or the connection is dead; trying again" // errors that net/http does not export
	case saysNoHTTP(err):
		hint = "what answers there speaks no HTTP: check scheme, host and port of `endpoint` (or of the proxy); trying again"
	case errors.Is(err, errUnasked):
		hint = "the server sent something that was not asked for, and the connection was given up; trying again"
	default:
		return ruling{}, false
	}
	return ruling{Transient, ReasonNetwork, hint}, true
}

// endOf names what ended ctx, in the words of this package; nil while it goes on.
func endOf(ctx context.Context) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return nil
	case errors.Is(cause, errAttemptTimeout), errors.Is(cause, errStopping):
		return cause
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errFlushDeadline
	default:
		return errStopping
	}
}

// withoutURL takes the URL out of an error of net/url: its query may hold what should not be printed.
func withoutURL(err error) error {
	var located *url.Error
	if errors.As(err, &located) {
		return located.Err
	}
	return err
}
