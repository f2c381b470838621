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

func TestLinesAreCountedAsTailReadsThem(t *testing.T) {
	long := strings.Repeat("long ", 100_000)
	for name, c := range map[string]struct {
		content  string
		lines    []string
		finished bool
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
			if c.finished {
				want += "\n"
			}
			if src.finished != c.finished || copied != want || src.size != int64(len(want)) {
				t.Errorf("finished %v, %d bytes copied, size %d, want %d", src.finished, len(copied), src.size, len(want))
			}
		})
	}
}

func TestALineThatIsTooLongIsRefused(t *testing.T) {
	_, err := copySource(t.Context(), t.TempDir(), "", strings.NewReader("x\n"+strings.Repeat("y", 2_000_000)), 1_000_000)
	if err == nil || err.Error() != "line 2 is longer than 1.0 MB, the most that is shipped" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoLogIsRefusedInOneClearLine(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct{ name, want string }{
		"a directory":  {dir, "is a directory"},
		"nothing":      {filepath.Join(dir, "missing"), "there is no file"},
		"a pipe":       {fifo, "is a pipe"},
		"a device":     {os.DevNull, "is not a file"},
		"a gzip file":  {file("a", "\x1f\x8b\x08\x00rest", 0o600), "compressed (gzip)"},
		"a zstd file":  {file("b", "\x28\xb5\x2f\xfdrest", 0o600), "compressed (zstd)"},
		"a short gzip": {file("c", "\x1f\x8b\x08", 0o600), "compressed (gzip)"},
	}
	if os.Getuid() != 0 {
		cases["a file of somebody else"] = struct{ name, want string }{file("d", "x\n", 0), "no permission to read"}
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

func TestALogIsMadeUpWhenNoneIsGiven(t *testing.T) {
	src, err := openSource(t.Context(), options{lines: 500}, t.TempDir())
	if err != nil || src.tally.lines != 500 || src.finished {
		t.Errorf("%v, %+v", err, src)
	}
}
