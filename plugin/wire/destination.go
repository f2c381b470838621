package wire

import (
	"time"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
)

// Destination is the chain of senders of one configuration. Safe for concurrent use.
type Destination struct {
	deliver.Sender
	// Address is where requests go, and through which proxy, for a log line.
	Address string
	// Credential describes the token without revealing it, for a log line.
	Credential string

	shared  deliver.Shared
	clients []*deliver.Client
}

// DestinationOptions are what a Destination needs besides the configuration.
type DestinationOptions struct {
	Host
	// StopOnMisconfigured returns a misconfigured verdict at once instead of retrying until the
	// deadline: for a command, whose user can fix the cause.
	StopOnMisconfigured bool
}

// NewDestination builds the chain. It opens no connection.
func NewDestination(cfg *config.Config, o DestinationOptions) (*Destination, error) {
	d := &Destination{shared: deliver.Shared{
		Timeout:  cfg.Delivery.RequestTimeout,
		Pace:     new(deliver.Pace),
		Counters: o.Counters,
		Log:      o.Log,
	}}
	endpoints, err := d.connect(cfg, o.FluentBit)
	if err != nil {
		return nil, err
	}
	d.Sender = chain(endpoints, d.shared, cfg, !o.StopOnMisconfigured)
	return d, nil
}

// chain puts the senders together. From the outside to the inside:
//
//	Retrier   attempts until the deadline of the flush
//	Breaker   one for all flushes: after failures it lets probes through only
//	Failover  the choice among several endpoints; left out for one
//	Client    one attempt at one endpoint
func chain(
	endpoints []deliver.Endpoint, shared deliver.Shared, cfg *config.Config, misconfigured bool,
) deliver.Sender {
	next := endpoints[0].Sender
	if len(endpoints) > 1 {
		next = deliver.NewFailover(endpoints, deliver.FailoverOptions{Shared: shared})
	}
	next = deliver.NewBreaker(next, deliver.BreakerOptions{
		Shared:   shared,
		Initial:  cfg.Delivery.RetryInitial,
		Max:      cfg.Delivery.RetryMax,
		Patience: cfg.Flush.Deadline,
	})
	return deliver.NewRetrier(next, deliver.RetryOptions{
		Shared:        shared,
		Initial:       cfg.Delivery.RetryInitial,
		Max:           cfg.Delivery.RetryMax,
		Misconfigured: misconfigured,
	})
}

// connect makes a client for each endpoint, and describes them in d.
func (d *Destination) connect(cfg *config.Config, fluentBit string) ([]deliver.Endpoint, error) {
	auth, credential, err := authorizer(cfg, d.shared.Log)
	if err != nil {
		return nil, err
	}
	d.Credential = credential
	transports, err := newTransports(cfg, d.shared.Log)
	if err != nil {
		return nil, err
	}
	header, hidden := headers(cfg), secrets(cfg, transports)
	endpoints := make([]deliver.Endpoint, 0, len(cfg.Endpoints))
	for i, e := range cfg.Endpoints {
		client, err := deliver.NewClient(deliver.ClientOptions{
			Shared:    d.shared,
			URL:       cfg.URL(e),
			Auth:      auth,
			Header:    header,
			Hidden:    hidden,
			Version:   Version,
			FluentBit: fluentBit,
			Transport: transports[i],
		})
		if err != nil {
			return nil, err
		}
		d.clients = append(d.clients, client)
		d.describe(e.Host, cfg.URL(e), transports[i].Via())
		endpoints = append(endpoints, deliver.Endpoint{Sender: client, Name: e.Host})
	}
	return endpoints, nil
}

// newTransports makes the connections of each endpoint.
func newTransports(cfg *config.Config, log *telemetry.Log) (all []*transport.Transport, err error) {
	for _, e := range cfg.Endpoints {
		t, err := transport.NewTransport(transport.Target{
			Endpoint: e,
			Several:  len(cfg.Endpoints) > 1,
			Timeout:  cfg.Delivery.RequestTimeout,
			Log:      log,
		}, cfg.Transport)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// Close ends the requests in flight and closes idle connections. It may be called more than once.
func (d *Destination) Close() {
	for _, client := range d.clients {
		client.Close()
	}
}

// attemptTime returns the time that a request needs to make sense, by the responses so far.
func (d *Destination) attemptTime() time.Duration { return d.shared.Pace.Least(d.shared.Timeout) }

// authorizer returns what gives the token to the clients (nil: there is none), and how a log line
// describes it.
func authorizer(cfg *config.Config, log *telemetry.Log) (deliver.Authorizer, string, error) {
	switch {
	case cfg.TokenFile != "":
		file, err := deliver.NewFileToken(cfg.TokenFile, log)
		if err != nil {
			return nil, "", option.Errorf("api_token_file", "%w", err)
		}
		return file, "from " + cfg.TokenFile, nil
	case cfg.Token.IsZero():
		return nil, "none", nil
	}
	return deliver.StaticToken{Secret: cfg.Token}, cfg.Token.String(), nil
}

// describe adds an endpoint to the address: the first one with its whole URL, the others by host.
func (d *Destination) describe(host, url, via string) {
	if d.Address == "" {
		d.Address = url
	} else {
		d.Address += ", or else to " + host
	}
	if via != "" {
		d.Address += " through the proxy " + via
	}
}
