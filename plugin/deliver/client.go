package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
)

const (
	// maxAnswer bounds what is read of an answer, in bytes. Those of the API have less than 1 KiB.
	maxAnswer = 64 << 10
	// maxDrain bounds what is read beyond it and thrown away, so that the connection can be reused.
	maxDrain = 64 << 10

	// accept is what the API reference asks for.
	accept = "application/json; charset=utf-8, application/json"
	// acceptOTLP is the same for OTLP; a gateway may still answer in JSON.
	acceptOTLP = encode.ContentTypeOTLP + ", application/json"
)

// relay is a transport whose requests a proxy may read and repeat, see transport.Transport.
type relay interface {
	RelayedBy() string
}

// ClientOptions say where and how a Client sends. Of Shared it uses all but Log.
type ClientOptions struct {
	Shared
	// URL is the full URL of the ingest API, with its query.
	URL string
	// Header holds further headers for every request; nil is none.
	Header http.Header
	// Hidden are values that no message may repeat, such as those of Header, in case an answer
	// echoes the request.
	Hidden []string
	// Auth gives the token; nil sends none.
	Auth Authorizer
	// Version is the version of the plugin, for the User-Agent.
	Version string
	// FluentBit is the version of the Fluent Bit around it, for the User-Agent; "" is unknown or none.
	FluentBit string
	// Transport makes the requests, see transport.NewTransport. It is used without an http.Client, so
	// redirects are answers like any other and are never followed.
	Transport http.RoundTripper
}

// Client makes single attempts. It is a Sender, safe for concurrent use.
type Client struct {
	transport http.RoundTripper
	relay     relay // the transport, if it is one
	url       string
	header    http.Header
	hidden    *strings.Replacer
	auth      Authorizer
	shared    Shared

	known atomic.Bool // the server has answered as the API

	running context.Context // ends with Close
	stop    context.CancelCauseFunc
}

// NewClient checks the URL and returns a Client. It sends nothing.
func NewClient(o ClientOptions) (*Client, error) {
	target, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", transport.WithoutURL(err))
	}
	if target.Host == "" || target.Scheme != "https" && target.Scheme != "http" {
		return nil, errors.New("endpoint: takes a URL that starts with https://")
	}
	if o.Transport == nil {
		return nil, errors.New("deliver: no transport")
	}
	header := o.Header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	header.Set("Accept", accept)
	header.Set("User-Agent", userAgent(o.Version, o.FluentBit))
	c := &Client{
		transport: o.Transport,
		url:       o.URL,
		header:    header,
		hidden:    newHidden(o.Hidden),
		auth:      o.Auth,
		shared:    o.filled(),
	}
	c.relay, _ = o.Transport.(relay)
	c.running, c.stop = context.WithCancelCause(context.Background())
	return c, nil
}

// userAgent returns who asks, as product tokens with the most important one first (RFC 9110,
// section
// 10.1.5).
func userAgent(version, fluentBit string) string {
	agent := "fluent-bit-output-dynatrace/" + version
	if fluentBit != "" {
		agent += " fluent-bit/" + fluentBit
	}
	return agent
}

// Close ends the attempts under way and closes idle connections. Send returns ReasonStopping from
// then on. It may be called more than once.
func (c *Client) Close() {
	c.stop(transport.ErrStopping)
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Send makes one attempt and judges it. It never sleeps, so wait has no effect.
func (c *Client) Send(ctx context.Context, payload *batch.Payload, _ bool) Verdict {
	if c.running.Err() != nil {
		return Judge(Answer{Err: transport.ErrStopping})
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if err := transport.Ended(ctx); err != nil {
		return Judge(Answer{Err: err})
	}
	began := time.Now()
	answer := c.request(ctx, payload)
	answer.Known = c.known.Load()
	verdict := Judge(answer)
	if verdict.Kind == Accepted || isOfTheAPI(answer) {
		c.known.Store(true)
	}
	if verdict.Kind != Transient && verdict.Kind != Misconfigured {
		c.shared.Pace.Observe(time.Since(began))
	}
	if verdict.Reason == ReasonToken && verdict.Status != 0 {
		if auth, ok := c.auth.(rejectable); ok {
			auth.TokenRejected()
		}
	}
	verdict.Rejected = min(verdict.Rejected, payload.Records)
	c.count(verdict, payload)
	return verdict
}

// bound returns a context that ends with ctx, with the timeout of an attempt, or with Close, and
// whose cause tells which of them it was.
func (c *Client) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancelCause(ctx)
	forget := context.AfterFunc(c.running, func() { stop(transport.ErrStopping) })
	ctx, cancel := context.WithTimeoutCause(ctx, c.shared.Timeout, transport.ErrAttemptTimeout)
	return ctx, func() {
		cancel()
		forget()
		stop(nil)
	}
}

// request makes one request, from the token to the last byte of the answer.
func (c *Client) request(ctx context.Context, payload *batch.Payload) Answer {
	body := &requestBody{data: payload.Body}
	defer body.release()
	request, token, err := c.newRequest(ctx, body, payload)
	if err != nil {
		return Answer{Err: err, Token: token, Hidden: c.hidden}
	}
	response, err := c.transport.RoundTrip(request) //nolint:bodyclose // readAnswer does
	if err != nil {
		var known *transport.Error
		if ended := transport.Ended(ctx); ended != nil && !errors.As(err, &known) {
			err = ended
		}
		return Answer{Err: transport.WithoutURL(err), Token: token, Hidden: c.hidden}
	}
	answer := Answer{
		Status: response.StatusCode, Header: response.Header, Token: token, Hidden: c.hidden,
		OTLP: payload.ContentType == encode.ContentTypeOTLP,
	}
	if c.relay != nil {
		answer.Via = c.relay.RelayedBy()
	}
	answer.Body, answer.Err = readAnswer(response.Body)
	answer.Now = time.Now()
	return answer
}

// newRequest returns the request and the token in it. An error is a *transport.Error.
func (c *Client) newRequest(
	ctx context.Context, body *requestBody, payload *batch.Payload,
) (_ *http.Request, token string, _ error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, nil)
	if err != nil {
		return nil, "", &transport.Error{Cause: transport.NoRequest, Err: transport.WithoutURL(err)}
	}
	request.Header = c.header.Clone()
	if c.auth != nil {
		value, err := c.auth.Authorization()
		if err != nil {
			return nil, "", &transport.Error{Cause: transport.NoToken, Err: err}
		}
		if value != "" {
			request.Header.Set("Authorization", value)
			token = value[strings.LastIndexByte(value, ' ')+1:]
		}
	}
	request.Header.Set("Content-Type", payload.ContentType)
	if payload.ContentType == encode.ContentTypeOTLP {
		request.Header.Set("Accept", acceptOTLP)
	}
	if payload.ContentEncoding != "" {
		request.Header.Set("Content-Encoding", payload.ContentEncoding)
	}
	if payload.Attributes != "" {
		request.Header.Set("X-Dynatrace-Attr", payload.Attributes)
	}
	request.GetBody = body.open
	request.Body, _ = body.open()
	request.ContentLength = int64(len(payload.Body))
	return request, token, nil
}

// readAnswer reads the body of an answer up to a bound, and closes it.
func readAnswer(body io.ReadCloser) ([]byte, error) {
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer))
	if err != nil {
		return data, err
	}
	if len(data) == maxAnswer {
		_, _ = io.CopyN(io.Discard, body, maxDrain)
	}
	return data, nil
}

// count adds an attempt to the counters. Records that a server accepts are settled here. Those that
// it rejects are not, since a smaller payload or a later flush may still get them accepted: whoever
// gives them up counts them.
func (c *Client) count(v Verdict, payload *batch.Payload) {
	c.shared.Counters.Add(requestCounters[v.Kind], 1)
	if v.Kind != Accepted {
		return
	}
	c.shared.Counters.Add(telemetry.Payloads, 1)
	c.shared.Counters.Add(telemetry.PayloadBytesRaw, uint64(payload.RawBytes))
	c.shared.Counters.Add(telemetry.PayloadBytesWire, uint64(len(payload.Body)))
	c.shared.Counters.Add(telemetry.RecordsAccepted, uint64(payload.Records-v.Rejected))
	c.shared.Counters.Add(telemetry.DroppedPartialSuccess, uint64(v.Rejected))
}

var requestCounters = map[Kind]telemetry.Counter{
	Transient:     telemetry.RequestsTransient,
	Accepted:      telemetry.RequestsAccepted,
	Misconfigured: telemetry.RequestsMisconfigured,
	TooLarge:      telemetry.RequestsTooLarge,
	Rejected:      telemetry.RequestsRejected,
}
