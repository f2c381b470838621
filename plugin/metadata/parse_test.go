package metadata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, data, want string
		leftOut          int
	}{
		{"keeps the order of the file", `{"z":"1","a":"2","m":"3"}`, `z="1" a="2" m="3"`, 0},
		{"keeps keys as they are", `{"k8s.Pod/x y":"1"}`, `k8s.Pod/x y="1"`, 0},
		{"takes booleans", `{"a":true,"b":false}`, `a=true b=false`, 0},
		{"takes whole numbers as int64", `{"a":-7,"b":9223372036854775807}`, `a=-7 b=9223372036854775807`, 0},
		{"takes other numbers as float64", `{"a":1.5,"b":1e3,"c":9223372036854775808}`, `a=1.5 b=1000 c=9.223372036854776e+18`, 0},
		{"leaves out a number beyond float64", `{"a":1e999,"b":1}`, `b=1`, 1},
		{"leaves out null", `{"a":null,"b":"x"}`, `b="x"`, 1},
		{"leaves out objects and arrays, whatever is in them", `{"a":{"a":"}"},"b":["]",{}],"c":"x"}`, `c="x"`, 2},
		{"leaves out what has no key", `{"":"x"," ":"y","c":"x"}`, `c="x"`, 2},
		{"leaves out what has no value", `{"a":"","c":"x"}`, `c="x"`, 1},
		{"leaves out control characters in values and keys", `{"a":"x\ny","b\u0000":"x","d":"\u0085","c":"x"}`, `c="x"`, 3},
		{"takes the last value of a key that stands twice", `{"a":"1","b":"2","a":"3"}`, `a="3" b="2"`, 0},
		{"takes nothing where that is the last value", `{"a":"1","a":[]}`, ``, 1},
		{"ignores a byte order mark", "\xef\xbb\xbf{\"a\":\"1\"}\r\n", `a="1"`, 0},
		{"repairs what is not UTF-8", "{\"a\":\"x\xff\"}", "a=\"x\ufffd\"", 0},
		{"takes an empty object", `{}`, ``, 0},
	} {
		t.Run(c.name, func(t *testing.T) { expectContent(t, c.data, c.want, c.leftOut) })
	}
}

func expectContent(t *testing.T, data, want string, leftOut int) {
	t.Helper()
	got, err := parse([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if show(got.facts) != want || got.leftOut != leftOut || got.more {
		t.Errorf("gives %s, left out %d (more: %t); want %s, %d", show(got.facts), got.leftOut, got.more, want, leftOut)
	}
}

func TestParse_Errors(t *testing.T) {
	for _, c := range []struct{ name, data string }{
		{"an empty file", ``},
		{"an array", `[{"secret":"1"}]`},
		{"null", `null`},
		{"a text", `"secret"`},
		{"half an object", `{"secret":"1"`},
		{"half a value", `{"a":"1","b":"secre`},
		{"a missing value", `{"secret":}`},
		{"a key that is no text", `{1:"secret"}`},
		{"a comma too many", `{"secret":"1",}`},
		{"a comma too few", `{"secret":"1" "b":"2"}`},
		{"two objects", `{"secret":"1"}{"b":"2"}`},
		{"an object and more", `{"secret":"1"} secret`},
		{"broken JSON in what would be left out", `{"a":[1,{]}`},
		{"nesting without end", `{"a":` + strings.Repeat("[", 100_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse([]byte(c.data))
			if err == nil {
				t.Fatalf("gives %s", show(got.facts))
			}
			if err != errNotAnObject {
				t.Errorf("says %q, which may quote the file", err)
			}
		})
	}
}

func TestParse_MaxFacts(t *testing.T) {
	for n, more := range map[int]bool{maxFacts: false, maxFacts + 1: true, 5000: true} {
		var object strings.Builder
		object.WriteString(`{"none":null`)
		for i := range n {
			fmt.Fprintf(&object, `,"k%d":"v"`, i)
		}
		object.WriteString("}")
		got, err := parse([]byte(object.String()))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.facts) != maxFacts || got.facts[maxFacts-1].Key != "k199" || got.more != more || got.leftOut != 1 {
			t.Errorf("%d of %d facts, more: %t, left out: %d", len(got.facts), n, got.more, got.leftOut)
		}
	}
}

func TestParse_MaxText(t *testing.T) {
	fits, long := strings.Repeat("x", maxText), strings.Repeat("x", maxText+1)
	got, err := parse(fmt.Appendf(nil, `{"a":"%s","b":"%s","%s":"c"}`, fits, long, long))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.facts) != 1 || got.facts[0].Key != "a" || got.leftOut != 2 {
		t.Errorf("%d facts, %d left out", len(got.facts), got.leftOut)
	}
}

func TestParse_MemoryBound(t *testing.T) {
	for _, c := range []struct{ name, start, again string }{
		{"arrays in arrays", `{"a":`, "["},
		{"values that are none", `{"a":[`, "{},"},
		{"escapes", `{"a":"`, `\u0041`},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := []byte(c.start + strings.Repeat(c.again, (maxFile-len(c.start))/len(c.again)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = parse(data)
			runtime.ReadMemStats(&after)
			// A reader that copies what it has read again and again takes thousands.
			if took := after.TotalAlloc - before.TotalAlloc; took > 64*maxFile {
				t.Errorf("took %d MiB", took>>20)
			}
		})
	}
}

// FuzzParse checks what holds for every file, and compares with encoding/json.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":"1","b":2,"c":2.5,"d":true,"e":null,"f":[1],"g":{"h":1}}`, `{"a":1e999}`, `{"a":"1"}x`, "\xef\xbb\xbf{}", `{"a":"1","a":"2"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		got, err := parse(data)
		if !bytes.Equal(data, before) {
			t.Error("changed the data")
		}
		if err != nil {
			got = new(content)
		}
		if len(got.facts) > maxFacts {
			t.Errorf("%d facts", len(got.facts))
		}
		known := map[string]bool{}
		for _, fact := range got.facts {
			if known[fact.Key] || !isText(fact.Key) {
				t.Errorf("key %q", fact.Key)
			}
			known[fact.Key] = true
			switch v := fact.Value.(type) {
			case string:
				if !isText(v) {
					t.Errorf("value %q", v)
				}
			case float64:
				if math.IsInf(v, 0) || math.IsNaN(v) {
					t.Errorf("value %v", v)
				}
			case bool, int64:
			default:
				t.Errorf("value %#v", v)
			}
		}
		var object map[string]any
		trusted := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &object)
		if _, tooLarge := trusted.(*json.UnmarshalTypeError); !tooLarge && (trusted == nil && object != nil) != (err == nil) {
			t.Errorf("says %v, encoding/json says %v", err, trusted)
		}
		for _, fact := range got.facts {
			want := object[fact.Key]
			if i, ok := fact.Value.(int64); ok {
				fact.Value = float64(i)
			}
			if trusted == nil && fact.Value != want {
				t.Errorf("%q is %#v, want %#v", fact.Key, fact.Value, want)
			}
		}
	})
}
