package encode_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func mapper() *mapping.Mapper {
	return mapping.NewMapper(mapping.Options{
		Limits:      record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5},
		ContentKeys: []string{"log", "message"},
		LevelKeys:   []string{"loglevel", "severity", "level", "log.level", "status", "syslog.severity", "host.state.level"},
		Now:         func() time.Time { return time.Unix(1700000000, 0) },
	})
}

// mappers holds a Mapper without mappings, one with all mappings, and one with all mappings for a
// server that lower-cases keys, stores values as text and has low limits.
var mappers = map[string]func() *mapping.Mapper{
	"mappings off":  mapper,
	"mappings on":   mappingMapper,
	"legacy server": legacyMapper,
}

func mappingMapper() *mapping.Mapper { return mapping.NewMapper(mappingOptions()) }

func legacyMapper() *mapping.Mapper {
	o := mappingOptions()
	o.Limits = record.Limits{ContentBytes: 8192, AttributeValueBytes: 250, AttributeKeyBytes: 100, Attributes: 50, ArrayValues: 32, NestingLevels: 5}
	o.LowercaseKeys, o.Stringify = true, true
	return mapping.NewMapper(o)
}

func mappingOptions() mapping.Options {
	all := record.NewPatterns([]string{"*"})
	return mapping.Options{
		Limits:      record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5},
		ContentKeys: []string{"log", "message", "MESSAGE"},
		LevelKeys:   []string{"loglevel", "severity", "level", "log.level", "status"},
		Now:         func() time.Time { return time.Unix(1700000000, 0) },
		Options: source.Options{
			Sources:  source.Auto() | source.Named(source.Extras()...),
			PathKeys: []string{"filename"}, ClusterName: "cluster", PodLabels: all, PodAnnotations: all,
		},
		Hostname:  "host",
		Static:    []metadata.Fact{{Key: "pod.name", Value: "static"}, {Key: "team", Value: int64(1)}},
		Exclude:   record.NewPatterns([]string{"*secret*"}),
		DropEmpty: true, ParseJSON: true, StripANSI: true,
	}
}

// testFlush is the context of a flush: tag, host, pod and task. Without mappings it has no effect.
var testFlush = mapping.Flush{Tag: []byte("app-firelens-task"), Facts: &metadata.Facts{
	Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "host"}},
	Pod:  []metadata.Fact{{Key: "k8s.pod.name", Value: "pod"}},
	Task: &metadata.Task{ID: "task", Cluster: "cluster", Containers: []metadata.Container{{ID: "id", Name: "name"}}},
}}

// whole encodes all events of a chunk into one body.
func whole(j *encode.JSON, m *mapping.Mapper, data []byte) []byte {
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	body := j.Open(nil)
	m.Begin(testFlush)
	r.Reset(data)
	for first := true; r.Next(&ev); first = false {
		if !first {
			body = j.Separate(body)
		}
		m.Map(&ev, &rec)
		body = j.Append(body, &rec)
	}
	m.Release()
	return j.Close(body)
}

// single encodes each event with a new encoder and a Mapper whose memories are empty. Only the first
// 20 events and every 500th get a new Mapper: it takes as long to make as hundreds of records.
func single(newMapper func() *mapping.Mapper, data []byte) []byte {
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	body := []byte{'['}
	r.Reset(data)
	var m *mapping.Mapper
	for n := 0; r.Next(&ev); n++ {
		if len(body) > 1 {
			body = append(body, ',')
		}
		if n < 20 || n%500 == 0 {
			m = newMapper()
		}
		m.Begin(testFlush)
		m.Map(&ev, &rec)
		body = new(encode.JSON).Append(body, &rec)
		m.Release()
	}
	return append(body, ']')
}

func TestJSON_WritesTimesWithThreeSixOrNineDigits(t *testing.T) {
	for want, at := range map[string]chunk.Time{
		"2023-11-14T22:13:20.000Z":       {Sec: 1700000000},
		"2023-11-14T22:13:20.120Z":       {Sec: 1700000000, Nsec: 120_000_000},
		"2023-11-14T22:13:20.000007Z":    {Sec: 1700000000, Nsec: 7_000},
		"2023-11-14T22:13:20.123456789Z": {Sec: 1700000000, Nsec: 123_456_789},
		"2023-11-14T22:13:20.000000001Z": {Sec: 1700000000, Nsec: 1},
		"1970-01-01T00:00:00.000Z":       {},
		"9999-12-31T23:59:59.999999999Z": {Sec: 253402300799, Nsec: 999_999_999},
	} {
		var got struct{ Timestamp string }
		text := new(encode.JSON).Append(nil, &record.Record{Time: at})
		if err := json.Unmarshal(text, &got); err != nil || got.Timestamp != want {
			t.Errorf("%+v: got %q (%v), want %q", at, got.Timestamp, err, want)
		}
		if parsed, err := time.Parse(time.RFC3339Nano, got.Timestamp); err != nil || parsed.Unix() != at.Sec || parsed.Nanosecond() != int(at.Nsec) {
			t.Errorf("%q: parsed as %v (%v), want %+v", got.Timestamp, parsed, err, at)
		}
	}
}

func TestJSON_MillisWritesThreeDigits(t *testing.T) {
	j := &encode.JSON{Millis: true}
	for _, c := range []struct {
		nsec uint32
		want string
	}{{0, "000"}, {120_000_000, "120"}, {7_000, "000"}, {123_456_789, "123"}, {999_999_999, "999"}} {
		at := chunk.Time{Sec: 1700000000, Nsec: c.nsec}
		rec := record.Record{Time: at}
		if got, want := string(j.Append(nil, &rec)), `{"timestamp":"2023-11-14T22:13:20.`+c.want+`Z",`; !strings.HasPrefix(got, want) || rec.Time != at {
			t.Errorf("%d ns: got %s and time %v, want prefix %s and time %v", c.nsec, got, rec.Time, want, at)
		}
	}
}

func TestJSON_CachedSecondIsNotReusedForAnotherSecond(t *testing.T) {
	var j encode.JSON
	for _, sec := range []int64{0, 1700000000, 1700000000, 1700000001, 0} {
		want := time.Unix(sec, 0).UTC().Format("2006-01-02T15:04:05")
		if got := j.Append(nil, &record.Record{Time: chunk.Time{Sec: sec}}); !bytes.Contains(got, []byte(want)) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestJSON_CachesDoNotChangeTheOutput(t *testing.T) {
	for name, newMapper := range mappers {
		for _, c := range corpus.All() {
			t.Run(c.Name+" "+name, func(t *testing.T) {
				var j encode.JSON
				m := newMapper()
				want := single(newMapper, c.Data)
				for round := range 2 { // the second round starts with filled caches
					if got := whole(&j, m, c.Data); !bytes.Equal(got, want) {
						t.Fatalf("round %d: %s", round, difference(got, want))
					}
				}
				if !json.Valid(want) || !utf8.Valid(want) {
					t.Error("the body is not valid JSON in UTF-8")
				}
			})
		}
	}
}

func TestJSON_RenamesRepeatedFieldsThatClash(t *testing.T) {
	s := corpus.Str
	same := func(log string, extra ...corpus.Value) corpus.Value {
		pairs := append([]corpus.Value{s("pod"), corpus.Map(s("name"), s("a"), s("level"), corpus.Int(3)), s("log"), s(log)}, extra...)
		return corpus.Map(pairs...)
	}
	var data []byte
	for i, body := range []corpus.Value{
		same("1"), same("2"), same("3"),
		same("4", s("pod.name"), s("other")), same("5", s("pod.name"), s("other")),
		corpus.Map(s("pod.name"), s("first"), s("pod"), corpus.Map(s("name"), s("a"), s("level"), corpus.Int(3)), s("log"), s("6")),
		corpus.Map(s("pod.name"), s("first"), s("pod"), corpus.Map(s("name"), s("a"), s("level"), corpus.Int(3)), s("log"), s("7")),
		same("8", s("pod"), corpus.Map(s("name"), s("a"), s("level"), corpus.Int(3))),
		same("9", s("list"), corpus.Array(corpus.Int(1), s("x"))), same("10", s("list"), corpus.Array(corpus.Int(1), s("x"))), same("11", s("list"), corpus.Array(corpus.Int(2))),
		same("12", s("level"), corpus.Int(30)), same("13", s("level"), corpus.Int(30)), same("14"),
		corpus.Map(s("host"), corpus.Map(s("state"), corpus.Map(s("level"), s("info"))), s("log"), s("a")),
		corpus.Map(s("host"), corpus.Map(s("state"), corpus.Map(s("level"), s("info"))), s("log"), s("b")),
		corpus.Map(s("host"), corpus.Map(s("state"), corpus.Map(s("level"), s("info"))), s("log"), s("c"), s("level"), s("error")),
		same("15", s("status"), corpus.Int(200)), same("16", s("status"), corpus.Int(200)), same("17", s("status"), s("odd")), same("18", s("status"), s("odd")),
	} {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(i)), corpus.Map(), body)
	}
	if got, want := whole(new(encode.JSON), mapper(), data), single(mapper, data); !bytes.Equal(got, want) {
		t.Error(difference(got, want))
	}
}

func TestJSON_KeepsArraysOfGroupsAndFieldsApart(t *testing.T) {
	s := corpus.Str
	list := func(n int64) corpus.Value { return corpus.Array(corpus.Int(n), corpus.Int(n+1), corpus.Int(n+2)) }
	field := func(n int64) corpus.Value {
		return corpus.Map(s("field"), corpus.Map(s("list"), list(n), s("more"), s("text")), s("log"), s("x"))
	}
	var data []byte
	add := func(n int64) {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), field(n))
	}
	for round := range int64(3) {
		add(100)
		data = corpus.AppendGroupStart(data, 0, 0, corpus.Map(s("none"), s("here")), nil)
		add(200)
		for group := range int64(4) {
			data = corpus.AppendGroupStart(data, group, 0, corpus.Map(s("a"), list(1000*group), s("b"), corpus.Array(), s("c"), list(2000*group+round)), nil)
			add(100)
			add(300 + group)
			add(400 + 10*round + group)
		}
		data = corpus.AppendGroupEnd(data)
	}
	var j encode.JSON
	m := mapper()
	for range 2 {
		if got, want := whole(&j, m, data), single(mapper, data); !bytes.Equal(got, want) {
			t.Fatal(difference(got, want))
		}
	}
}

func TestJSON_EncodesFieldsThatNeverRepeat(t *testing.T) {
	var data []byte
	for i := range 500 {
		body := corpus.Map(corpus.Str("n"), corpus.Int(int64(i)), corpus.Str("log"), corpus.Str("x"), corpus.Str("pod"), corpus.Fields("name", fmt.Sprint("pod-", i%40), "node", "n1"))
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(i)), corpus.Map(), body)
	}
	if got, want := whole(new(encode.JSON), mapper(), data), single(mapper, data); !bytes.Equal(got, want) {
		t.Error(difference(got, want))
	}
}

func TestJSON_AllocatesNothingForARepetitiveChunk(t *testing.T) {
	for name, newMapper := range mappers {
		for _, c := range corpus.All() {
			var r chunk.Reader
			var ev chunk.Event
			var rec record.Record
			var j encode.JSON
			m := newMapper()
			body := make([]byte, 0, 4<<20)
			run := func() {
				body = body[:0]
				m.Begin(testFlush)
				r.Reset(c.Data)
				for r.Next(&ev) {
					m.Map(&ev, &rec)
					body = j.Append(body, &rec)
				}
				m.Release()
			}
			for range 8 { // until scratch memory and caches have grown to their final size
				run()
			}
			if n := testing.AllocsPerRun(5, run); n != 0 {
				t.Errorf("%s, %s: %v allocations for a chunk of %d records, want 0", c.Name, name, n, c.Events)
			}
		}
	}
}

// FuzzMemory compares a Mapper and an encoder with filled caches to new ones, on any chunk. Each
// chunk is read twice.
func FuzzMemory(f *testing.F) {
	for _, c := range corpus.Odd() {
		if len(c.Chunk) < 1<<13 {
			f.Add(c.Chunk)
			f.Add(append(bytes.Clone(c.Chunk), c.Chunk...))
		}
	}
	f.Add(corpus.Kubernetes().Data[:6000])
	f.Add(corpus.FireLens().Data[:4000])
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, newMapper := range mappers {
			var j encode.JSON
			m := newMapper()
			want := single(newMapper, data)
			for range 2 {
				if got := whole(&j, m, data); !bytes.Equal(got, want) {
					t.Fatal(name, difference(got, want))
				}
			}
			if !json.Valid(want) || !utf8.Valid(want) {
				t.Fatalf("%s: the body is not valid JSON in UTF-8: %q", name, want)
			}
			uniqueKeys(t, want)
		}
	})
}

// uniqueKeys fails the test if an object of the array has a duplicate key.
func uniqueKeys(t *testing.T, body []byte) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_, _ = d.Token() // [
	for d.More() {
		keys := map[string]bool{}
		_, _ = d.Token() // {
		for d.More() {
			key, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			if keys[key.(string)] {
				t.Fatalf("duplicate key %q in %s", key, body)
			}
			keys[key.(string)] = true
			var v json.RawMessage
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = d.Token() // }
	}
}

// difference describes the first byte in which two bodies differ.
func difference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	from := max(0, i-200)
	return fmt.Sprintf("at byte %d:\n got ...%s\nwant ...%s", i, got[from:min(len(got), i+200)], want[from:min(len(want), i+200)])
}
