package leak

import (
	"fmt"
	"strconv"
	"strings"

	"out_dynatrace/test/corpus"
)

// node is a value of a record. The zero node is null.
type node struct {
	kind  kind
	text  string // of a text and of bytes
	num   int64
	pairs []pair // of an object
	items []node // of an array
	line  *node  // of a text that is a JSON line: its object
	mark  string // "" if the value has none
	id    string // of a trace, in hexadecimal digits; mark is a part of it
}

type pair struct {
	key   string
	value node
}

type kind uint8

const (
	null kind = iota
	text
	number
	boolean
	blob
	object
	array
)

// value returns n as msgpack.
func (n *node) value() corpus.Value {
	switch n.kind {
	case text:
		return corpus.Str(n.text)
	case number:
		return corpus.Int(n.num)
	case boolean:
		return corpus.Bool(n.num != 0)
	case blob:
		return corpus.Bin([]byte(n.text))
	case object:
		var pairs []corpus.Value
		for _, p := range n.pairs {
			pairs = append(pairs, corpus.Str(p.key), p.value.value())
		}
		return corpus.Map(pairs...)
	case array:
		var items []corpus.Value
		for _, item := range n.items {
			items = append(items, item.value())
		}
		return corpus.Array(items...)
	}
	return corpus.Nil()
}

// json appends n as JSON. With escapes, the first letter of a key and of a text is an escape.
func (n *node) json(b *strings.Builder, escapes bool) {
	quote := func(s string) {
		if escapes && s != "" && s[0] < 0x80 && s[0] >= ' ' && s[0] != '"' && s[0] != '\\' {
			q := strconv.Quote(s[1:])
			fmt.Fprintf(b, `"\u%04x%s`, s[0], strings.ReplaceAll(q[1:], `\x`, `\u00`))
			return
		}
		b.WriteString(strings.ReplaceAll(strconv.Quote(s), `\x`, `\u00`))
	}
	switch n.kind {
	case text, blob:
		quote(n.text)
	case number:
		b.WriteString(strconv.FormatInt(n.num, 10))
	case boolean:
		b.WriteString(strconv.FormatBool(n.num != 0))
	case object:
		b.WriteByte('{')
		for i, p := range n.pairs {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(p.key)
			b.WriteByte(':')
			p.value.json(b, escapes)
		}
		b.WriteByte('}')
	case array:
		b.WriteByte('[')
		for i := range n.items {
			if i > 0 {
				b.WriteString(", ")
			}
			n.items[i].json(b, escapes)
		}
		b.WriteByte(']')
	default:
		b.WriteString("null")
	}
}

// walk calls visit for n and the values below it, with their paths: keys with dots between them,
// the elements of an array under the name of the array, the root under "".
func (n *node) walk(path string, visit func(path string, n *node)) {
	visit(path, n)
	for i := range n.pairs {
		below := n.pairs[i].key
		if path != "" {
			below = path + "." + below
		}
		n.pairs[i].value.walk(below, visit)
	}
	for i := range n.items {
		n.items[i].walk(path, visit)
	}
}
