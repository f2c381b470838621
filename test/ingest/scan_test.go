package ingest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestScan_DuplicateKeysAreCountedAtEveryDepth(t *testing.T) {
	for text, want := range map[string]int{
		`{}`:                                 0,
		`{"a":1,"b":{"a":1},"c":["a","a"]}`:  0,
		`{"a":1,"a":2,"a":3}`:                2,
		`{"a":1,"\u0061":2}`:                 1,
		`{"a":{"b":1,"b":2}}`:                1,
		`{"a":[{"b":1,"b":2},{"b":1}]}`:      1,
		`{"a" : {} , "a" : [] }`:             1,
		`{"a":"\"a\":1,\"a\"","b":"{\"b\""}`: 0,
		`{"a":1,"A":1}`:                      0,
	} {
		if got := duplicateKeys([]byte(text)); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

func TestScan_HostileNestingTakesLinearTime(t *testing.T) {
	deep := `{"a":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}`
	escapes := `{"a":"` + strings.Repeat(`\n`, 2_000_000) + `"}`
	objects := strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000)
	started := time.Now()
	for _, text := range []string{deep, escapes, objects} {
		if !json.Valid([]byte(text)) {
			t.Fatal("the test's own JSON is not valid")
		}
		if n := duplicateKeys([]byte(text)); n != 0 {
			t.Errorf("%d duplicates", n)
		}
		members([]byte(text), func(key, value []byte) bool {
			if len(key)+len(value)+3 != len(text) {
				t.Errorf("the value has %d bytes of %d", len(value), len(text))
			}
			return true
		})
	}
	if d := time.Since(started); d > 20*time.Second { // quadratic would be minutes
		t.Errorf("took %s", d)
	}
}

// FuzzScan compares the walker with encoding/json.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x\"",{"b":null}],"c":-1e3}`, `[ {} , [] , "\\" ]`, ` {"" : 0 } `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) || !utf8.Valid(text) {
			return
		}
		text = bytes.TrimSpace(text)
		switch text[0] {
		case '{':
			var want map[string]json.RawMessage
			if err := json.Unmarshal(text, &want); err != nil {
				t.Skip(err)
			}
			got := map[string]json.RawMessage{}
			count := 0
			members(text, func(key, value []byte) bool {
				got[unquote(key)] = value
				count++
				return true
			})
			if len(got) != len(want) {
				t.Fatalf("%d keys, want %d", len(got), len(want))
			}
			for k, v := range want {
				if !bytes.Equal(got[k], v) {
					t.Fatalf("%q: %s, want %s", k, got[k], v)
				}
			}
			if duplicateKeys(text) < count-len(want) {
				t.Fatal("a duplicate was not counted")
			}
		case '[':
			var want []json.RawMessage
			if err := json.Unmarshal(text, &want); err != nil {
				t.Skip(err)
			}
			i := 0
			elements(text, func(value []byte) bool {
				if i >= len(want) || !bytes.Equal(value, want[i]) {
					t.Fatalf("element %d: %s", i, value)
				}
				i++
				return true
			})
			if i != len(want) {
				t.Fatalf("%d elements, want %d", i, len(want))
			}
		case '"':
			var want, got string
			if err := json.Unmarshal(text, &want); err != nil {
				t.Skip(err)
			}
			if err := json.Unmarshal(appendString(nil, unquote(text)), &got); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Fatalf("%q, want %q", got, want)
			}
		}
	})
}
