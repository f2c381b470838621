package jsonread

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// names selects fields by their whole names.
type names []string

func (n names) Match(name []byte) bool {
	return slices.Contains(n, string(name))
}

func TestCutter_LeavesOutFieldsAndCopiesTheRest(t *testing.T) {
	for text, want := range map[string]string{
		`{"p":"s","a":1}`:                            `{"a":1}`,
		`{"a":1,"p":"s"}`:                            `{"a":1}`,
		`{"a":1,"p":"s","b":2}`:                      `{"a":1,"b":2}`,
		`{"p":"s"}`:                                  `{}`,
		` { "p" : 1 , "a" : 1.50e1 } `:               ` { "a" : 1.50e1 } `,
		`{"p":{"x":[1,{}]},"p":null,"a":[]}`:         `{"a":[]}`,
		`{"m":{"p":1},"a":{"p":2,"q":3}}`:            `{"m":{"p":1},"a":{"q":3}}`,
		`{"a":[{"p":1,"q":2},[{"p":3}],"p"]}`:        `{"a":[{"q":2},[{}],"p"]}`,
		`[{"p":1},{"b":1}]`:                          `[{},{"b":1}]`,
		`{"\u0070":1,"b":"\u00e4"}`:                  `{"b":"\u00e4"}`,
		`{"x.y":1,"x":{"y":2,"z":3}}`:                `{"x":{"z":3}}`,
		`{"P":1,"b":2,"p":3}`:                        `{"P":1,"b":2}`,
		`{"b":123456789012345678901234567890,"p":1}`: `{"b":123456789012345678901234567890}`,
		"{\n  \"b\": 1,\n  \"p\": 2\n}\n":            "{\n  \"b\": 1}\n",
		// Nothing to leave out, or no JSON.
		`{"b":1}`: "", `{}`: "", `[]`: "", ``: "", `plain`: "", `{"p":1`: "", `{"p":1}x`: "", `{"p":01}`: "", `{"p":1,}`: "", `["p"]`: "",
		strings.Repeat("[", 101) + `{"p":1}` + strings.Repeat("]", 101): "",
	} {
		var k Cutter
		for range 2 {
			got, ok := k.Without([]byte("!"), []byte(text), names{"p", "a.p", "x.y"}, false)
			if ok != (want != "") || string(got) != "!"+want {
				t.Errorf("%s: got %s (%v), want %s", text, got, ok, want)
			}
		}
	}
	var k Cutter
	if got, _ := k.Without(nil, []byte(`{"PÄSSWORD":1,"b":2}`), names{"pässword"}, true); string(got) != `{"b":2}` {
		t.Errorf("in lower case: got %s", got)
	}
}

func TestCutter_AllocatesNothing(t *testing.T) {
	var k Cutter
	text, dst := []byte(`{"user":"u","\u0070":"s","deep":{"a":[1,2,{"p":"s"}]}}`), make([]byte, 0, 200)
	m := Matcher(names{"p", "deep.a.p"})
	if n := testing.AllocsPerRun(100, func() { _, _ = k.Without(dst, text, m, true) }); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// FuzzWithout: what is cut from JSON is JSON without the names, and the rest has its order.
func FuzzWithout(f *testing.F) {
	for _, line := range benchmarkLines() {
		f.Add(line)
	}
	f.Add([]byte(`{"p":"s","a":[{"p":1,"\u0070":2}],"b":{"p":{"p":1}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var k Cutter
		got, ok := k.Without(nil, text, anywhere("p"), false)
		if !json.Valid(text) {
			if ok {
				t.Fatalf("cut %q from what is no JSON", text)
			}
			return
		}
		if !ok {
			got = text
		}
		if !json.Valid(got) {
			t.Fatalf("%q became %q, which is no JSON", text, got)
		}
		if again, twice := k.Without(nil, got, anywhere("p"), false); twice {
			t.Fatalf("%q became %q and then %q", text, got, again)
		}
	})
}

// anywhere selects fields by their own key.
type anywhere string

func (a anywhere) Match(name []byte) bool {
	return string(name) == string(a) || bytes.HasSuffix(name, []byte("."+string(a)))
}
