package main

import (
	"errors"
	"maps"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/endpoint"
)

// properties is a config.Source.
type properties map[string]string

// Get implements config.Source.
func (p properties) Get(name string) string { return p[name] }

// loadConfig checks the flags and the environment by the rules of the plugin.
func loadConfig(o *options, getenv func(string) string) (*config.Config, error) {
	src := properties{
		"endpoint": o.endpoint, "api_token_file": o.tokenFile, "headers": getenv("DT_HEADERS"),
	}
	maps.Copy(src, o.plugin)
	if src["endpoint"] == "" {
		src["endpoint"] = getenv("DT_ENDPOINT")
	}
	if src["endpoint"] == "" {
		return nil, errors.New("no endpoint: use --endpoint, or set DT_ENDPOINT")
	}
	if o.allowHTTP {
		src["allow_http"] = "on"
	}
	all, _, err := endpoint.ParseList(src["endpoint"])
	isOneAgent := err == nil && all[0].Kind == endpoint.OneAgent
	if o.tokenFile == "" && !isOneAgent {
		if src["api_token"] = getenv("DT_API_TOKEN"); err == nil && src["api_token"] == "" {
			return nil, errors.New("no token: set DT_API_TOKEN, or use --token-file")
		}
	}
	return config.Load(src)
}
