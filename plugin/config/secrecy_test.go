package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/secret/secrettest"
)

// marker cannot be part of a public part (small letters), is no word, and stands in no text of
// this package.
const marker = "zQ7vK9wJ4hTm"

// FuzzNoSecretIsEverPrinted puts a marker inside something that may be a token, a password or a
// query, wherever one can be written, and looks for it in everything that comes out.
func FuzzNoSecretIsEverPrinted(f *testing.F) {
	for _, s := range []string{"", "dt0c01." + publicPart + ".", "dt0s16.", `"`, "${", "<", "Bearer ", "\x00", "ä", "dt0c01", "a.b.", "eyJhbGciOiJ.eyJ.", "@", "/", "?", "#", "%", "\n", ":"} {
		f.Add(s, "")
		f.Add("", s)
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		token := before + marker + after
		check := func(where string, v any) {
			out := secrettest.Printed(v)
			if strings.Contains(strings.ToLower(out), strings.ToLower(marker)) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", marker)) {
				t.Errorf("%s shows the secret: %s", where, out)
			}
		}
		s, warnings, err := secret.Parse(token)
		check("secret.Parse", err)
		check("secret.Parse", warnings)
		for _, v := range []any{s, &s, Config{Token: s}, &Config{Token: s}} {
			check("Secret", v)
		}
		file := ""
		if !strings.Contains(token, "\x00") {
			file = "dt0c01." + publicPart + "." + marker
		}
		for _, p := range []properties{
			with("api_token", token),
			with("token", token, "header", token, "api-token", token),
			with("endpoint", "https://user:"+token+"@ag.example.com/e/abc"),
			with("proxy", "http://user:"+token+"@proxy.example.com:3128"),
			with("proxy", "user:"+token+"@proxy.example.com"),
			with("proxy", "https://"+token+"@proxy.example.com:3128"),
			with("endpoint", "https://abc12345.live.dynatrace.com/?api-token="+token),
			with("endpoint", "dt0c01."+publicPart+"."+token),
			with("endpoint", "https://dt0c01."+publicPart+"."+token+".example.com", "allow_http", "on"),
			with("stringify", "dt0c01."+publicPart+"."+marker),
			without(with("api_token_file", file), "api_token"),
		} {
			c, err := Load(p)
			check("Load", err)
			for e := err; e != nil; e = errors.Unwrap(e) {
				check("Load", e)
			}
			if c != nil {
				check("Config", c.Warnings)
				check("Config", c.Token)
				check("Config", c.Transport.Proxy)
				// The URL of the endpoint is left out: it keeps the query that was asked for, and
				// no password or token.
			}
		}
	})
}
