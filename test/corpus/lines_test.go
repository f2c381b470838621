package corpus

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// logs reads all lines back out of chunks.
func logs(t *testing.T, chunks []Chunk) (lines []string) {
	t.Helper()
	for _, c := range chunks {
		n := 0
		for rest := c.Data; len(rest) > 0; n++ {
			var body map[string]any
			_, body, rest = event(t, rest)
			lines = append(lines, body["log"].(string))
		}
		if n != c.Events {
			t.Errorf("%d events, declared are %d", n, c.Events)
		}
	}
	return lines
}

func collect(t *testing.T, r io.Reader) (chunks []Chunk) {
	t.Helper()
	for c, err := range Lines("app", r, Epoch) {
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, c)
	}
	return chunks
}

func TestLines_AreTheEventsThatTailMakes(t *testing.T) {
	chunks := collect(t, strings.NewReader("one\n\ntwo\r\n\r\n\xff \tthree\n \nlast"))
	got := strings.Join(logs(t, chunks), "|")
	if want := "one||two|\r|\xff \tthree| |last"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(chunks) != 1 || chunks[0].Tag != "app" {
		t.Fatalf("%d chunks", len(chunks))
	}
	want := AppendEvent(nil, At(Epoch), Map(), Fields("log", "one"))
	if !bytes.HasPrefix(chunks[0].Data, want) {
		t.Errorf("begins with %x, want %x", chunks[0].Data[:len(want)], want)
	}
	when, _, _ := event(t, chunks[0].Data[len(want):])
	if got := when.Sub(Epoch); got != 10*time.Microsecond {
		t.Errorf("the second line is %v later", got)
	}
}

func TestLines_FillChunksToTheSizeOfFluentBit(t *testing.T) {
	var file bytes.Buffer
	if err := WriteLogs(&file, 40_000); err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(file.String(), "\n"), "\n")
	chunks := collect(t, bytes.NewReader(file.Bytes()))
	if len(chunks) < 3 {
		t.Fatalf("%d chunks", len(chunks))
	}
	for i, c := range chunks {
		if n := len(c.Data); n > ChunkSize+3*tailRead || i < len(chunks)-1 && n <= ChunkSize {
			t.Errorf("chunk %d has %d bytes", i, n)
		}
	}
	got := logs(t, chunks)
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("line %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestLines_OfAnEmptyFileAreNoChunk(t *testing.T) {
	if chunks := collect(t, strings.NewReader("")); len(chunks) != 0 {
		t.Errorf("%d chunks", len(chunks))
	}
}

func TestLines_ReadErrorComesAfterTheLinesBeforeIt(t *testing.T) {
	broken := errors.New("the disk is gone")
	var chunks []Chunk
	var last error
	for c, err := range Lines("app", io.MultiReader(strings.NewReader("one\ntwo\n"), iotest.ErrReader(broken)), Epoch) {
		if last = err; err == nil {
			chunks = append(chunks, c)
		}
	}
	if got := logs(t, chunks); len(got) != 2 || last != broken {
		t.Errorf("%q, %v", got, last)
	}
}

func TestLines_StopWithTheCaller(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(strings.Repeat("a line that is repeated\n", 200_000)), iotest.ErrReader(errors.New("read too far")))
	for c, err := range Lines("app", endless, Epoch) {
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Data) <= ChunkSize {
			t.Errorf("%d bytes", len(c.Data))
		}
		break
	}
}
