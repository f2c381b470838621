package mapping_test

import (
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// TestMapper_ATimeThatIsTheEventsIsLeftOut: Fluent Bit reads the fraction as a float and can lose a
// nanosecond of it.
func TestMapper_ATimeThatIsTheEventsIsLeftOut(t *testing.T) {
	const at = "2026-03-02T08:15:30"
	when, _ := time.Parse(time.RFC3339, at+"Z")
	for text, c := range map[string]struct {
		nsec uint32
		same bool
	}{
		at + ".123456789Z":          {123456789, true},
		at + ".123456789+00:00":     {123456789, true},
		at + ".12345678Z":           {123456789, true},
		at + "Z":                    {123456789, true},
		at + ".123456790Z":          {123456789, true},
		at + ".123456792Z":          {123456789, false},
		at + ".123456780Z":          {123456789, false},
		at + ".124Z":                {123456789, false},
		"2026-03-02T08:15:31Z":      {999999999, true},
		"2026-03-02T08:15:31.0Z":    {0, false},
		"2026-03-02T10:15:30+02:00": {0, true},
		"2026-03-02T13:45:30+05:30": {0, true},
		"2026-03-02T09:15:30Z":      {0, false},
		"2026-03-02T08:30:30Z":      {0, false},
		"2026-03-02T08:16:30+00:00": {0, false},
		"2026-03-02 08:15:30Z":      {0, false},
		"2026-03-02T08:15:30":       {0, false},
		at + ".1234567891Z":         {123456789, false},
		"noon":                      {0, false},
	} {
		data := corpus.AppendEvent(nil, corpus.EventTime(uint32(when.Unix()), c.nsec), nil, corpus.Fields("log", "x", "stream", "stdout", "time", text))
		var r chunk.Reader
		var ev chunk.Event
		var rec record.Record
		r.Reset(data)
		r.Next(&ev)
		mapping.NewMapper(mappingOptions()).Map(&ev, &rec)
		_, kept := fields(t, new(encode.JSON).Append(nil, &rec))["time"]
		if kept == c.same {
			t.Errorf("%s, and .%09d: kept %v", text, c.nsec, kept)
		}
	}
}
