package otlp

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func mapper(apart bool) *mapping.Mapper {
	return mapping.NewMapper(mapping.Options{
		Limits:      record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5},
		ContentKeys: []string{"log", "message"}, SummaryBytes: 256,
		LevelKeys:   []string{"loglevel", "severity", "level", "status"},
		Options:     source.Options{Sources: source.Auto()},
		GroupsApart: apart,
		Now:         func() time.Time { return time.Unix(1700000000, 0) },
	})
}

// requests encodes a chunk into requests of at most size bytes.
func requests(t testing.TB, data []byte, size int) (all []*collector.ExportLogsServiceRequest) {
	t.Helper()
	b, err := batch.New(batch.Options{Encoder: new(encode.OTLP), MaxBytes: size, MaxRecords: 50_000})
	if err != nil {
		t.Fatal(err)
	}
	take := func() {
		p, ok := b.Take()
		if !ok {
			return
		}
		request := new(collector.ExportLogsServiceRequest)
		if err := proto.Unmarshal(p.Body, request); err != nil {
			t.Fatalf("request of %d bytes is not valid: %v", len(p.Body), err)
		}
		if len(request.ProtoReflect().GetUnknown()) > 0 {
			t.Fatal("the request has unknown fields")
		}
		records := 0
		for _, r := range request.ResourceLogs {
			for _, s := range r.ScopeLogs {
				records += len(s.LogRecords)
			}
		}
		if records != p.Records || len(p.Body) > size {
			t.Fatalf("got %d records in %d bytes, want %d in at most %d", records, len(p.Body), p.Records, size)
		}
		all = append(all, request)
	}
	var reader chunk.Reader
	var event chunk.Event
	var rec record.Record
	m := mapper(true)
	reader.Reset(data)
	m.Begin(mapping.Flush{Tag: []byte("app")})
	for reader.Next(&event) {
		m.Map(&event, &rec)
		if !b.Add(&rec) {
			take()
			b.Add(&rec)
		}
	}
	take()
	m.Release()
	return all
}

// flat converts each record to the form in which JSON would send it. It shares no code with the
// plugin or with the local Dynatrace.
func flat(all []*collector.ExportLogsServiceRequest) (out []map[string]any) {
	for _, request := range all {
		for _, r := range request.ResourceLogs {
			for _, s := range r.ScopeLogs {
				for _, l := range s.LogRecords {
					m := map[string]any{}
					attributes(m, r.Resource.GetAttributes())
					attributes(m, s.Scope.GetAttributes())
					put(m, "otel.scope.name", s.Scope.GetName())
					put(m, "otel.scope.version", s.Scope.GetVersion())
					attributes(m, l.Attributes)
					put(m, "trace_id", hex.EncodeToString(l.TraceId))
					put(m, "span_id", hex.EncodeToString(l.SpanId))
					put(m, "loglevel", l.SeverityText)
					m["content"] = l.Body.GetStringValue()
					m["timestamp"] = l.TimeUnixNano
					if (l.SeverityText == "") != (l.SeverityNumber == logs.SeverityNumber_SEVERITY_NUMBER_UNSPECIFIED) || l.ObservedTimeUnixNano == 0 {
						m["severity or observed time is missing"] = true
					}
					out = append(out, m)
				}
			}
		}
	}
	return out
}

func put(m map[string]any, key, text string) {
	if text != "" {
		m[key] = text
	}
}

func attributes(m map[string]any, list []*common.KeyValue) {
	for _, a := range list {
		if _, twice := m[a.Key]; twice {
			m["duplicate: "+a.Key] = true
		}
		m[a.Key] = valueOf(a.Value)
	}
}

func valueOf(v *common.AnyValue) any {
	switch v := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return v.StringValue
	case *common.AnyValue_BoolValue:
		return v.BoolValue
	case *common.AnyValue_IntValue:
		return json.Number(strconv.FormatInt(v.IntValue, 10))
	case *common.AnyValue_DoubleValue:
		return v.DoubleValue
	case *common.AnyValue_ArrayValue:
		list := []any{}
		for _, e := range v.ArrayValue.GetValues() {
			list = append(list, valueOf(e))
		}
		return list
	case nil:
		return nil
	default:
		return fmt.Sprintf("unexpected type %T", v)
	}
}

// wanted returns the records of a chunk as encoded in JSON, in the form of flat.
func wanted(t testing.TB, data []byte) (out []map[string]any) {
	t.Helper()
	var reader chunk.Reader
	var event chunk.Event
	var rec record.Record
	var j encode.JSON
	m := mapper(false)
	reader.Reset(data)
	m.Begin(mapping.Flush{Tag: []byte("app")})
	for reader.Next(&event) {
		m.Map(&event, &rec)
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(j.Append(nil, &rec), &raw); err != nil {
			t.Fatal(err)
		}
		one := map[string]any{}
		for key, value := range raw {
			one[key] = jsonValue(value)
		}
		at, err := time.Parse(time.RFC3339Nano, one["timestamp"].(string))
		if err != nil {
			t.Fatal(err)
		}
		ns := uint64(math.MaxInt64)
		if at.Year() < 2262 {
			ns = uint64(max(1, at.UnixNano()))
		}
		one["timestamp"] = ns
		out = append(out, one)
	}
	m.Release()
	return out
}

// jsonValue parses a value. A number without a fraction is an integer, or text if it exceeds int64.
func jsonValue(raw json.RawMessage) any {
	switch raw[0] {
	case '[':
		var list []json.RawMessage
		_ = json.Unmarshal(raw, &list)
		out := []any{}
		for _, e := range list {
			out = append(out, jsonValue(e))
		}
		return out
	case '"', 't', 'f', 'n':
		var v any
		_ = json.Unmarshal(raw, &v)
		return v
	}
	if _, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return json.Number(raw)
	}
	if _, err := strconv.ParseUint(string(raw), 10, 64); err == nil {
		return string(raw)
	}
	f, _ := strconv.ParseFloat(string(raw), 64)
	return f
}

func compare(t *testing.T, name string, data []byte, size int) {
	t.Helper()
	got, want := flat(requests(t, data, size)), wanted(t, data)
	if len(got) != len(want) {
		t.Fatalf("%s: got %d records, want %d", name, len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("%s: record %d:\n got %v\nwant %v", name, i, got[i], want[i])
		}
	}
}

func TestMessages_EqualTheJSON(t *testing.T) {
	for _, c := range corpus.All() {
		compare(t, c.Name, c.Data, 9_500_000)
		compare(t, c.Name+" in parts", c.Data, 64<<10)
	}
	for _, c := range corpus.Odd() {
		compare(t, c.Name, c.Chunk, 9_500_000)
	}
}

// TestGroups_StayTogetherInEveryPayload includes payload sizes at which the record that does not
// fit is the first of its group.
func TestGroups_StayTogetherInEveryPayload(t *testing.T) {
	s := corpus.Str
	var data []byte
	for i := range 300 {
		name := fmt.Sprintf("service-%d", i/7)
		scope := corpus.Fields("name", fmt.Sprintf("scope-%d", i/3))
		data = corpus.AppendGroupStart(data, int64(i/7), int64(i/3), corpus.Map(s("service.name"), s(name), s("list"), corpus.Array(s(name), s("b"))), scope)
		for j := range 1 + i%4 {
			data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(i)), nil, corpus.Fields("log", fmt.Sprintf("line %d of %d", j, i)))
		}
		data = corpus.AppendGroupEnd(data)
		if i%11 == 0 {
			data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(i)), nil, corpus.Fields("log", "of no group"))
		}
	}
	for size := 400; size < 4000; size += 37 {
		compare(t, fmt.Sprintf("%d bytes", size), data, size)
	}
	all := requests(t, data, 9_500_000)
	resources, scopes := 0, 0
	for _, r := range all[0].ResourceLogs {
		resources++
		scopes += len(r.ScopeLogs)
	}
	if len(all) != 1 || resources > 110 || scopes > 350 {
		t.Errorf("got %d requests, %d resources, %d scopes: adjacent equal ones must be merged", len(all), resources, scopes)
	}
}

// TestMessages_RemovedRecordLeavesNoTrace removes the last record of a body. The body then
// continues or ends after the record before it, whichever messages the removed record has opened.
func TestMessages_RemovedRecordLeavesNoTrace(t *testing.T) {
	text := func(s string) record.Value { return record.Value{Kind: record.String, Text: []byte(s)} }
	service := func(s string) []record.Attribute {
		return []record.Attribute{{Key: []byte("service.name"), Value: text(s)}}
	}
	groups := []*record.Group{nil, {ID: 1, ResourceID: 1, Resource: service("a")}, {ID: 2, ResourceID: 1, Resource: service("a"), ScopeName: []byte("s")}, {ID: 3, ResourceID: 2, Resource: service("b")}}
	decode := func(o *encode.OTLP, body []byte) []map[string]any {
		request := new(collector.ExportLogsServiceRequest)
		if err := proto.Unmarshal(o.Close(body), request); err != nil {
			t.Fatal(err)
		}
		return flat([]*collector.ExportLogsServiceRequest{request})
	}
	make := func(content string, g *record.Group) *record.Record {
		return &record.Record{Content: []byte(content), Group: g, Level: "INFO"}
	}
	for _, first := range groups {
		for _, gone := range groups {
			for _, next := range groups {
				var straight, o encode.OTLP
				want := decode(&straight, straight.Append(straight.Append(straight.Open(nil), make("first", first)), make("next", next)))
				body := o.Append(o.Open(nil), make("first", first))
				before := len(body)
				body = o.Append(body, make("gone", gone))[:before]
				if got := decode(&o, append([]byte(nil), body...)); !reflect.DeepEqual(got, want[:1]) {
					t.Errorf("body that ends: got %v, want %v", got, want[:1])
				}
				body = o.Append(o.Open(body[:0]), make("first", first))
				body = o.Append(body, make("gone", gone))[:before]
				if got := decode(&o, o.Append(body, make("next", next))); !reflect.DeepEqual(got, want) {
					t.Errorf("body that continues: got %v, want %v", got, want)
				}
			}
		}
	}
}
