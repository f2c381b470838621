package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// linesDir holds what real loggers wrote, one file each: test/loggers/README.md.
const linesDir = "../loggers/lines"

// lineSuffix ends the name of a second case of a logger: its lines without a parser.
const lineSuffix = "-line"

// loggerCase is a case of the folder loggers with the lines that it was captured from.
type loggerCase struct {
	*golden
	lines []byte
}

// loggerCases reads the cases of the folder loggers. It fails the test if the lines of a logger
// have no case, or a case has no lines.
func loggerCases(t *testing.T) (all []loggerCase) {
	t.Helper()
	unused := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(linesDir, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no lines in %s: %v", linesDir, err)
	}
	for _, file := range files {
		unused[file] = true
	}
	for _, g := range allCases(t) {
		if g.source() != "loggers" {
			continue
		}
		name := filepath.Base(g.name)
		file := filepath.Join(linesDir, name+".log")
		if !unused[file] {
			file = filepath.Join(linesDir, strings.TrimSuffix(name, lineSuffix)+".log")
		}
		lines, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%s: %v", g.name, err)
		}
		delete(unused, file)
		all = append(all, loggerCase{golden: g, lines: lines})
	}
	for file := range unused {
		t.Errorf("%s has no case in %s/loggers", file, testdata)
	}
	return all
}

// TestLoggers_CasesHoldTheLinesOfTheLoggers compares the chunks with the lines that they were
// captured from: a chunk must be captured again when its lines change.
func TestLoggers_CasesHoldTheLinesOfTheLoggers(t *testing.T) {
	for _, g := range loggerCases(t) {
		t.Run(g.name, func(t *testing.T) {
			var plain strings.Builder
			lines := bytes.Split(bytes.TrimSuffix(g.lines, []byte("\n")), []byte("\n"))
			for i, in := range g.inputs(t) {
				if log, ok := in.Record["log"].(string); ok && len(in.Record) == 1 {
					fmt.Fprintln(&plain, strings.TrimSuffix(log, "\n"))
					continue
				}
				var want map[string]any
				if i >= len(lines) {
					t.Fatalf("got more than %d records", len(lines))
				}
				if err := json.Unmarshal(lines[i], &want); err != nil {
					t.Fatalf("line %d: %v", i+1, err)
				}
				for key, value := range want { // Fluent Bit takes the field time as the time
					if got, ok := in.Record[key]; !ok || !reflect.DeepEqual(got, value) {
						t.Errorf("line %d: %s: got %v, want %v", i+1, key, got, value)
					}
				}
				if n := i + 1; n == len(g.inputs(t)) && n != len(lines) {
					t.Errorf("got %d records, want %d", n, len(lines))
				}
			}
			if want := withoutEmptyLines(string(g.lines)); plain.Len() > 0 && withoutEmptyLines(plain.String()) != want {
				t.Errorf("got\n%s\nwant\n%s", plain.String(), want)
			}
		})
	}
}

// withoutEmptyLines removes the lines that tail reads no record from.
func withoutEmptyLines(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

const volumeDoc = "../../docs/volume.md"

// TestVolumeDoc_ShowsWhatIsStoredOfEachLogger writes the table of docs/volume.md: the bytes of the
// lines of each logger, and the bytes that Dynatrace stores of them, which are not more.
func TestVolumeDoc_ShowsWhatIsStoredOfEachLogger(t *testing.T) {
	page, err := os.ReadFile(volumeDoc)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- volume:begin -->\n", "<!-- volume:end -->"
	before, rest, found := bytes.Cut(page, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !found || !closed {
		t.Fatalf("%s has no table between %q and %q", volumeDoc, begin, end)
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(begin)
	out.WriteString("\n| logger | records | bytes of its lines | bytes stored | ratio | content | attributes |\n|---|---|---|---|---|---|---|\n")
	for _, g := range loggerCases(t) {
		line, content, attributes := len(g.lines), 0, 0
		stored := g.stored(t)
		for _, record := range stored {
			for key, value := range record {
				switch key {
				case "timestamp", "loglevel", "status": // every record has them
				case "content":
					content += storedBytes(value)
				default:
					attributes += len(key) + storedBytes(value)
				}
			}
		}
		if content+attributes > line {
			t.Errorf("%s: %d bytes are stored of lines of %d", g.name, content+attributes, line)
		}
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %.2f | %d | %d |\n", filepath.Base(g.name), len(stored), line,
			content+attributes, float64(content+attributes)/float64(line), content, attributes)
	}
	out.WriteString("\n" + end)
	out.Write(after)
	check(t, volumeDoc, out.Bytes())
}

// storedBytes is how many bytes a value has as text.
func storedBytes(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		n := 0
		for _, e := range v {
			n += storedBytes(e)
		}
		return n
	case nil:
		return 0
	}
	text, _ := json.Marshal(v)
	return len(text)
}

func TestStoredBytes_CountsValuesAsText(t *testing.T) {
	got := map[string]int{}
	for text, v := range map[string]any{"text": "äb", "number": 12.5, "true": true, "null": nil, "array": []any{"ab", 1.0, nil}} {
		got[text] = storedBytes(v)
	}
	want := map[string]int{"text": 3, "number": 4, "true": 4, "null": 0, "array": 3}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
