package deadletter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"out_dynatrace/plugin/jsontext"
)

// readAll gives what Next gives, one text a call: the record, or the error.
func readAll(in io.Reader) (all []string) {
	r := NewReader(in)
	for {
		e, raw, err := r.Next()
		var broken *LineError
		switch {
		case err == io.EOF:
			return all
		case errors.As(err, &broken):
			all = append(all, fmt.Sprintf("%v: %.20s", err, raw))
		case err != nil:
			return append(all, err.Error())
		default:
			all = append(all, fmt.Sprintf("%d %s", r.Line(), e.Record))
		}
	}
}

func TestReader(t *testing.T) {
	const good = `{"time":"2026-01-02T03:04:05.000000006Z","tag":"t","reason":"r","status":400,"message":"m","record":{"a":1}}`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"one line", good + "\n", []string{`1 {"a":1}`}},
		{"no line break at the end", good, []string{`1 {"a":1}`}},
		{"empty lines are passed over", "\n \t\r\n" + good + "\n\n\n" + good + "\n\n", []string{`3 {"a":1}`, `6 {"a":1}`}},
		{"line breaks of Windows", good + "\r\n" + good + "\r\n", []string{`1 {"a":1}`, `2 {"a":1}`}},
		{"goes on behind a broken line", good + "\n{\"time\":\n" + good, []string{`1 {"a":1}`, `line 2: not a dead letter: unexpected end of JSON input: {"time":`, `3 {"a":1}`}},
		{"no record", `{"tag":"t"}` + "\n" + `{"record":null}` + "\n" + `{"record":[1]}`, []string{
			`line 1: no object under "record": {"tag":"t"}`, `line 2: no object under "record": {"record":null}`, `line 3: no object under "record": {"record":[1]}`}},
		{"a record alone is enough", `{"record":{}}`, []string{`1 {}`}},
		{"two on a line are none", good + good, []string{`line 1: not a dead letter: invalid character '{' after top-level value: {"time":"2026-01-02T`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for kind, in := range map[string]io.Reader{"whole": strings.NewReader(c.text), "byte by byte": iotest.OneByteReader(strings.NewReader(c.text))} {
				if got := readAll(in); strings.Join(got, "|") != strings.Join(c.want, "|") {
					t.Errorf("%s: got %q, want %q", kind, got, c.want)
				}
			}
		})
	}
}

func TestReader_SkipsLongLine(t *testing.T) {
	long := func(size int) io.Reader { return io.LimitReader(endless('x'), int64(size)) }
	in := io.MultiReader(strings.NewReader(`{"record":{"a":1}}`+"\n"), long(3*MaxLine), strings.NewReader("\n"+`{"record":{"b":2}}`+"\n"), long(MaxLine+1))
	got := readAll(in)
	want := []string{`1 {"a":1}`, "line 2: more than 32 MiB: ", `3 {"b":2}`, "line 4: more than 32 MiB: "}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// endless is a reader of one byte for ever.
type endless byte

func (e endless) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = byte(e)
	}
	return len(into), nil
}

func TestReader_InputErrorIsFinal(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := NewReader(io.MultiReader(strings.NewReader(`{"record":{}}`+"\n"+`{"rec`), iotest.ErrReader(broken)))
	if _, _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, raw, err := r.Next()
		var line *LineError
		if !errors.Is(err, broken) || errors.As(err, &line) || raw != nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%v, %q", err, raw)
		}
	}
}

// repaired is s as it reads back: each byte that is no part of valid UTF-8 is U+FFFD.
func repaired(s []byte) string {
	var b strings.Builder
	for len(s) > 0 {
		r, width := utf8.DecodeRune(s)
		b.WriteRune(r)
		s = s[width:]
	}
	return b.String()
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(""), []byte("tag"), "rejected", 400, "message", []byte("content"), int64(0), int64(0))
	f.Add([]byte(`{"record":{}}`), []byte("\xff\n"), "too_large", -1, "two\nlines", []byte("\n\xc3"), int64(1e9), int64(5))
	f.Add([]byte("{\n\n{\"time\":1}\n[]"), []byte{}, "", 0, "", []byte{}, int64(-1e12), int64(-1))
	f.Add([]byte(`{"time":"2026-01-02T03:04:05Z","tag":"\ud800","record":{"a":[1,{"b":null}]}}`+"\n"), []byte(`"\`), "r", 1<<40, "\u2028", []byte{0}, int64(1<<60), int64(999))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, before, tag []byte, reason string, status int, message string, content []byte, sec, nsec int64) {
		path := filepath.Join(dir, "dead.ndjson")
		if err := os.WriteFile(path, before, 0o600); err != nil {
			t.Fatal(err)
		}
		e := &Entry{Time: time.Unix(sec, nsec), Tag: tag, Reason: reason, Status: status, Message: message}
		e.Record = append(jsontext.AppendString([]byte("{\n"), content), ":1}"...)
		keeper := New(Options{Path: path}, nil)
		for range 2 {
			if !keeper.Keep(e) {
				t.Fatal("not kept")
			}
		}
		if err := keeper.Close(); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(text, before) {
			t.Fatalf("what stood there was changed: %v", err)
		}
		r, found := NewReader(bytes.NewReader(text)), []Entry{}
		for {
			got, raw, err := r.Next()
			var broken *LineError
			if err == io.EOF {
				break
			}
			if errors.As(err, &broken) {
				if broken.Line != r.Line() || len(raw) == 0 {
					t.Fatalf("%v on line %d: %q", err, r.Line(), raw)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(got.Record) || bytes.IndexByte(raw, '\n') >= 0 {
				t.Fatalf("record %q in %q", got.Record, raw)
			}
			found = append(found, got)
		}
		if len(found) < 2 {
			t.Fatalf("%d entries in %q", len(found), text)
		}
		for _, got := range found[len(found)-2:] {
			at := e.Time
			if year := at.UTC().Year(); at.IsZero() || year < 0 || year > 9999 {
				at = got.Time
			}
			record := bytes.ReplaceAll(e.Record, []byte("\n"), []byte(" "))
			if !got.Time.Equal(at) || string(got.Tag) != repaired(tag) || got.Reason != repaired([]byte(reason)) || got.Status != status ||
				got.Message != repaired([]byte(message)) || !bytes.Equal(got.Record, record) {
				t.Fatalf("wrote %+v, read %+v", e, got)
			}
		}
	})
}
