package ingest

import (
	"strings"
	"testing"
	"time"
)

const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"

func TestToken_IsAcceptedInItsSchemeOnly(t *testing.T) {
	noScope := strings.Replace(classicToken, "Z", "N", 1)
	expired := strings.Replace(classicToken, "Z", "E", 1)
	disabled := strings.Replace(platformToken, "Z", "D", 1)
	legacy := strings.Replace(platformToken, "Z", "L", 1)
	wrong := strings.Replace(platformToken, "Z", "W", 1)
	configured := Options{Tokens: []Token{
		{Value: classicToken}, {Value: platformToken}, {Value: "plain"},
		{Value: noScope, Scopes: []string{}},
		{Value: expired, Expires: noon},
		{Value: disabled, Disabled: true},
		{Value: legacy, Scopes: []string{ScopePlatformLegacy}},
		{Value: wrong, Scopes: []string{ScopeClassic}},
	}}
	for _, c := range []struct {
		name          string
		opts          Options
		authorization string
		query         string
		status        int
		text          string
	}{
		{"well-formed classic", Options{}, "Api-Token " + classicToken, "", 204, ""},
		{"well-formed platform", Options{}, "Bearer " + platformToken, "", 204, ""},
		{"OAuth", Options{}, "Bearer " + jwt, "", 204, ""},
		{"old form", Options{}, "Api-Token abcDEF_123-abcDEF_123", "", 204, ""},
		{"in the query", Options{}, "", "?api-token=" + classicToken, 204, ""},
		{"none", Options{}, "", "", 401, "Token Authentication failed"},
		{"only the public part", Options{}, "Api-Token " + PublicPart(classicToken), "", 401, ""},
		{"quoted", Options{}, `Api-Token "` + classicToken + `"`, "", 401, ""},
		{"classic as Bearer", Options{}, "Bearer " + classicToken, "", 401, ""},
		{"platform as Api-Token", Options{}, "Api-Token " + platformToken, "", 401, ""},
		{"another scheme", Options{}, "Basic " + classicToken, "", 401, ""},
		{"configured", configured, "Api-Token " + classicToken, "", 204, ""},
		{"configured of another form", configured, "Api-Token plain", "", 204, ""},
		{"configured platform", configured, "Bearer " + platformToken, "", 204, ""},
		{"legacy platform scope", configured, "Bearer " + legacy, "", 204, ""},
		{"unknown", configured, "Api-Token " + classicToken + "A", "", 401, "Token Authentication failed"},
		{"unknown platform", configured, "Bearer " + platformToken + "A", "", 403, "expired or revoked"},
		{"expired", configured, "Api-Token " + expired, "", 401, "Token Authentication failed"},
		{"disabled", configured, "Bearer " + disabled, "", 403, "expired or revoked"},
		{"no scope", configured, "Api-Token " + noScope, "", 403, "Token is missing required scope. Use one of: logs.ingest"},
		{"wrong scope", configured, "Bearer " + wrong, "", 403, "OAuth token is missing required scope. Use one of: [openpipeline:logs:ingest]"},
		{"no scope, as the other page says", Options{MissingScopeStatus: 401, Tokens: configured.Tokens}, "Api-Token " + noScope, "", 401, "missing required scope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.opts)
			w := call{target: c.query, body: `{}`, header: map[string]string{"Authorization": c.authorization}}.do(s)
			wantStatus(t, w, c.status)
			if !strings.Contains(w.Body.String(), c.text) {
				t.Errorf("body %s", w.Body)
			}
			if stored := len(s.Records()); (stored == 1) != (c.status == 204) {
				t.Errorf("%d stored", stored)
			}
		})
	}
}

func TestToken_LookupReturnsItsScopes(t *testing.T) {
	weak := strings.Replace(classicToken, "Z", "W", 1)
	opts := Options{Tokens: []Token{
		{Value: classicToken}, {Value: weak, Scopes: []string{"metrics.read"}, Expires: noon.Add(time.Hour)}, {Value: platformToken},
	}}
	ask := func(target, with, about string) (int, string) {
		s := newServer(t, opts)
		w := call{target: target, body: `{"token":"` + about + `"}`, header: map[string]string{"Authorization": with}}.do(s)
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		with, about string
		status      int
		text        string
	}{
		{"Api-Token " + classicToken, classicToken, 200, `"enabled":true,"scopes":["logs.ingest"]`},
		{"Api-Token " + weak, weak, 200, `"expirationDate":"2026-03-10T13:00:00.000Z","scopes":["metrics.read"]`},
		{"Api-Token " + classicToken, "dt0c01.X", 404, `"code":404`},
		{"Api-Token " + classicToken, "", 400, `"code":400`},
		{"Bearer " + platformToken, platformToken, 401, `"code":401`},
		{"", classicToken, 401, `"code":401`},
	} {
		status, body := ask("/e/abc/api/v2/apiTokens/lookup", c.with, c.about)
		if status != c.status || !strings.Contains(body, c.text) {
			t.Errorf("%s about %s: %d %s", c.with, c.about, status, body)
		}
		if strings.Contains(body, strings.Repeat("Z", 60)) {
			t.Errorf("the answer shows the secret: %s", body)
		}
	}
}

func TestToken_OnlyThePublicPartIsShown(t *testing.T) {
	for token, want := range map[string]string{
		classicToken: "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX",
		jwt:          "", "plain": "", "": "", "a.b.c": "", "dt0c01.x": "",
	} {
		if got := PublicPart(token); got != want {
			t.Errorf("%q: %q, want %q", token, got, want)
		}
	}
}

func TestRoute_PathsAndMethods(t *testing.T) {
	env := Options{EnvironmentID: "abc"}
	strict := Options{EnvironmentID: "abc", RequireEnvironmentPath: true}
	for _, c := range []struct {
		opts           Options
		method, target string
		status         int
	}{
		{Options{}, "POST", "/api/v2/logs/ingest", 204},
		{Options{}, "POST", "/e/any/api/v2/logs/ingest", 204},
		{Options{}, "POST", "/platform/classic/environment-api/v2/logs/ingest", 204},
		{Options{}, "POST", "/api/v2/logs/ingest/", 404},
		{Options{}, "POST", "/api/v2/logs/ingest/api/v2/logs/ingest", 404},
		{Options{}, "POST", "/", 404},
		{Options{}, "POST", "/e//api/v2/logs/ingest", 404},
		{Options{}, "POST", "/e/api", 404},
		{env, "POST", "/e/abc/api/v2/logs/ingest", 204},
		{env, "POST", "/e/xyz/api/v2/logs/ingest", 404},
		{env, "POST", "/api/v2/logs/ingest", 204},
		{strict, "POST", "/api/v2/logs/ingest", 404},
		{strict, "POST", "/e/abc/api/v2/logs/ingest", 204},
		{Options{}, "GET", "/api/v2/logs/ingest", 405},
		{Options{}, "PUT", "/e/any/api/v2/logs/ingest", 405},
		{Options{}, "GET", "/api/v2/apiTokens/lookup", 405},
		{Options{}, "GET", "/rest/health", 200},
		{Options{}, "GET", "/e/any/rest/health", 200},
		{Options{}, "POST", "/rest/health", 405},
	} {
		s := newServer(t, c.opts)
		w := call{method: c.method, target: c.target, body: `{}`}.do(s)
		if w.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.target, w.Code, c.status)
		}
		if (w.Header().Get("Allow") != "") != (c.status == 405) {
			t.Errorf("%s %s: Allow %q", c.method, c.target, w.Header().Get("Allow"))
		}
		if st := s.Stats(); st.Requests != 1 || st.ByStatus[c.status] != 1 {
			t.Errorf("%s %s: %+v", c.method, c.target, st)
		}
	}
}

func TestHealth_IsPlainOrQuoted(t *testing.T) {
	for quoted, want := range map[bool]string{false: `RUNNING`, true: `"RUNNING"`} {
		s := newServer(t, Options{QuotedHealth: quoted})
		if got := (call{method: "GET", target: "/rest/health", header: map[string]string{"Authorization": ""}}).do(s).Body.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
