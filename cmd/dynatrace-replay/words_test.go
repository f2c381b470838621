package main

import (
	"errors"
	"slices"
	"testing"

	"out_dynatrace/plugin/option"
)

func TestInFlags_NamesTheFlagsOfThisCommand(t *testing.T) {
	for text, want := range map[string]string{
		"set tls_ca_file, or tls_pin_sha256":    "set --tls-ca-file, or --tls-pin-sha256",
		"check `endpoint`":                      "check `--endpoint`",
		"use `proxy off`, or `allow_http on`":   "use `--proxy=off`, or `--allow-http`",
		"the endpoint is no proxy":              "the endpoint is no proxy",
		"api_token_file: not the api_token":     "--token-file: not the DT_API_TOKEN",
		"lower max_payload_bytes":               "lower max_payload_bytes",
		"the server says: user_id `structured`": "the server says: user_id `structured`",
		"the plugin is stopping":                "interrupted",
	} {
		if got := inFlags(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestErrorLines_NameTheFlagOfEachError(t *testing.T) {
	err := errors.Join(option.Errorf("proxy", "got nothing"), option.Errorf("headers", "no `api_token`"))
	want := []string{"--proxy: got nothing", "DT_HEADERS: no `DT_API_TOKEN`"}
	if got := errorLines(err); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
