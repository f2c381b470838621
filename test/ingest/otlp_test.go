package ingest

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// Builders of messages; test/otlp holds the same against OpenTelemetry's own.

func msg(number protowire.Number, parts ...[]byte) []byte {
	var inner []byte
	for _, p := range parts {
		inner = append(inner, p...)
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), inner)
}

func str(number protowire.Number, s string) []byte { return msg(number, []byte(s)) }

func num(number protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), n)
}

func fixed(number protowire.Number, n uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(nil, number, protowire.Fixed64Type), n)
}

// attr is a KeyValue in a field.
func attr(number protowire.Number, key string, value ...[]byte) []byte {
	return msg(number, str(1, key), msg(2, value...))
}

// request is one of a resource, a scope and a record.
func request(resource, scope, record []byte) string {
	return string(msg(1, msg(2, msg(2, record), msg(1, scope)), msg(1, resource))) // the resource may stand last
}

func postOTLP(body string) call {
	return call{target: otlpPath, body: body, header: map[string]string{"Content-Type": "application/x-protobuf"}}
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestOTLP_RecordIsStoredByTheDocumentedRules(t *testing.T) {
	at := uint64(noon.UnixNano()) - 1
	trace := []byte("0123456789abcdef")
	record := join(fixed(1, at), num(2, 13), msg(5, str(1, "content é")), attr(6, "n", num(3, 1<<64-3)), attr(6, "f", fixed(4, 0x3ff0000000000000)),
		attr(6, "b", num(2, 1)), attr(6, "bytes", str(7, "\x00\xff")), attr(6, "none"), attr(6, "list", msg(5, msg(1, num(3, 1)), msg(1, num(3, 2)))),
		attr(6, "map", msg(6, attr(1, "k", str(1, "v")))), attr(6, "same", str(1, "record")), msg(9, trace), msg(10, trace[:8]), fixed(11, 1))
	body := request(join(attr(1, "same", str(1, "resource")), attr(1, "service.name", str(1, "shop"))),
		join(str(1, "lib"), str(2, "1.0"), attr(3, "same", str(1, "scope"))), record)
	for structure, nested := range map[Structure]map[string]string{Raw: {"map": `"{\"k\":\"v\"}"`}, Flattened: {"map.k": `"v"`}} {
		s := newServer(t, Options{Structure: structure})
		answer := postOTLP(body).do(s)
		if answer.Code != 200 || answer.Body.Len() != 0 || answer.Header().Get("Content-Type") != "application/x-protobuf" {
			t.Fatalf("%d %q", answer.Code, answer.Body)
		}
		want := map[string]string{
			"timestamp": `"2026-03-10T11:59:59.999999999Z"`, "loglevel": `"WARN"`, "status": `"WARN"`, "content": `"content é"`, "n": `-3`, "f": `1.0`, "b": `true`,
			"bytes": `"AP8="`, "none": `null`, "list": `[1,2]`, "same": `"resource"`, "overwritten1.same": `"scope"`, "overwritten2.same": `"record"`,
			"service.name": `"shop"`, "otel.scope.name": `"lib"`, "otel.scope.version": `"1.0"`, "trace_id": `"30313233343536373839616263646566"`,
			"span_id": `"3031323334353637"`, "dt.openpipeline.source": `"/api/v2/otlp/v1/logs"`, "dt.auth.origin": `"` + PublicPart(classicToken) + `"`,
		}
		maps.Copy(want, nested)
		var got map[string]json.RawMessage
		if err := json.Unmarshal(s.Records()[0], &got); err != nil {
			t.Fatal(err)
		}
		for key, value := range want {
			if string(got[key]) != value {
				t.Errorf("%v: %s is %s, want %s", structure, key, got[key], value)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%v: %d attributes, want %d: %s", structure, len(got), len(want), s.Records()[0])
		}
	}
}

func TestOTLP_ErrorsAreStatusMessages(t *testing.T) {
	good := request(nil, nil, join(fixed(1, uint64(noon.UnixNano())), msg(5, str(1, "poison"))))
	old := request(nil, nil, fixed(1, 1))
	deep := str(1, "x")
	for range 200 {
		deep = msg(5, msg(1, deep))
	}
	for _, c := range []struct {
		name, body, contentType string
		options                 Options
		status                  int
		says                    string
	}{
		{"garbage", "\xff\xff\xff", "", Options{}, 400, "not a valid ExportLogsServiceRequest"},
		{"a text that is not UTF-8", request(nil, nil, msg(5, str(1, "\xff"))), "", Options{}, 400, "not valid UTF-8"},
		{"values too deep", request(nil, nil, msg(5, deep)), "", Options{}, 400, "nested more than"},
		{"nothing", "", "", Options{}, 400, "no events"},
		{"JSON", "{}", "application/json", Options{}, 400, "unsupported Content-Type"},
		{"too large", good + strings.Repeat("x", 100), "", Options{Limits: Limits{OTLPBytes: 100}}, 413, "size limit of 100 bytes"},
		{"too many", good + good, "", Options{Limits: Limits{Records: 1}}, 413, "count limit"},
		{"too old", old, "", Options{}, 400, "out of correct time range"},
		{"some too old", good + old, "", Options{}, 200, "1 events were not ingested"},
		{"a record that is refused", good, "", Options{Refuse: []string{"poison"}}, 400, "Constraints violated"},
	} {
		s := newServer(t, c.options)
		request := postOTLP(c.body)
		if c.contentType != "" {
			request.header["Content-Type"] = c.contentType
		}
		answer := request.do(s)
		if answer.Code != c.status || answer.Header().Get("Content-Type") != "application/x-protobuf" || !strings.Contains(answer.Body.String(), c.says) {
			t.Errorf("%s: %d %q", c.name, answer.Code, answer.Body)
		}
		outer := protowire.Number(2) // the message of a Status
		if c.status == 200 {
			outer = 1
		}
		found := false
		if err := eachField(answer.Body.Bytes(), func(f field) error { found = found || f.number == outer; return nil }); err != nil || !found {
			t.Errorf("%s: %v, %q", c.name, err, answer.Body)
		}
	}
	s := newServer(t, Options{})
	wantStatus(t, call{body: good, header: map[string]string{"Content-Type": "application/x-protobuf"}}.do(s), 400) // the log API takes none
	wantStatus(t, call{method: "GET", target: otlpPath}.do(s), 405)
}

// FuzzOTLP: whatever is sent, the server answers, and what it stores is JSON.
func FuzzOTLP(f *testing.F) {
	f.Add([]byte(request(attr(1, "a", str(1, "b")), str(1, "lib"), join(fixed(1, 5), msg(5, msg(6, attr(1, "message", num(3, 1))))))))
	f.Add([]byte(request(nil, nil, msg(5, msg(5, msg(1, fixed(4, 0x7ff8000000000000)))))))
	s, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s.Reset()
		for _, structure := range []string{"raw", "flattened"} {
			c := postOTLP(string(body))
			c.target += "?structure=" + structure
			if answer := c.do(s); answer.Code != 200 && answer.Code != 400 && answer.Code != 413 {
				t.Fatalf("%d %q", answer.Code, answer.Body)
			}
		}
		for _, record := range s.Records() {
			if !json.Valid(record) {
				t.Fatalf("stored %q", record)
			}
		}
	})
}
