package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestCompare_AnyDifferenceIsAnError(t *testing.T) {
	read := tally{lines: 10, text: 100, sum: 7}
	for name, c := range map[string]struct {
		stored tally
		want   string
	}{
		"all is stored":        {read, ""},
		"a long line was cut":  {tally{lines: 10, text: 90, sum: 7}, ""},
		"a record is missing":  {tally{lines: 9, text: 100, sum: 7}, "but 9 records"},
		"a record is too many": {tally{lines: 11, text: 100, sum: 7}, "but 11 records"},
		"a content differs":    {tally{lines: 10, text: 100, sum: 8}, "contents differ"},
		"a content grew":       {tally{lines: 10, text: 101, sum: 7}, "longer than the lines"},
	} {
		err := compare(read, c.stored)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPrintRecords_IsSafeForATerminal(t *testing.T) {
	var records []json.RawMessage
	for _, content := range []string{
		strings.Repeat("注文 ", 300), strings.Repeat("\u009b1m", 3) + strings.Repeat("x", 2000), "\x1b[31m\r", "",
	} {
		raw, err := json.Marshal(map[string]string{"content": content})
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, raw)
	}
	var out strings.Builder
	printRecords(&out, records, 7)
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if len([]rune(line)) > 100 || strings.ContainsAny(line, "\x1b\t\r\u009b") {
			t.Errorf("%q", line)
		}
	}
	for _, want := range []string{"4 of the 7 stored records:", `"content": ""`, "... (2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func TestTranscript_ShowsThePluginAndKeepsTheEnd(t *testing.T) {
	printed := new(transcript)
	for i := range 10_000 {
		fmt.Fprintf(printed, "[2026/11/23 00:03:18.011] [ info] [input:tail:tail.0] line %d\n", i)
	}
	for _, part := range []string{
		"[2026/11/23 00:03:18.011] [ info] [output:dynatrace:dynatrace.0] ver", "sion 1 starts\n",
		"[2026/11/23 00:03:18.011] [ info] [output:dynatrace:dynatrace.0] worker #0 started\n",
		"[2026/11/23 00:03:18.011] [ warn] [output:dynatrace:dynatrace.0] care\x1bful\nno end",
	} {
		_, _ = printed.Write([]byte(part))
	}
	var plugin, all strings.Builder
	printed.print(&plugin, false)
	if want := "plugin     version 1 starts\nplugin     care\uFFFDful\n"; plugin.String() != want {
		t.Errorf("shown %q, want %q", plugin.String(), want)
	}
	printed.print(&all, true)
	if text := all.String(); len(text) > 200_000 || !strings.HasSuffix(text, "no end\n") ||
		!strings.Contains(text, "line 9999") || strings.Contains(text, "line 1\n") {
		t.Errorf("%d bytes are kept", len(text))
	}
}
