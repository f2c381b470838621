package metadata

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// fetchTimeout is the most time for one request and its answer. The endpoint is an agent on
	// the same machine.
	fetchTimeout = 2 * time.Second
	// maxAnswer is the longest answer that is read, in bytes. One container takes a kilobyte or
	// two.
	maxAnswer = 1 << 20
	// maxAnswerHeader bounds the headers of an answer, in bytes.
	maxAnswerHeader = 64 << 10
)

// newTransport returns a transport to the task metadata endpoint. The endpoint is link-local, so
// no proxy could reach it, and requests are so rare that no connection is kept.
func newTransport() http.RoundTripper {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Protocols:              &http1,
		Proxy:                  nil,
		DialContext:            (&net.Dialer{Timeout: fetchTimeout}).DialContext,
		DisableKeepAlives:      true,
		DisableCompression:     true, // a compressed answer could expand without bound
		MaxResponseHeaderBytes: maxAnswerHeader,
	}
}

// taskURL checks ${ECS_CONTAINER_METADATA_URI_V4} and returns the URL of the task below it. An
// error does not repeat the value.
func taskURL(base string) (string, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return "", errors.New("is no URL")
	case u.Scheme != "http":
		return "", errors.New("does not begin with http://")
	case u.Hostname() == "":
		return "", errors.New("has no host")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("has more than a host and a path")
	}
	return u.JoinPath("task").String(), nil
}

// fetcher requests the task from the task metadata endpoint. It is not safe for concurrent use.
type fetcher struct {
	client *http.Client
	url    string
}

func newFetcher(url string, transport http.RoundTripper) *fetcher {
	if transport == nil {
		transport = newTransport()
	}
	return &fetcher{url: url, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// fetch makes one request. Its errors never quote the answer, which can hold options of log
// drivers.
func (f *fetcher) fetch(ctx context.Context) (*Task, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	defer f.client.CloseIdleConnections() // ends a dial that outlives its abandoned request
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return nil, errors.New("the URL cannot be requested")
	}
	answer, err := f.client.Do(request)
	if err != nil {
		return nil, fetchError(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is HTTP %d", answer.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, fetchError(ctx, err)
	}
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	return parseTask(data)
}

// fetchError returns the reason for a missing answer.
func fetchError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("no answer within %s", fetchTimeout)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return errors.New("no complete answer in HTTP")
}
