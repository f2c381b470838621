package plugin

import (
	"fmt"
	"net/http"
	"slices"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

// destination is the end of the line: a chain of senders around an HTTP client for each endpoint.
type destination struct {
	deliver.Sender
	pace  *deliver.Pace
	close func()
	// credential describes the token without giving it away.
	credential string
	// address says where the requests go, and through which proxy.
	address string
}

// newDestination builds the chain, around clients that send attributes as a header, unless that is "": attempts until the deadline, around a
// gate that all flushes share, around the choice of an endpoint where there are several, around single attempts.
// fluentBit is the version of Fluent Bit, "" where it is not known.
func newDestination(cfg *config.Config, attributes, fluentBit string, counters *telemetry.Counters, log *telemetry.Log) (*destination, error) {
	d := &destination{credential: cfg.Token.String(), pace: new(deliver.Pace)}
	var (
		auth deliver.Authorizer = deliver.StaticToken{Secret: cfg.Token}
		err  error
	)
	switch {
	case cfg.TokenFile != "":
		if auth, err = deliver.NewFileToken(cfg.TokenFile, log); err != nil {
			return nil, fmt.Errorf("api_token_file: %w", err)
		}
		d.credential = "from " + cfg.TokenFile
	case cfg.Token.IsZero():
		auth, d.credential = nil, "none"
	}
	header, hidden := headers(cfg, attributes)
	doors := make([]deliver.Endpoint, 0, len(cfg.Endpoints))
	clients := make([]*deliver.Client, 0, len(cfg.Endpoints))
	for _, endpoint := range cfg.Endpoints {
		transport, err := deliver.NewTransport(cfg, endpoint, log)
		if err != nil {
			return nil, err
		}
		client, err := deliver.NewClient(deliver.ClientOptions{
			URL:       endpoint.URL(cfg.Format),
			Auth:      auth,
			Header:    header,
			Hidden:    append(slices.Clip(hidden), transport.Hidden()...),
			Timeout:   cfg.RequestTimeout,
			Version:   Version,
			FluentBit: fluentBit,
			Transport: transport,
			Pace:      d.pace,
			Counters:  counters,
		})
		if err != nil {
			return nil, err
		}
		d.describe(endpoint, cfg.Format, transport.Via())
		doors, clients = append(doors, deliver.Endpoint{Sender: client, Name: endpoint.Host}), append(clients, client)
	}
	d.close = func() {
		for _, client := range clients {
			client.Close()
		}
	}
	next := doors[0].Sender
	if len(doors) > 1 {
		next = deliver.NewFailover(doors, deliver.FailoverOptions{Timeout: cfg.RequestTimeout, Pace: d.pace, Counters: counters, Log: log})
	}
	gate := deliver.NewGate(next, deliver.GateOptions{
		Initial:  cfg.RetryInitial,
		Max:      cfg.RetryMax,
		Patience: cfg.FlushDeadline,
		Timeout:  cfg.RequestTimeout,
		Pace:     d.pace,
		Counters: counters,
		Log:      log,
	})
	d.Sender = deliver.NewRetrier(gate, deliver.RetryOptions{
		Initial:     cfg.RetryInitial,
		Max:         cfg.RetryMax,
		Timeout:     cfg.RequestTimeout,
		Pace:        d.pace,
		Environment: true,
		Counters:    counters,
		Log:         log,
	})
	return d, nil
}

// describe adds an endpoint to the address: the first one with all of its URL, the others by their host.
func (d *destination) describe(endpoint config.Endpoint, format config.Format, via string) {
	if d.address == "" {
		d.address = endpoint.URL(format)
	} else {
		d.address += ", or else to " + endpoint.Host
	}
	if via != "" {
		d.address += " through the proxy " + via
	}
}

// headerOptions is the header that asks for a data model (page "POST ingest logs"). A server that does not know it takes no notice,
// while a query parameter that it does not know would become an attribute of every record.
const headerOptions = "X-Dynatrace-Options"

// headers are those that every request has by the configuration, and the values that must not be shown.
func headers(cfg *config.Config, attributes string) (all http.Header, hidden []string) {
	all = make(http.Header)
	for _, p := range cfg.Headers.Pairs() {
		all.Set(p.Name, p.Value)
		hidden = append(hidden, p.Value)
	}
	if attributes != "" {
		all.Set(headerAttributes, attributes)
	}
	if cfg.Structure != "" {
		all.Set(headerOptions, "structure="+cfg.Structure)
	}
	return all, hidden
}
