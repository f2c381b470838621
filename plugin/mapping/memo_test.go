package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// events is a chunk of one event for each body.
func events(bodies ...corpus.Value) (data []byte) {
	for _, body := range bodies {
		data = append(data, event(body)...)
	}
	return data
}

// mappedAll returns the JSON of every record of a chunk, without the timestamp.
func mappedAll(m *mapping.Mapper, data []byte) (texts []string) {
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(data)
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		_, text, _ := strings.Cut(string(new(encode.JSON).Append(nil, &rec)), `Z",`)
		texts = append(texts, "{"+text)
	}
	m.Release()
	return texts
}

func wantLast(t *testing.T, got []string, want string) {
	t.Helper()
	if last := got[len(got)-1]; last != want {
		t.Errorf(" got %s\nwant %s", last, want)
	}
}

func TestMapper_AFieldThatWasRenamedOnceIsNotRememberedByThatName(t *testing.T) {
	wantLast(t, mappedAll(mapping.NewMapper(options()), events(
		corpus.Fields("log", "a", "key", "value one", "key", "value two"),
		corpus.Fields("log", "a", "other", "value one", "key", "value two"),
	)), `{"content":"a","other":"value one","key":"value two"}`)
}

func TestMapper_ARememberedFieldKeepsTheLimitOfAttributes(t *testing.T) {
	o := options()
	o.Limits.Attributes = 4
	two, three := corpus.Fields("a", "value", "b", "value"), corpus.Fields("a", "value", "b", "value", "c", "value")
	m := mapping.NewMapper(o)
	data := events(
		corpus.Map(corpus.Str("x"), corpus.Str("value"), corpus.Str("y"), two, corpus.Str("log"), corpus.Str("l")),
		corpus.Map(corpus.Str("x"), three, corpus.Str("y"), two, corpus.Str("log"), corpus.Str("l")),
	)
	wantLast(t, mappedAll(m, data), `{"content":"l","x.a":"value","x.b":"value","x.c":"value","y.a":"value"}`)
	var cuts []uint64
	each(m, data, func(rec *record.Record) { cuts = append(cuts, rec.Cuts[record.CutAttributes]) })
	if !slices.Equal(cuts, []uint64{0, 1}) {
		t.Errorf("cuts %v", cuts)
	}
}

func TestMapper_TheGroupOfOneChunkIsForgottenInTheNext(t *testing.T) {
	m := mapping.NewMapper(options())
	buffer := make([]byte, 0, 1<<10) // both chunks lie at the same place, as they do when Fluent Bit reuses its memory
	for _, replicas := range []string{"3", "5"} {
		data := corpus.AppendGroupStart(buffer, 0, 0, corpus.Map(corpus.Str("replicas"), corpus.Uint(uint64(replicas[0]-'0'))), nil)
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
		wantLast(t, mappedAll(m, data), `{"content":"x","replicas":`+replicas+`}`)
	}
}
