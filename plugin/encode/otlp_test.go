package encode_test

import (
	"bytes"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// test/otlp compares the content of the messages with OpenTelemetry's own implementation.

func apartMapper() *mapping.Mapper {
	return mapping.NewMapper(mapping.Options{
		Limits:      record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5},
		ContentKeys: []string{"log", "message"}, LevelKeys: []string{"level"}, Options: source.Options{Sources: source.Auto()}, GroupsApart: true,
	})
}

// field returns the bytes of the first field with a number, and the count of such fields.
func field(t *testing.T, message []byte, number protowire.Number) (first []byte, count int) {
	t.Helper()
	for len(message) > 0 {
		n, kind, size := protowire.ConsumeField(message)
		if size < 0 {
			t.Fatalf("not a protobuf message: % x", message)
		}
		if n == number {
			if count++; count == 1 {
				_, _, tag := protowire.ConsumeTag(message)
				first = message[tag:size]
				if kind == protowire.BytesType {
					first, _ = protowire.ConsumeBytes(first)
				}
			}
		}
		message = message[size:]
	}
	return first, count
}

// logRecord encodes one record and returns its LogRecord message.
func logRecord(t *testing.T, r *record.Record) []byte {
	t.Helper()
	var o encode.OTLP
	body := o.Close(o.Append(o.Open(nil), r))
	for _, number := range []protowire.Number{1, 2, 2} {
		body, _ = field(t, body, number)
	}
	return body
}

func TestOTLP_ClampsTimesToTheRangeOfOTLP(t *testing.T) {
	for at, want := range map[chunk.Time]uint64{
		{}:                                   1, // 0 means no time
		{Nsec: 1}:                            1,
		{Sec: 1700000000, Nsec: 123456789}:   1700000000123456789,
		{Sec: 9223372035, Nsec: 999_999_999}: 9223372035999999999,
		{Sec: 9223372036}:                    math.MaxInt64,
		{Sec: 253402300799}:                  math.MaxInt64,
	} {
		raw, _ := field(t, logRecord(t, &record.Record{Time: at}), 1)
		if got, _ := protowire.ConsumeFixed64(raw); got != want {
			t.Errorf("%+v: got %d, want %d", at, got, want)
		}
	}
}

func TestOTLP_WritesASeverityNumberForEachLevel(t *testing.T) {
	for level, want := range map[string]uint64{"": 0, "DEBUG": 5, "INFO": 9, "NOTICE": 10, "WARN": 13, "ERROR": 17, "CRITICAL": 18, "ALERT": 19, "SEVERE": 20, "EMERGENCY": 21} {
		message := logRecord(t, &record.Record{Level: level})
		raw, count := field(t, message, 2)
		got, _ := protowire.ConsumeVarint(raw)
		if text, _ := field(t, message, 3); string(text) != level || count != min(1, int(want)) || want != 0 && got != want {
			t.Errorf("level %q: got text %q and number %d, want number %d", level, text, got, want)
		}
	}
}

func TestOTLP_MovesOnlyValidTraceIDsToTheirField(t *testing.T) {
	for id, want := range map[string]int{
		"0af7651916cd43dd8448eb211c80319c": 16, "0AF7651916CD43DD8448EB211C80319C": 0, "00000000000000000000000000000000": 0,
		"0af7651916cd43dd8448eb211c80319": 0, "0af7651916cd43dd8448eb211c80319g": 0, "": 0,
	} {
		r := record.Record{Attributes: []record.Attribute{
			{Key: []byte("before"), Value: record.Value{Kind: record.Bool, Num: 1}},
			{Key: []byte("trace_id"), Value: record.Value{Kind: record.String, Text: []byte(id)}},
			{Key: []byte("behind"), Value: record.Value{Kind: record.Null}},
		}}
		message := logRecord(t, &r)
		bytesOf, _ := field(t, message, 9)
		if _, attributes := field(t, message, 6); len(bytesOf) != want || attributes != 3-min(1, want) {
			t.Errorf("trace_id %q: got %d bytes and %d attributes, want %d and %d", id, len(bytesOf), attributes, want, 3-min(1, want))
		}
	}
}

func TestOTLP_FitStaysWithinTheRoom(t *testing.T) {
	size := func(content []byte) int {
		var o encode.OTLP
		return len(o.Close(o.Append(o.Open(nil), &record.Record{Content: content})))
	}
	empty := size(nil)
	for _, unit := range []string{"x", "ä", "\xff", "a\xff🎉"} {
		content := bytes.Repeat([]byte(unit), 40_000)
		for _, room := range []int{0, 1, 2, 3, 4, 100, 125, 126, 127, 128, 129, 130, 131, 1000, 16_380, 16_384, 16_390, 20_000, -5} {
			n := new(encode.OTLP).Fit(content, room)
			if got := size(content[:n]) - empty; got > max(0, room) || got < room-10 {
				t.Errorf("%q, room of %d: a content of %d bytes adds %d bytes", unit, room, n, got)
			}
		}
	}
}

func TestOTLP_AllocatesNothingPerRecord(t *testing.T) {
	s := corpus.Str
	grouped := corpus.Chunk{Name: "groups"}
	for i := range int64(50) {
		grouped.Data = corpus.AppendGroupStart(grouped.Data, i, 0, corpus.Fields("service.name", "shop"), corpus.Fields("name", "a"))
		for j := range int64(20) {
			body := corpus.Map(s("log"), s("x"), s("n"), corpus.Int(j), s("f"), corpus.Float64(0.1), s("list"), corpus.Array(corpus.Int(j), corpus.Int(i)))
			grouped.Data = corpus.AppendEvent(grouped.Data, corpus.EventTime(1700000000, uint32(j)), nil, body)
			grouped.Events++
		}
	}
	for _, c := range append(corpus.All(), grouped) {
		var r chunk.Reader
		var ev chunk.Event
		var rec record.Record
		var o encode.OTLP
		m := apartMapper()
		body := make([]byte, 0, 8<<20)
		run := func() {
			body = o.Open(body[:0])
			m.Begin(testFlush)
			r.Reset(c.Data)
			for r.Next(&ev) {
				m.Map(&ev, &rec)
				body = o.Append(body, &rec)
			}
			body = o.Close(body)
			m.Release()
		}
		for range 8 {
			run()
		}
		if n := testing.AllocsPerRun(5, run); n != 0 {
			t.Errorf("%s: %v allocations for a chunk of %d records, want 0", c.Name, n, c.Events)
		}
	}
}
