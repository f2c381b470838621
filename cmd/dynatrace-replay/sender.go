package main

import (
	"fmt"

	"out_dynatrace/plugin"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

// newSender builds the chain that takes payloads to Dynatrace. It is the only place here that knows what the chain is made of.
func newSender(cfg *config.Config, log *telemetry.Log) (_ deliver.Sender, done func(), _ error) {
	transport, err := deliver.NewTransport(cfg, log)
	if err != nil {
		return nil, nil, err
	}
	var auth deliver.Authorizer = deliver.StaticToken{Secret: cfg.Token}
	if cfg.TokenFile != "" {
		if auth, err = deliver.NewFileToken(cfg.TokenFile, log); err != nil {
			return nil, nil, fmt.Errorf("api_token_file: %w", err)
		}
	}
	client, err := deliver.NewClient(deliver.ClientOptions{
		URL: cfg.Endpoint.IngestURL, Auth: auth, Timeout: cfg.RequestTimeout, Version: plugin.Version, Transport: transport,
	})
	if err != nil {
		return nil, nil, err
	}
	retrier := deliver.NewRetrier(client, deliver.RetryOptions{
		Initial: cfg.RetryInitial, Max: cfg.RetryMax, Timeout: cfg.RequestTimeout, Log: log,
	})
	return retrier, client.Close, nil
}
