package jsonread

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// object is the text of an object with one pair.
func object(value string) string { return `{"k":` + value + `}` }

// read gives what text becomes, as render writes it, without the braces and the key where it is of
// the form of object.
func read(t *testing.T, text string) string {
	t.Helper()
	out, ok := Append(nil, []byte(text))
	if !ok {
		return "not ok"
	}
	return strings.TrimSuffix(strings.TrimPrefix(render(t, out), `{"k":`), "}")
}

func TestAppend_NotOneObject(t *testing.T) {
	for name, texts := range map[string][]string{
		"nothing":                   {"", " ", "\n"},
		"another value":             {"[]", `["a"]`, `"{}"`, "1", "true", "null", "[{}]"},
		"a plain line":              {"GET / 200", "}{", "{", "}", "{]", "[}", "{}}", "{{}"},
		"something behind it":       {"{}{}", "{},", "{} x }", `{"a":1} {"b":2}`, "{}\x00}", "{}\n{}"},
		"something before it":       {"x{}", "\ufeff{}", "\x00{}", "INFO {}"},
		"space that JSON has not":   {"{\v}", "{\f}", "{\u00a0}", "{\x00}", "\v{}", "{}\f"},
		"a cut line":                {`{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":"b}`, `{"a":"b\"}`, `{"a":{}`, `{"a":[}`, `{"a":[1}`, `{"a":"\u12}`, `{"a":1.}`, `{"a":1e}`, `{"a":tru}`},
		"commas and colons astray":  {`{,}`, `{"a":1,,"b":2}`, `{"a":1 "b":2}`, `{"a"::1}`, `{"a",1}`, `{"a":[1,]}`, `{"a":[,1]}`, `{"a":[1 2]}`, `{"a":[1:2]}`, `{"a":1:}`},
		"keys that are no strings":  {`{a:1}`, `{'a':1}`, `{1:1}`, `{null:1}`, `{{}:1}`},
		"comments":                  {`{/**/}`, "{//\n}", `{"a":1/**/}`, "{#\n}"},
		"other literals":            {object("True"), object("nul"), object("nulll"), object("undefined"), object("NaN"), object("Infinity"), object("-Infinity"), object("'a'")},
		"numbers of other grammars": {object("01"), object("-01"), object("00"), object("+1"), object(".5"), object("-.5"), object("1."), object("1.e3"), object("1e"), object("1e+"), object("1E-"), object("-"), object("--1"), object("0x10"), object("1_000"), object("1e1.5"), object("1.2.3"), object("١")},
		"control characters":        {object("\"\n\""), object("\"12345678\t12345678\""), object("\"\x00\""), object("\"\x1f" + strings.Repeat("x", 40) + "\""), object(`"\n` + "\r" + `"`), object("\"\nn\""), object("\"\\n\nn\""), "{\"a\tb\":1}"},
		"escapes of other grammars": {object(`"\a"`), object(`"\x41"`), object(`"\'"`), object(`"\0"`), object(`"\U0041"`), object(`"\u"`), object(`"\u004"`), object(`"\u004g"`), object(`"\u 041"`), object(`"\ud83d\u12"`), object(`"\"`), object("\"\\\n\"")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range texts {
				for _, spare := range []int{0, 100} {
					dst := append(make([]byte, 0, 6+spare), "before"...)
					if out, ok := Append(dst, slices.Clip([]byte(text))); ok || string(out) != "before" {
						t.Errorf("%q: got %q, %v", text, out, ok)
					}
				}
			}
		})
	}
}

func TestAppend_Objects(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                    `{}`,
		" \t\r\n{ } \n":                         `{}`,
		`{"b":1,"a":2}`:                         `{"b":1,"a":2}`,
		`{"a":1,"a":{"a":null,"a":null},"a":1}`: `{"a":1,"a":{"a":null,"a":null},"a":1}`,
		`{"":""}`:                               `{"":""}`,
		"{ \"a\" : [ 1 , true , false , null , \"x\" , { } , [ ] , [\n[ ]\t] ] , \"b\":\r0}": `{"a":[1,true,false,null,"x",{},[],[[]]],"b":0}`,
		`{"\u0061\n":1}`: "{\"a\n\":1}",
	} {
		out, ok := Append([]byte("before"), []byte(text))
		if !ok || string(out[:6]) != "before" {
			t.Errorf("%q: got %q, %v", text, out, ok)
		} else if got := render(t, out[6:]); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestAppend_MaxDepth(t *testing.T) {
	for name, pair := range map[string][2]string{"arrays": {"[", "]"}, "objects": {`{"k":`, "}"}, "both": {`[{"k":`, "}]"}} {
		levels := len(pair[1])
		for _, c := range []struct {
			depth int
			want  bool
		}{{99, true}, {maxDepth, true}, {maxDepth + 1, false}, {maxDepth + 2, false}, {1_000_000, false}} {
			n := (c.depth - 1) / levels
			inner := "0"
			if (c.depth-1)%levels == 1 {
				inner = "[0]"
			}
			text := object(strings.Repeat(pair[0], n) + inner + strings.Repeat(pair[1], n))
			if _, ok := Append(nil, []byte(text)); ok != c.want {
				t.Errorf("%s of %d levels: %v", name, c.depth, ok)
			}
		}
	}
	for _, empty := range []string{"{}", "[]"} {
		for n, want := range map[int]bool{maxDepth - 2: true, maxDepth - 1: false} {
			if _, ok := Append(nil, []byte(object(strings.Repeat("[", n)+empty+strings.Repeat("]", n)))); ok != want {
				t.Errorf("%s in %d levels: %v", empty, n+1, ok)
			}
		}
	}
	if _, ok := Append(nil, []byte(object(strings.Repeat("[", 1_000_000)))); ok {
		t.Error("brackets that never close are no JSON")
	}
}

func TestAppend_ElementCounts(t *testing.T) {
	for _, n := range []int{1, 15, 16, 65534, 65535, 65536, 65537, 200_000} {
		out, ok := Append(nil, []byte(object("[0"+strings.Repeat(",0", n-1)+"]")))
		if !ok || strings.Count(render(t, out), "0") != n {
			t.Errorf("an array of %d elements: %v, or lost some", n, ok)
		}
		out, ok = Append(nil, []byte(`{"":0`+strings.Repeat(`,"":0`, n-1)+"}"))
		if !ok || strings.Count(render(t, out), "0") != n {
			t.Errorf("an object of %d pairs: %v, or lost some", n, ok)
		}
	}
}

func TestAppend_OutputBound(t *testing.T) {
	deep := strings.Repeat("[", maxDepth-2) + "1e9" + strings.Repeat("]", maxDepth-2)
	for _, c := range []struct {
		name, text string
		least      float64
	}{
		{"numbers", object("[1e9" + strings.Repeat(",1e9", 30_000) + "]"), 2.24},
		{"many numbers", object("[1e9" + strings.Repeat(",1e9", 300_000) + "]"), 2.24},
		{"arrays", object("[" + deep[1:len(deep)-1] + strings.Repeat(","+deep[1:len(deep)-1], 500) + "]"), 1.5},
		{"many arrays", object("[" + deep[1:len(deep)-1] + strings.Repeat(","+deep[1:len(deep)-1], 10_000) + "]"), 2.4},
		{"one number", object("1e9"), 0},
		{"short escapes", object(`["\n"` + strings.Repeat(`,"\n"`, 60_000) + "]"), 0},
		{"pairs", `{"":1e9` + strings.Repeat(`,"":1e9`, 40_000) + `}`, 0},
		{"empty", "{}", 0},
	} {
		out, ok := Append(nil, []byte(c.text))
		if factor := float64(len(out)) / float64(len(c.text)); !ok || factor > bound(len(c.text)) || factor < c.least {
			t.Errorf("%s: %v, %.3f bytes for each of %d", c.name, ok, factor, len(c.text))
		}
	}
}

// bound is how many bytes Append may write for each byte of text.
func bound(text int) float64 {
	if text < 128<<10 {
		return 2.25
	}
	return 2.5
}

func TestAppend_AllocatesNothing(t *testing.T) {
	texts := append(benchmarkLines(),
		[]byte(object("[-1.5,1e309,1e-5,0.1234567890123456789012345678901234567890123456789,123456789012345678901234567890,-0]")),
		[]byte(object(`"\ud83c\udf89 \"quoted\" \u00e9`+strings.Repeat("long ", 100)+`"`)),
		[]byte(object(strings.Repeat("[", 50)+strings.Repeat("]", 50))),
		[]byte(object(`"cut`)), []byte(`{"cut":"`+strings.Repeat("x", 1000)+`}`))
	dst := make([]byte, 0, 1<<16)
	if n := testing.AllocsPerRun(100, func() {
		for _, text := range texts {
			dst, _ = Append(dst[:0], text)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAppend_FailureKeepsRoom(t *testing.T) {
	text := []byte(`{"k":"` + strings.Repeat("x", 10_000) + `",}`)
	dst, ok := Append(nil, text)
	if ok || len(dst) != 0 {
		t.Fatalf("got %d bytes, %v", len(dst), ok)
	}
	if n := testing.AllocsPerRun(10, func() { dst, _ = Append(dst, text) }); n != 0 {
		t.Errorf("%v allocations for each text that is refused", n)
	}
}

func TestAppend_CutLine(t *testing.T) {
	cut := []byte(`{"k":"` + strings.Repeat("x", 10_000) + `","l":"`)
	if out, ok := Append(nil, cut); ok || cap(out) != 0 {
		t.Errorf("%v, and room for %d bytes was made", ok, cap(out))
	}
}

func TestAppend_KeepsNoReference(t *testing.T) {
	text := []byte(`{"k":"value","n":123456789012345678901,"e":"a\tb"}`)
	out, _ := Append(nil, text)
	want := bytes.Clone(out)
	clear(text)
	if !bytes.Equal(out, want) {
		t.Error("the output changed with the text")
	}
}
