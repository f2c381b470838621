package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func open(t *testing.T, content string) (*source, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a log, *[odd].txt")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := openSource(t.Context(), options{log: name}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(src.path)
	if err != nil {
		t.Fatal(err)
	}
	return src, string(copied)
}

func TestSource_CountsLinesAsTailReadsThem(t *testing.T) {
	long := strings.Repeat("long ", 100_000)
	for name, c := range map[string]struct {
		content    string
		lines      []string
		unfinished bool
	}{
		"an empty file":                      {"", nil, false},
		"an empty line":                      {"\n", []string{""}, false},
		"empty lines between others":         {"a\n\n\nb\n", []string{"a", "", "", "b"}, false},
		"no line end at the end":             {"a\nb", []string{"a", "b"}, true},
		"CR LF":                              {"a\r\nb\r\n", []string{"a", "b"}, false},
		"a CR alone on its line stays":       {"\r\n", []string{"\r"}, false},
		"two CR lose one":                    {"\r\r\n", []string{"\r"}, false},
		"a CR within a line stays":           {"a\rb\n", []string{"a\rb"}, false},
		"a CR at the very end":               {"a\r", []string{"a"}, true},
		"bytes that are no text":             {"\xff\x00\x01\n\x80", []string{"\xff\x00\x01", "\x80"}, true},
		"a line longer than all buffers":     {"a\n" + long + "\nb\n", []string{"a", long, "b"}, false},
		"a long line without an end":         {long, []string{long}, true},
		"a line that begins with zero bytes": {"\x00\x00a\n", []string{"a"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			src, copied := open(t, c.content)
			if want := tallyOf(c.lines...); src.tally != want {
				t.Errorf("got %+v, want %+v", src.tally, want)
			}
			want := c.content
			if c.unfinished {
				want += "\n"
			}
			if copied != want || src.size != int64(len(want)) {
				t.Errorf("%d bytes copied, size %d, want %d", len(copied), src.size, len(want))
			}
		})
	}
}

func TestSource_RejectsALineThatIsTooLong(t *testing.T) {
	_, err := copySource(t.Context(), t.TempDir(), "", strings.NewReader("x\n"+strings.Repeat("y", longestLine)))
	if err == nil || !strings.HasPrefix(err.Error(), "line 2 is longer than 9900000 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestSource_RejectsWhatIsNoLog(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct{ name, want string }{
		"a directory": {dir, "is not a file"},
		"nothing":     {filepath.Join(dir, "missing"), "no such file"},
		"a pipe":      {fifo, "is not a file"},
		"a device":    {os.DevNull, "is not a file"},
	}
	if os.Getuid() != 0 {
		name := filepath.Join(dir, "private")
		if err := os.WriteFile(name, []byte("x\n"), 0); err != nil {
			t.Fatal(err)
		}
		cases["a file of somebody else"] = struct{ name, want string }{name, "permission denied"}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := openSource(t.Context(), options{log: c.name}, t.TempDir())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestSource_GeneratesALogWhenNoneIsGiven(t *testing.T) {
	src, err := openSource(t.Context(), options{lines: 500}, t.TempDir())
	if err != nil || src.tally.lines != 500 {
		t.Errorf("%v, %+v", err, src)
	}
}
