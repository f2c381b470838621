package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/telemetry"
)

// properties is a config.Source.
type properties map[string]string

// Get implements config.Source.
func (p properties) Get(name string) string { return p[name] }

// loadConfig checks the flags and the environment by the rules of the plugin.
func loadConfig(o *options, getenv func(string) string) (*config.Config, error) {
	src := properties{"endpoint": o.endpoint, "api_token_file": o.tokenFile, "headers": getenv("DT_HEADERS")}
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

// flagNames replaces the names of the plugin's options, in texts of its packages, by those of this
// command.
var flagNames = strings.NewReplacer(
	"api_token_file", "--token-file", "api_token", "DT_API_TOKEN",
	"`allow_http on`", "`--allow-http`", "allow_http", "--allow-http",
	"tls_ca_file", "--tls-ca-file", "`tls_verify`", "`--tls-verify`", "tls_verify:", "--tls-verify:",
	"`endpoint`", "`--endpoint`", "headers:", "DT_HEADERS:", "structure:", "--structure:",
	"tls_pin_sha256", "--tls-pin-sha256", "tls_server_name", "--tls-server-name",
	"tls_min_version", "--tls-min-version", "tls_cert_file", "--tls-cert-file", "tls_key_file", "--tls-key-file",
	"`proxy off`", "`--proxy=off`", "`proxy`", "`--proxy`", "proxy: got", "--proxy: got",
	"the plugin is stopping", "interrupted", "flush_deadline exceeded", "no more time for retries",
	"in this flush", "for retries",
)

// printer is a telemetry.Logger for a terminal. Safe for concurrent use.
type printer struct {
	mu sync.Mutex
	w  io.Writer
}

// Enabled implements telemetry.Logger.
func (*printer) Enabled(level telemetry.Level) bool { return level <= telemetry.LevelInfo }

// Log implements telemetry.Logger.
func (p *printer) Log(_ telemetry.Level, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.w, "dynatrace-replay:", flagNames.Replace(text))
}
