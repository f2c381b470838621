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
	// fetchTimeout is the longest time for one request with its answer. The endpoint is an agent on the same machine.
	fetchTimeout = 2 * time.Second
	// maxAnswer is the longest answer that is read, in bytes. One container takes a kilobyte or two.
	maxAnswer = 1 << 20
	// maxAnswerHeader bounds its headers, in bytes.
	maxAnswerHeader = 64 << 10
)

// newTransport is a transport to the task metadata endpoint. It is link-local, so no proxy could reach it, and asked so seldom that no
// connection is kept.
func newTransport() http.RoundTripper {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Protocols:              &http1,
		Proxy:                  nil,
		DialContext:            (&net.Dialer{Timeout: fetchTimeout}).DialContext,
		DisableKeepAlives:      true,
		DisableCompression:     true, // what is not unpacked cannot explode
		MaxResponseHeaderBytes: maxAnswerHeader,
	}
}

// taskURL checks ${ECS_CONTAINER_METADATA_URI_V4} and gives the URL of the task below it. An error does not repeat the value.
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

// fetcher asks the task metadata endpoint. It is not safe for concurrent use.
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

// fetch asks once. An error tells what went wrong in words of ours: the server's could hold options of log drivers.
func (f *fetcher) fetch(ctx context.Context) (*Task, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	defer f.client.CloseIdleConnections() // ends a dial that goes on after its request was given up
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return nil, errors.New("the URL cannot be asked")
	}
	answer, err := f.client.Do(request)
	if err != nil {
		return nil, trouble(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is HTTP %d", answer.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, trouble(ctx, err)
	}
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	return parseTask(data)
}

// trouble is the reason why there is no answer.
func trouble(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("no answer within %s", fetchTimeout)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return errors.New("no complete answer in HTTP")
}
