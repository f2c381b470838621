package endpoint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	viaActiveGate = "https://ag1.example.com:9999/e/abc12345"
	viaSaaS       = "https://abc12345.live.dynatrace.com"
)

func TestParseList_KeepsTheOrder(t *testing.T) {
	for _, c := range []struct {
		name, in string
		hosts    []string
		warnings []string // the beginnings
	}{
		{"one", viaActiveGate, []string{"ag1.example.com:9999"}, nil},
		{"two", viaActiveGate + "," + viaSaaS, []string{"ag1.example.com:9999", "abc12345.live.dynatrace.com"}, nil},
		{"blanks around the comma", " " + viaActiveGate + " ,\t" + viaSaaS + "\n", []string{"ag1.example.com:9999", "abc12345.live.dynatrace.com"}, nil},
		{"an id among them", "https://ag1.example.com:9999/e/ABC12345, abc12345", []string{"ag1.example.com:9999", "abc12345.live.dynatrace.com"}, nil},
		{"eight", activeGates(8), []string{"ag1:9999", "ag2:9999", "ag3:9999", "ag4:9999", "ag5:9999", "ag6:9999", "ag7:9999", "ag8:9999"}, nil},
		{"IPv6, with queries", "https://[2001:db8::1]:9999/e/a1?structure=raw,https://[2001:db8::2]:9999/e/a1?structure=raw", []string{"[2001:db8::1]:9999", "[2001:db8::2]:9999"}, nil},
		{"two paths of a host", "https://ag:9999/e/a1,https://ag:9999/tenant/e/a1", []string{"ag:9999", "ag:9999"}, nil},
		{"another scheme", "https://127.0.0.1:9999/e/a1,http://127.0.0.1:9999/e/a1", []string{"127.0.0.1:9999", "127.0.0.1:9999"}, nil},
		{"another environment", viaActiveGate + ",def67890", []string{"ag1.example.com:9999", "def67890.live.dynatrace.com"},
			[]string{"number 2: is of the environment def67890, and number 1 of abc12345; all must lead to one"}},
		{"another environment behind one that says none", "https://127.0.0.1:9999," + viaActiveGate + ",https://ag:9999/e/other1", []string{"127.0.0.1:9999", "ag1.example.com:9999", "ag:9999"},
			[]string{"number 3: is of the environment other1, and number 2 of abc12345"}},
		{"a warning about one of them", viaSaaS + ",https://ag1.example.com:9999", []string{"abc12345.live.dynatrace.com", "ag1.example.com:9999"},
			[]string{"number 2: the URL has no /e/{environment-id}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings, err := ParseList(c.in)
			if err != nil {
				t.Fatal(err)
			}
			var hosts []string
			for _, e := range got {
				hosts = append(hosts, e.Host)
			}
			if !slices.Equal(hosts, c.hosts) {
				t.Errorf("got %q", hosts)
			}
			if !slices.EqualFunc(warnings, c.warnings, strings.HasPrefix) {
				t.Errorf("warnings %q, want %q", warnings, c.warnings)
			}
		})
	}
}

// activeGates gives n endpoints of one environment.
func activeGates(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("https://ag%d:9999/e/a1", i+1))
	}
	return strings.Join(all, ",")
}

func TestParseList_RejectsWithoutShowingSecrets(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one that is wrong", viaSaaS + ",https://abc12345.apps.dynatrace.com", `number 2: got the host "abc12345.apps.dynatrace.com", which is the web interface`},
		{"the first is wrong", "ftp://ag1.example.com:9999/e/a1," + viaSaaS, `number 1: got "ftp://ag1.example.com:9999/e/a1", takes a URL that begins with https://`},
		{"the same twice", viaSaaS + ",abc12345", "number 2: is the same as number 1, abc12345.live.dynatrace.com; keep one of them"},
		{"the same with its port", viaActiveGate + "," + viaSaaS + "," + viaSaaS + ":443/api/v2/logs/ingest", "number 3: is the same as number 2"},
		{"the same with the port of http", "http://127.0.0.1/e/a1,http://127.0.0.1:80/e/a1/", "number 2: is the same as number 1"},
		{"a comma at the end", viaSaaS + ",", "number 2: got nothing between the commas"},
		{"a variable that is not set", "," + viaSaaS, "number 1: got nothing between the commas, takes an environment id, a base URL or the full ingest URL; is a variable not set?"},
		{"a OneAgent", viaSaaS + ",http://localhost:14499/v2/logs/ingest", "number 2: is the OneAgent of this machine"},
		{"nine", activeGates(9), "got 9 of them, takes up to 8"},
		{"a password with a comma", "https://joe:hunter2,x@ag1.example.com/e/a1", "got a URL with a user or password (an @)"},
		{"quotation marks around all", `"` + viaSaaS + "," + viaActiveGate + `"`, "with quotation marks around it"},
		{"a comma in a query", "https://127.0.0.1/?x=1,hunter2", "number 2: follows a query and has no https:// before it; write a comma in a query as %2C"},
		{"a token", viaSaaS + "," + classicToken, "number 2: got a token"},
		{"a token of the old form", viaSaaS + ",ABCDEFhunter2abcdefghi", "number 2: got a word of 22 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := ParseList(c.in)
			switch {
			case err == nil:
				t.Fatalf("got %v, want an error", got)
			case !strings.HasPrefix(err.Error(), c.want) && !strings.HasSuffix(err.Error(), c.want+"; write it without"):
				t.Errorf("got %q, want %q", err, c.want)
			case strings.Contains(err.Error(), "hunter2"):
				t.Errorf("shows what may be a secret: %q", err)
			}
		})
	}
}

// FuzzParseList: every one of a list that is accepted would be accepted alone and is there once,
// and every message is one line.
func FuzzParseList(f *testing.F) {
	for _, s := range []string{viaActiveGate + "," + viaSaaS, "a1,b2", ",", "a1,a1", "https://h/?a=b,https://h/?a=c", "https://u:p,q@h", `"a1,b2"`, "https://h:443/,https://h", activeGates(9)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all, warnings, err := ParseList(s)
		if err != nil {
			warnings = append(warnings, err.Error())
		}
		for _, w := range warnings {
			if strings.ContainsAny(w, "\n\r") {
				t.Errorf("more than one line: %q", w)
			}
		}
		if err == nil && (len(all) == 0 || len(all) > Max) {
			t.Fatalf("%q gives %d", s, len(all))
		}
		for i, e := range all {
			again, _, err := Parse(e.IngestURL)
			if err != nil || again != e {
				t.Errorf("%q gives %+v, which gives %+v, %v", s, e, again, err)
			}
			if slices.Contains(all[i+1:], e) {
				t.Errorf("%q gives %v twice", s, e)
			}
		}
	})
}
