package mapping_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// attributes of a record, by key; content and loglevel among them, the timestamp not.
type attributes map[string]any

// mappingOptions are options with the mappings of auto.
func mappingOptions() mapping.Options {
	o := options()
	o.Sources = source.Auto()
	o.ContentKeys = []string{"log", "message", "msg", "MESSAGE", "content", "body"}
	o.LevelKeys = []string{"loglevel", "severity", "level", "log.level", "levelname", "level_name", "status", "syslog.severity"}
	o.PathKeys = []string{"log.file.path", "filename"}
	return o
}

// mapAll maps every event of a chunk twice, the second time with what the Mapper remembers, and
// returns the records.
func mapAll(t *testing.T, o mapping.Options, f mapping.Flush, data []byte) (records []attributes) {
	t.Helper()
	m := mapping.NewMapper(o)
	var j encode.JSON
	var rec record.Record
	for round := range 2 {
		m.Begin(f)
		var r chunk.Reader
		var ev chunk.Event
		r.Reset(append(append([]byte{}, data...), data...))
		n := 0
		for r.Next(&ev) {
			m.Map(&ev, &rec)
			text := j.Append(nil, &rec)
			var got attributes
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			oneOfEachKey(t, text)
			delete(got, "timestamp")
			records = append(records, got)
			n++
		}
		m.Release()
		first := records[:n/2]
		for i, again := range records[n/2:] {
			if want := first[i%len(first)]; !reflect.DeepEqual(again, want) {
				t.Fatalf("round %d: a record that is mapped again is\n%v\nand was\n%v", round, again, want)
			}
		}
		records = first
	}
	return records
}

// oneOfEachKey fails when an object has a key twice.
func oneOfEachKey(t *testing.T, object []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(object))
	_, _ = d.Token() // {
	for keys := map[string]bool{}; d.More(); {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		if keys[key.(string)] {
			t.Fatalf("the key %q stands twice in %s", key, object)
		}
		keys[key.(string)] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
}

func mapOne(t *testing.T, o mapping.Options, f mapping.Flush, body corpus.Value) attributes {
	t.Helper()
	return mapAll(t, o, f, event(body))[0]
}

func wantAttributes(t *testing.T, got, want attributes) {
	t.Helper()
	for key, v := range want {
		if !reflect.DeepEqual(got[key], v) {
			t.Errorf("%s is %v, want %v", key, got[key], v)
		}
	}
	for key, v := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is %v, want none", key, v)
		}
	}
}

func text(pairs ...string) corpus.Value { return corpus.Fields(pairs...) }

// fields reads an object.
func fields(t *testing.T, object []byte) (a attributes) {
	t.Helper()
	if err := json.Unmarshal(object, &a); err != nil {
		t.Fatalf("%v in %s", err, object)
	}
	return a
}
