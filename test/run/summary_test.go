package main

import (
	"encoding/json"
	"strings"
	"testing"

	"out_dynatrace/test/ingest"
)

// put gives a record with the content to a store.
func put(t *testing.T, s *store, contents ...string) {
	t.Helper()
	var records []json.RawMessage
	for _, c := range contents {
		text, err := json.Marshal(map[string]any{
			"content": c, "timestamp": "2026-11-03T08:00:00Z", "loglevel": "NONE", "status": "NONE", "log.source": "/var/log/a.log",
		})
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, text)
	}
	if err := s.Put(records); err != nil {
		t.Fatal(err)
	}
}

func TestTheStoreCountsAsTheSourceDoes(t *testing.T) {
	lines := []string{"one", "", "zwei Größen", "\x00zero", strings.Repeat("long", compared/3)}
	s := new(store)
	put(t, s, lines[:2]...)
	put(t, s, lines[2:]...)
	if got, _, last := s.state(); got != tallyOf(lines...) || last.IsZero() {
		t.Errorf("got %+v, want %+v", got, tallyOf(lines...))
	}
}

func TestOneRecordOfEachKindIsShown(t *testing.T) {
	s := new(store)
	put(t, s, "plain", "", "\tat a.B.c(B.java:1)", `{"a":1}`, `{"a":2}`, "Größe", `1.2.3.4 - - [x] "GET / HTTP/1.1" 200`, "<134>Nov  3 host x: y")
	_, shown, _ := s.state()
	var kinds []string
	for _, sample := range shown {
		kinds = append(kinds, sample.kind)
	}
	if got := strings.Join(kinds, ", "); got != "an access line, a line of JSON, a line of a stack trace, text beyond ASCII" {
		t.Error(got)
	}
}

func TestTheOutputFitsTheTerminal(t *testing.T) {
	s := new(store)
	put(t, s, strings.Repeat("注文 ", 300), `{"a":"`+strings.Repeat("\x1b", 3)+strings.Repeat("x", 2000)+`"}`, strings.Repeat("y", 150), "")
	r := &result{seconds: 12.34, stats: ingest.Stats{Requests: 7, ByStatus: map[int]int{204: 6, 503: 1}, BytesWire: 1_234_567, BytesUncompressed: 9_876_543}}
	r.stored, r.samples, _ = s.state()
	r.read = r.stored
	var out strings.Builder
	screen := newScreen(&out, func() {})
	screen.title()
	screen.source(&source{title: "/" + strings.Repeat("very/long/name/", 20), finished: true})
	screen.records(r)
	screen.summary(r)
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimSuffix(line, "\n"); columnsOf(line) > width || strings.ContainsAny(line, "\x1b\t\r") || strings.TrimRight(line, " ") != line {
			t.Errorf("%d columns: %q", columnsOf(line), line)
		}
	}
	for _, want := range []string{
		"4 of the 4 stored records:",
		"answers by status 204: 6, 503: 1",
		"gzip, 8.0 times smaller than the 9.9 MB of JSON",
		"log.source  /var/log/a.log",
		"(2.0 kB)",
		"content     (empty)",
		"every content is that of its line",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func TestAnyDifferenceIsAnError(t *testing.T) {
	read := tally{lines: 10, text: 100, sum: 7}
	for name, c := range map[string]struct {
		stored tally
		want   string
	}{
		"all is stored":        {read, ""},
		"a long line was cut":  {tally{lines: 10, text: 90, sum: 7}, ""},
		"a record is missing":  {tally{lines: 9, text: 100, sum: 7}, "only 9 records"},
		"a record is too many": {tally{lines: 11, text: 100, sum: 7}, "but 11 records"},
		"a content differs":    {tally{lines: 10, text: 100, sum: 8}, "contents differ"},
		"a content grew":       {tally{lines: 10, text: 101, sum: 7}, "longer than the lines"},
	} {
		err := (&result{read: read, stored: c.stored}).check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheJournalShowsThePluginAndKeepsTheRest(t *testing.T) {
	var out strings.Builder
	j := newJournal(newScreen(&out, func() {}))
	for range keptLines {
		_, _ = j.Write([]byte("[2026/11/23 00:03:18.011] [ info] [input:tail:tail.0] initializing\n"))
	}
	for _, part := range []string{
		"[2026/11/23 00:03:18.011] [ info] [output:dynatrace:dynatrace.0] ver", "sion 1 starts\n",
		"[2026/11/23 00:03:18.011] [ info] [output:dynatrace:dynatrace.0] worker #0 started\n",
		"[2026/11/23 00:03:18.011] [ warn] [output:dynatrace:dynatrace.0] careful\nno end",
	} {
		_, _ = j.Write([]byte(part))
	}
	if want := "plugin     version 1 starts\nplugin     warn: careful\n"; out.String() != want {
		t.Errorf("shown %q, want %q", out.String(), want)
	}
	if last, dropped := j.lines(); dropped != 3 || len(last) != keptLines+1 || last[keptLines] != "no end" {
		t.Errorf("%d lines kept, %d dropped", len(last), dropped)
	}
}

func TestSeveralRecordsOfOneKindAreShownWhenThereAreNoOthers(t *testing.T) {
	s := new(store)
	put(t, s, "", "one", "two", "three", "four", "five")
	_, shown, _ := s.state()
	if len(shown) != shownSamples || shown[0].kind != "a line" || shown[1].kind != "an empty line" || shown[3].fields[3].value != "three" {
		t.Errorf("%+v", shown)
	}
}
