package config

import (
	"fmt"
	"slices"
	"time"

	"out_dynatrace/plugin/endpoint"
)

const (
	// throttleWait is how long a request can wait in the server's queue before the response 429
	// (https://docs.dynatrace.com/managed/dynatrace-api/basics/access-limit).
	throttleWait = 10 * time.Second
	// timeForNext is the least time that a flush should have left for a second endpoint when a
	// request to the first one timed out.
	timeForNext = 2 * time.Second
)

func (l *loader) checkTimes() {
	request, flush, retry := l.Delivery.RequestTimeout, l.Flush.Deadline, &l.Delivery
	if !l.wrong(&retry.RetryInitial, &retry.RetryMax) && retry.RetryMax < retry.RetryInitial {
		l.fail(&retry.RetryMax, "is %s, takes at least `retry_initial`, which is %s: "+
			"the pause between attempts only grows", retry.RetryMax, retry.RetryInitial)
	}
	if l.wrong(&l.Delivery.RequestTimeout) {
		return
	}
	remote := slices.ContainsFunc(l.Endpoints, func(e endpoint.Endpoint) bool { return !e.Loopback() })
	if request < throttleWait && remote {
		l.warn(&l.Delivery.RequestTimeout, "is "+request.String()+"; the server can hold a request "+
			"for 10s before it responds with 429, so throttling will look like a timeout")
	}
	switch {
	case l.wrong(&l.Flush.Deadline):
	case flush < request:
		l.fail(&l.Flush.Deadline, "is %s, takes at least `request_timeout`, which is %s: "+
			"a flush needs time for one whole request", flush, request)
	case len(l.Endpoints) > 1 && flush-request < timeForNext:
		l.warn(&l.Flush.Deadline, fmt.Sprintf("is %s: after a request that got no response within "+
			"`request_timeout`, %s, there is no time for the next endpoint in the same flush; "+
			"leave some seconds between them", flush, request))
	}
}
