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

func TestParseJSON(t *testing.T) {
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
		t.Run(c.name, func(t *testing.T) { expectContent(t, c.data, false, c.want, c.leftOut) })
	}
}

func TestParseProperties(t *testing.T) {
	for _, c := range []struct {
		name, data, want string
		leftOut          int
	}{
		{"takes lines, however they end", "a=1\nb=2\r\nc=3\rd=4", `a="1" b="2" c="3" d="4"`, 0},
		{"skips comments and empty lines", "# a=1\n\n  ! b=2\n \t \nc=3", `c="3"`, 0},
		{"trims blanks around keys and values", " \ta \t=\f 1 \nb=2\t", `a="1" b="2"`, 0},
		{"keeps blanks within", "a b=1 2", `a b="1 2"`, 0},
		{"keeps what follows the first =", "a=b=c:d", `a="b=c:d"`, 0},
		{"takes a : within a key that nobody escaped", "a:b=c", `a:b="c"`, 0},
		{"takes a : where there is no =", "a: b", `a="b"`, 0},
		{"replaces escapes of separators and blanks", `a\=b\:c\ d=\=\:\ \#\!`, `a=b:c d="=: #!"`, 0},
		{"keeps escaped blanks at the ends", `a=\ x\ ` + " \t", `a=" x "`, 0},
		{"does not take an escaped \\ for an escape", `a\\=x\\`, `a\="x\\"`, 0},
		{"replaces code points", `a\u002eb=gr\u00FC\u00df`, `a.b="grüß"`, 0},
		{"puts two halves of a code point together", `a=\ud83d\ude00!`, `a="😀!"`, 0},
		{"replaces half a code point", `a=\ud83dx\ude00\ud83d\u0041`, "a=\"\ufffdx\ufffd\ufffdA\"", 0},
		{"drops the \\ before another character", `a=\q\'`, `a="q'"`, 0},
		{"drops a \\ at the end", `a=x\`, `a="x"`, 0},
		{"goes on in the next line after a \\", "a=x\\\n   y\\\r\n\tz\nb=1", `a="xyz" b="1"`, 0},
		{"does not go on after an escaped \\", "a=x\\\\\nb=1", `a="x\\" b="1"`, 0},
		{"does not read a comment on into the next line", "# x\\\na=1", `a="1"`, 0},
		{"keeps numbers as text", "a=1\nb=true", `a="1" b="true"`, 0},
		{"leaves out what has no key or no value", "=1\na=\nb=2", `b="2"`, 2},
		{"leaves out control characters, also escaped ones", "a=x\x00\nb=x\\ny\nc=\\u0007\nd=1\ne=\\tx\nf=\\rx\ng=\\fx", `d="1"`, 6},
		{"takes the last value of a key that stands twice", "a=1\nb=2\na=3", `a="3" b="2"`, 0},
		{"ignores a byte order mark", "\xef\xbb\xbfa=1", `a="1"`, 0},
		{"repairs what is not UTF-8", "a=x\xff", "a=\"x\ufffd\"", 0},
		{"takes an empty file", "", ``, 0},
	} {
		t.Run(c.name, func(t *testing.T) { expectContent(t, c.data, true, c.want, c.leftOut) })
	}
}

func expectContent(t *testing.T, data string, properties bool, want string, leftOut int) {
	t.Helper()
	got, err := parse([]byte(data), properties)
	if err != nil {
		t.Fatal(err)
	}
	if show(got.facts) != want || got.leftOut != leftOut || got.more {
		t.Errorf("gives %s, left out %d (more: %t); want %s, %d", show(got.facts), got.leftOut, got.more, want, leftOut)
	}
}

func TestWhatCannotBeTrustedIsAnError(t *testing.T) {
	for _, c := range []struct {
		name, data string
		properties bool
		says       string
	}{
		{"an empty file", ``, false, "one JSON object"},
		{"an array", `[{"secret":"1"}]`, false, "one JSON object"},
		{"null", `null`, false, "one JSON object"},
		{"a text", `"secret"`, false, "one JSON object"},
		{"half an object", `{"secret":"1"`, false, "one JSON object"},
		{"half a value", `{"a":"1","b":"secre`, false, "one JSON object"},
		{"a missing value", `{"secret":}`, false, "one JSON object"},
		{"a key that is no text", `{1:"secret"}`, false, "one JSON object"},
		{"a comma too many", `{"secret":"1",}`, false, "one JSON object"},
		{"a comma too few", `{"secret":"1" "b":"2"}`, false, "one JSON object"},
		{"two objects", `{"secret":"1"}{"b":"2"}`, false, "one JSON object"},
		{"an object and more", `{"secret":"1"} secret`, false, "one JSON object"},
		{"broken JSON in what would be left out", `{"a":[1,{]}`, false, "one JSON object"},
		{"nesting without end", `{"a":` + strings.Repeat("[", 100_000), false, "one JSON object"},
		{"a line that was cut off", "a=1\n#\nsecret", true, "line 3: has no ="},
		{"a line in which every separator is escaped", `secret\=\:`, true, "line 1: has no ="},
		{"half an escape", "a=1\\\n2\nsecret=\\u12", true, `line 3: has a \u without`},
		{"an escape that is none", `secret=C:\users`, true, `line 1: has a \u without`},
		{"an escape that is none in a key", `secret\u+123=1`, true, `line 1: has a \u without`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse([]byte(c.data), c.properties)
			if err == nil {
				t.Fatalf("gives %s", show(got.facts))
			}
			if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("says %q, want %q in it and nothing of the file", err, c.says)
			}
		})
	}
}

func TestOneFileGivesTwoHundredFactsAtMost(t *testing.T) {
	for n, more := range map[int]bool{maxFacts: false, maxFacts + 1: true, 5000: true} {
		var object, lines strings.Builder
		object.WriteString(`{"none":null`)
		lines.WriteString("none=\n")
		for i := range n {
			fmt.Fprintf(&object, `,"k%d":"v"`, i)
			fmt.Fprintf(&lines, "k%d=v\n", i)
		}
		object.WriteString("}")
		for properties, data := range map[bool]string{false: object.String(), true: lines.String()} {
			got, err := parse([]byte(data), properties)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.facts) != maxFacts || got.facts[maxFacts-1].Key != "k199" || got.more != more || got.leftOut != 1 {
				t.Errorf("%d of %d facts, more: %t, left out: %d", len(got.facts), n, got.more, got.leftOut)
			}
		}
	}
}

func TestLongKeysAndValuesAreLeftOut(t *testing.T) {
	fits, long := strings.Repeat("x", maxText), strings.Repeat("x", maxText+1)
	for _, data := range []string{
		fmt.Sprintf(`{"a":"%s","b":"%s","%s":"c"}`, fits, long, long),
		fmt.Sprintf("a=%s\nb=%s\n%s=c", fits, long, long),
	} {
		got, err := parse([]byte(data), data[0] != '{')
		if err != nil {
			t.Fatal(err)
		}
		if len(got.facts) != 1 || got.facts[0].Key != "a" || got.leftOut != 2 {
			t.Errorf("%d facts, %d left out", len(got.facts), got.leftOut)
		}
	}
}

func TestHostileFilesTakeLittleMemory(t *testing.T) {
	for _, c := range []struct{ name, start, again string }{
		{"a line that goes on and on", "", "a\\\n"},
		{"backslashes that go on and on", "", "\\\\\\\n"},
		{"empty keys", "", "=\n"},
		{"escapes", "a=", `\u0041`},
		{"arrays in arrays", `{"a":`, "["},
		{"values that are none", `{"a":[`, "{},"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := []byte(c.start + strings.Repeat(c.again, (maxFile-len(c.start))/len(c.again)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = parse(data, c.start == "" || c.start == "a=")
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 64*maxFile { // a reader that copies what it has again and again takes thousands
				t.Errorf("took %d MiB", took>>20)
			}
		})
	}
}

// FuzzParse checks what holds for every file, against encoding/json where that is the format.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":"1","b":2,"c":2.5,"d":true,"e":null,"f":[1],"g":{"h":1}}`, `{"a":1e999}`, `{"a":"1"}x`, "\xef\xbb\xbf{}", `{"a":"1","a":"2"}`,
		"a=1\r\n# b\nc\\=d = \\u00fc\\\n  x", "a: b", `a=\ud83d\ude00`, "a\\", "=", "a",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, properties bool) {
		before := bytes.Clone(data)
		got, err := parse(data, properties)
		if !bytes.Equal(data, before) {
			t.Error("changed the data")
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
		if properties {
			return
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

// FuzzPropertiesRoundTrip writes a key and a value as Java would, and expects them back.
func FuzzPropertiesRoundTrip(f *testing.F) {
	f.Add("host.name", "a b", false)
	f.Add(" a=b:c ", `C:\users\ `, true)
	f.Add("#ü", "😀=", true)
	f.Fuzz(func(t *testing.T, key, value string, ascii bool) {
		if !isText(key) || !isText(value) || strings.TrimSpace(key) == "" {
			t.Skip("no text that a properties file can hold")
		}
		line := escape(key, ascii) + " = " + escape(value, ascii) + " \n"
		got, err := parse([]byte(line), true)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if len(got.facts) != 1 || got.facts[0] != (Fact{key, value}) {
			t.Errorf("%q gives %s", line, show(got.facts))
		}
	})
}

// escape writes s so that it stands for itself in a file of properties, on request in ASCII only.
func escape(s string, ascii bool) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune(`\=:#! `, r):
			out.WriteRune('\\')
			out.WriteRune(r)
		case ascii && r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04X`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case ascii && r > '~':
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
