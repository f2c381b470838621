package secret

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/secret/secrettest"
)

// everyForm holds a Secret where fmt can call its methods and where it cannot.
func everyForm(s Secret) []any {
	type hidden struct {
		secret Secret
		ptr    *Secret
		any    any
	}
	h := hidden{s, &s, s}
	return []any{s, &s, []Secret{s}, map[string]Secret{"k": s}, struct{ S Secret }{s}, h, &h, []hidden{h}}
}

// Parts of tokens that are valid in form and worth nothing.
const (
	publicPart   = "ABCDEFGHIJKLMNOPQRSTUVWX"
	secretPart   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR"
	classicToken = "dt0c01." + publicPart + "." + secretPart
	platformTok  = "dt0s16." + publicPart + "." + secretPart
)

func TestSecret_PrintsItsPublicPartOnly(t *testing.T) {
	for _, c := range []struct{ name, token, want string }{
		{"a classic token", classicToken, "dt0c01." + publicPart + ".*****"},
		{"a platform token", platformTok, "dt0s16." + publicPart + ".*****"},
		{"a token of the older form", "AbCdEfGhIjKlMnOpQrSt1", Redacted},
		{"a token that is a character short", classicToken[:len(classicToken)-1], Redacted},
		{"a public part alone", "dt0c01." + publicPart, Redacted},
		{"a token in small letters", strings.ToLower(classicToken), Redacted},
	} {
		s, _, err := Parse(c.token)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		data, err := json.Marshal(s)
		text, _ := s.MarshalText()
		if got := []string{s.String(), fmt.Sprintf("%v", s), fmt.Sprintf("%d", s), s.LogValue().String(), string(text)}; err != nil ||
			strings.Join(got, " ") != strings.TrimSpace(strings.Repeat(c.want+" ", len(got))) {
			t.Errorf("%s: got %q, %v", c.name, got, err)
		}
		if got := []string{s.GoString(), fmt.Sprintf("%#v", s), fmt.Sprintf("%q", s), string(data)}; strings.Join(got, " ") != strings.TrimSpace(strings.Repeat(`"`+c.want+`" `, len(got))) {
			t.Errorf("%s: got %s", c.name, got)
		}
		for _, v := range everyForm(s) {
			if out := secrettest.Printed(v); strings.Contains(out, secretPart) || strings.Contains(strings.ToUpper(out), fmt.Sprintf("%X", secretPart)) || strings.Contains(out, "AbCdEf") {
				t.Errorf("%s in %T is printed: %s", c.name, v, out)
			}
		}
	}
}

func TestSecret_ZeroIsNoToken(t *testing.T) {
	var s Secret
	if !s.IsZero() || s.Authorization() != "" || s.String() != "" || s.Bearer() || !s.Equal(Secret{}) {
		t.Error("the zero Secret is something")
	}
	secrettest.Printed(s)
}

func TestSecret_EqualComparesTokens(t *testing.T) {
	a, _, _ := Parse(classicToken)
	b, _, _ := Parse(" " + classicToken + "\n")
	c, _, _ := Parse(platformTok)
	if !a.Equal(b) || a.Equal(c) || a.Equal(Secret{}) || (Secret{}).Equal(a) {
		t.Error("Equal is wrong")
	}
}

func TestSecret_SchemeFollowsThePrefix(t *testing.T) {
	const jwt = "eyJhbGciOi.eyJzdWIiOi.c2ln"
	for token, want := range map[string]string{
		classicToken: "Api-Token " + classicToken, platformTok: "Bearer " + platformTok, "AbCdEfGhIjKlMnOpQrSt1": "Api-Token AbCdEfGhIjKlMnOpQrSt1", jwt: "Bearer " + jwt,
		"dt0s02.x": "Bearer dt0s02.x", "\uFEFF" + classicToken + "\r\n": "Api-Token " + classicToken,
	} {
		s, _, err := Parse(token)
		if err != nil || s.Authorization() != want {
			t.Errorf("%q: got %q, %v", token, s.Authorization(), err)
		}
	}
}

func TestParse_RejectsWhatIsNoTokenWithoutShowingIt(t *testing.T) {
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
		_, _, err := Parse(c.in)
		if err == nil {
			t.Errorf("%s is taken", c.name)
			continue
		}
		if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "\n") || strings.Contains(text, secretPart) || strings.Contains(text, "hunter2") {
			t.Errorf("%s: got %q, want %q", c.name, text, c.want)
		}
	}
}

func TestParse_WarnsOfOddTokens(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"right", classicToken, ""},
		{"a word by chance", "dt0c01." + publicPart + ".YOUR" + secretPart[4:], ""},
		{"only the public part", "dt0c01." + publicPart, "holds only the public part of a token, dt0c01." + publicPart + "; the secret part of 64 characters"},
		{"a piece missing", classicToken[:90], "has 3 parts of 6, 24 and 58 characters"},
		{"no points", strings.ReplaceAll(classicToken, ".", ""), "has 94 characters without a dot"},
		{"many points", "a.b.c.d.e", "5 parts in 9 characters"},
		{"an OAuth client", "dt0s02." + publicPart + "." + secretPart, "is not a platform token (dt0s16.)"},
		{"a JSON web token", "eyJhbGciOi.eyJzdWIiOi.c2ln", "looks like an OAuth access token"},
	} {
		_, warnings, err := Parse(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want == "" && len(warnings) != 0 || c.want != "" && (len(warnings) != 1 || !strings.Contains(warnings[0], c.want)) {
			t.Errorf("%s: got %q, want %q", c.name, warnings, c.want)
		}
	}
}
