package corpus

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// ChunkSize is the size in bytes at which Fluent Bit closes a chunk (FLB_INPUT_CHUNK_FS_MAX_SIZE in
// include/fluent-bit/flb_input_chunk.h). It is not a hard limit: a chunk is closed after it has
// grown beyond this size.
const ChunkSize = 2_048_000

// tailRead is the size in bytes of one read of the tail input, whose lines are appended to the
// chunk together (FLB_TAIL_CHUNK in plugins/in_tail/tail.h).
const tailRead = 32_768

// lineStep is the time between two lines of Lines. Tail stamps each line when it reads it, so lines
// are microseconds apart.
const lineStep = 10 * time.Microsecond

// Chunk is the input of one flush call: a tag and concatenated events.
type Chunk struct {
	Name   string // what kind of chunk it is, good for the name of a subtest
	Tag    string
	Data   []byte
	Events int
}

// Lines yields the lines of r as chunks, in the form of the tail input without a parser:
// [[EventTime, {}], {"log": line}], one tag, chunks of ChunkSize and up to one read of tail more.
// The first line has the time start, each further line is 10 µs later. Chunks do not share memory.
// Lines holds the current chunk and one line in memory.
//
// Lines end with LF or CR LF. As with tail, an empty line is an event with an empty string
// (skip_empty_lines is off by default), and a line of only CR keeps its CR
// (plugins/in_tail/tail_file.c). Tail waits for the end of an unfinished last line. Lines yields
// it. Tail's limit of 32 KB per line does not apply.
//
// A read error ends the sequence and is its last element, after the lines before it.
func Lines(tag string, r io.Reader, start time.Time) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		in := bufio.NewReaderSize(r, tailRead)
		c := Chunk{Name: "lines", Tag: tag}
		now, read := start, 0
		for {
			line, err := in.ReadBytes('\n')
			if len(line) > 0 {
				if c.Data == nil {
					c.Data = make([]byte, 0, ChunkSize+2*tailRead)
				}
				c.Data = appendLine(c.Data, now, ending(line))
				c.Events++
				now = now.Add(lineStep)
				// Fluent Bit checks the size of the chunk after it has appended a whole read.
				if read += len(line); read >= tailRead {
					read = 0
					if len(c.Data) > ChunkSize {
						if !yield(c, nil) {
							return
						}
						c.Data, c.Events = nil, 0
					}
				}
			}
			if err != nil {
				if c.Events > 0 && !yield(c, nil) {
					return
				}
				if err != io.EOF {
					yield(Chunk{Tag: tag}, err)
				}
				return
			}
		}
	}
}

// ending removes the end of the line.
func ending(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) > 1 {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	return line
}

func appendLine(dst []byte, t time.Time, line []byte) []byte {
	dst = append(dst, 0x92, 0x92)
	dst = append(dst, At(t)...)
	dst = append(dst, 0x80, 0x81)
	dst = msgp.AppendString(dst, "log")
	return msgp.AppendStringFromBytes(dst, line)
}
