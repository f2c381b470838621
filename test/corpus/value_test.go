package corpus

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
)

func TestValue_DecodesToWhatWasEncoded(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	cases := []struct {
		name  string
		value Value
		lead  byte // the first byte: which form was chosen
		want  any
	}{
		{"fixstr", Str("abc"), 0xa3, "abc"},
		{"the longest fixstr", Str(long(31)), 0xbf, long(31)},
		{"str8", Str(long(32)), 0xd9, long(32)},
		{"str16", Str(long(256)), 0xda, long(256)},
		{"str32", Str(long(65_536)), 0xdb, long(65_536)},
		{"a string in a long form", Str8("abc"), 0xd9, "abc"},
		{"a string in a longer form", Str16("abc"), 0xda, "abc"},
		{"a string in the longest form", Str32("abc"), 0xdb, "abc"},
		{"a string that is no UTF-8", Str("\xff"), 0xa1, "\xff"},
		{"bin8", Bin([]byte{1, 2}), 0xc4, []byte{1, 2}},
		{"bin16", Bin(make([]byte, 256)), 0xc5, make([]byte, 256)},
		{"bin32", Bin(make([]byte, 65_536)), 0xc6, make([]byte, 65_536)},
		{"nil", Nil(), 0xc0, nil},
		{"true", Bool(true), 0xc3, true},
		{"false", Bool(false), 0xc2, false},
		{"positive fixint", Int(127), 0x7f, int64(127)},
		{"negative fixint", Int(-32), 0xe0, int64(-32)},
		{"the shortest unsigned forms", Uint(128), 0xcc, uint64(128)},
		{"uint8", Uint8(1), 0xcc, uint64(1)},
		{"uint16", Uint16(1), 0xcd, uint64(1)},
		{"uint32", Uint32(math.MaxUint32), 0xce, uint64(math.MaxUint32)},
		{"uint64", Uint64(math.MaxUint64), 0xcf, uint64(math.MaxUint64)},
		{"int8", Int8(-1), 0xd0, int64(-1)},
		{"int16", Int16(-1), 0xd1, int64(-1)},
		{"int32", Int32(-1), 0xd2, int64(-1)},
		{"int64", Int64(math.MinInt64), 0xd3, int64(math.MinInt64)},
		{"float32", Float32(1.5), 0xca, float32(1.5)},
		{"float64", Float64(math.Inf(-1)), 0xcb, math.Inf(-1)},
		{"an array", Array(Int(1), Str("a"), Nil()), 0x93, []any{int64(1), "a", nil}},
		{"a map", Map(Str("a"), Int(1), Str("b"), Array()), 0x82, map[string]any{"a": int64(1), "b": []any{}}},
		{"fields", Fields("a", "1", "b", "2"), 0x82, map[string]any{"a": "1", "b": "2"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.value[0] != c.lead {
				t.Errorf("begins with 0x%02x, want 0x%02x", c.value[0], c.lead)
			}
			got, rest, err := msgp.ReadIntfBytes(c.value)
			if err != nil || len(rest) != 0 {
				t.Fatalf("%v, %d bytes left", err, len(rest))
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, want %#v", got, c.want)
			}
		})
	}
}

func TestValue_FloatsKeepNaN(t *testing.T) {
	f, _, err := msgp.ReadFloat64Bytes(Float64(math.NaN()))
	if err != nil || !math.IsNaN(f) {
		t.Errorf("got %v, %v", f, err)
	}
}

func TestValue_ExtensionsOfEverySizeDecode(t *testing.T) {
	leads := map[int]byte{0: 0xc7, 1: 0xd4, 2: 0xd5, 3: 0xc7, 4: 0xd6, 8: 0xd7, 16: 0xd8, 17: 0xc7, 255: 0xc7, 256: 0xc8, 65_535: 0xc8, 65_536: 0xc9}
	for n, lead := range leads {
		data := bytes.Repeat([]byte{0x5a}, n)
		v := Ext(42, data)
		if v[0] != lead {
			t.Errorf("%d bytes: begins with 0x%02x, want 0x%02x", n, v[0], lead)
		}
		got := msgp.RawExtension{Type: 42}
		rest, err := msgp.ReadExtensionBytes(v, &got)
		if err != nil || len(rest) != 0 || !bytes.Equal(got.Data, data) {
			t.Errorf("%d bytes: %v, %d left, %d data", n, err, len(rest), len(got.Data))
		}
	}
}

func TestEvent_HoldsTimeMetadataAndBody(t *testing.T) {
	when := time.Date(2026, 11, 3, 8, 0, 0, 123_456_789, time.UTC)
	for name, stamp := range map[string]Value{
		"fixext8": At(when),
		"ext8":    EventTimeExt8(uint32(when.Unix()), 123_456_789),
	} {
		t.Run(name, func(t *testing.T) {
			event := AppendEvent([]byte{0xc0}, stamp, Fields("m", "1"), Fields("log", "x"))
			root, ok := array(event[1:])
			if !ok || len(root) != 2 {
				t.Fatalf("not an array of two: %x", event)
			}
			head, ok := array(root[0])
			if !ok || len(head) != 2 {
				t.Fatalf("the head is not an array of two: %x", root[0])
			}
			var ext msgp.RawExtension
			if _, err := msgp.ReadExtensionBytes(head[0], &ext); err != nil {
				t.Fatal(err)
			}
			if len(ext.Data) != 8 || binary.BigEndian.Uint32(ext.Data) != uint32(when.Unix()) || binary.BigEndian.Uint32(ext.Data[4:]) != 123_456_789 {
				t.Errorf("time is %x", ext.Data)
			}
			if !bytes.Equal(head[1], Fields("m", "1")) || !bytes.Equal(root[1], Fields("log", "x")) {
				t.Errorf("metadata %x, body %x", head[1], root[1])
			}
		})
	}
}

func TestEvent_NilMetadataIsTheEmptyMap(t *testing.T) {
	if got := AppendEvent(nil, Int(1), nil, Map()); !bytes.Equal(got, []byte{0x92, 0x92, 0x01, 0x80, 0x80}) {
		t.Errorf("%x", got)
	}
}

func TestEvent_OldFormHasNoMetadata(t *testing.T) {
	if got := AppendOldEvent(nil, Int(1), Map()); !bytes.Equal(got, []byte{0x92, 0x01, 0x80}) {
		t.Errorf("%x", got)
	}
}

func TestGroup_MarkersHoldResourceAndScope(t *testing.T) {
	chunk := AppendGroupEnd(AppendGroupStart(nil, 3, 5, Fields("service.name", "checkout"), Fields("name", "lib")))
	if got := read(chunk); got != (tally{markers: 2}) {
		t.Fatalf("%+v", got)
	}
	root, _ := array(chunk)
	head, _ := array(root[0])
	meta, _, err := msgp.ReadMapStrIntfBytes(head[1], nil)
	if err != nil || !reflect.DeepEqual(meta, map[string]any{"schema": "otlp", "resource_id": int64(3), "scope_id": int64(5)}) {
		t.Errorf("metadata %v, %v", meta, err)
	}
	body, _, err := msgp.ReadMapStrIntfBytes(root[1], nil)
	want := map[string]any{
		"resource": map[string]any{"attributes": map[string]any{"service.name": "checkout"}},
		"scope":    map[string]any{"name": "lib"},
	}
	if err != nil || !reflect.DeepEqual(body, want) {
		t.Errorf("body %v, %v", body, err)
	}
}
