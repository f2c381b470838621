package deliver

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"out_dynatrace/plugin/batch"
)

func bytesField(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}

func numberField(number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), value)
}

// partial is an ExportLogsServiceResponse.
func partial(rejected int64, message string) string {
	return string(bytesField(1, append(numberField(1, uint64(rejected)), bytesField(2, []byte(message))...)))
}

// rpcStatus is a google.rpc.Status, with a detail.
func rpcStatus(code uint64, message string) string {
	return string(append(append(numberField(1, code), bytesField(2, []byte(message))...), bytesField(3, []byte("detail"))...))
}

func otlp(a Answer) Answer {
	a.OTLP = true
	if a.Header.Get("Content-Type") == "" && len(a.Body) > 0 {
		a.Header.Set("Content-Type", "application/x-protobuf")
	}
	return a
}

func TestJudge_OTLPAnswers(t *testing.T) {
	huge := strings.Repeat("\x08\xff", maxAnswer/2)
	for _, c := range []struct {
		name     string
		answer   Answer
		kind     Kind
		reason   Reason
		rejected int
		message  string // a part that must be there; "" is an empty message
	}{
		{"200 with nothing is full success", otlp(status(200, "")), Accepted, ReasonAccepted, 0, ""},
		{"204 is, too", otlp(status(204, "")), Accepted, ReasonAccepted, 0, ""},
		{"an empty partial success is full success", otlp(status(200, string(bytesField(1, nil)))), Accepted, ReasonAccepted, 0, ""},
		{"a partial success counts what was rejected", otlp(status(200, partial(7, "too old"))), Accepted, ReasonPartialSuccess, 7, "accepted in part (the server says: too old)"},
		{"without a text", otlp(status(200, partial(7, ""))), Accepted, ReasonPartialSuccess, 7, "accepted in part"},
		{"nothing rejected and a text is a remark", otlp(status(200, partial(0, "use gzip"))), Accepted, ReasonPartialSuccess, 0, "accepted with a remark (the server says: use gzip)"},
		{"less than nothing is nothing", otlp(status(200, partial(-5, "x"))), Accepted, ReasonPartialSuccess, 0, "a remark"},
		{"more than there can be is bounded", otlp(status(200, partial(math.MaxInt64, "x"))), Accepted, ReasonPartialSuccess, math.MaxInt32, "in part"},
		{"in JSON an empty object is full success", otlp(status(200, "{}", "Content-Type", "application/json")), Accepted, ReasonAccepted, 0, ""},
		{"an empty partial success is, too", otlp(status(200, `{"partialSuccess":{}}`, "Content-Type", "application/json")), Accepted, ReasonAccepted, 0, ""},
		{"a partial success in JSON counts what was rejected", otlp(status(200, `{"partialSuccess":{"rejectedLogRecords":"7","errorMessage":"too old"}}`, "Content-Type", "application/json")), Accepted, ReasonPartialSuccess, 7, "accepted in part (the server says: too old)"},
		{"also as a number", otlp(status(200, `{"partialSuccess":{"rejectedLogRecords":7}}`, "Content-Type", "application/json")), Accepted, ReasonPartialSuccess, 7, "accepted in part"},
		{"another object is no answer to OTLP", otlp(status(200, `{"ok":true}`, "Content-Type", "application/json")), Accepted, ReasonOddSuccess, 0, "not one of the log ingest API"},
		{"a status in JSON is shown by its message", otlp(status(400, `{"code":3,"message":"no such field"}`, "Content-Type", "application/json")), Rejected, ReasonRejected, 0, "(the server says: no such field)"},
		{"what is compressed is not read", otlp(status(200, partial(7, "x"), "Content-Encoding", "gzip")), Accepted, ReasonOddSuccess, 0, "compressed bytes"},
		{"unknown fields are passed over", otlp(status(200, string(numberField(9, 1))+partial(1, "x"))), Accepted, ReasonPartialSuccess, 1, "in part"},
		{"a field of the wrong type is passed over", otlp(status(200, string(numberField(1, 1)))), Accepted, ReasonAccepted, 0, ""},
		{"what is no message is odd", otlp(status(200, "\xff\xff")), Accepted, ReasonOddSuccess, 0, "2 bytes of protobuf"},
		{"a message that ends too soon is odd", otlp(status(200, partial(7, "too old")[:4])), Accepted, ReasonOddSuccess, 0, "taken as accepted"},
		{"a group without an end is odd", otlp(status(200, strings.Repeat("\x0b", 1000))), Accepted, ReasonOddSuccess, 0, "taken as accepted"},
		{"a large one that makes no sense is odd", otlp(status(200, huge)), Accepted, ReasonOddSuccess, 0, "bytes of protobuf"},
		{"one that broke off is odd", func() Answer { a := otlp(status(200, partial(1, "x"))); a.Err = io.ErrUnexpectedEOF; return a }(), Accepted, ReasonOddSuccess, 0, "broke off"},
		{"JSON of a gateway is read as such", otlp(status(200, `{"details":{"message":"2 events were not ingested"}}`, "Content-Type", "application/json")), Accepted, ReasonPartialSuccess, 2, "2 events"},
		{"a web page is not the API", otlp(status(200, "<html>login", "Content-Type", "text/html")), Misconfigured, ReasonNotTheAPI, 0, "web page"},
		{"400 tells the status", otlp(status(400, rpcStatus(3, "bad severity"))), Rejected, ReasonRejected, 0, "the server says: bad severity"},
		{"400 for old records", otlp(status(400, rpcStatus(3, "All logs are out of correct time range."))), Rejected, ReasonTimeRange, 0, "24 hours"},
		{"413 tells the status", otlp(status(413, rpcStatus(8, "over 2 MB"))), TooLarge, ReasonTooLarge, 0, "over 2 MB"},
		{"503 for a full queue", otlp(status(503, rpcStatus(14, "Usable space limit reached"))), Transient, ReasonQueueFull, 0, "disk queue"},
		{"a status that is no text", otlp(status(500, rpcStatus(13, "\xff\xfe"))), Transient, ReasonServerError, 0, "bytes of protobuf"},
		{"the token is cut out", func() Answer {
			a := otlp(status(403, rpcStatus(7, "no scope for "+testSecret)))
			a.Token = testSecret
			return a
		}(), Misconfigured, ReasonToken, 0, "no scope for [redacted]"},
	} {
		v := Judge(c.answer)
		if v.Kind != c.kind || v.Reason != c.reason || v.Rejected != c.rejected || !strings.Contains(v.Message, c.message) || (c.message == "") != (v.Message == "") {
			t.Errorf("%s: %s, %s, %d rejected: %q", c.name, v.Kind, v.Reason, v.Rejected, v.Message)
		}
	}
}

func TestClient_OTLPRequestAsksForProtobuf(t *testing.T) {
	var got http.Header
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got = r.Header.Clone()
		w.Header().Set("Content-Type", "application/x-protobuf")
		_, _ = io.WriteString(w, partial(1000, "all of them"))
	})
	client := quick(t, server.URL)
	v := client.Send(t.Context(), &batch.Payload{Body: []byte("x"), ContentType: "application/x-protobuf", Records: 3}, false)
	if v.Kind != Accepted || v.Rejected != 3 || !strings.Contains(v.Message, "all of them") {
		t.Errorf("%+v", v)
	}
	if got.Get("Accept") != "application/x-protobuf, application/json" || got.Get("Content-Type") != "application/x-protobuf" || got.Get("X-Dynatrace-Attr") != "" {
		t.Errorf("headers %v", got)
	}
	client.Send(t.Context(), &batch.Payload{Body: []byte("x"), ContentType: "text/plain; charset=utf-8", Attributes: "a=b", Records: 1}, false)
	if got.Get("Accept") != accept || got.Get("X-Dynatrace-Attr") != "a=b" {
		t.Errorf("headers %v", got)
	}
}

// FuzzJudgeOTLP: whatever the bytes of an answer are, a 2xx is accepted and the message is fit for a log.
func FuzzJudgeOTLP(f *testing.F) {
	f.Add(200, []byte(partial(7, "x")))
	f.Add(400, []byte(rpcStatus(3, testSecret)))
	f.Add(200, bytes.Repeat([]byte{0x0b}, 100))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		a := otlp(status(code, string(body)))
		a.Token = testSecret
		v := Judge(a)
		checkMessage(t, v)
		if strings.Contains(v.Message, testSecret) || v.Rejected < 0 || v.Rejected > 0 && v.Kind != Accepted {
			t.Errorf("%+v", v)
		}
		if isPage := isWebPage(a.Header, body); code >= 200 && code <= 299 && !isPage && v.Kind != Accepted {
			t.Errorf("%d is %s", code, v.Kind)
		}
	})
}
