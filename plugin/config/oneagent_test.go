package config

import (
	"strings"
	"testing"

	"out_dynatrace/plugin/endpoint"
)

func TestLoad_OneAgentGetsNeitherTokenNorGzip(t *testing.T) {
	file := writeFile(t, classicToken)
	for _, c := range []struct {
		p        properties
		warnings string // the beginnings of the lines
	}{
		{properties{}, ""},
		{properties{"compress": "none"}, ""},
		{properties{"format": "json", "limits": "managed", "attributes": "a=b"}, ""},
		{properties{"api_token": classicToken}, "api_token: is not sent: the OneAgent of this machine (localhost:14499)"},
		{properties{"api_token": "not a token"}, "api_token: is not sent"},
		{properties{"api_token_file": file}, "api_token_file: is not sent"},
		{properties{"api_token_file": "/no/such/file"}, "api_token_file: is not sent"},
		{properties{"attributes_in": "header"}, ""}, // there are none
	} {
		c.p["endpoint"] = "http://localhost:14499"
		got := mustLoad(t, c.p)
		if got.Endpoints[0].Kind != endpoint.OneAgent || got.Compress || !got.Token.IsZero() || got.TokenFile != "" {
			t.Errorf("%v: %v, compress %v, token %v, %q", c.p, got.Endpoints[0].Kind, got.Compress, got.Token, got.TokenFile)
		}
		if all := strings.Join(warnings(got), "\n"); !strings.HasPrefix(all, c.warnings) || (all == "") != (c.warnings == "") || strings.Contains(all, secretPart) {
			t.Errorf("%v: warnings %q, want %q", c.p, all, c.warnings)
		}
	}
	if got := mustLoad(t, with("endpoint", "http://localhost:8080")); !got.Compress || got.Token.IsZero() {
		t.Errorf("a server on this machine is taken for a OneAgent: %+v", got)
	}
}

func TestLoad_RejectsWhatAOneAgentDoesNotTake(t *testing.T) {
	for _, c := range []struct {
		p    properties
		want string
	}{
		{properties{"compress": "gzip"}, "compress: is gzip, but a OneAgent (localhost:14499) reads no compressed requests; remove it or set `compress none`"},
		{properties{"format": "jsonl"}, "format: is jsonl, but a OneAgent (localhost:14499) reads only application/json; set `format json`"},
		{properties{"format": "text"}, "format: is text, but a OneAgent (localhost:14499) reads only application/json; set `format json`"},
		{properties{"format": "xml"}, `format: got "xml", takes json`},
		{properties{"attributes_in": "header", "attributes": "a=b"}, "attributes_in: is header, but a OneAgent (localhost:14499) is not known to read it"},
		{properties{"api_token": classicToken, "api_token_file": "x"}, "api_token: is set, and so is `api_token_file`"},
	} {
		c.p["endpoint"] = "http://localhost:14499"
		if got := lines(t, c.p); len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
			t.Errorf("%v:\ngot  %q\nwant %q", c.p, got, c.want)
		}
	}
}
