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
)

const (
	// maxAnswer bounds what is read of an answer, in bytes. The API's are below 1 KiB.
	maxAnswer = 64 << 10
	// maxDrain bounds what is read beyond it and thrown away, so that the connection can be used again.
	maxDrain = 64 << 10

	// accept is what the API reference asks for.
	accept = "application/json; charset=utf-8, application/json"
	// acceptOTLP is the same for OTLP; a gateway may still answer in JSON.
	acceptOTLP = encode.ContentTypeOTLP + ", application/json"
	// defaultTimeout of an attempt. The API lets a request wait 10 s before it answers 429, so less would turn throttling into timeouts.
	defaultTimeout = 15 * time.Second
)

// Authorizer gives the value of the Authorization header; "" sends none, as for a local OneAgent. Implementations are safe for concurrent use.
type Authorizer interface {
	Authorization() (string, error)
}

// refusable is an Authorizer that wants to know when the server refused what it gave.
type refusable interface {
	Refused()
}

// way is a transport that can go through a proxy; see Transport.
type way interface {
	Via() string
	Relayed() bool
}

// ClientOptions says where and how a Client sends.
type ClientOptions struct {
	// URL is the full URL of the ingest API, with its query.
	URL string
	// Header holds further headers for every request; nil is none.
	Header http.Header
	// Hidden are values of Header that no message may repeat, in case an answer echoes the request.
	Hidden []string
	// Auth gives the token; nil sends none.
	Auth Authorizer
	// Timeout bounds one attempt from the first step to the last byte of the answer; 0 is 15 s.
	Timeout time.Duration
	// Version is the plugin's, for the User-Agent.
	Version string
	// FluentBit is the version of the Fluent Bit around it, for the User-Agent; "" is not known, or none.
	FluentBit string
	// Transport does the requests; see NewTransport. It is used without an http.Client, so redirects are answers like any
	// other and are never followed.
	Transport http.RoundTripper
	// Pace is told how long the server takes to accept or refuse a payload; nil tells nobody.
	Pace *Pace
	// Counters counts requests and what they achieved; nil counts nothing that anybody sees.
	Counters *telemetry.Counters
}

// Client makes single attempts. It is a Sender, safe for concurrent use.
type Client struct {
	transport http.RoundTripper
	way       way // the transport, if it is one
	url       string
	header    http.Header
	hidden    *strings.Replacer
	auth      Authorizer
	timeout   time.Duration
	pace      *Pace
	counters  *telemetry.Counters

	known atomic.Bool // the server has answered as the API does

	running context.Context // ends with Close
	stop    context.CancelCauseFunc
}

// NewClient checks the URL and returns a Client. It sends nothing.
func NewClient(o ClientOptions) (*Client, error) {
	target, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", withoutURL(err))
	}
	if target.Host == "" || target.Scheme != "https" && target.Scheme != "http" {
		return nil, errors.New("endpoint: takes a URL that starts with https://")
	}
	if o.Transport == nil {
		return nil, errors.New("deliver: no transport")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Pace == nil {
		o.Pace = new(Pace)
	}
	if o.Counters == nil {
		o.Counters = new(telemetry.Counters)
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
		timeout:   o.Timeout,
		pace:      o.Pace,
		counters:  o.Counters,
	}
	c.way, _ = o.Transport.(way)
	c.running, c.stop = context.WithCancelCause(context.Background())
	return c, nil
}

// userAgent is who asks, as product tokens with the most important one first (RFC 9110, section 10.1.5).
func userAgent(version, fluentBit string) string {
	agent := "fluent-bit-output-dynatrace/" + version
	if fluentBit != "" {
		agent += " fluent-bit/" + fluentBit
	}
	return agent
}

// Close ends the attempts that run and closes idle connections. Send returns ReasonStopping from then on. It may be called more than once.
func (c *Client) Close() {
	c.stop(errStopping)
	if transport, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		transport.CloseIdleConnections()
	}
}

// Send makes one attempt and judges it. It never sleeps, so wait means nothing here.
func (c *Client) Send(ctx context.Context, payload *batch.Payload, _ bool) Verdict {
	if c.running.Err() != nil {
		return Judge(Answer{Err: errStopping})
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if err := endOf(ctx); err != nil {
		return Judge(Answer{Err: err})
	}
	began := time.Now()
	answer := c.attempt(ctx, payload)
	answer.Known = c.known.Load()
	verdict := Judge(answer)
	if verdict.Kind == Accepted || isOfTheAPI(answer) {
		c.known.Store(true)
	}
	if verdict.Kind != Transient && verdict.Kind != Misconfigured {
		c.pace.Observe(time.Since(began))
	}
	if verdict.Reason == ReasonToken && verdict.Status != 0 {
		if auth, ok := c.auth.(refusable); ok {
			auth.Refused()
		}
	}
	verdict.Rejected = min(verdict.Rejected, payload.Records)
	c.count(verdict, payload)
	return verdict
}

// bound returns a context that ends with ctx, with the timeout of an attempt, or with Close, and knows which one it was.
func (c *Client) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancelCause(ctx)
	forget := context.AfterFunc(c.running, func() { stop(errStopping) })
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errAttemptTimeout)
	return ctx, func() {
		cancel()
		forget()
		stop(nil)
	}
}

// attempt does one request, and another one if that was cut off on a connection that had been used before: a server closes what was idle
// for a time of its own, perhaps just now, which is no sign of trouble.
func (c *Client) attempt(ctx context.Context, payload *batch.Payload) Answer {
	answer, reused := c.request(ctx, payload)
	if answer.Status == 0 && reused && (isCut(answer.Err) || isRetired(answer.Err)) && endOf(ctx) == nil {
		answer, _ = c.request(ctx, payload)
	}
	return answer
}

// request does one, from token to the last byte of the answer, and tells whether that was on a connection used before.
func (c *Client) request(ctx context.Context, payload *batch.Payload) (_ Answer, reused bool) {
	phase := phase{way: c.way, agent: c.header.Get("User-Agent")}
	body := &requestBody{data: payload.Body}
	defer body.release()
	request, token, err := c.newRequest(phase.watch(ctx), body, payload)
	if err != nil {
		return Answer{Err: err, Token: token, Hidden: c.hidden}, false
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		if ended := endOf(ctx); ended != nil {
			err = phase.ended(ended)
		}
		return Answer{Err: withoutURL(err), Token: token, Hidden: c.hidden}, phase.reused.Load()
	}
	answer := Answer{
		Status: response.StatusCode, Header: response.Header, Token: token, Hidden: c.hidden,
		OTLP: payload.ContentType == encode.ContentTypeOTLP,
	}
	if c.way != nil && c.way.Relayed() {
		answer.Via = c.way.Via()
	}
	answer.Body, answer.Err = readAnswer(response.Body)
	answer.Now = time.Now()
	return answer, false
}

func (c *Client) newRequest(ctx context.Context, body *requestBody, payload *batch.Payload) (_ *http.Request, token string, _ error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, nil)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errRequest, withoutURL(err))
	}
	request.Header = c.header.Clone()
	if c.auth != nil {
		value, err := c.auth.Authorization()
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", errToken, err)
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

// readAnswer is the one place where the body of an answer is read, bounded, and closed.
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

// count adds an attempt to the counters. Records that a server accepts are settled here; those that it refuses are not,
// since a smaller payload or a later flush may still bring them in: whoever gives them up counts them.
func (c *Client) count(v Verdict, payload *batch.Payload) {
	c.counters.Add(requestCounters[v.Kind], 1)
	if v.Kind != Accepted {
		return
	}
	c.counters.Add(telemetry.Payloads, 1)
	c.counters.Add(telemetry.PayloadBytesRaw, uint64(payload.RawBytes))
	c.counters.Add(telemetry.PayloadBytesWire, uint64(len(payload.Body)))
	c.counters.Add(telemetry.RecordsAccepted, uint64(payload.Records-v.Rejected))
	c.counters.Add(telemetry.DroppedPartialSuccess, uint64(v.Rejected))
}

var requestCounters = map[Kind]telemetry.Counter{
	Transient:     telemetry.RequestsTransient,
	Accepted:      telemetry.RequestsAccepted,
	Misconfigured: telemetry.RequestsMisconfigured,
	TooLarge:      telemetry.RequestsTooLarge,
	Rejected:      telemetry.RequestsRejected,
}
