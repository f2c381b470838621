package main

import (
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/ingest"
)

func TestRun_HelpExplainsTheCommand(t *testing.T) {
	s := newSite(t, ingest.Options{})
	if code := s.run("--help"); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, part := range []string{"Sending a file twice stores its records twice", "FILE.rest", "--token-file", "DT_API_TOKEN", "--restamp", "Exit code"} {
		if !strings.Contains(s.stdout.String(), part) {
			t.Errorf("the help does not say %q", part)
		}
	}
}

func TestRun_WrongArgumentsEndTheRunBeforeAnythingIsSent(t *testing.T) {
	secret := strings.Repeat("OldFormToken", 2)
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no file", nil, "no FILE"},
		{"an unknown flag", []string{"--what", "FILE"}, "see --help"},
		{"a flag behind the file", []string{"FILE", "--dry-run"}, "flags come before files"},
		{"a file twice", []string{"FILE", "./FILE"}, "given twice"},
		{"a missing file", []string{"/nowhere/at/all"}, "no such file"},
		{"a folder", []string{"/"}, "is a directory"},
		{"standard input without a rest", []string{"-"}, "use --rest"},
		{"a rest for two", []string{"--rest", "r", "a", "b"}, "one FILE only"},
		{"a batch of nothing", []string{"--batch", "0", "FILE"}, "--batch takes 1 to 50000"},
		{"an empty reason", []string{"--reason", "", "FILE"}, "takes a reason"},
		{"an endpoint of the web interface", []string{"--endpoint", "https://abc12345.apps.dynatrace.com", "FILE"}, "web interface"},
		{"http to elsewhere", []string{"--endpoint", "http://example.com/e/abc12345", "FILE"}, "`--allow-http`"},
		{"a token file that is none", []string{"--token-file", "/nowhere/at/all", "FILE"}, "--token-file: got"},
		{"certificates that are none", []string{"--tls-ca-file", "/nowhere/at/all", "FILE"}, "--tls-ca-file: got"},
		{"tls-verify as something else", []string{"--tls-verify=perhaps", "FILE"}, "takes on or off"},
		{"a pin that is none", []string{"--tls-pin-sha256", "AB", "FILE"}, "--tls-pin-sha256: got"},
		{"a proxy that is none", []string{"--proxy", "socks5://h:1", "FILE"}, "--proxy: got"},
		{"a proxy with a password", []string{"--proxy", "http://joe:" + secret + "@proxy:3128", "FILE"}, "set HTTPS_PROXY"},
		{"a token as a flag", []string{"--token", secret, "FILE"}, "must not be on the command line"},
		{"a token as a flag, written together", []string{"--api-token=" + secret, "FILE"}, "must not be on the command line"},
		{"a token as an unknown flag", []string{"--dt-token=" + token, "FILE"}, "must not be on the command line"},
		{"a token as a file", []string{token}, "must not be on the command line"},
		{"a token as the endpoint", []string{"--endpoint", token, "FILE"}, "must not be on the command line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, ingest.Options{})
			if code := s.run(c.args...); code != 2 {
				t.Errorf("exit code %d", code)
			}
			text := s.stderr.String()
			if !strings.Contains(text, c.says) || s.stdout.Len() > 0 || s.Stats().Requests > 0 {
				t.Errorf("said %q", text)
			}
			if strings.Contains(text, token) || strings.Contains(text, secret) {
				t.Error("the token was printed")
			}
		})
	}
}

func TestLoadConfig_ErrorsNameTheFlagsOfThisCommand(t *testing.T) {
	for _, c := range []struct{ endpoint, says string }{
		{"", "no endpoint: use --endpoint, or set DT_ENDPOINT"},
		{"abc12345", "no token: set DT_API_TOKEN, or use --token-file"},
	} {
		_, err := loadConfig(&options{endpoint: c.endpoint}, func(string) string { return "" })
		if err == nil || err.Error() != c.says {
			t.Errorf("%v, want %s", err, c.says)
		}
	}
	for _, token := range []string{"", "dt0c01." + strings.Repeat("A", 24) + "." + strings.Repeat("B", 64)} {
		cfg, err := loadConfig(&options{endpoint: "http://localhost:14499"}, func(name string) string {
			return map[string]string{"DT_API_TOKEN": token}[name]
		})
		if err != nil || cfg.Compress || !cfg.Token.IsZero() || len(cfg.Warnings) > 0 {
			t.Errorf("a OneAgent gets no token and nothing compressed: %v, %v", cfg, err)
		}
	}
}

func TestShorten_WritesMilliseconds(t *testing.T) {
	for _, c := range []struct{ name, record, want string }{
		{"nine digits", `{"timestamp":"2026-11-25T01:02:03.123456789Z","content":"c"}`, `{"timestamp":"2026-11-25T01:02:03.123Z","content":"c"}`},
		{"no digits, another zone", `{"a":1.50,"timestamp":"2026-11-25T01:02:03+01:00"}`, `{"a":1.50,"timestamp":"2026-11-25T00:02:03.000Z"}`},
		{"no time", `{"a":[ 1 ]}`, `{"a":[ 1 ]}`},
		{"a time that is a number", `{"timestamp":17}`, `{"timestamp":17}`},
		{"a time that cannot be read", `{"timestamp":"noon"}`, `{"timestamp":"noon"}`},
		{"nothing", `{}`, `{}`},
		{"what is no object stays", `{"a":`, `{"a":`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(shorten([]byte(c.record))); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestRestamp_KeepsTheFirstTimestamp(t *testing.T) {
	now := time.Date(2026, 11, 25, 1, 2, 3, 4, time.UTC)
	const stamp = `{"timestamp":"2026-11-25T01:02:03.000000004Z"`
	for _, c := range []struct{ name, record, want string }{
		{"moves the time", `{"timestamp":"t","content":"c"}`, stamp + `,"log.original_timestamp":"t","content":"c"}`},
		{"keeps values as they are written", ` { "a" : 1.50 , "b":[ 1 ,{"timestamp":2}], "timestamp" : 17 } `, stamp + `,"log.original_timestamp":17,"a":1.50,"b":[ 1 ,{"timestamp":2}]}`},
		{"a second time keeps the first time", `{"timestamp":"second","log.original_timestamp":"first"}`, stamp + `,"log.original_timestamp":"first"}`},
		{"without a time", `{"content":"c"}`, stamp + `,"content":"c"}`},
		{"with none for a time", `{"timestamp":null}`, stamp + `}`},
		{"of nothing", `{}`, stamp + `}`},
		{"escapes in keys", `{"a\"\u00e9":1}`, stamp + `,"a\"é":1}`},
		{"what is no object stays", `{"a":`, `{"a":`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(restamp([]byte(c.record), now)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestReplay_RestampKeepsTheOrderIfTheClockStops(t *testing.T) {
	r := &replay{opts: &options{restamp: true}, now: func() time.Time { return time.Unix(1, 0) }}
	first, second := string(r.prepare([]byte(`{}`))), string(r.prepare([]byte(`{}`)))
	if first >= second {
		t.Errorf("%s, then %s", first, second)
	}
}
