package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// printed is a value in every form that someone might print it in.
func printed(t testing.TB, v any) string {
	t.Helper()
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T", "% x", "%t"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	fmt.Fprintln(&b, fmt.Sprint(v), fmt.Errorf("wrapped: %v", v))
	if data, err := json.Marshal(v); err == nil {
		b.Write(data)
	}
	var buf bytes.Buffer
	slog.New(slog.NewTextHandler(&buf, nil)).Info("text", "v", v)
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("json", "v", v)
	return b.String() + buf.String()
}

// everyForm holds a Secret where fmt can call its methods and where it cannot.
func everyForm(s Secret) []any {
	type hidden struct {
		secret Secret
		ptr    *Secret
		any    any
	}
	h := hidden{s, &s, s}
	return []any{s, &s, []Secret{s}, map[string]Secret{"k": s}, struct{ S Secret }{s}, h, &h, []hidden{h}, Config{Token: s}, &Config{Token: s}}
}

func TestASecretPrintsItsPublicPartOnly(t *testing.T) {
	for _, c := range []struct{ name, token, want string }{
		{"a classic token", classicToken, "dt0c01." + publicPart + ".*****"},
		{"a platform token", platformTok, "dt0s16." + publicPart + ".*****"},
		{"a token of the older form", "AbCdEfGhIjKlMnOpQrSt1", redacted},
		{"a token that is a character short", classicToken[:len(classicToken)-1], redacted},
		{"a public part alone", "dt0c01." + publicPart, redacted},
		{"a token in small letters", strings.ToLower(classicToken), redacted},
	} {
		s, _, err := ParseSecret(c.token)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		data, err := json.Marshal(s)
		text, _ := s.MarshalText()
		if got := []string{s.String(), fmt.Sprint(s), fmt.Sprintf("%d", s), s.LogValue().String(), string(text)}; err != nil ||
			strings.Join(got, " ") != strings.TrimSpace(strings.Repeat(c.want+" ", len(got))) {
			t.Errorf("%s: got %q, %v", c.name, got, err)
		}
		if got := []string{s.GoString(), fmt.Sprintf("%#v", s), fmt.Sprintf("%q", s), string(data)}; strings.Join(got, " ") != strings.TrimSpace(strings.Repeat(`"`+c.want+`" `, len(got))) {
			t.Errorf("%s: got %s", c.name, got)
		}
		for _, v := range everyForm(s) {
			if out := printed(t, v); strings.Contains(out, secretPart) || strings.Contains(strings.ToUpper(out), fmt.Sprintf("%X", secretPart)) || strings.Contains(out, "AbCdEf") {
				t.Errorf("%s in %T is printed: %s", c.name, v, out)
			}
		}
	}
}

func TestTheZeroSecretIsNoToken(t *testing.T) {
	var s Secret
	if !s.IsZero() || s.Authorization() != "" || s.String() != "" || s.Bearer() || !s.Equal(Secret{}) {
		t.Error("the zero Secret is something")
	}
	printed(t, s)
}

func TestEqualComparesTokens(t *testing.T) {
	a, _, _ := ParseSecret(classicToken)
	b, _, _ := ParseSecret(" " + classicToken + "\n")
	c, _, _ := ParseSecret(platformTok)
	if !a.Equal(b) || a.Equal(c) || a.Equal(Secret{}) || (Secret{}).Equal(a) {
		t.Error("Equal is wrong")
	}
}

func TestTheSchemeFollowsThePrefix(t *testing.T) {
	const jwt = "eyJhbGciOi.eyJzdWIiOi.c2ln"
	for token, want := range map[string]string{
		classicToken: "Api-Token " + classicToken, platformTok: "Bearer " + platformTok, "AbCdEfGhIjKlMnOpQrSt1": "Api-Token AbCdEfGhIjKlMnOpQrSt1", jwt: "Bearer " + jwt,
		"dt0s02.x": "Bearer dt0s02.x", "\uFEFF" + classicToken + "\r\n": "Api-Token " + classicToken,
	} {
		s, _, err := ParseSecret(token)
		if err != nil || s.Authorization() != want {
			t.Errorf("%q: got %q, %v", token, s.Authorization(), err)
		}
	}
}

func TestTextsThatAreNoTokenAreRefusedWithoutShowingThem(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", " \n", "got nothing"},
		{"quotation marks", `"` + classicToken + `"`, "got 98 characters with a quotation mark"},
		{"one quotation mark", classicToken + "'", "with a quotation mark"},
		{"a comment behind it", classicToken + " # ours", "with white space at position 97"},
		{"two lines", classicToken + "\n" + classicToken, "with white space at position 97"},
		{"a control character", classicToken + "\x00x", "a control character"},
		{"a letter that is not ASCII", classicToken + "ä", "not ASCII at position 97"},
		{"a scheme in front", "Api-Token " + classicToken, "with a scheme in front"},
		{"a variable", "${DT_API_TOKEN}", "a variable that was not replaced"},
		{"a shell variable", "$DT_API_TOKEN", "a variable that was not replaced"},
		{"a template", "{{ .Values.token }}", "a variable that was not replaced"},
		{"angle brackets", "<hunter2>", "look like a placeholder"},
		{"your token", "dt0c01.YOUR_TOKEN", "look like a placeholder"},
		{"a row of x", "dt0c01.XXXXXXXX.XXXXXXXX", "look like a placeholder"},
		{"a row of X in the right shape", "dt0c01." + publicPart + "." + strings.Repeat("X", 64), "look like a placeholder"},
		{"stars", "dt0c01.ABC.*****", "look like a placeholder"},
		{"dots", "dt0c01....", "look like a placeholder"},
		{"null", "null", "look like a placeholder"},
		{"changeme", "changeme", "look like a placeholder"},
		{"a whole file", strings.Repeat("A", 10000), "takes a token of at most 8192"},
	} {
		_, _, err := ParseSecret(c.in)
		if err == nil {
			t.Errorf("%s is taken", c.name)
			continue
		}
		if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "\n") || strings.Contains(text, secretPart) || strings.Contains(text, "hunter2") {
			t.Errorf("%s: got %q, want %q", c.name, text, c.want)
		}
	}
}

func TestTokensThatAreOddGiveWarnings(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"right", classicToken, ""},
		{"a word by chance", "dt0c01." + publicPart + ".YOUR" + secretPart[4:], ""},
		{"only the public part", "dt0c01." + publicPart, "holds only the public part of a token, dt0c01." + publicPart + "; the secret part of 64 characters"},
		{"a piece missing", classicToken[:90], "has 3 parts of 6, 24 and 58 characters"},
		{"no points", strings.ReplaceAll(classicToken, ".", ""), "has 94 characters without a point"},
		{"many points", "a.b.c.d.e", "5 parts in 9 characters"},
		{"an OAuth client", "dt0s02." + publicPart + "." + secretPart, "is not a platform token (dt0s16.)"},
		{"a JSON web token", "eyJhbGciOi.eyJzdWIiOi.c2ln", "looks like an OAuth access token"},
	} {
		_, warnings, err := ParseSecret(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want == "" && len(warnings) != 0 || c.want != "" && (len(warnings) != 1 || !strings.Contains(warnings[0], c.want)) {
			t.Errorf("%s: got %q, want %q", c.name, warnings, c.want)
		}
	}
}

// marker cannot be part of a public part (small letters), is no word, and stands in no text of this package.
const marker = "zQ7vK9wJ4hTm"

// FuzzNoSecretIsEverPrinted puts a marker inside something that may be a token, a password or a query, wherever one can be written, and looks
// for it in everything that comes out.
func FuzzNoSecretIsEverPrinted(f *testing.F) {
	for _, s := range []string{"", "dt0c01." + publicPart + ".", "dt0s16.", `"`, "${", "<", "Bearer ", "\x00", "ä", "dt0c01", "a.b.", "eyJhbGciOiJ.eyJ.", "@", "/", "?", "#", "%", "\n", ":"} {
		f.Add(s, "")
		f.Add("", s)
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		secret := before + marker + after
		check := func(where string, v any) {
			out := printed(t, v)
			if strings.Contains(strings.ToLower(out), strings.ToLower(marker)) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", marker)) {
				t.Errorf("%s shows the secret: %s", where, out)
			}
		}
		s, warnings, err := ParseSecret(secret)
		check("ParseSecret", err)
		check("ParseSecret", warnings)
		for _, v := range everyForm(s) {
			check("Secret", v)
		}
		file := ""
		if !strings.Contains(secret, "\x00") {
			file = "dt0c01." + publicPart + "." + marker
		}
		for _, p := range []properties{
			with("api_token", secret),
			with("token", secret, "header", secret, "api-token", secret),
			with("endpoint", "https://user:"+secret+"@ag.example.com/e/abc"),
			with("proxy", "http://user:"+secret+"@proxy.example.com:3128"),
			with("proxy", "user:"+secret+"@proxy.example.com"),
			with("proxy", "https://"+secret+"@proxy.example.com:3128"),
			with("endpoint", "https://abc12345.live.dynatrace.com/?api-token="+secret),
			with("endpoint", "dt0c01."+publicPart+"."+secret),
			with("endpoint", "https://dt0c01."+publicPart+"."+secret+".example.com", "allow_http", "on"),
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
				check("Config", c.Proxy)
				// The URL of the endpoint is left out: it keeps the query that was asked for, and no password or token.
			}
		}
	})
}
