package mapping_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

func TestMapper_ALevelKeyWithDotsIsFoundInNestedMaps(t *testing.T) {
	o := options()
	o.LevelKeys = []string{"loglevel", "level", "log.level", "a.b.c", "syslog.severity", "lvl"}
	s, kv := corpus.Str, corpus.Map
	for name, c := range map[string]struct {
		body corpus.Value
		want string
	}{
		"in a map under a content key":         {kv(s("log"), kv(s("level"), s("error")), s("message"), s("x")), `{"content":"x","loglevel":"ERROR","log.level":"error"}`},
		"behind the message":                   {kv(s("message"), s("x"), s("log"), kv(s("logger"), s("a"), s("level"), s("warn"))), `{"content":"x","loglevel":"WARN","log.logger":"a","log.level":"warn"}`},
		"in any case":                          {kv(s("msg"), s("x"), s("Log"), kv(s("LEVEL"), s("error"))), `{"content":"x","loglevel":"ERROR","Log.LEVEL":"error"}`},
		"at the top level too":                 {kv(s("msg"), s("x"), s("log.level"), s("error")), `{"content":"x","loglevel":"ERROR","log.level":"error"}`},
		"the first of equal keys":              {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("info")), s("log.level"), s("error")), `{"content":"x","loglevel":"INFO","log.level":"info","overwritten1.log.level":"error"}`},
		"a better key wins":                    {kv(s("msg"), s("x"), s("level"), s("info"), s("log"), kv(s("level"), s("error"))), `{"content":"x","loglevel":"INFO","log.level":"error","level":"info"}`},
		"a better key behind it wins":          {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("error")), s("loglevel"), s("info")), `{"content":"x","loglevel":"INFO","log.level":"error"}`},
		"a worse key gives way":                {kv(s("msg"), s("x"), s("lvl"), s("info"), s("log"), kv(s("level"), s("error"))), `{"content":"x","loglevel":"ERROR","lvl":"info","log.level":"error"}`},
		"and one in another map":               {kv(s("msg"), s("x"), s("syslog"), kv(s("severity"), s("info")), s("log"), kv(s("level"), s("error"))), `{"content":"x","loglevel":"ERROR","syslog.severity":"info","log.level":"error"}`},
		"in maps of maps":                      {kv(s("msg"), s("x"), s("a"), kv(s("b"), kv(s("z"), s("1"), s("c"), s("error")))), `{"content":"x","loglevel":"ERROR","a.b.z":"1","a.b.c":"error"}`},
		"with dots in the key below":           {kv(s("msg"), s("x"), s("a"), kv(s("b.c"), s("error"))), `{"content":"x","loglevel":"ERROR","a.b.c":"error"}`},
		"with dots in the key above":           {kv(s("msg"), s("x"), s("a.b"), kv(s("c"), s("error"))), `{"content":"x","loglevel":"ERROR","a.b.c":"error"}`},
		"behind fields of all kinds":           {kv(s("msg"), s("x"), s("a"), kv(corpus.Int(1), s("1"), s("b"), s("2"), s("B"), kv(s("y"), corpus.Array(s("c"), s("info"))), s("b"), kv(s("c"), s("error")))), `{"content":"x","loglevel":"ERROR","a.1":"1","a.b":"2","a.B.y":["c","info"],"a.b.c":"error"}`},
		"not where the name goes on":           {kv(s("msg"), s("x"), s("log"), kv(s("level"), kv(s("name"), s("error")))), `{"content":"x","log.level.name":"error"}`},
		"not where it has another beginning":   {kv(s("msg"), s("x"), s("my"), kv(s("log"), kv(s("level"), s("error")))), `{"content":"x","my.log.level":"error"}`},
		"not where it names none":              {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("approved"))), `{"content":"x","log.level":"approved"}`},
		"not where it is a number":             {kv(s("msg"), s("x"), s("log"), kv(s("level"), corpus.Int(3))), `{"content":"x","log.level":3}`},
		"past one that names none to the next": {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("approved"), s("LEVEL"), s("info"))), `{"content":"x","loglevel":"INFO","log.level":"approved","log.LEVEL":"info"}`},
	} {
		if got, _ := mapped(t, o, event(c.body)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// stored sends the records of a chunk to the local Dynatrace and returns what it holds then,
// without what it adds to each.
func stored(t *testing.T, o mapping.Options, data []byte) []string {
	t.Helper()
	server, err := ingest.New(ingest.Options{Now: func() time.Time { return time.Unix(1700000000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	var j encode.JSON
	m := mapping.NewMapper(o)
	body := j.Open(nil)
	r.Reset(data)
	for first := true; r.Next(&ev); first = false {
		if !first {
			body = j.Separate(body)
		}
		m.Map(&ev, &rec)
		body = j.Append(body, &rec)
	}
	req, err := http.NewRequest(http.MethodPost, web.URL+"/api/v2/logs/ingest", bytes.NewReader(j.Close(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Api-Token dt0c01."+strings.Repeat("A", 24)+"."+strings.Repeat("B", 64))
	req.Header.Set("Content-Type", j.ContentType())
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("the server answered %s", answer.Status)
	}
	var texts []string
	for _, whole := range server.Records() {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(whole, &fields); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"timestamp", "content", "dt.auth.origin", "dt.openpipeline.source"} {
			delete(fields, key)
		}
		text, err := json.Marshal(fields) // sorted by key
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

func TestMapper_TheServerStoresNoLevelThatNoFieldNames(t *testing.T) {
	s, kv := corpus.Str, corpus.Map
	for name, c := range map[string]struct {
		fields []corpus.Value
		want   string
	}{
		"a word that is no level":           {[]corpus.Value{s("level"), s("approved")}, `{"log.raw_level":"approved","loglevel":"NONE","status":"NONE"}`},
		"another in capitals":               {[]corpus.Value{s("SEVERITY"), s("Active")}, `{"log.raw_level":"Active","loglevel":"NONE","status":"NONE"}`},
		"a loglevel of such a word":         {[]corpus.Value{s("LogLevel"), s("approved")}, `{"log.raw_level":"approved","loglevel":"NONE","status":"NONE"}`},
		"a status of such a word":           {[]corpus.Value{s("status"), s("active")}, `{"loglevel":"NONE","overwritten1.status":"active","status":"NONE"}`},
		"a number":                          {[]corpus.Value{s("level"), corpus.Int(30)}, `{"log.raw_level":30,"loglevel":"NONE","status":"NONE"}`},
		"a float":                           {[]corpus.Value{s("severity"), corpus.Float64(1.5)}, `{"log.raw_level":1.5,"loglevel":"NONE","status":"NONE"}`},
		"a float that is text":              {[]corpus.Value{s("severity"), corpus.Float64(math.Inf(1))}, `{"log.raw_level":"Infinity","loglevel":"NONE","status":"NONE"}`},
		"a boolean":                         {[]corpus.Value{s("level"), corpus.Bool(true)}, `{"log.raw_level":true,"loglevel":"NONE","status":"NONE"}`},
		"bytes":                             {[]corpus.Value{s("level"), corpus.Bin([]byte("error"))}, `{"log.raw_level":"error","loglevel":"NONE","status":"NONE"}`},
		"a dotted key":                      {[]corpus.Value{s("syslog.severity"), corpus.Int(3)}, `{"log.raw_level":3,"loglevel":"NONE","status":"NONE"}`},
		"a field of a map":                  {[]corpus.Value{s("Syslog"), kv(s("a"), s("1"), s("Severity"), s("e3"), s("b"), s("2"))}, `{"Syslog.a":"1","Syslog.b":"2","log.raw_level":"e3","loglevel":"NONE","status":"NONE"}`},
		"an empty map, which is sent as {}": {[]corpus.Value{s("level"), kv()}, `{"log.raw_level":"{}","loglevel":"NONE","status":"NONE"}`},
		"all at once, in their order": {[]corpus.Value{s("severity"), corpus.Int(1), s("a"), s("b"), s("loglevel"), s("-"), s("status"), s("odd"), s("level"), corpus.Int(2), s("syslog.severity"), corpus.Int(3)},
			`{"a":"b","log.raw_level":1,"loglevel":"NONE","overwritten1.log.raw_level":"-","overwritten1.status":"odd","overwritten2.log.raw_level":2,"overwritten3.log.raw_level":3,"status":"NONE"}`},
		"the same twice":                  {[]corpus.Value{s("level"), corpus.Int(1), s("level"), corpus.Int(2)}, `{"log.raw_level":1,"loglevel":"NONE","overwritten1.log.raw_level":2,"status":"NONE"}`},
		"beside a raw level of one's own": {[]corpus.Value{s("level"), corpus.Int(1), s("log.raw_level"), s("own")}, `{"log.raw_level":"own","loglevel":"NONE","overwritten1.log.raw_level":1,"status":"NONE"}`},
		"an HTTP status":                  {[]corpus.Value{s("status"), corpus.Int(404), s("level"), corpus.Int(1)}, `{"http.response.status_code":404,"log.raw_level":1,"loglevel":"NONE","status":"NONE"}`},
		"a map is none":                   {[]corpus.Value{s("level"), kv(s("x"), s("error")), s("severity"), kv(s("y"), kv(s("z"), s("alert")))}, `{"level.x":"error","loglevel":"NONE","severity.y.z":"alert","status":"NONE"}`},
		"an array is none":                {[]corpus.Value{s("level"), corpus.Array(s("error")), s("syslog"), kv(s("severity"), corpus.Array(corpus.Int(1)))}, `{"level":["error"],"loglevel":"NONE","status":"NONE","syslog.severity":[1]}`},
		"null is none":                    {[]corpus.Value{s("level"), corpus.Nil(), s("severity"), corpus.Int(1)}, `{"level":null,"log.raw_level":1,"loglevel":"NONE","status":"NONE"}`},
		"a syslog that is no map is none": {[]corpus.Value{s("syslog"), s("error")}, `{"loglevel":"NONE","status":"NONE","syslog":"error"}`},
		"others stay where one names it":  {[]corpus.Value{s("level"), s("info"), s("severity"), s("approved"), s("status"), s("odd"), s("syslog"), kv(s("severity"), corpus.Int(3))}, `{"level":"info","loglevel":"INFO","overwritten1.status":"odd","severity":"approved","status":"INFO","syslog.severity":3}`},
		"also where that one comes last":  {[]corpus.Value{s("severity"), corpus.Int(4), s("loglevel"), corpus.Int(5), s("level"), s("info")}, `{"level":"info","loglevel":"INFO","overwritten1.loglevel":5,"severity":4,"status":"INFO"}`},
		"and where it lies in a map":      {[]corpus.Value{s("severity"), corpus.Int(4), s("syslog"), kv(s("severity"), s("err"))}, `{"loglevel":"ERROR","severity":4,"status":"ERROR","syslog.severity":"err"}`},
		"a key like them is none":         {[]corpus.Value{s("levels"), s("error"), s("syslog.severities"), s("error"), s("my"), kv(s("level"), s("error"))}, `{"levels":"error","loglevel":"NONE","my.level":"error","status":"NONE","syslog.severities":"error"}`},
	} {
		o := options()
		o.LevelKeys = []string{"loglevel", "severity", "level", "status", "syslog.severity"}
		body := kv(append([]corpus.Value{s("message"), s("x")}, c.fields...)...)
		data := append(event(body), event(body)...) // the second with what is remembered of the first
		if got := stored(t, o, data); len(got) != 2 || got[0] != c.want || got[1] != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if strings.Contains(c.want, `"loglevel":"NONE"`) { // with other level keys the server reads the same ones
			o.LevelKeys = []string{"lvl"}
			if got := stored(t, o, data); len(got) != 2 || got[0] != c.want || got[1] != c.want {
				t.Errorf("%s, which is no level key:\n got %s\nwant %s", name, got, c.want)
			}
		}
	}
}

func TestMapper_ALevelOfTheGroupIsThatOfNoRecord(t *testing.T) {
	s := corpus.Str
	data := corpus.AppendGroupStart(nil, 0, 0,
		corpus.Map(s("service.name"), s("checkout"), s("severity"), s("active"), s("syslog"), corpus.Map(s("severity"), corpus.Int(3)), s("status"), s("odd")), nil)
	for _, body := range []corpus.Value{
		corpus.Fields("message", "x"),
		corpus.Fields("message", "x", "level", "info"),
		corpus.Fields("message", "x", "level", "approved"),
		corpus.Fields("message", "x"),
	} {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), body)
	}
	want := []string{
		`{"log.raw_level":"active","loglevel":"NONE","overwritten1.log.raw_level":3,"overwritten1.status":"odd","service.name":"checkout","status":"NONE"}`,
		`{"level":"info","loglevel":"INFO","overwritten1.status":"odd","service.name":"checkout","severity":"active","status":"INFO","syslog.severity":3}`,
		`{"log.raw_level":"approved","loglevel":"NONE","overwritten1.log.raw_level":"active","overwritten1.status":"odd","overwritten2.log.raw_level":3,"service.name":"checkout","status":"NONE"}`,
	}
	got := stored(t, options(), data)
	if len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[0] {
		t.Errorf(" got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestMapper_AsManyRawLevelsAsAttributesAreKept(t *testing.T) {
	var pairs []string
	for range grail.Attributes + 1 {
		pairs = append(pairs, "level", "odd")
	}
	got, cuts := mapped(t, options(), event(corpus.Fields(append(pairs, "log", "x")...)))
	if n := strings.Count(got, `log.raw_level":"odd"`); n != grail.Attributes || strings.Contains(got, `"level"`) || cuts[record.CutAttributes] != 1 {
		t.Errorf("%d raw levels in %s, cuts %v", n, got, cuts)
	}
}

func TestMapper_AWeakWordGivesWay(t *testing.T) {
	s, kv := corpus.Str, corpus.Map
	o := mappingOptions()
	o.LevelKeys = []string{"loglevel", "severity", "level", "log.level", "status", "levelno", "severity_number"}
	for name, c := range map[string]struct {
		fields []corpus.Value
		want   attributes
	}{
		"to another key":              {[]corpus.Value{s("severity"), s("data"), s("level"), s("error")}, attributes{"loglevel": "ERROR", "severity": "data"}},
		"to one in front":             {[]corpus.Value{s("level"), s("error"), s("severity"), s("S")}, attributes{"loglevel": "ERROR", "severity": "S"}},
		"to one in a map":             {[]corpus.Value{s("severity"), s("E"), s("log"), kv(s("level"), s("fatal"))}, attributes{"loglevel": "EMERGENCY", "severity": "E", "log.level": "fatal"}},
		"to the status":               {[]corpus.Value{s("severity"), s("query"), s("status"), s("error")}, attributes{"loglevel": "ERROR", "severity": "query"}},
		"from a map":                  {[]corpus.Value{s("log"), kv(s("level"), s("http")), s("status"), s("error")}, attributes{"loglevel": "ERROR", "log.level": "http"}},
		"to a logger's word":          {[]corpus.Value{s("severity"), s("fine"), s("level"), s("wrn")}, attributes{"loglevel": "WARN", "log.raw_level": "wrn", "severity": "fine"}},
		"to OpenTelemetry's number":   {[]corpus.Value{s("severity"), s("data"), s("severity_number"), corpus.Int(17)}, attributes{"loglevel": "ERROR", "log.raw_level": 17.0, "severity": "data"}},
		"not to another number":       {[]corpus.Value{s("levelno"), corpus.Int(40), s("severity"), s("I")}, attributes{"loglevel": "INFO", "log.raw_level": "I", "levelno": 40.0}},
		"not to a worse weak one":     {[]corpus.Value{s("level"), s("E"), s("severity"), s("W")}, attributes{"loglevel": "WARN", "log.raw_level": "W", "level": "E"}},
		"alone it is one":             {[]corpus.Value{s("level"), s("query")}, attributes{"loglevel": "INFO", "log.raw_level": "query"}},
		"system is none":              {[]corpus.Value{s("loglevel"), s("system"), s("level"), s("fatal")}, attributes{"loglevel": "EMERGENCY", "log.raw_level": "fatal", "overwritten1.loglevel": "system"}},
		"nor alone":                   {[]corpus.Value{s("level"), s("system")}, attributes{"log.raw_level": "system"}},
		"but that of MySQL":           {[]corpus.Value{s("label"), s("System"), s("err_code"), corpus.Int(10931)}, attributes{"loglevel": "INFO", "log.raw_level": "System", "err_code": 10931.0}},
		"a level in a map is no copy": {[]corpus.Value{s("log"), kv(s("level"), s("FATAL"))}, attributes{"loglevel": "EMERGENCY", "log.level": "FATAL"}},
	} {
		t.Run(name, func(t *testing.T) {
			body := kv(append([]corpus.Value{s("message"), s("x")}, c.fields...)...)
			c.want["content"] = "x"
			wantAttributes(t, mapOne(t, o, mapping.Flush{}, body), c.want)
		})
	}
}

func TestMapper_AWeakSeverityTextGivesWayToTheNumber(t *testing.T) {
	s, kv := corpus.Str, corpus.Map
	for name, c := range map[string]struct {
		otlp, body []corpus.Value
		want       string
	}{
		"a number":        {[]corpus.Value{s("severity_text"), s("data"), s("severity_number"), corpus.Int(17)}, nil, `{"log.raw_level":"data","loglevel":"ERROR","status":"ERROR"}`},
		"no number":       {[]corpus.Value{s("severity_text"), s("data")}, nil, `{"log.raw_level":"data","loglevel":"INFO","status":"INFO"}`},
		"a field":         {[]corpus.Value{s("severity_text"), s("data")}, []corpus.Value{s("level"), s("error")}, `{"log.raw_level":"data","loglevel":"ERROR","status":"ERROR"}`},
		"a weak field":    {[]corpus.Value{s("severity_text"), s("data")}, []corpus.Value{s("level"), s("E")}, `{"level":"E","log.raw_level":"data","loglevel":"INFO","status":"INFO"}`},
		"a plain text":    {[]corpus.Value{s("severity_text"), s("warning"), s("severity_number"), corpus.Int(17)}, nil, `{"log.raw_level":"warning","loglevel":"WARN","status":"WARN"}`},
		"a wrong number":  {[]corpus.Value{s("severity_number"), corpus.Int(25)}, nil, `{"log.raw_level":25,"loglevel":"NONE","status":"NONE"}`},
		"MySQL's own one": {[]corpus.Value{s("severity_text"), s("system")}, nil, `{"log.raw_level":"system","loglevel":"NONE","status":"NONE"}`},
	} {
		body := kv(append([]corpus.Value{s("message"), s("x")}, c.body...)...)
		data := corpus.AppendEvent(nil, corpus.EventTime(1700000000, 0), kv(s("otlp"), kv(c.otlp...)), body)
		if got := stored(t, mappingOptions(), data); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
