package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// complete adds what every record has beside what the case names; "" removes a key.
func complete(want map[string]string) map[string]string {
	full := map[string]string{
		"timestamp":              `"2026-03-10T12:00:00.000000000Z"`,
		"loglevel":               `"NONE"`,
		"status":                 `"NONE"`,
		"content":                `""`,
		"dt.auth.origin":         `"dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX"`,
		"dt.openpipeline.source": `"/api/v2/logs/ingest"`,
	}
	for k, v := range want {
		if v == "" {
			delete(full, k)
		} else {
			full[k] = v
		}
	}
	return full
}

func wantRecord(t *testing.T, record string, want map[string]string) {
	t.Helper()
	var got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(record), &got); err != nil {
		t.Fatalf("%v in %s", err, record)
	}
	want = complete(want)
	for k, v := range want {
		if string(got[k]) != v {
			t.Errorf("%s: got %s, want %s", k, got[k], v)
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: got %s, want no such key", k, v)
		}
	}
}

type recordCase struct {
	name string
	body string
	want map[string]string
}

func checkRecords(t *testing.T, opts Options, cases []recordCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, opts)
			wantStatus(t, post(s, c.body), 204)
			wantRecord(t, only(t, s), c.want)
		})
	}
}

func TestRecord_InTheRawModel(t *testing.T) {
	checkRecords(t, Options{}, []recordCase{
		{"an empty event has empty content", `{}`, nil},
		{"special keys are taken in the documented order", `{"message":"m","content":"c","time":1,"timestamp":"2026-03-10T11:00:00Z","level":"info","severity":"warn"}`,
			map[string]string{"content": `"c"`, "message": `"m"`, "timestamp": `"2026-03-10T11:00:00.000000000Z"`, "time": `1`,
				"loglevel": `"WARN"`, "status": `"WARN"`, "level": `"info"`}},
		{"the winner leaves the attributes", `{"log":"l","@t":"1773140400","syslog.severity":"e"}`,
			map[string]string{"content": `"l"`, "timestamp": `"2026-03-10T11:00:00.000000000Z"`, "loglevel": `"ERROR"`, "status": `"ERROR"`}},
		{"special keys are found without regard to case", `{"Message":"m","LEVEL":"warn","timemillis":1773140400000}`,
			map[string]string{"content": `"m"`, "loglevel": `"WARN"`, "status": `"WARN"`, "timestamp": `"2026-03-10T11:00:00.000000000Z"`}},
		{"the documented spelling wins against another", `{"Content":"C","content":"c"}`, map[string]string{"content": `"c"`, "Content": `"C"`}},
		{"_raw is a content key", `{"_raw":"r"}`, map[string]string{"content": `"r"`}},
		{"a numeric status is eaten as severity", `{"status":200}`, nil},
		{"a status beside a loglevel is overwritten by the derived one", `{"loglevel":"info","status":200}`,
			map[string]string{"loglevel": `"INFO"`, "status": `"INFO"`, "overwritten1.status": `200`}},
		{"content that is an object is its JSON text", `{"content": {"a": [1, 2]}, "message":"m"}`,
			map[string]string{"content": `"{\"a\":[1,2]}"`, "message": `"m"`}},
		{"content that is a number becomes text", `{"content":1e3}`, map[string]string{"content": `"1e3"`}},
		{"content that is null is no content", `{"content":null,"log":"l"}`, map[string]string{"content": `"l"`}},
		{"objects are JSON strings", `{"o":{"a":{"b":1}},"e":{}}`, map[string]string{"o": `"{\"a\":{\"b\":1}}"`, "e": `"{}"`}},
		{"types and the text of numbers are kept", `{"a":1e3,"b":9007199254740993,"c":-0.10,"d":true,"e":null,"f":"\u00e9\/"}`,
			map[string]string{"a": `1e3`, "b": `9007199254740993`, "c": `-0.10`, "d": `true`, "e": `null`, "f": `"\u00e9\/"`}},
		{"arrays of one type keep it", `{"n":[1, 2.50,null],"b":[true,false],"s":["x","y"],"z":[]}`,
			map[string]string{"n": `[1,2.50,null]`, "b": `[true,false]`, "s": `["x","y"]`, "z": `[]`}},
		{"arrays of mixed types become strings", `{"a":[1,"x",true,null],"o":[{"k": 1},2,[3, 4]],"nb":[1,true]}`,
			map[string]string{"a": `["1","x","true",null]`, "o": `["{\"k\":1}","2","[3,4]"]`, "nb": `["1","true"]`}},
		{"a repeated key is kept under another name", `{"a":1,"a":2,"a":3}`,
			map[string]string{"a": `1`, "overwritten1.a": `2`, "overwritten2.a": `3`}},
		{"an overwritten name that is taken is not used twice", `{"overwritten1.a":0,"a":1,"a":2}`,
			map[string]string{"overwritten1.a": `0`, "a": `1`, "overwritten2.a": `2`}},
		{"keys keep their case", `{"Key":1,"key":2}`, map[string]string{"Key": `1`, "key": `2`}},
		{"a timestamp that is not understood is kept", `{"timestamp":"soon"}`, map[string]string{"unparsed_timestamp": `"soon"`}},
		{"a nanosecond epoch is not understood", `{"ts":1773140400000000000}`, map[string]string{"unparsed_timestamp": `1773140400000000000`}},
		{"a boolean is no timestamp", `{"date":true}`, map[string]string{"unparsed_timestamp": `true`}},
		{"a null timestamp is none", `{"timestamp":null}`, nil},
		{"attributes that only the server sets are overwritten", `{"dt.auth.origin":"me","dt.openpipeline.source":"you"}`,
			map[string]string{"overwritten1.dt.auth.origin": `"me"`, "overwritten1.dt.openpipeline.source": `"you"`}},
		{"event.type is corrected", `{"event.type":"x"}`,
			map[string]string{"event.type": `"LOG"`, "dt.ingest.warnings": `["common_attr_corrected"]`}},
		{"escaped keys are decoded", `{"\u0063ontent":"c","a\"b":1}`, map[string]string{"content": `"c"`, `a"b`: `1`}},
	})
}

func TestRecord_InTheFlattenedModel(t *testing.T) {
	checkRecords(t, Options{Structure: Flattened}, []recordCase{
		{"objects become dotted keys", `{"content":"c","a":{"b":{"c":1},"d":[1]},"e":{}}`,
			map[string]string{"content": `"c"`, "a.b.c": `1`, "a.d": `[1]`}},
		{"keys below level 5 are skipped", `{"content":"c","a":{"b":{"c":{"d":{"e":1,"f":{"g":2}},"h":3}}}}`,
			map[string]string{"content": `"c"`, "a.b.c.d.e": `1`, "a.b.c.h": `3`}},
		{"the first of clashing keys wins", `{"content":"c","a.b":1,"a":{"b":2}}`,
			map[string]string{"content": `"c"`, "a.b": `1`, "overwritten1.a.b": `2`}},
		{"without content it is the event", `{"a": {"b": 1}}`,
			map[string]string{"content": `"{\"a\":{\"b\":1}}"`, "a.b": `1`}},
		{"_raw is an ordinary attribute", `{"_raw":"r","log":""}`, map[string]string{"_raw": `"r"`, "content": `""`}},
		{"an object is no content", `{"content":{"x":1},"message":"m"}`, map[string]string{"content": `"m"`, "content.x": `1`}},
		{"nested special keys are found", `{"syslog":{"severity":"crit","timestamp":"Mar 10 11:00:00"},"log":"l"}`,
			map[string]string{"content": `"l"`, "loglevel": `"CRITICAL"`, "status": `"ERROR"`, "timestamp": `"2026-03-10T11:00:00.000000000Z"`}},
	})
}

func TestRecord_ClassicAndManagedLowercaseKeysAndStringifyValues(t *testing.T) {
	body := `{"Content":"c","Key":1.50,"B":true,"n":null,"A":[1,2],"O":{"X":1}}`
	checkRecords(t, Options{Profile: ClassicPipeline}, []recordCase{{"classic pipeline", body, map[string]string{
		"content": `"c"`, "key": `"1.50"`, "b": `"true"`, "n": `null`, "a": `["1","2"]`, "o": `"{\"X\":1}"`}}})
	for _, p := range []Profile{Classic, Managed} {
		checkRecords(t, Options{Profile: p}, []recordCase{{p.String(), body, map[string]string{
			"content": `"c"`, "key": `"1.50"`, "b": `"true"`, "n": `null`, "a": `["1","2"]`, "o.x": `"1"`, "dt.openpipeline.source": ""}}})
	}
	checkRecords(t, Options{Profile: ClassicPipeline}, []recordCase{{"keys that differ in case clash", `{"a":1,"A":2}`, map[string]string{
		"a": `"1"`, "overwritten1.a": `"2"`, "dt.ingest.warnings": `["attr_key_case_mismatch"]`}}})
}

func TestRecord_NoContentSwitchLeavesContentEmpty(t *testing.T) {
	checkRecords(t, Options{Structure: Flattened, NoContent: NoContentEmpty}, []recordCase{{"empty", `{"a":1}`, map[string]string{"a": `1`}}})
}

func TestRecord_DuplicateKeysAreCountedButNotFlatteningClashes(t *testing.T) {
	for body, want := range map[string]int{
		`[{"a":1,"b":2},{"a":1}]`:             0,
		`[{"a":1,"a":1},{"b":1,"b":1,"b":1}]`: 3,
		`{"o":{"x":1,"x":2}}`:                 1,
		`{"l":[{"x":1,"x":2}]}`:               1,
		`{"a.b":1,"a":{"b":1}}`:               0,
		`{"a":{"x":1},"a":{"y":1}}`:           1,
	} {
		for _, structure := range []Structure{Raw, Flattened} {
			s := newServer(t, Options{Structure: structure})
			wantStatus(t, post(s, body), 204)
			if got := s.Stats().DuplicateKeys; got != want {
				t.Errorf("%s, %s: %d, want %d", body, structure, got, want)
			}
		}
	}
}

func TestRequest_QueryAndHeaderAttributesWinByPrecedence(t *testing.T) {
	s := newServer(t, Options{})
	w := call{
		target: "?a=query&list=1&list=2&structure=raw&Content-Type=application/json&api-token=x&sp%20ace=%26",
		header: map[string]string{"X-Dynatrace-Attr": "a=header&b=header&region=eu%2Dcentral"},
		body:   `{"a":"body","b":"body","content":"c"}`,
	}.do(s)
	wantStatus(t, w, 204)
	wantRecord(t, only(t, s), map[string]string{
		"content": `"c"`, "a": `"query"`, "overwritten1.a": `"body"`, "b": `"header"`, "overwritten1.b": `"body"`,
		"list": `["1","2"]`, "region": `"eu-central"`, "sp ace": `"&"`})
}

func TestRequest_StructureComesFromQueryThenHeaderThenEnvironment(t *testing.T) {
	for _, c := range []struct {
		opts          Options
		query, header string
		key           string // present when the right model was used
	}{
		{Options{}, "", "", "o"},
		{Options{Structure: Flattened}, "", "", "o.x"},
		{Options{}, "", "structure=flattened", "o.x"},
		{Options{}, "?structure=raw", "structure=flattened", "o"},
		{Options{Structure: Flattened}, "?structure=raw", "", "o"},
		{Options{Profile: Managed}, "?structure=raw", "", "o.x"},
	} {
		s := newServer(t, c.opts)
		w := call{target: c.query, header: map[string]string{"X-Dynatrace-Options": c.header}, body: `{"o":{"x":1}}`}.do(s)
		wantStatus(t, w, 204)
		if _, ok := fields(t, only(t, s))[c.key]; !ok {
			t.Errorf("%+v: no %s in %s", c, c.key, only(t, s))
		}
	}
	s := newServer(t, Options{})
	wantStatus(t, call{target: "?structure=flat", body: `{}`}.do(s), 400)
}

// FuzzIngest sends any body and checks what is stored.
func FuzzIngest(f *testing.F) {
	f.Add([]byte(`[{"content":"c","a":{"b":[1,"x",null,{"y":1,"y":2}]},"a":1,"Status":"w","ts":1.7e9}]`), 0)
	f.Add([]byte("{\"log\":\"\\ud800\"}\n{\"\":{\"\":{\"\":{\"\":{\"\":{}}}}}}"), 7)
	f.Add([]byte("\xff"), 2)
	f.Add([]byte(`[{"timestamp":"2026-03-10T11:00:00.123Z"},{"ts":"2026-03-10T11:00:00.123456Z"}]`), 70)
	limits := Limits{ContentBytes: 9, Attributes: 4, KeyBytes: 7, ValueBytes: 5, Values: 2}
	f.Fuzz(func(t *testing.T, body []byte, mode int) {
		// A fuzzer that hangs in one input passes when its time is over.
		defer time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("hangs: %q, %d", body, mode)) }).Stop()
		opts := Options{Structure: Structure(mode & 1), Profile: Profile(mode >> 1 & 3), OneAgent: mode&64 != 0}
		if mode&8 != 0 {
			opts.Limits = limits
		}
		s := newServer(t, opts)
		types := []string{"application/json", "application/x-ndjson", "text/plain"}
		w := call{body: string(body), target: pathOf(opts), header: map[string]string{"Content-Type": types[(mode>>4&3)%3]}}.do(s)
		if !slices.Contains([]int{200, 204, 400}, w.Code) {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w.Code == 400 && len(s.Records()) > 0 {
			t.Fatal("a refused request was stored")
		}
		for _, record := range s.Records() {
			if !json.Valid(record) || !utf8.Valid(record) || strings.Contains(string(record), "\n") || duplicateKeys(record) > 0 {
				t.Fatalf("stored %q", record)
			}
			m := fields(t, string(record))
			content, ok := m["content"].(string)
			if !ok || mode&8 != 0 && len(content) > limits.ContentBytes {
				t.Fatalf("content in %s", record)
			}
			if stamp, _ := m["timestamp"].(string); len(stamp) != len(timestampLayout) {
				t.Fatalf("timestamp in %s", record)
			}
			if m["status"] != statusOf(m["loglevel"].(string)) {
				t.Fatalf("status in %s", record)
			}
		}
	})
}
