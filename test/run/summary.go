package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (s *screen) title() {
	s.line("out_dynatrace ships a log into a local Dynatrace. Nothing leaves this machine.")
	s.print("\n")
}

// source tells what is shipped.
func (s *screen) source(src *source) {
	s.pair("log", fmt.Sprintf("%s, %s, %s", number(src.tally.lines, "line"), bytesText(src.size), src.title))
	if src.finished {
		s.pair("", "its last line has no line end, which Fluent Bit would wait for: the copy that is shipped has one")
	}
}

// records shows a few of what is stored.
func (s *screen) records(r *result) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d of the %s:\n", len(r.samples), number(r.stored.lines, "stored record"))
	for _, sample := range r.samples {
		longest := 0
		for _, f := range sample.fields {
			longest = max(longest, columnsOf(plain(f.key, 40)))
		}
		fmt.Fprintf(&b, "\n  %s\n", sample.kind)
		for _, f := range sample.fields {
			key := plain(f.key, 40)
			for _, row := range rows(f, width-4-longest-2) {
				b.WriteString("    " + key + strings.Repeat(" ", longest-columnsOf(key)+2) + strings.TrimRight(row, " ") + "\n")
				key = ""
			}
		}
	}
	if len(r.samples) > 0 {
		s.print(b.String())
	}
}

// rows breaks the value of a field into at most two lines; what is left out is told by the size of the whole.
func rows(f field, columns int) []string {
	if f.bytes == 0 {
		return []string{"(empty)"}
	}
	text := plain(f.value, 4*sampledBytes)
	whole := f.bytes == len(f.value)
	if whole && columnsOf(text) <= columns {
		return []string{text}
	}
	first := text
	if columnsOf(text) > columns {
		first = prefix(text, columns)
	}
	second := text[len(first):]
	if !whole || columnsOf(second) > columns {
		size := " (" + bytesText(int64(f.bytes)) + ")"
		second = prefix(second, columns-len(size)-3) + "..." + size
	}
	return []string{first, second}
}

// summary shows the numbers.
func (s *screen) summary(r *result) {
	st := r.stats
	contents := "every content is that of its line"
	if r.check() != nil {
		contents = ""
	} else if cut := r.cut(); cut > 0 {
		contents = fmt.Sprintf("%s cut off lines longer than Dynatrace takes", bytesText(cut))
	}
	wire := ""
	if st.BytesWire > 0 && st.BytesWire < st.BytesUncompressed {
		wire = fmt.Sprintf("gzip, %.1f times smaller than the %s of JSON", float64(st.BytesUncompressed)/float64(st.BytesWire), bytesText(st.BytesUncompressed))
	}
	pace := ""
	if r.seconds > 0 {
		pace = number(int64(float64(r.stored.lines)/r.seconds), "line") + " a second, agent and local Dynatrace included"
	}
	s.print("\n")
	for _, row := range []struct{ label, value, remark string }{
		{"lines read", count(r.read.lines), ""},
		{"records stored", count(r.stored.lines), contents},
		{"requests", count(int64(st.Requests)), answers(st.ByStatus)},
		{"bytes on the wire", count(st.BytesWire), wire},
		{"seconds", fmt.Sprintf("%.1f", r.seconds), pace},
		{"trimmed records", trims(st.Trims), "by Dynatrace's limits"},
	} {
		if row.value != "" {
			s.print(strings.TrimRight(fmt.Sprintf("%-19s%15s   %s", row.label, row.value, row.remark), " ") + "\n")
		}
	}
	s.print("\n")
}

// answers tells how the local Dynatrace answered.
func answers(byStatus map[int]int) string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "none"
		}
		parts = append(parts, fmt.Sprintf("%s: %s", name, count(int64(byStatus[status]))))
	}
	if len(parts) == 1 {
		name, _, _ := strings.Cut(parts[0], ":")
		return "all answered " + name
	}
	return "answers by status " + strings.Join(parts, ", ")
}

// trims counts the records that the local Dynatrace had to trim, or is empty: the plugin is to cut them before.
func trims(byWarning map[string]int) string {
	total := 0
	for _, n := range byWarning {
		total += n
	}
	if total == 0 {
		return ""
	}
	return count(int64(total))
}

// everything shows what the agent printed.
func (s *screen) everything(said *journal) {
	lines, dropped := said.lines()
	var b strings.Builder
	b.WriteString("\nWhat the agent printed:\n")
	if dropped > 0 {
		fmt.Fprintf(&b, "  (%s before)\n", number(int64(dropped), "line"))
	}
	for _, line := range lines {
		b.WriteString("  " + strings.TrimRight(plain(line, keptBytes), " ") + "\n")
	}
	b.WriteString("\n")
	s.print(b.String())
}
