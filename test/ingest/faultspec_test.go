package ingest

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFaultScript_IsParsed(t *testing.T) {
	for text, want := range map[string][]Fault{
		"503*3,reset,delay=2s:204,429/retry-after=5": {
			{Status: 503, Times: 3}, {Reset: true}, {Delay: 2 * time.Second}, Throttled429(5 * time.Second)},
		"delay=1500ms":                      {{Delay: 1500 * time.Millisecond}},
		"ok*2, stored:reset":                {{Times: 2}, ResetAfter()},
		"delay=1s:stored:close*always":      {{Delay: time.Second, StoreFirst: true, Close: true, Times: -1}},
		"stored:half,half/status=502":       {Half(), {HalfBody: true, Status: 502}},
		"endless":                           {Endless(16 << 20)},
		"endless/size=64k/for=5s":           {{EndlessBody: 64 << 10, EndlessFor: 5 * time.Second}},
		"html400*1":                         {HTML400()},
		"502,504,503":                       {BadGateway502(), GatewayTimeout504(), Full503()},
		"400/body=a%2Cb%2F:+c/type=a%2Fb":   {{Status: 400, Body: "a,b/:+c", ContentType: "a/b"}},
		"503/header.X-A=b=c/header.X-B=%25": {{Status: 503, Header: map[string]string{"X-A": "b=c", "X-B": "%"}}},
	} {
		got, err := ParseFaults(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestFaultScript_MistakesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "no action",
		"503,,500":             "no action",
		"600":                  "200 to 599",
		"99":                   "200 to 599",
		"0503":                 "200 to 599",
		"boom":                 `"boom"`,
		"503*0":                "times",
		"503*":                 "times",
		"503*-1":               "times",
		"delay=x:503":          "delay",
		"delay=-1s":            "delay",
		"stored":               `"stored"`,
		"503/x":                "name=value",
		"503/x=1":              "unknown",
		"503/size=5":           "does not fit",
		"reset/body=x":         "no answer",
		"ok/retry-after=1":     "no answer",
		"endless/size=0":       "size",
		"endless/size=1G":      "size",
		"endless/for=0s":       "for",
		"half/status=1":        "200 to 599",
		"503/body=%zz":         "name=value",
		"503/header.=x":        "name",
		"503/header.A B=x":     "header name",
		"503/retry-after=":     "name=value",
		"503/body=a,b":         `"b"`,
		"delay=99999999999h:1": "delay",
	} {
		if got, err := ParseFaults(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, error %v; want %q in it", text, got, err, want)
		}
	}
}

func TestFaultScript_GrammarNamesEveryWord(t *testing.T) {
	for _, word := range []string{"ok", "reset", "close", "half", "endless", "html400", "delay=", "stored:", "/retry-after=", "/header.",
		"/body=", "/type=", "/status=", "/size=", "/for=", "*always"} {
		if !strings.Contains(FaultGrammar, word) {
			t.Errorf("%s is not explained", word)
		}
	}
}

// FuzzParseFaults checks that what is read is written so that it reads the same.
func FuzzParseFaults(f *testing.F) {
	for _, seed := range []string{
		"503*3,reset,delay=2s:204,429/retry-after=5", "stored:half/status=503/body=%2C*always", "endless/size=64k/for=5s/type=a%2Fb",
		"html400/header.A=b", "delay=1h:stored:close",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		faults, err := ParseFaults(text)
		if err != nil {
			return
		}
		var texts []string
		for _, fault := range faults {
			texts = append(texts, fault.String())
		}
		again, err := ParseFaults(strings.Join(texts, ","))
		if err != nil || !reflect.DeepEqual(again, faults) {
			t.Fatalf("%q reads as %+v, is written %q, which reads as %+v, %v", text, faults, texts, again, err)
		}
	})
}
