package jsonread

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"out_dynatrace/plugin/chunk"
)

// FuzzAppend holds Append against the standard library's tokens, so that order and equal keys
// count.
func FuzzAppend(f *testing.F) {
	for _, line := range benchmarkLines() {
		f.Add(line, 0)
		f.Add(line, 4096)
		f.Add(line[:len(line)/2], 0)
	}
	for _, text := range []string{
		`{}`, ` {"a":{},"a":[]} `, `{"a":[1,-0,1.5e-7,1e309,18446744073709551616,-9223372036854775809,0.1,1e22,123456789012345678.9]}`,
		`{"a":"\ud83c\udf89\ud83c\udf89\ud800\u0041","\u0061":"\\\"\/\b\f\n\r\t"}`, "{\"\xff\":\"\xe2\x82\\n\xc3\"}", `{"a":tru}`, `{"a":01}`,
		`{"a":1.7976931348623158e308,"b":17976931348623157.99e292,"c":0.000e400}`, object(strings.Repeat("[", 99) + strings.Repeat("]", 99)),
		object(strings.Repeat("[", 100) + strings.Repeat("]", 100)), object(`"` + strings.Repeat("x", 300) + `\n"`), "{\"a\":\"\x1f\"}",
	} {
		f.Add([]byte(text), 0)
		f.Add([]byte(text), 1000)
	}
	f.Fuzz(func(t *testing.T, text []byte, spare int) {
		before := bytes.Clone(text)
		dst := append(make([]byte, 0, 1+max(0, spare%5000)), '!')
		out, ok := Append(dst, text)
		if out[0] != '!' || !bytes.Equal(text, before) {
			t.Fatal("bytes that are not Append's were changed")
		}
		want, valid := oracle(text)
		if ok != valid {
			t.Fatalf("ok is %v, encoding/json says %v", ok, valid)
		}
		if out = out[1:]; !ok {
			if len(out) != 0 {
				t.Fatalf("%x is left behind", out)
			}
			return
		}
		if float64(len(out)) > bound(len(text))*float64(len(text)) {
			t.Fatalf("%d bytes of %d", len(out), len(text))
		}
		c := chunk.NewCursor(out)
		if whole, err := c.Skip(1); err != nil || len(whole) != len(out) {
			t.Fatalf("not one whole value: %v, %d bytes of %d", err, len(whole), len(out))
		}
		if rest, err := msgp.Skip(out); err != nil || len(rest) != 0 {
			t.Fatalf("msgp: %v, %d bytes left", err, len(rest))
		}
		// msgp asks for three bytes a pair before it reads a map, though an empty key takes one: it
		// gets bytes to spare.
		padded := append(bytes.Clone(out), make([]byte, len(out))...)
		if _, rest, err := msgp.ReadMapStrIntfBytes(padded, nil); err != nil || len(rest) != len(out) {
			t.Fatalf("msgp reads no map: %v, %d bytes left of %d and as many more", err, len(rest), len(out))
		}
		if got := normal(render(t, out)); got != normal(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// normal replaces each byte that is not valid UTF-8, as encoding/json does.
func normal(s string) string { return string([]rune(s)) }

// render writes one msgpack map: JSON but for the strings, which are written as they are between
// quotes, each quote in them twice, and the floats, which end in f.
func render(t *testing.T, data []byte) string {
	t.Helper()
	var b []byte
	c := chunk.NewCursor(data)
	root := c.Next()
	if root.Kind != chunk.Map {
		t.Fatalf("no map: %x", data)
	}
	b = renderToken(t, b, root, &c)
	if len(c.Rest()) != 0 {
		t.Fatalf("%d bytes behind the map", len(c.Rest()))
	}
	return string(b)
}

func renderToken(t *testing.T, b []byte, tok chunk.Token, c *chunk.Cursor) []byte {
	switch tok.Kind {
	case chunk.Nil:
		return append(b, "null"...)
	case chunk.Bool:
		return strconv.AppendBool(b, tok.Num != 0)
	case chunk.Int:
		return strconv.AppendInt(b, tok.Int64(), 10)
	case chunk.Uint:
		return strconv.AppendUint(b, tok.Num, 10)
	case chunk.Float64:
		return renderFloat(b, tok.Float())
	case chunk.String:
		return renderString(b, string(tok.Data))
	case chunk.Array:
		b = append(b, '[')
		for i := range tok.Num {
			if i > 0 {
				b = append(b, ',')
			}
			b = renderToken(t, b, c.Next(), c)
		}
		return append(b, ']')
	case chunk.Map:
		b = append(b, '{')
		for i := range tok.Num {
			if i > 0 {
				b = append(b, ',')
			}
			key := c.Next()
			if key.Kind != chunk.String {
				t.Fatalf("a key of kind %d", key.Kind)
			}
			b = append(renderString(b, string(key.Data)), ':')
			b = renderToken(t, b, c.Next(), c)
		}
		return append(b, '}')
	}
	t.Fatalf("a token of kind %d", tok.Kind)
	return nil
}

func renderFloat(b []byte, f float64) []byte {
	return append(strconv.AppendFloat(b, f, 'g', -1, 64), 'f')
}

func renderString(b []byte, s string) []byte {
	return append(append(append(b, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}

// str is the value of the first pair of a map.
func str(t *testing.T, data []byte) string {
	t.Helper()
	c := chunk.NewCursor(data)
	c.Next()
	c.Next()
	tok := c.Next()
	again := c.From(0)
	if whole, err := again.Skip(1); tok.Kind != chunk.String || err != nil || len(whole) != len(data) {
		t.Fatalf("no string, or not one whole map: kind %d, %d bytes of %d, %v", tok.Kind, len(whole), len(data), err)
	}
	return string(tok.Data)
}

// oracle gives what render is to write for text, and whether text is one object of no more than
// maxDepth levels.
func oracle(text []byte) (string, bool) {
	if !json.Valid(text) || bytes.TrimLeft(text, " \n\t\r")[0] != '{' {
		return "", false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var b []byte
	type level struct {
		object bool
		tokens int
	}
	var levels []level
	for {
		tok, err := dec.Token()
		if err != nil {
			return string(b), err == io.EOF && len(levels) == 0
		}
		if tok == json.Delim('}') || tok == json.Delim(']') {
			levels = levels[:len(levels)-1]
			b = append(b, tok.(json.Delim).String()...)
			continue
		}
		if n := len(levels); n > 0 {
			top := &levels[n-1]
			switch {
			case top.object && top.tokens%2 == 1:
				b = append(b, ':')
			case top.tokens > 0:
				b = append(b, ',')
			}
			top.tokens++
		}
		switch tok := tok.(type) {
		case json.Delim:
			if levels = append(levels, level{object: tok == '{'}); len(levels) > maxDepth {
				return "", false
			}
			b = append(b, tok.String()...)
		case nil:
			b = append(b, "null"...)
		case bool:
			b = strconv.AppendBool(b, tok)
		case string:
			b = renderString(b, tok)
		case json.Number:
			b = oracleNumber(b, tok.String())
		}
	}
}

func oracleNumber(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ".eE") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return strconv.AppendInt(b, n, 10)
		}
		if n, err := strconv.ParseUint(s, 10, 64); err == nil {
			return strconv.AppendUint(b, n, 10)
		}
		return renderString(b, s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || len(s) > longestFloat {
		return renderString(b, s)
	}
	if math.Abs(f) == math.MaxFloat64 {
		// Between the last float as it is printed and the first number that rounds to infinity:
		// text.
		exact, _ := new(big.Float).SetPrec(4096).SetString(s)
		limit, _ := new(big.Float).SetPrec(4096).SetString("1.7976931348623158e308")
		if exact.Abs(exact).Cmp(limit) >= 0 {
			return renderString(b, s)
		}
	}
	return renderFloat(b, f)
}
