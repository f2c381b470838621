package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func tallyOf(lines ...string) (t tally) {
	for _, line := range lines {
		t.add([]byte(line))
	}
	return t
}

func TestTally_IgnoresTheOrder(t *testing.T) {
	if a, b := tallyOf("one", "two", "", "two"), tallyOf("two", "", "two", "one"); a != b {
		t.Errorf("%+v differs from %+v", a, b)
	}
}

func TestTally_NoticesEachDifference(t *testing.T) {
	want := tallyOf("one", "two", "two")
	for name, got := range map[string]tally{
		"a changed line":     tallyOf("one", "two", "twO"),
		"a lost line":        tallyOf("one", "two"),
		"a doubled line":     tallyOf("one", "two", "two", "two"),
		"another line twice": tallyOf("one", "one", "two"),
		"text that moved":    tallyOf("onet", "wo", "two"),
	} {
		if got == want {
			t.Errorf("%s is not noticed", name)
		}
	}
}

func TestTally_CountsLinesAsTheyCanBeStored(t *testing.T) {
	for name, c := range map[string]struct{ read, stored string }{
		"each invalid byte is one U+FFFD":          {"a\xff\xfeb", "a\uFFFD\uFFFDb"},
		"the bytes of half a character are two":    {"\xe2\x82", "\uFFFD\uFFFD"},
		"U+FFFD itself stays":                      {"\uFFFD\xff", "\uFFFD\uFFFD"},
		"an invalid byte at the start and the end": {"\x80x\x80", "\uFFFDx\uFFFD"},
		"zero bytes at the start may be gone":      {"\x00\x00x\x00", "x\x00"},
		"a line of zero bytes may be empty":        {"\x00\x00", ""},
	} {
		if a, b := tallyOf(c.read), tallyOf(c.stored); a != b {
			t.Errorf("%s: %+v differs from %+v", name, a, b)
		}
	}
}

func TestTally_ComparesTheStartOfLongLines(t *testing.T) {
	long := strings.Repeat("x", compared)
	whole, cut := tallyOf(long+"the end"), tallyOf(long)
	if whole.sum != cut.sum || whole.text != cut.text+7 {
		t.Errorf("whole %+v, cut %+v", whole, cut)
	}
	if other := tallyOf("y" + long[1:]); other.sum == cut.sum {
		t.Error("a long line that differs at its start is not noticed")
	}
	// The bound lies within a character that stands for an invalid byte.
	invalid := bytes.Repeat([]byte{0xff}, compared/3+10)
	if a, b := tallyOf(string(invalid)), tallyOf(strings.Repeat("\uFFFD", len(invalid))); a != b {
		t.Errorf("%+v differs from %+v", a, b)
	}
}

// put gives records with the contents to a store.
func put(t *testing.T, s *store, contents ...string) {
	t.Helper()
	var records []json.RawMessage
	for _, c := range contents {
		text, err := json.Marshal(map[string]any{"content": c, "loglevel": "NONE"})
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, text)
	}
	if err := s.Put(records); err != nil {
		t.Fatal(err)
	}
}

func TestStore_CountsAsTheSourceDoes(t *testing.T) {
	lines := []string{"one", "", "zwei Größen", "\x00zero", strings.Repeat("long", compared/3)}
	s := new(store)
	put(t, s, lines[:2]...)
	put(t, s, lines[2:]...)
	if got := s.tallied(); got != tallyOf(lines...) || s.last.IsZero() {
		t.Errorf("got %+v, want %+v", got, tallyOf(lines...))
	}
}

func TestStore_ShowsRecordsAtEvenDistances(t *testing.T) {
	for total, want := range map[int64]string{
		8: `"line 0" "line 2" "line 4" "line 6"`,
		2: `"line 0" "line 1"`,
	} {
		s := &store{total: total}
		for i := range total {
			put(t, s, fmt.Sprint("line ", i))
		}
		var got []string
		for _, raw := range s.shown {
			var r struct{ Content json.RawMessage }
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			got = append(got, string(r.Content))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("of %d: got %s, want %s", total, got, want)
		}
	}
}
