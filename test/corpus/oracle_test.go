package corpus

import (
	"github.com/tinylib/msgp/msgp"
)

// tally is what the oracle finds in a chunk.
type tally struct {
	events, either, malformed, markers, badTail int
}

// read goes through a chunk with msgp and the rules stated at Case. It shares no code with the
// plugin's reader nor with the writer of this package.
func read(chunk []byte) tally {
	var t tally
	for len(chunk) > 0 {
		rest, err := msgp.Skip(chunk)
		if err != nil {
			t.badTail = len(chunk)
			return t
		}
		t.judge(chunk[:len(chunk)-len(rest)])
		chunk = rest
	}
	return t
}

func (t *tally) judge(object []byte) {
	elements, ok := array(object)
	if !ok || len(elements) != 2 {
		t.malformed++
		return
	}
	head, body := elements[0], elements[1]
	stamp, strict := head, true
	if inner, ok := array(head); ok {
		if len(inner) == 0 {
			t.malformed++
			return
		}
		stamp = inner[0]
		strict = len(inner) == 2 && msgp.NextType(inner[1]) == msgp.MapType
	}
	bodyType, stampType := msgp.NextType(body), msgp.NextType(stamp)
	if bodyType == msgp.NilType || stampType == msgp.MapType || stampType == msgp.ArrayType {
		t.malformed++
		return
	}
	known, marker := instant(stamp)
	switch {
	case !strict || !known || bodyType != msgp.MapType:
		t.either++
	case marker:
		t.markers++
	default:
		t.events++
	}
}

// array splits an encoded array into its elements.
func array(object []byte) (elements [][]byte, ok bool) {
	n, b, err := msgp.ReadArrayHeaderBytes(object)
	if err != nil {
		return nil, false
	}
	for range n {
		next, err := msgp.Skip(b)
		if err != nil {
			return nil, false
		}
		elements = append(elements, b[:len(b)-len(next)])
		b = next
	}
	return elements, true
}

// instant reports whether an encoded value can be a time, and whether it is that of a group marker.
func instant(stamp []byte) (known, marker bool) {
	switch msgp.NextType(stamp) {
	case msgp.IntType, msgp.UintType, msgp.Float32Type, msgp.Float64Type:
		return true, false
	}
	ext := msgp.RawExtension{Type: 0}
	if _, err := msgp.ReadExtensionBytes(stamp, &ext); err != nil || len(ext.Data) != 8 {
		return false, false
	}
	s := string(ext.Data)
	return true, s == "\xff\xff\xff\xff\x00\x00\x00\x00" || s == "\xff\xff\xff\xfe\x00\x00\x00\x00"
}
