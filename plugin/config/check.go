package config

import (
	"fmt"
	"slices"
	"time"

	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/secret"
)

// throttleWait is how long a request can stand in the server's queue before it is answered with 429
// (https://docs.dynatrace.com/managed/dynatrace-api/basics/access-limit).
const throttleWait = 10 * time.Second

// timeForNext is the least that a flush should have left for a second endpoint when a request to the first ran out of time.
const timeForNext = 2 * time.Second

func (d *draft) checkEndpoint() {
	switch {
	case d.wrong[optEndpoint]:
		return
	case d.endpoint == "":
		d.fail(optEndpoint, "is not set; write for example `endpoint https://abc12345.live.dynatrace.com` or `endpoint https://activegate.example.com:9999/e/abc12345` "+
			"(Fluent Bit keeps host, port and tls for itself, and a variable that is not set counts as absent)")
		return
	}
	endpoints, warnings, err := endpoint.ParseList(d.endpoint)
	if err != nil {
		d.fail(optEndpoint, "%w", err)
		return
	}
	d.Endpoints = endpoints
	d.warn(optEndpoint, warnings...)
	d.checkExposed()
}

// checkExposed rejects endpoints to which the token would travel unencrypted, unless that is allowed.
func (d *draft) checkExposed() {
	for i, e := range d.Endpoints {
		number := ""
		if len(d.Endpoints) > 1 {
			number = fmt.Sprintf("number %d: ", i+1)
		}
		switch {
		case !e.Exposed():
		case d.allowHTTP || d.wrong[optAllowHTTP]:
			d.warn(optEndpoint, number+"the token and the logs travel unencrypted to "+e.Host)
		default:
			d.fail(optEndpoint, "%sgot http to %s, takes https (the token would travel unencrypted); `allow_http on` permits it", number, e.Host)
		}
	}
}

// plain says that an endpoint, or every one of them, is http.
func (d *draft) plain() (one, all bool) {
	one = slices.ContainsFunc(d.Endpoints, endpoint.Endpoint.Plain)
	return one, !slices.ContainsFunc(d.Endpoints, func(e endpoint.Endpoint) bool { return !e.Plain() })
}

func (d *draft) checkToken() {
	given := d.token != "" || d.wrong[optToken]
	fileGiven := d.TokenFile != "" || d.wrong[optTokenFile]
	switch {
	case given && fileGiven:
		d.fail(optToken, "is set, and so is `api_token_file`; keep one of them")
		return
	case d.wrong[optToken] || d.wrong[optTokenFile]:
		return
	case d.ToOneAgent():
		d.withoutToken()
		return
	case !given && !fileGiven:
		d.fail(optToken, "neither `api_token` nor `api_token_file` is set; write for example `api_token ${DT_API_TOKEN}` (a variable that is not set counts as absent)")
		return
	}

	name, token, warnings, err := optToken, secret.Secret{}, []string(nil), error(nil)
	if given {
		token, warnings, err = secret.Parse(d.token)
		d.Token = token
	} else {
		name = optTokenFile
		token, warnings, err = secret.ReadFile(d.TokenFile)
	}
	if err != nil {
		d.fail(name, "%w", err)
		return
	}
	d.warn(name, warnings...)
	for _, e := range d.Endpoints {
		if token.Bearer() && e.Kind == endpoint.ActiveGate {
			// Dynatrace's examples for ActiveGates use API tokens only:
			// https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs.
			d.warn(name, "is a platform token, which an ActiveGate ("+e.Host+") may refuse; if it answers 401 or 403, use an access token (dt0c01.) with the scope logs.ingest")
		}
	}
}

func (d *draft) checkTimes() {
	ok := func(names ...string) bool {
		for _, name := range names {
			if d.wrong[name] {
				return false
			}
		}
		return true
	}
	if ok(optRequestTimeout, optFlushDeadline) && d.FlushDeadline < d.RequestTimeout {
		d.fail(optFlushDeadline, "is %s, takes at least `request_timeout`, which is %s: a flush needs time for one whole request", d.FlushDeadline, d.RequestTimeout)
	}
	if ok(optRetryInitial, optRetryMax) && d.RetryMax < d.RetryInitial {
		d.fail(optRetryMax, "is %s, takes at least `retry_initial`, which is %s: the pause between attempts only grows", d.RetryMax, d.RetryInitial)
	}
	if ok(optRequestTimeout, optFlushDeadline) && len(d.Endpoints) > 1 && d.FlushDeadline >= d.RequestTimeout && d.FlushDeadline-d.RequestTimeout < timeForNext {
		d.warn(optFlushDeadline, "is "+d.FlushDeadline.String()+": after a request that got no answer within `request_timeout`, "+d.RequestTimeout.String()+", there is no time for the next endpoint in the same flush; leave some seconds between them")
	}
	if ok(optRequestTimeout) && d.RequestTimeout < throttleWait && slices.ContainsFunc(d.Endpoints, func(e endpoint.Endpoint) bool { return !e.Loopback() }) {
		d.warn(optRequestTimeout, "is "+d.RequestTimeout.String()+"; the server can hold a request for 10s before it answers 429, so throttling will look like a timeout")
	}
}
