package deadletter

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"out_dynatrace/plugin/telemetry"
)

func TestFile_WritesOneLineOfJSON(t *testing.T) {
	for _, c := range []struct {
		name  string
		entry Entry
		want  string
	}{
		{
			"every field",
			Entry{Time: time.Date(2026, 1, 2, 4, 4, 5, 60, time.FixedZone("", 3600)), Tag: []byte("kube.app"), Reason: "too_large", Status: 413, Message: "too large", Record: []byte(`{"a":1}`)},
			`{"time":"2026-01-02T03:04:05.000000060Z","tag":"kube.app","reason":"too_large","status":413,"message":"too large","record":{"a":1}}`,
		},
		{
			"what no JSON string may hold",
			Entry{Time: time.Unix(0, 0), Tag: []byte("a\xff\"\x01"), Reason: "r", Message: "two\nlines", Record: []byte(`{}`)},
			`{"time":"1970-01-01T00:00:00.000000000Z","tag":"a` + "\uFFFD" + `\"\u0001","reason":"r","status":0,"message":"two\nlines","record":{}}`,
		},
		{
			"no time, and a line break in the record",
			Entry{Record: []byte("{\n\"a\":1\r\n}")},
			`{"time":"2026-11-25T02:17:10.000000001Z","tag":"","reason":"","status":0,"message":"","record":{ "a":1` + "\r" + ` }}`,
		},
		{
			"a year that RFC 3339 cannot say, and no record",
			Entry{Time: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)},
			`{"time":"2026-11-25T02:17:10.000000001Z","tag":"","reason":"","status":0,"message":"","record":null}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newFixture(t, inTemp(t), 0)
			if !x.Keep(&c.entry) {
				t.Fatalf("not kept:\n%s", x.log)
			}
			got, err := os.ReadFile(x.path)
			if err != nil || string(got) != c.want+"\n" {
				t.Errorf("got  %s\nwant %s (%v)", got, c.want, err)
			}
		})
	}
}

func TestNew_OpensNothing(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	if _, err := os.Lstat(x.path); err == nil {
		t.Error("New has made a file")
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
}

func TestFile_ModeIgnoresUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	x := newFixture(t, inTemp(t), 2*sizeOf(entry("a"))+4)
	x.mustKeep(t, "a", "b") // the second is in a file made by a rotation
	for _, path := range []string{x.path, x.path + ".1"} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	x.expectLog(t, "mode", 0)
}

func TestFile_WarnsOnceOfReadableFile(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	if err := os.WriteFile(x.path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	x.mustKeep(t, "a")
	_ = x.Close()
	x.clock.at = x.clock.at.Add(time.Hour)
	x.mustKeep(t, "b")
	x.expect(t, "a", "b")
	x.expectLog(t, "has mode 0640", 1)
	if info, _ := os.Stat(x.path); info.Mode().Perm() != 0o640 {
		t.Errorf("mode is now %v", info.Mode())
	}
}

func TestFile_WarnsOfOtherOwner(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	if err := os.WriteFile(x.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(x.path, 12345, -1); err != nil {
		t.Skip("only root can give a file away: ", err)
	}
	x.mustKeep(t, "a")
	x.expectLog(t, "belongs to user 12345", 1)
}

func TestFile_EntryOverCap(t *testing.T) {
	x := newFixture(t, inTemp(t), sizeOf(entry("12345")))
	x.mustKeep(t, "12345")
	x.mustNotKeep(t, "123456")
	x.mustNotKeep(t, strings.Repeat("x", 1000))
	x.mustKeep(t, "67890") // the others are not affected
	x.expect(t, "67890")
	x.expectLog(t, "over the cap", 1)
}

func TestFile_EntryOverMaxLine(t *testing.T) {
	x := newFixture(t, inTemp(t), 1<<40)
	big := &Entry{Record: []byte(`{"content":"` + strings.Repeat("x", MaxLine-100) + `"}`)}
	over := sizeOf(big) - MaxLine
	if over <= 0 {
		t.Fatalf("%d bytes too short to show anything", -over)
	}
	if x.Keep(big) {
		t.Error("kept a line over MaxLine")
	}
	big.Record = append(big.Record[:len(big.Record)-2-int(over)], `"}`...)
	if !x.Keep(big) || sizeAt(x.path) != MaxLine {
		t.Errorf("a line of exactly MaxLine was not kept:\n%s", x.log)
	}
	if x.line != nil {
		t.Errorf("a line buffer of %d bytes is still held", cap(x.line))
	}
	if got := contents(t, x.path); len(got) != 1 || got[0] == "!" {
		t.Errorf("it is not read back")
	}
}

func TestFile_KeepsSmallBuffer(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	x.mustKeep(t, "a")
	if cap(x.line) == 0 {
		t.Error("the buffer is given back after each line")
	}
	x.mustKeep(t, strings.Repeat("x", keptBuffer))
	if x.line != nil {
		t.Errorf("a buffer of %d bytes is held", cap(x.line))
	}
}

func TestFile_KeepAfterClose(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	x.mustKeep(t, "a")
	for range 3 {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
	x.mustKeep(t, "b", "c")
	if x.handle.file != nil || x.line != nil {
		t.Error("a Keep after Close left something behind")
	}
	x.expect(t, "a", "b", "c")
}

func TestNew_NilLog(t *testing.T) {
	f := New(Options{Path: t.TempDir()}, nil)
	if f.Keep(entry("a")) {
		t.Error("kept in a folder")
	}
}

func TestFile_RelativePathThroughLink(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll("real", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real/target.ndjson", "link"); err != nil { // dangling: the target is created
		t.Fatal(err)
	}
	half := 2 * sizeOf(entry("a"))
	x := newFixture(t, "link", 2*half+4)
	x.mustKeep(t, "a", "b", "c")
	target := filepath.Join("real", "target.ndjson")
	if got := contents(t, target+".1", target); strings.Join(got, "") != "abc" {
		t.Errorf("on file: %q", got)
	}
	if info, err := os.Lstat("link"); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info.Mode(), err)
	}
}

func TestFile_LongPathKeepsRemedy(t *testing.T) {
	x := newFixture(t, "/"+strings.Repeat("long/", 700)+"x", 0)
	x.mustNotKeep(t, "a")
	x.expectLog(t, "create its folder", 1)
}

var _ telemetry.Logger = (*notebook)(nil)
