package wire

import (
	"net/http"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
)

// Destination is a chain of senders that ends in one HTTP client for each endpoint.
type Destination struct {
	deliver.Sender
	// Pace is shared by the chain: it knows how long the server takes to answer.
	Pace *deliver.Pace
	// Address is where requests go, and through which proxy, for a log line.
	Address string
	// Credential describes the token without revealing it, for a log line.
	Credential string

	clients []*deliver.Client
}

// DestinationOptions are what a Destination needs beside the configuration.
type DestinationOptions struct {
	Host
	// Attributes is the value of the X-Dynatrace-Attr header of every request; "" sends none.
	Attributes string
	// StopOnMisconfigured returns a misconfigured verdict at once instead of retrying it until the
	// deadline: for a command, whose user can fix the cause.
	StopOnMisconfigured bool
}

// NewDestination builds the chain. It opens no connection.
func NewDestination(cfg *config.Config, o DestinationOptions) (*Destination, error) {
	auth, credential, err := authorizer(cfg, o.Log)
	if err != nil {
		return nil, err
	}
	transports := make([]*transport.Transport, 0, len(cfg.Endpoints))
	for _, e := range cfg.Endpoints {
		t, err := transport.NewTransport(transport.Target{
			Endpoint: e,
			Several:  len(cfg.Endpoints) > 1,
			Timeout:  cfg.Delivery.RequestTimeout,
			Log:      o.Log,
		}, cfg.Transport)
		if err != nil {
			return nil, err
		}
		transports = append(transports, t)
	}
	shared := deliver.Shared{
		Timeout: cfg.Delivery.RequestTimeout, Pace: new(deliver.Pace), Counters: o.Counters, Log: o.Log,
	}
	d := &Destination{Pace: shared.Pace, Credential: credential}
	header, hidden := headers(cfg, o.Attributes), secrets(cfg, transports)
	var endpoints []deliver.Endpoint
	for i, e := range cfg.Endpoints {
		client, err := deliver.NewClient(deliver.ClientOptions{
			Shared:    shared,
			URL:       cfg.URL(e),
			Auth:      auth,
			Header:    header,
			Hidden:    hidden,
			Version:   Version,
			FluentBit: o.FluentBit,
			Transport: transports[i],
		})
		if err != nil {
			return nil, err
		}
		d.describe(e.Host, cfg.URL(e), transports[i].Via())
		d.clients = append(d.clients, client)
		endpoints = append(endpoints, deliver.Endpoint{Sender: client, Name: e.Host})
	}

	// Attempts until the deadline -> a breaker that all flushes share -> the choice among several
	// endpoints -> one attempt at one endpoint.
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
	d.Sender = deliver.NewRetrier(next, deliver.RetryOptions{
		Shared:        shared,
		Initial:       cfg.Delivery.RetryInitial,
		Max:           cfg.Delivery.RetryMax,
		Misconfigured: !o.StopOnMisconfigured,
	})
	return d, nil
}

// Close ends the requests under way and closes idle connections. It may be called more than once.
func (d *Destination) Close() {
	for _, client := range d.clients {
		client.Close()
	}
}

// authorizer returns what gives the token to the clients (nil: there is none), and how a log line
// describes it.
func authorizer(cfg *config.Config, log *telemetry.Log) (deliver.Authorizer, string, error) {
	switch {
	case cfg.TokenFile != "":
		file, err := deliver.NewFileToken(cfg.TokenFile, log)
		if err != nil {
			return nil, "", &option.Error{Name: "api_token_file", Err: err}
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

// headerAttributes is the header that carries attributes for all records of a request (page "POST
// ingest logs").
const headerAttributes = "X-Dynatrace-Attr"

// headerOptions is the header that asks for a data model (page "POST ingest logs"). A server that
// does not know the header ignores it, while an unknown query parameter would become an attribute
// of every record.
const headerOptions = "X-Dynatrace-Options"

// headers returns the headers that the configuration gives to every request.
func headers(cfg *config.Config, attributes string) http.Header {
	all := make(http.Header)
	for _, p := range cfg.Headers.Pairs() {
		all.Set(p.Name, p.Value)
	}
	if attributes != "" {
		all.Set(headerAttributes, attributes)
	}
	if cfg.Structure != "" {
		all.Set(headerOptions, "structure="+cfg.Structure)
	}
	return all
}
