package otlp

import (
	"errors"
	"fmt"
	"math"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"out_dynatrace/plugin"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

const token = "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR"

type options map[string]string

func (o options) Get(name string) string { return o[name] }

// lines is a Logger that keeps all lines.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Enabled(telemetry.Level) bool { return true }

func (l *lines) Log(level telemetry.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprint(level, " ", message))
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

// receive starts the Collector's receiver at the path of Dynatrace's API and returns the endpoint.
func receive(t *testing.T, sink consumer.Logs) (endpoint string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	factory := otlpreceiver.NewFactory()
	cfg := factory.CreateDefaultConfig()
	err = confmap.NewFromStringMap(map[string]any{"protocols": map[string]any{"http": map[string]any{
		"endpoint": address, "logs_url_path": "/e/abc12345/api/v2/otlp/v1/logs",
	}}}).Unmarshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	receiver, err := factory.CreateLogs(t.Context(), receivertest.NewNopSettings(factory.Type()), cfg, sink)
	if err != nil {
		t.Fatal(err)
	}
	if err := receiver.Start(t.Context(), componenttest.NewNopHost()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = receiver.Shutdown(t.Context()) })
	return "http://" + address + "/e/abc12345"
}

// send delivers a chunk to an endpoint and returns the outcome and the log.
func send(t *testing.T, endpoint string, chunk []byte, more options) (flush.Outcome, *lines) {
	t.Helper()
	o := options{"endpoint": endpoint, "api_token": token, "format": "otlp", "metadata_files": "off", "enrich": "auto,-host", "old_records": "send"}
	for name, value := range more {
		o[name] = value
	}
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	log := new(lines)
	in, err := plugin.New(cfg, "", log)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return in.Flush([]byte("app"), chunk, true), log
}

// TestCollector_ReadsEachField compares each field that the plugin writes with the field that the
// Collector's receiver reads.
func TestCollector_ReadsEachField(t *testing.T) {
	s := corpus.Str
	at := time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)
	trace, span := "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	resource := corpus.Map(s("service.name"), s("checkout"), s("process.pid"), corpus.Int(4711), s("zones"), corpus.Array(s("a"), s("b")))
	scope := corpus.Map(s("name"), s("shop.orders"), s("version"), s("2.0"), s("attributes"), corpus.Fields("library.language", "go"),
		s("dropped_attributes_count"), corpus.Int(3), s("schema_url"), s("https://example.com/scope"))
	meta := corpus.Map(s("otlp"), corpus.Map(s("observed_timestamp"), corpus.Int(at.Add(time.Second).UnixNano()), s("severity_number"), corpus.Int(13),
		s("severity_text"), s("WARN"), s("trace_id"), s(trace), s("span_id"), s(span), s("trace_flags"), corpus.Int(1), s("dropped_attributes_count"), corpus.Int(2), s("attributes"), corpus.Map(s("items"), corpus.Int(-3),
			s("express"), corpus.Bool(true), s("ratio"), corpus.Float64(0.5), s("numbers"), corpus.Array(corpus.Int(1), corpus.Int(2)), s("none"), corpus.Nil())))
	chunk := corpus.AppendGroupStart(nil, 0, 0, resource, scope)
	chunk = corpus.AppendEvent(chunk, corpus.At(at), meta, corpus.Fields("log", "stock is low ä"))
	chunk = corpus.AppendEvent(chunk, corpus.At(at), nil, corpus.Fields("log", "the same group"))
	chunk = corpus.AppendGroupEnd(chunk)
	chunk = corpus.AppendGroupStart(chunk, 0, 1, resource, corpus.Fields("name", "shop.mail"))
	chunk = corpus.AppendEvent(chunk, corpus.At(at), nil, corpus.Fields("log", "another scope"))
	chunk = corpus.AppendGroupEnd(chunk)
	chunk = corpus.AppendEvent(chunk, corpus.At(at), nil, corpus.Fields("log", "of no group", "level", "error", "trace_id", trace, "span_id", "not one"))

	for _, compress := range []string{"gzip", "none"} {
		sink := new(consumertest.LogsSink)
		if out, log := send(t, receive(t, sink), chunk, options{"compress": compress}); out != flush.OutcomeOK || strings.Contains(log.text(), "accepted, ") {
			t.Fatalf("got %v, want OK; log:\n%s", out, log.text())
		}
		all := sink.AllLogs()
		if len(all) != 1 || all[0].ResourceLogs().Len() != 2 || all[0].LogRecordCount() != 4 {
			t.Fatalf("got %d requests, %d resources, %d records", len(all), all[0].ResourceLogs().Len(), all[0].LogRecordCount())
		}
		group, plain := all[0].ResourceLogs().At(0), all[0].ResourceLogs().At(1)
		want(t, "resource", group.Resource().Attributes().AsRaw(), map[string]any{"service.name": "checkout", "process.pid": int64(4711), "zones": []any{"a", "b"}})
		if n := group.ScopeLogs().Len(); n != 2 {
			t.Fatalf("got %d scopes", n)
		}
		orders, mail := group.ScopeLogs().At(0), group.ScopeLogs().At(1)
		want(t, "scope", []any{orders.Scope().Name(), orders.Scope().Version(), orders.Scope().Attributes().AsRaw(), orders.Scope().DroppedAttributesCount(), orders.SchemaUrl(), orders.LogRecords().Len()},
			[]any{"shop.orders", "2.0", map[string]any{"library.language": "go"}, uint32(3), "https://example.com/scope", 2})
		want(t, "second scope's schema", mail.SchemaUrl(), "")
		want(t, "second scope", []any{mail.Scope().Name(), mail.Scope().Version(), mail.LogRecords().At(0).Body().Str()}, []any{"shop.mail", "", "another scope"})
		r := orders.LogRecords().At(0)
		want(t, "record", []any{
			r.Timestamp().AsTime(), r.ObservedTimestamp().AsTime(), r.SeverityNumber(), r.SeverityText(), r.Body().AsRaw(), r.TraceID().String(), r.SpanID().String(),
			r.Flags(), r.DroppedAttributesCount(), r.Attributes().AsRaw(),
		}, []any{
			at, at.Add(time.Second), plog.SeverityNumberWarn, "WARN", "stock is low ä", trace, span, plog.DefaultLogRecordFlags.WithIsSampled(true), uint32(2),
			map[string]any{"items": int64(-3), "express": true, "ratio": 0.5, "numbers": []any{int64(1), int64(2)}, "none": nil},
		})
		want(t, "plain resource", plain.Resource().Attributes().Len(), 0)
		r = plain.ScopeLogs().At(0).LogRecords().At(0)
		want(t, "plain record", []any{r.Timestamp(), r.ObservedTimestamp(), r.SeverityNumber(), r.SeverityText(), r.Body().AsRaw(), r.TraceID().String(), r.SpanID().IsEmpty(), r.Attributes().AsRaw()},
			[]any{r.ObservedTimestamp(), r.Timestamp(), plog.SeverityNumberError, "ERROR", "of no group", trace, true, map[string]any{"span_id": "not one"}})
	}
}

// TestCollector_SchemaOfAResourceGoesWithIt covers both places where Fluent Bit puts the schema:
// beside the resource (5.1) and inside it.
func TestCollector_SchemaOfAResourceGoesWithIt(t *testing.T) {
	s := corpus.Str
	in := func(dst []byte, body corpus.Value) []byte {
		dst = corpus.AppendEvent(dst, corpus.EventTime(math.MaxUint32, 0), corpus.Map(s("schema"), s("otlp")), body)
		dst = corpus.AppendEvent(dst, corpus.At(time.Now()), nil, corpus.Fields("log", "x"))
		return corpus.AppendGroupEnd(dst)
	}
	attributes := corpus.Fields("service.name", "a")
	chunk := in(nil, corpus.Map(s("resource"), corpus.Map(s("attributes"), attributes, s("dropped_attributes_count"), corpus.Int(7)), s("schema_url"), s("https://example.com/1")))
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("attributes"), attributes, s("schema_url"), s("https://example.com/2"))))
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("attributes"), attributes, s("schema_url"), s("https://example.com/2"))))
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("attributes"), attributes)))
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("attributes"), attributes), s("schema_url"), s("https://example.com/3")))
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("attributes"), attributes), s("schema_url"), s("https://example.com/4"))) // beside an equal resource
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("dropped_attributes_count"), corpus.Int(5), s("schema_url"), s("https://example.com/5")), s("schema_url"), s("not this one")))
	chunk = in(chunk, corpus.Map(s("resource"), corpus.Map(s("schema_url"), s("https://example.com/"+strings.Repeat("x", 3000)))))
	sink := new(consumertest.LogsSink)
	if out, log := send(t, receive(t, sink), chunk, nil); out != flush.OutcomeOK {
		t.Fatalf("%v: %s", out, log.text())
	}
	var got []any
	for i, all := 0, sink.AllLogs()[0].ResourceLogs(); i < all.Len(); i++ {
		r := all.At(i)
		got = append(got, r.SchemaUrl(), r.Resource().DroppedAttributesCount(), r.ScopeLogs().Len())
	}
	want(t, "schemas", got, []any{"https://example.com/1", uint32(7), 1, "https://example.com/2", uint32(0), 2, "", uint32(0), 1,
		"https://example.com/3", uint32(0), 1, "https://example.com/4", uint32(0), 1, "https://example.com/5", uint32(5), 1, "", uint32(0), 1})
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

func TestCollector_TakesTheWholeCorpus(t *testing.T) {
	for _, c := range corpus.All() {
		sink := new(consumertest.LogsSink)
		if out, log := send(t, receive(t, sink), c.Data, nil); out != flush.OutcomeOK {
			t.Fatalf("%s: got %v, want OK; log:\n%s", c.Name, out, log.text())
		}
		if n := sink.LogRecordCount(); n != c.Events {
			t.Errorf("%s: got %d records, want %d", c.Name, n, c.Events)
		}
	}
}

// TestCollector_AnswersAreUnderstood checks the verdicts on the Collector's errors, which are
// google.rpc.Status messages.
func TestCollector_AnswersAreUnderstood(t *testing.T) {
	chunk := corpus.AppendEvent(nil, corpus.At(time.Now()), nil, corpus.Fields("log", "x"))
	for _, c := range []struct {
		name string
		err  error
		out  flush.Outcome
		says string
	}{
		{"transient error", errors.New("the exporter is busy"), flush.OutcomeRetry, "the exporter is busy"},
		{"permanent error", status.Error(codes.InvalidArgument, "no such field"), flush.OutcomeError, "no such field"},
	} {
		out, log := send(t, receive(t, consumertest.NewErr(c.err)), chunk, nil)
		if out != c.out || !strings.Contains(log.text(), c.says) {
			t.Errorf("%s: got %v, want %v and %q in the log:\n%s", c.name, out, c.out, c.says, log.text())
		}
	}
}
