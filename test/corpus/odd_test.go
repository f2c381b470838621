package corpus

import (
	"bytes"
	"testing"
)

func check(t *testing.T, c Case) {
	t.Helper()
	got := read(c.Chunk)
	got.markers = 0
	if want := (tally{events: c.Events, either: c.Either, malformed: c.Malformed, badTail: c.BadTail}); got != want {
		t.Errorf("%q holds %+v and declares %+v", c.Name, got, want)
	}
	if c.Corrupt != (c.BadTail > 0) {
		t.Errorf("%q: Corrupt is %v with a bad tail of %d bytes", c.Name, c.Corrupt, c.BadTail)
	}
}

func TestOdd_CasesHoldWhatTheyDeclare(t *testing.T) {
	for _, c := range Odd() {
		check(t, c)
	}
}

func TestOdd_CasesHaveUniqueNamesAndAreSmall(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Odd() {
		if c.Name == "" || seen[c.Name] {
			t.Errorf("the name %q is empty or not unique", c.Name)
		}
		seen[c.Name] = true
		if len(c.Chunk) > 300_000 {
			t.Errorf("%q has %d bytes", c.Name, len(c.Chunk))
		}
	}
	t.Logf("%d cases", len(seen))
}

func TestOdd_CasesAreTheSameEachTimeAndShareNoMemory(t *testing.T) {
	first, second := Odd(), Odd()
	for i := range first {
		if !bytes.Equal(first[i].Chunk, second[i].Chunk) {
			t.Errorf("%q differs", first[i].Name)
		}
		clear(first[i].Chunk)
	}
	for i, c := range Odd() {
		if !bytes.Equal(c.Chunk, second[i].Chunk) {
			t.Errorf("%q changed", c.Name)
		}
	}
}

func TestHuge_CasesHoldWhatTheyDeclare(t *testing.T) {
	for _, h := range Huge() {
		c := h.Build()
		check(t, c)
		if c.Name != h.Name || len(c.Chunk) < 500_000 {
			t.Errorf("%q builds %q of %d bytes", h.Name, c.Name, len(c.Chunk))
		}
	}
}
