package corpus

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

func written(t *testing.T, lines int) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteLogs(&b, lines); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The sample shows what the generator writes, and a change of it shows in the diff. This writes it
// again:
//
//	go test ./test/corpus -run Golden -update
func TestLogs_MatchTheGoldenSample(t *testing.T) {
	const golden = "testdata/logs.golden"
	got := written(t, 200)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("line %d is\n%s\nwant\n%s", i+1, g[i], w[i])
			}
		}
		t.Fatalf("%d lines, want %d", len(g), len(w))
	}
}

func TestLogs_HaveTheNumberAndLengthOfLines(t *testing.T) {
	const n = 20_000
	text := written(t, n)
	if !strings.HasPrefix(text, written(t, 1000)) {
		t.Error("a shorter file is not the beginning of a longer one")
	}
	body, ok := strings.CutSuffix(text, "\n")
	if !ok {
		t.Error("the last line has no end")
	}
	lines := strings.Split(body, "\n")
	if len(lines) != n {
		t.Errorf("%d lines, want %d", len(lines), n)
	}
	long := 0
	for i, line := range lines {
		if line == "" || len(line) > longestLine || !utf8.ValidString(line) || strings.HasSuffix(line, "\r") {
			t.Fatalf("line %d of %d bytes: %.100q", i, len(line), line)
		}
		if len(line) >= 4000 {
			long++
		}
	}
	if long < n/2000 || long > n/200 {
		t.Errorf("%d long lines", long)
	}
	t.Logf("%d bytes a line, %d long ones", len(text)/n, long)
}

func TestLogs_HoldEveryKindOfLine(t *testing.T) {
	text := written(t, 5000)
	for kind, sign := range map[string]string{
		"access": ` "GET /`, "JSON": `{"ts":"2026-11-03T`, "stack frame": "\n\tat com.example.", "cause": "\nCaused by: ",
		"end of a trace": " more\n", "RFC 3164": ">Nov  3 08:", "RFC 5424": ">1 2026-11-03T", "byte order mark": "\ufeff",
		"Japanese": "注文", "Arabic": "الطلب", "emoji": "👩‍💻", "tabs": "col1\tcol2", "backslashes": `C:\temp\new`, "ANSI": "\x1b[1;31m",
		"carriage return": "\rprogress", "leading spaces": "\n   indented",
	} {
		if !strings.Contains(text, sign) {
			t.Errorf("no %s", kind)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestLogs_FailingWriterIsReported(t *testing.T) {
	if WriteLogs(full{}, 10_000) == nil || WriteLogs(full{}, 1) == nil || WriteNumbered(full{}, 1) == nil || WriteNumbered(full{}, 10_000) == nil {
		t.Error("no error")
	}
}
