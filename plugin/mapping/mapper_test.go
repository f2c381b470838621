package mapping_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

var grail = record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5}

func options() mapping.Options {
	return mapping.Options{
		Limits:      grail,
		ContentKeys: []string{"log", "message", "msg", "content", "body"},
		LevelKeys:   []string{"loglevel", "severity", "level", "status"}, SummaryBytes: 256,
		Now: func() time.Time { return time.Unix(1700000000, 5_000_000) },
	}
}

// mapped returns the JSON of the first event's record, without the timestamp, and the cuts.
func mapped(t *testing.T, o mapping.Options, data []byte) (string, record.Cuts) {
	t.Helper()
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(data)
	if !r.Next(&ev) {
		t.Fatal("no event")
	}
	m := mapping.NewMapper(o)
	m.Map(&ev, &rec)
	text := string(new(encode.JSON).Append(nil, &rec))
	if !json.Valid([]byte(text)) {
		t.Fatalf("not JSON: %s", text)
	}
	_, rest, _ := strings.Cut(text, `Z",`)
	return "{" + rest, rec.Cuts
}

func event(body corpus.Value) []byte {
	return corpus.AppendEvent(nil, corpus.EventTime(1700000000, 0), corpus.Map(), body)
}

func TestMapper_FieldsBecomeTheRecordThatDynatraceMeans(t *testing.T) {
	s := corpus.Str
	kv := corpus.Map
	for name, c := range map[string]struct {
		body corpus.Value
		want string
	}{
		"a log line is the content":         {kv(s("log"), s("hello")), `{"content":"hello"}`},
		"log does not lose to message":      {kv(s("message"), s("parsed"), s("log"), s("raw")), `{"content":"raw","message":"parsed"}`},
		"an earlier key does not wait":      {kv(s("log"), s("raw"), s("message"), s("parsed")), `{"content":"raw","message":"parsed"}`},
		"an empty log gives way to message": {kv(s("log"), s(""), s("message"), s("parsed")), `{"content":"parsed","log":""}`},
		"an empty log is not the content":   {kv(s("log"), s(""), s("a"), s("b")), `{"content":"{\"a\":\"b\"}","a":"b"}`},
		"a number as log line becomes text": {kv(s("log"), corpus.Int(42)), `{"content":"42"}`},
		"a number gives way to a line":      {kv(s("log"), corpus.Int(5), s("message"), s("the real line")), `{"content":"the real line","log":5}`},
		"a line does not wait for one":      {kv(s("message"), s("the real line"), s("log"), corpus.Bool(true)), `{"content":"the real line","log":true}`},
		"bytes that are text are a line":    {kv(s("log"), corpus.Float64(5), s("message"), corpus.Bin([]byte("the real line"))), `{"content":"the real line","log":5.0}`},
		"bytes that are no text are none":   {kv(s("log"), corpus.Bin([]byte{0xff, 0}), s("message"), s("the real line")), `{"content":"the real line","log":"/wA="}`},
		"nor is an ext":                     {kv(s("log"), corpus.Ext(9, []byte{1, 2}), s("message"), s("the real line")), `{"content":"the real line","log":"AQI="}`},
		"the better of two numbers wins":    {kv(s("message"), corpus.Int(5), s("log"), corpus.Int(6)), `{"content":"6","message":5}`},
		"a number is more than nothing":     {kv(s("log"), s(""), s("message"), corpus.Int(5)), `{"content":"5","log":""}`},
		"a float as log line keeps its dot": {kv(s("log"), corpus.Float64(1)), `{"content":"1.0"}`},
		"a map under log is flattened, message is the content": {
			kv(s("log"), kv(s("a"), corpus.Int(1)), s("message"), s("m")), `{"content":"m","log.a":1}`},
		"a record without a line keeps its JSON as content": {
			kv(s("cpu"), corpus.Float64(0.5), s("n"), corpus.Int(-3)), `{"content":"{\"cpu\":0.5,\"n\":-3}","cpu":0.5,"n":-3}`},
		"an empty record has an empty object as content": {kv(), `{"content":"{}"}`},
		"a body that is a string is the content":         {s("just text"), `{"content":"just text"}`},
		"nil under a content key is no content":          {kv(s("log"), corpus.Nil(), s("msg"), s("x")), `{"content":"x","log":null}`},

		"a level is made canonical and its field stays": {kv(s("log"), s("x"), s("level"), s("warning")), `{"content":"x","loglevel":"WARN","level":"warning"}`},
		"loglevel goes into its own field":              {kv(s("log"), s("x"), s("loglevel"), s("info")), `{"content":"x","loglevel":"INFO"}`},
		"a loglevel in other words stays as raw level":  {kv(s("log"), s("x"), s("loglevel"), s("Fatal")), `{"content":"x","loglevel":"EMERGENCY","log.raw_level":"Fatal"}`},
		"the better level key wins":                     {kv(s("log"), s("x"), s("level"), s("info"), s("severity"), s("error")), `{"content":"x","loglevel":"ERROR","level":"info","severity":"error"}`},
		"a numeric level is a raw level":                {kv(s("log"), s("x"), s("level"), corpus.Int(30)), `{"content":"x","log.raw_level":30}`},
		"keys of other case are the same keys":          {kv(s("Message"), s("x"), s("Level"), s("Error")), `{"content":"x","loglevel":"ERROR","Level":"Error"}`},
		"LogLevel goes into its own field":              {kv(s("log"), s("x"), s("LogLevel"), s("Error")), `{"content":"x","loglevel":"ERROR"}`},
		"Status may give the level":                     {kv(s("log"), s("x"), s("Status"), s("error")), `{"content":"x","loglevel":"ERROR"}`},
		"a status of one letter is no level":            {kv(s("log"), s("x"), s("status"), s("A")), `{"content":"x","overwritten1.status":"A"}`},
		"a level of one letter is one":                  {kv(s("log"), s("x"), s("level"), s("E")), `{"content":"x","loglevel":"ERROR","level":"E"}`},
		"the first word of a level counts":              {kv(s("log"), s("x"), s("level"), s("[warning] disk")), `{"content":"x","loglevel":"WARN","level":"[warning] disk"}`},
		"a level that begins like one is none":          {kv(s("log"), s("x"), s("level"), s("e-mail")), `{"content":"x","log.raw_level":"e-mail"}`},
		"a level that is no level is a raw level":       {kv(s("log"), s("x"), s("Severity"), s("active")), `{"content":"x","log.raw_level":"active"}`},
		"an HTTP status is no severity":                 {kv(s("log"), s("x"), s("status"), corpus.Int(404)), `{"content":"x","http.response.status_code":404}`},
		"nor is one that a parser left as text":         {kv(s("log"), s("x"), s("Status"), s("404")), `{"content":"x","http.response.status_code":404}`},
		"a status that is a level gives it":             {kv(s("log"), s("x"), s("status"), s("error")), `{"content":"x","loglevel":"ERROR"}`},
		"so is a status that is something else":         {kv(s("log"), s("x"), s("status"), s("running")), `{"content":"x","overwritten1.status":"running"}`},
		"a status beside a better level is kept":        {kv(s("log"), s("x"), s("status"), s("warn"), s("level"), s("info")), `{"content":"x","loglevel":"INFO","overwritten1.status":"warn","level":"info"}`},

		"time, date and ts are attributes":       {kv(s("log"), s("x"), s("time"), s("noon"), s("date"), s("d"), s("ts"), corpus.Int(1)), `{"content":"x","time":"noon","date":"d","ts":1}`},
		"a timestamp field is kept under a name": {kv(s("log"), s("x"), s("Timestamp"), s("then")), `{"content":"x","overwritten1.Timestamp":"then"}`},
		"a content that lost is kept":            {kv(s("content"), s("c"), s("log"), s("x")), `{"content":"x","overwritten1.content":"c"}`},

		"types are kept": {
			kv(s("log"), s("x"), s("b"), corpus.Bool(true), s("i"), corpus.Int(-7), s("u"), corpus.Uint64(math.MaxUint64), s("f"), corpus.Float64(1), s("f32"), corpus.Float32(0.1), s("n"), corpus.Nil()),
			`{"content":"x","b":true,"i":-7,"u":18446744073709551615,"f":1.0,"f32":0.1,"n":null}`},
		"a float that JSON cannot write is text": {kv(s("log"), s("x"), s("nan"), corpus.Float64(math.NaN()), s("inf"), corpus.Float64(math.Inf(-1))), `{"content":"x","nan":"NaN","inf":"-Infinity"}`},
		"bytes that are text are text":           {kv(s("log"), corpus.Bin([]byte("höi"))), `{"content":"höi"}`},
		"bytes that are no text are base64":      {kv(s("log"), s("x"), s("b"), corpus.Bin([]byte{0xff, 0})), `{"content":"x","b":"/wA="}`},
		"an ext that is a time of fluentd": {kv(s("log"), s("x"), s("t"), corpus.EventTime(1772439330, 5_000_000), s("l"), corpus.Array(corpus.EventTime(1772439330, 0))),
			`{"content":"x","t":"2026-03-02T08:15:30.005Z","l":["2026-03-02T08:15:30Z"]}`},
		"an ext is base64":          {kv(s("log"), s("x"), s("e"), corpus.Ext(9, []byte{1, 2})), `{"content":"x","e":"AQI="}`},
		"invalid UTF-8 is repaired": {kv(s("log"), s("a\xffb\xc3")), `{"content":"a` + "\uFFFDb\uFFFD" + `"}`},

		"maps are flattened with dots": {kv(s("log"), s("x"), s("a"), kv(s("b"), kv(s("c"), s("v")), s("d.e"), corpus.Int(1))), `{"content":"x","a.b.c":"v","a.d.e":1}`},
		"five levels are flattened, the sixth is JSON text": {
			kv(s("log"), s("x"), s("1"), kv(s("2"), kv(s("3"), kv(s("4"), kv(s("5"), kv(s("6"), corpus.Int(1))))))), `{"content":"x","1.2.3.4.5":"{\"6\":1}"}`},
		"an empty map stays visible":   {kv(s("log"), s("x"), s("m"), kv()), `{"content":"x","m":"{}"}`},
		"arrays keep their type":       {kv(s("log"), s("x"), s("n"), corpus.Array(corpus.Int(1), corpus.Nil(), corpus.Float64(2.5)), s("b"), corpus.Array(corpus.Bool(true), corpus.Bool(false)), s("e"), corpus.Array()), `{"content":"x","n":[1,null,2.5],"b":[true,false],"e":[]}`},
		"mixed arrays become strings":  {kv(s("log"), s("x"), s("m"), corpus.Array(corpus.Int(1), s("two"), corpus.Bool(true), corpus.Nil())), `{"content":"x","m":["1","two","true",null]}`},
		"numbers and booleans are two": {kv(s("log"), s("x"), s("m"), corpus.Array(corpus.Int(1), corpus.Bool(true))), `{"content":"x","m":["1","true"]}`},
		"a float that is text makes an array one of text": {
			kv(s("log"), s("x"), s("m"), corpus.Array(corpus.Float64(math.NaN()), corpus.Int(1)), s("n"), corpus.Array(corpus.Float32(2), corpus.Nil(), corpus.Float32(float32(math.Inf(1))))),
			`{"content":"x","m":["NaN","1"],"n":["2.0",null,"Infinity"]}`},
		"maps and arrays in an array are JSON text": {kv(s("log"), s("x"), s("m"), corpus.Array(kv(s("k"), corpus.Int(1)), corpus.Array(corpus.Int(2)))), `{"content":"x","m":["{\"k\":1}","[2]"]}`},

		"keys that are no strings become text": {
			kv(s("log"), s("x"), corpus.Int(-1), s("i"), corpus.Bool(true), s("b"), corpus.Bin([]byte("k")), s("y"), corpus.Float64(2), s("f"), corpus.Nil(), s("n"), kv(s("a"), corpus.Int(1)), s("m"), corpus.Array(corpus.Int(1)), s("a")),
			`{"content":"x","-1":"i","true":"b","k":"y","2.0":"f","null":"n","{\"a\":1}":"m","[1]":"a"}`},
		"an empty key gets a name":                {kv(s("log"), s("x"), s(""), s("v"), s("a"), kv(s(""), s("w"))), `{"content":"x","_":"v","a.":"w"}`},
		"equal keys are all kept":                 {kv(s("log"), s("x"), s("k"), s("1"), s("k"), s("2"), s("k"), s("3")), `{"content":"x","k":"1","overwritten1.k":"2","overwritten2.k":"3"}`},
		"equal content keys are kept":             {kv(s("log"), s("1"), s("log"), s("2")), `{"content":"1","log":"2"}`},
		"keys equal once flattened":               {kv(s("log"), s("x"), s("a.b"), s("1"), s("a"), kv(s("b"), s("2"))), `{"content":"x","a.b":"1","overwritten1.a.b":"2"}`},
		"keys that differ in invalid bytes alone": {kv(s("log"), s("x"), s("k\xff"), s("1"), s("k\xfe"), s("2")), `{"content":"x","k` + "\uFFFD" + `":"1","overwritten1.k` + "\uFFFD" + `":"2"}`},
		"control characters in a key":             {kv(s("log"), s("x"), s("a\"\n\xff"), s("v")), `{"content":"x","a\"\n` + "\uFFFD" + `":"v"}`},
		"a map under level is no level":           {kv(s("log"), s("x"), s("level"), kv(s("name"), s("info"))), `{"content":"x","level.name":"info"}`},
	} {
		if got, _ := mapped(t, options(), event(c.body)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestMapper_StringifyTurnsNumbersAndBooleansIntoText(t *testing.T) {
	o := options()
	o.Stringify = true
	body := corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("i"), corpus.Int(1), corpus.Str("b"), corpus.Bool(false), corpus.Str("f"), corpus.Float64(2), corpus.Str("nan"), corpus.Float64(math.NaN()), corpus.Str("n"), corpus.Nil(), corpus.Str("a"), corpus.Array(corpus.Int(1), corpus.Int(2)))
	if got, _ := mapped(t, o, event(body)); got != `{"content":"x","i":"1","b":"false","f":"2.0","nan":"NaN","n":null,"a":["1","2"]}` {
		t.Error(got)
	}
}

func TestMapper_EachLimitCutsAtTheBorderOfACharacterAndIsCounted(t *testing.T) {
	o := options()
	o.Limits = record.Limits{ContentBytes: 10, AttributeValueBytes: 6, AttributeKeyBytes: 8, Attributes: 3, ArrayValues: 2, NestingLevels: 2}
	s := corpus.Str
	for name, c := range map[string]struct {
		body corpus.Value
		want string
		cut  record.Cut
		n    uint64
	}{
		"a content that fits exactly":       {corpus.Fields("log", "0123456789"), `{"content":"0123456789"}`, record.CutContent, 0},
		"a content one byte too long":       {corpus.Fields("log", "0123456789a"), `{"content":"0123456789"}`, record.CutContent, 1},
		"a character across the limit":      {corpus.Fields("log", "012345678é"), `{"content":"012345678"}`, record.CutContent, 1},
		"invalid bytes count three each":    {corpus.Fields("log", "\xff\xff\xff\xff"), `{"content":"` + strings.Repeat("\uFFFD", 3) + `"}`, record.CutContent, 1},
		"invalid bytes that fit":            {corpus.Fields("log", "\xff\xff\xffx"), `{"content":"` + strings.Repeat("\uFFFD", 3) + `x"}`, record.CutContent, 0},
		"a value":                           {corpus.Fields("log", "x", "k", "1234567"), `{"content":"x","k":"123456"}`, record.CutValue, 1},
		"a value in an array":               {corpus.Map(s("log"), s("x"), s("k"), corpus.Array(s("1234567"))), `{"content":"x","k":["123456"]}`, record.CutValue, 1},
		"a key":                             {corpus.Fields("log", "x", "123456789", "v"), `{"content":"x","12345678":"v"}`, record.CutKey, 1},
		"keys that the cut makes equal":     {corpus.Fields("log", "x", "123456789", "1", "12345678", "2"), `{"content":"x","12345678":"1","overwrit":"2"}`, record.CutKey, 1},
		"too many attributes":               {corpus.Fields("a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "log", "x"), `{"content":"x","a":"1","b":"2","c":"3"}`, record.CutAttributes, 2},
		"a level behind too many":           {corpus.Fields("log", "x", "a", "1", "b", "2", "c", "3", "level", "info"), `{"content":"x","loglevel":"INFO","a":"1","b":"2","c":"3"}`, record.CutAttributes, 1},
		"an array":                          {corpus.Map(s("log"), s("x"), s("k"), corpus.Array(corpus.Int(1), corpus.Int(2), corpus.Int(3))), `{"content":"x","k":[1,2]}`, record.CutArray, 1},
		"a map below the nesting limit":     {corpus.Map(s("log"), s("x"), s("a"), corpus.Map(s("b"), corpus.Map(s("c"), corpus.Int(1)))), `{"content":"x","a.b":"{\"c\":1"}`, record.CutNesting, 1},
		"a loser of the content's long key": {corpus.Fields("message", "1234567", "log", "x"), `{"content":"x","message":"123456"}`, record.CutValue, 1},
	} {
		got, cuts := mapped(t, o, event(c.body))
		if got != c.want || cuts[c.cut] != c.n {
			t.Errorf("%s: got %s and %v\nwant %s and cut %d %d times", name, got, cuts, c.want, c.cut, c.n)
		}
	}
}

func TestMapper_TheAttributesOfAGroupReachItsMembers(t *testing.T) {
	s := corpus.Str
	data := corpus.AppendGroupStart(nil, 0, 0,
		corpus.Map(s("service.name"), s("checkout"), s("replicas"), corpus.Int(3), s("k"), corpus.Map(s("n"), s("v")), s("user"), s("from the group")),
		corpus.Map(s("name"), s("lib"), s("version"), s("1.2"), s("attributes"), corpus.Fields("scoped", "yes")))
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x", "user", "own"))
	got, _ := mapped(t, options(), data)
	want := `{"content":"x","service.name":"checkout","replicas":3,"k.n":"v","user":"from the group","scoped":"yes","otel.scope.name":"lib","otel.scope.version":"1.2","overwritten1.user":"own"}`
	if got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
}

func TestMapper_ARecordWithoutATimeGetsThatOfItsMapping(t *testing.T) {
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(corpus.AppendEvent(nil, corpus.Float64(math.NaN()), corpus.Map(), corpus.Fields("log", "x")))
	r.Next(&ev)
	mapping.NewMapper(options()).Map(&ev, &rec)
	if want := (chunk.Time{Sec: 1700000000, Nsec: 5_000_000, Known: true}); rec.Time != want {
		t.Errorf("got %+v, want %+v", rec.Time, want)
	}
}

func TestMapper_MappingAllocatesNothingOnceTheScratchHasGrown(t *testing.T) {
	for _, c := range corpus.All() {
		var r chunk.Reader
		var ev chunk.Event
		var rec record.Record
		m := mapping.NewMapper(options())
		n := testing.AllocsPerRun(3, func() {
			r.Reset(c.Data)
			for r.Next(&ev) {
				m.Map(&ev, &rec)
			}
			m.Release()
		})
		if n != 0 {
			t.Errorf("%s: %v allocations for a chunk", c.Name, n)
		}
	}
}

func TestMapper_AHostileEventKeepsTheScratchSmall(t *testing.T) {
	prefix := strings.Repeat("p", 1000)
	pairs := make([]string, 0, 20_000)
	for i := range 10_000 {
		pairs = append(pairs, strings.Repeat("k", 1+i%7), "v")
	}
	data := event(corpus.Map(corpus.Str(prefix), corpus.Fields(pairs...)))
	got, cuts := mapped(t, options(), data)
	if len(got) > 2*len(data)+500*300 || cuts[record.CutAttributes] != 9_500 {
		t.Errorf("%d bytes of JSON out of a chunk of %d, cuts %v", len(got), len(data), cuts)
	}
}

func TestMapper_MapsAsKeysOfMapsDoNotGrowFromLevelToLevel(t *testing.T) {
	key := corpus.Int(1)
	for range 60 {
		key = corpus.Map(key, corpus.Int(1))
	}
	if got, _ := mapped(t, options(), event(corpus.Map(corpus.Str("log"), corpus.Str("x"), key, corpus.Int(1)))); len(got) > 1000 {
		t.Errorf("%d bytes of JSON out of %d", len(got), len(key))
	}
	if got, _ := mapped(t, options(), event(corpus.Map(key, corpus.Int(1)))); len(got) > 2000 {
		t.Errorf("%d bytes of JSON out of %d", len(got), len(key))
	}
}
