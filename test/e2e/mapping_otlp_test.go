package e2e

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

const (
	otlpTrace = "0af7651916cd43dd8448eb211c80319c"
	otlpSpan  = "b7ad6b7169203331"
)

// otlpBody is a request of two resources: a service with two scopes, and another one. The times are
// nanoseconds.
func otlpBody(at time.Time) string {
	text := `{"resourceLogs":[
	{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}},{"key":"service.version","value":{"stringValue":"1.4.2"}},
		{"key":"k8s.pod.name","value":{"stringValue":"checkout-6c8f7d9b5c-x2v4q"}},{"key":"process.pid","value":{"intValue":"4711"}}]},
	"scopeLogs":[
	 {"scope":{"name":"shop.orders","version":"2.0","attributes":[{"key":"library.language","value":{"stringValue":"go"}}]},
	  "logRecords":[
	  {"timeUnixNano":"$0","observedTimeUnixNano":"$1","severityNumber":13,"severityText":"WARN","body":{"stringValue":"stock is low"},
	   "traceId":"$trace","spanId":"$span","flags":1,
	   "attributes":[{"key":"order.items","value":{"intValue":"3"}},{"key":"order.express","value":{"boolValue":true}},{"key":"order.id","value":{"stringValue":"A-17"}}]},
	  {"timeUnixNano":"$1","severityNumber":17,"body":{"stringValue":"only a number says how bad it is"}}]},
	 {"scope":{"name":"shop.mail"},
	  "logRecords":[{"timeUnixNano":"$2","severityText":"INFO","body":{"stringValue":"mail sent"}}]}]},
	{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"ledger"}}]},
	 "scopeLogs":[{"scope":{"name":"shop.ledger","version":"0.9"},
	  "logRecords":[{"timeUnixNano":"$3","severityNumber":5,"severityText":"Debug",
	   "body":{"kvlistValue":{"values":[{"key":"message","value":{"stringValue":"booked"}},{"key":"entry","value":{"kvlistValue":{"values":[{"key":"id","value":{"intValue":"7"}}]}}}]}}}]}]}
	]}`
	for i := range 4 {
		text = strings.ReplaceAll(text, fmt.Sprintf("$%d", i), fmt.Sprint(at.Add(time.Duration(i)*time.Second).UnixNano()))
	}
	return strings.NewReplacer("$trace", otlpTrace, "$span", otlpSpan).Replace(text)
}

// otlpChunk is the chunk that the OpenTelemetry input makes of otlpBody. Ids are bytes in version
// 5.1, and the text of the request in version 3.2.
func otlpChunk(at time.Time, bytes bool) (chunk []byte) {
	id := corpus.Str
	if bytes {
		id = func(text string) corpus.Value {
			b, err := hex.DecodeString(text)
			if err != nil {
				panic(err)
			}
			return corpus.Bin(b)
		}
	}
	event := func(i int, body corpus.Value, metadata ...corpus.Value) {
		meta := corpus.Map(corpus.Str("otlp"), corpus.Map(metadata...))
		chunk = corpus.AppendEvent(chunk, corpus.At(at.Add(time.Duration(i)*time.Second)), meta, body)
	}
	checkout := corpus.Map(corpus.Str("service.name"), corpus.Str("checkout"), corpus.Str("service.version"), corpus.Str("1.4.2"),
		corpus.Str("k8s.pod.name"), corpus.Str("checkout-6c8f7d9b5c-x2v4q"), corpus.Str("process.pid"), corpus.Int(4711))
	chunk = corpus.AppendGroupStart(chunk, 0, 0, checkout, corpus.Map(corpus.Str("name"), corpus.Str("shop.orders"), corpus.Str("version"),
		corpus.Str("2.0"), corpus.Str("attributes"), corpus.Fields("library.language", "go")))
	event(0, corpus.Fields("log", "stock is low"),
		corpus.Str("observed_timestamp"), corpus.Int(at.Add(time.Second).UnixNano()), corpus.Str("severity_number"), corpus.Int(13),
		corpus.Str("severity_text"), corpus.Str("WARN"), corpus.Str("attributes"), corpus.Map(corpus.Str("order.items"), corpus.Int(3),
			corpus.Str("order.express"), corpus.Bool(true), corpus.Str("order.id"), corpus.Str("A-17")),
		corpus.Str("trace_id"), id(otlpTrace), corpus.Str("span_id"), id(otlpSpan), corpus.Str("trace_flags"), corpus.Int(1))
	event(1, corpus.Fields("log", "only a number says how bad it is"), corpus.Str("severity_number"), corpus.Int(17))
	chunk = corpus.AppendGroupEnd(chunk)
	chunk = corpus.AppendGroupStart(chunk, 0, 1, checkout, corpus.Fields("name", "shop.mail"))
	event(2, corpus.Fields("log", "mail sent"), corpus.Str("severity_text"), corpus.Str("INFO"))
	chunk = corpus.AppendGroupEnd(chunk)
	chunk = corpus.AppendGroupStart(chunk, 1, 0, corpus.Fields("service.name", "ledger"), corpus.Fields("name", "shop.ledger", "version", "0.9"))
	event(3, corpus.Map(corpus.Str("message"), corpus.Str("booked"), corpus.Str("entry"), corpus.Map(corpus.Str("id"), corpus.Int(7))),
		corpus.Str("severity_number"), corpus.Int(5), corpus.Str("severity_text"), corpus.Str("Debug"))
	return corpus.AppendGroupEnd(chunk)
}

func wantOTLP(at time.Time) map[string]fields {
	stamp := func(i int) string {
		return at.Add(time.Duration(i) * time.Second).UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	checkout := fields{"service.name": "checkout", "service.version": "1.4.2", "k8s.pod.name": "checkout-6c8f7d9b5c-x2v4q", "process.pid": 4711}
	orders := checkout.with(fields{"otel.scope.name": "shop.orders", "otel.scope.version": "2.0", "library.language": "go"})
	return map[string]fields{
		"stock is low": orders.with(fields{
			"timestamp": stamp(0), "loglevel": "WARN", "trace_id": otlpTrace, "span_id": otlpSpan,
			"order.items": 3, "order.express": true, "order.id": "A-17",
		}),
		"only a number says how bad it is": orders.with(fields{"timestamp": stamp(1), "loglevel": "ERROR", "log.raw_level": 17}),
		"mail sent":                        checkout.with(fields{"timestamp": stamp(2), "loglevel": "INFO", "otel.scope.name": "shop.mail"}),
		"booked": {
			"timestamp": stamp(3), "loglevel": "DEBUG", "service.name": "ledger", "otel.scope.name": "shop.ledger", "otel.scope.version": "0.9",
			"entry.id": 7,
		},
	}
}

// The input keeps resource, scope, severity and trace beside the record, in a group and in
// metadata.
func TestOTLP_LogsArriveWithResourceScopeSeverityAndTrace(t *testing.T) {
	for _, a := range everywhere("5.1.1", "3.2") {
		for _, format := range []string{"json", "otlp"} {
			t.Run(a.name+", "+format, func(t *testing.T) {
				t.Parallel()
				if !a.since(t, 3, 2) {
					t.Skip("the OpenTelemetry input of this Fluent Bit takes no logs over HTTP, or keeps no groups: it is older than 3.2")
				}
				d, port := newDestination(t), freePort(t)
				at := time.Now().Add(-time.Minute).Truncate(time.Millisecond).Add(123456 * time.Nanosecond)
				s := to(d, 1, "format", format)
				s.pipeline = []part{input("opentelemetry", "Listen", "127.0.0.1", "Port", port)}
				r := a.start(t, s)
				if h, ok := r.(*hostRun); ok {
					if err := h.Send(0, "v1_logs", otlpChunk(at, a.shape == "5.1.1")); err != nil {
						t.Fatal(err)
					}
				} else {
					postOTLP(t, "http://127.0.0.1:"+port+"/v1/logs", otlpBody(at))
				}
				want := wantOTLP(at)
				if !a.since(t, 5, 1) {
					withoutDefectsOfOldInputs(want)
				}
				d.awaitStored(t, len(want))
				r.stop()
				d.wantStored(t, want)
			})
		}
	}
}

// withoutDefectsOfOldInputs expects less of a Fluent Bit before 5.1 with JSON requests. Version
// 3.2.10 has two defects that 5.1.1 has not: the nanoseconds of a time are wrong by up to seconds
// (flb_time_from_uint64), which the plugin corrects where it is visible, so that the second is
// right; and the second scope of a resource gets the attributes of the first scope instead of the
// resource's.
func withoutDefectsOfOldInputs(want map[string]fields) {
	for _, record := range want {
		record["timestamp"] = begins(record["timestamp"].(string)[:len("2006-01-02T15:04:05.")])
	}
	mail := want["mail sent"]
	for name, value := range mail {
		if name != "loglevel" && name != "otel.scope.name" && name != "timestamp" {
			mail[name] = perhaps{value}
		}
	}
	mail["library.language"] = perhaps{"go"}
}

// postOTLP sends a request, and repeats it until somebody listens.
func postOTLP(t *testing.T, url, body string) {
	t.Helper()
	await(t, "an answer of the OpenTelemetry input", func() bool {
		response, err := http.Post(url, "application/json", strings.NewReader(body))
		if err != nil {
			return false
		}
		defer response.Body.Close()
		if response.StatusCode/100 != 2 {
			text, _ := io.ReadAll(response.Body)
			t.Fatalf("the OpenTelemetry input answers %s: %s", response.Status, text)
		}
		return true
	})
}
