package main

import (
	"fmt"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/wire"
)

// newSender builds the chain that takes payloads to Dynatrace. It is the only place here that knows what the chain is made of.
func newSender(cfg *config.Config, log *telemetry.Log) (_ deliver.Sender, done func(), _ error) {
	var auth deliver.Authorizer = deliver.StaticToken{Secret: cfg.Token}
	if cfg.TokenFile != "" {
		var err error
		if auth, err = deliver.NewFileToken(cfg.TokenFile, log); err != nil {
			return nil, nil, fmt.Errorf("api_token_file: %w", err)
		}
	}
	var (
		doors []deliver.Endpoint
		ends  []func()
	)
	for _, endpoint := range cfg.Endpoints {
		transport, err := deliver.NewTransport(cfg, endpoint, log)
		if err != nil {
			return nil, nil, err
		}
		client, err := deliver.NewClient(deliver.ClientOptions{
			URL: endpoint.IngestURL, Auth: auth, Timeout: cfg.RequestTimeout, Version: wire.Version, Transport: transport,
		})
		if err != nil {
			return nil, nil, err
		}
		doors, ends = append(doors, deliver.Endpoint{Sender: client, Name: endpoint.Host}), append(ends, client.Close)
	}
	next := doors[0].Sender
	if len(doors) > 1 {
		next = deliver.NewFailover(doors, deliver.FailoverOptions{Timeout: cfg.RequestTimeout, Log: log})
	}
	retrier := deliver.NewRetrier(next, deliver.RetryOptions{
		Initial: cfg.RetryInitial, Max: cfg.RetryMax, Timeout: cfg.RequestTimeout, Log: log,
	})
	return retrier, func() {
		for _, end := range ends {
			end()
		}
	}, nil
}
