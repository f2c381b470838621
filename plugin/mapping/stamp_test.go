package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// stamped maps one event, lets change do something to the record, and returns the JSON as a map.
func stamped(t *testing.T, limits record.Limits, body corpus.Value, change func(*mapping.Mapper, *record.Record)) map[string]any {
	t.Helper()
	o := options()
	o.Limits = limits
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	data := event(body)
	r.Reset(append(data, data...))
	var text []byte
	for r.Next(&ev) { // the second comes from the memo
		m.Map(&ev, &rec)
		change(m, &rec)
		text = new(encode.JSON).Append(nil, &rec)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return got
}

func TestMapper_ARestampedRecordKeepsItsOwnTimeInAnAttribute(t *testing.T) {
	now := time.Unix(1800000000, 7_000_000)
	restamp := func(m *mapping.Mapper, rec *record.Record) { m.Restamp(rec, now) }
	got := stamped(t, grail, corpus.Fields("log", "hello", "a", "b"), restamp)
	if got["timestamp"] != "2027-01-15T08:00:00.007Z" || got["log.original_timestamp"] != "2023-11-14T22:13:20Z" || got["a"] != "b" || got["content"] != "hello" {
		t.Errorf("got %v", got)
	}
	got = stamped(t, grail, corpus.Fields("log", "hello", "log.original_timestamp", "theirs"), restamp)
	if got["log.original_timestamp"] != "theirs" || got["overwritten1.log.original_timestamp"] != "2023-11-14T22:13:20Z" {
		t.Errorf("a field of that name: %v", got)
	}
}

func TestMapper_ARecordIsIdentifiedByItsChunkAndPosition(t *testing.T) {
	got := stamped(t, grail, corpus.Fields("log", "hello"), func(m *mapping.Mapper, rec *record.Record) { m.Identify(rec, 0xab, 12345) })
	if got["log.record.uid"] != "00000000000000ab-12345" {
		t.Errorf("got %v", got)
	}
}

func TestMapper_AStampHasRoomInAFullRecord(t *testing.T) {
	limits := grail
	limits.Attributes = 10
	pairs := []string{"log", "hello"}
	for i := range 20 {
		pairs = append(pairs, fmt.Sprintf("key number %d", i), "a value long enough for the memo")
	}
	got := stamped(t, limits, corpus.Fields(pairs...), func(m *mapping.Mapper, rec *record.Record) {
		m.Restamp(rec, time.Unix(1800000000, 0))
		m.Identify(rec, 1, 2)
	})
	attributes := 0
	for key := range got {
		if key != "timestamp" && key != "content" {
			attributes++
		}
	}
	if attributes != 10 || got["log.record.uid"] == nil || got["log.original_timestamp"] == nil || !strings.HasPrefix(fmt.Sprint(got["key number 7"]), "a value") {
		t.Errorf("%d attributes: %v", attributes, got)
	}
}

func TestMapper_StampsStandBeforeTheFieldsOfTheEventAndStayWhereTheyHaveNoRoom(t *testing.T) {
	limits := grail
	limits.Attributes = 1
	got := stamped(t, limits, corpus.Fields("log", "hello", "a field", "with a value", "another", "value"), func(m *mapping.Mapper, rec *record.Record) {
		m.Restamp(rec, time.Unix(1800000000, 0))
		m.Identify(rec, 1, 2)
		rec.Attributes, rec.Runs = rec.Attributes[:2], nil
	})
	if got["log.record.uid"] == nil || got["log.original_timestamp"] == nil || len(got) != 4 {
		t.Errorf("got %v", got)
	}
}

func TestMapper_AStampIsSentWhateverIsExcluded(t *testing.T) {
	o := mappingOptions()
	o.Exclude = record.NewPatterns([]string{"log.*"})
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	data := event(corpus.Fields("log", "x", "log.record.uid", "theirs"))
	r.Reset(append(data, data...))
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		m.Identify(&rec, 1, 2)
		if got := string(new(encode.JSON).Append(nil, &rec)); !strings.HasSuffix(got, `"content":"x","log.record.uid":"0000000000000001-2"}`) {
			t.Errorf("got %s", got)
		}
	}
}
