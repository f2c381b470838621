package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/host"
)

// realFlush is the flush interval of a real Fluent Bit.
const realFlush = 200 * time.Millisecond

// writeConfig writes a configuration in the classic format, which every version reads, and returns
// its path. Input i tails inputFile(i) for output i, unless the setup has a pipeline.
func writeConfig(t *testing.T, dir string, s setup) string {
	t.Helper()
	var b strings.Builder
	part := func(name string, pairs ...string) {
		fmt.Fprintf(&b, "[%s]\n", name)
		for i := 0; i+1 < len(pairs); i += 2 {
			fmt.Fprintf(&b, "    %s %s\n", pairs[i], pairs[i+1])
		}
	}
	write := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		b.Reset()
		return path
	}

	part("PLUGINS", "Path", library)
	plugins := write("plugins.conf")
	part("PARSER", "Name", "object", "Format", "json")
	part("PARSER", "Name", "dated", "Format", "regex", "Regex", `^(?<time>[0-9]+) (?<log>.*)$`, "Time_Key", "time", "Time_Format", "%s")
	parsers := write("parsers.conf")

	grace := 5
	if s.grace > 0 {
		grace = max(1, int(s.grace.Seconds()))
	}
	flush := realFlush
	if s.flush > 0 {
		flush = s.flush
	}
	service := []string{
		"Flush", fmt.Sprint(flush.Seconds()), "Grace", fmt.Sprint(grace), "Log_Level", "info", "Plugins_File", plugins, "Parsers_File", parsers,
		"scheduler.base", "1", "scheduler.cap", "1",
	}
	if s.dir != "" {
		service = append(service, "storage.path", filepath.Join(dir, "chunks"))
	}
	if s.reloads {
		service = append(service, "Hot_Reload", "on")
	}
	part("SERVICE", service...)
	properties := func(pairs []string, section section) []string {
		for _, p := range section {
			pairs = append(pairs, p.Key, p.Value)
		}
		return pairs
	}
	for _, p := range s.pipeline {
		part(p.kind, properties(nil, p.Properties)...)
	}
	for i, section := range s.outputs {
		out := []string{"Name", "dynatrace", "Retry_Limit", "no_limits"}
		if len(s.pipeline) > 0 {
			if !hasKey(section, "match") {
				out = append(out, "Match", "*")
			}
			part("OUTPUT", properties(out, section)...)
			continue
		}
		tag := fmt.Sprintf("app%d", i)
		read := "64k"
		if s.goesOn() {
			read = "8M" // all that is there, so that a read does not end within a line
		}
		input := []string{
			"Name", "tail", "Path", inputFile(dir, i), "Tag", tag, "Read_From_Head", "on", "Refresh_Interval", "1",
			"Buffer_Chunk_Size", read, "Buffer_Max_Size", "16M", // the latter for lines of megabytes
		}
		if s.dir != "" {
			input = append(input, "storage.type", "filesystem")
		}
		if s.goesOn() {
			input = append(input, "DB", filepath.Join(dir, fmt.Sprintf("positions%d.db", i)))
		}
		if s.json {
			input = append(input, "Parser", "object")
		}
		if s.dated {
			input = append(input, "Parser", "dated")
		}
		part("INPUT", input...)
		part("OUTPUT", properties(append(out, "Match", tag), section)...)
	}
	return write("fluent-bit.conf")
}

// hasKey reports whether a section has a key. Fluent Bit ignores the case of keys.
func hasKey(section section, key string) bool {
	return slices.ContainsFunc(section, func(p host.Property) bool { return strings.EqualFold(p.Key, key) })
}
