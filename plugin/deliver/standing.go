package deliver

// standing is what a verdict tells about the endpoint that it came from, among several of one environment.
type standing uint8

const (
	// unknown: nothing.
	unknown standing = iota
	// works: no other endpoint would have said anything else.
	works
	// fails: another endpoint may do better.
	fails
)

// standingOf is a pure function. What the environment, the token or the records are to blame for is the same behind every
// endpoint, and whoever says so works: to ask another would only double what a server in need is asked, or a mistake that somebody has to
// see. What lies between here and the environment (name, route, proxy, certificate, the machine itself) is each endpoint's own.
func standingOf(v Verdict) standing {
	if v.NotAPI {
		return fails
	}
	switch v.Kind {
	case Accepted, TooLarge, Rejected:
		// Whoever judges a payload works. A limit can be that of a gateway before this endpoint alone, but smaller payloads pass it, too.
		return works
	}
	switch v.Reason {
	case ReasonThrottled, ReasonLicence:
		return works // it speaks for the environment, which counts what comes in by any way
	case ReasonToken:
		if v.Status == 0 {
			return unknown // the token file cannot be read: no request was made
		}
		return works
	case ReasonNetwork, ReasonHostUnknown, ReasonTLS, ReasonCertificate, ReasonScheme:
		return fails // no answer from the other side, or no side that may be spoken to
	case ReasonProxy:
		return fails // which proxy is on the way, and whom it lets through to where, depends on the host
	case ReasonServerError, ReasonQueueFull:
		return fails // a gateway, a load balancer or an ActiveGate with its own disk
	case ReasonTimeout:
		return fails // no answer, or 408: what was sent did not get there in time
	case ReasonDeadline:
		// No answer until the end of the flush. No request is begun without the time that slow answers take (Pace), so that this is no
		// shortage of time here. Where request_timeout is as long as the flush, no other reason would ever come of a silent server.
		return fails
	case ReasonURL, ReasonRedirect, ReasonNotTheAPI, ReasonUnsupported:
		return fails // there is something else behind this door
	case ReasonRequest:
		return fails // its URL cannot be used
	}
	return unknown // the plugin stops, or nobody filled the verdict in
}
