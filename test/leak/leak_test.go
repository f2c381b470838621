package leak

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
)

// rounds is how many random chunks the test maps; the fuzz target goes on from there.
const rounds = 1500

// TestExclude_NoExcludedValueIsSent maps random chunks with random options.
func TestExclude_NoExcludedValueIsSent(t *testing.T) {
	n := rounds
	if testing.Short() {
		n /= 10
	}
	for i := range n {
		checkLeaks(t, binary.BigEndian.AppendUint32(nil, uint32(i)))
		if t.Failed() {
			return
		}
	}
}

func FuzzExclude_NoExcludedValueIsSent(f *testing.F) {
	for i := range 100 {
		f.Add(binary.BigEndian.AppendUint32(nil, uint32(i)))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkLeaks(t, data) })
}

// options are those of an [OUTPUT] section.
type options map[string]string

func (o options) Get(name string) string { return o[name] }

// checkLeaks draws a chunk and options, and checks what would be sent.
func checkLeaks(t *testing.T, data []byte) {
	t.Helper()
	d := newDraw(data)
	c := d.chunk()
	set, flush := options(d.options(&c)), d.flush()
	cfg, err := config.Load(set)
	if err != nil {
		t.Fatalf("%v: %v", set, err)
	}
	cfg.Mapping.Now = func() time.Time { return time.Unix(1_772_439_330, 0) }
	m := mapping.NewMapper(cfg.Mapping)
	encoder := encoderOf(cfg)
	m.Begin(flush)
	defer m.Release()
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	i := 0
	for r.Reset(c.bytes()); r.Next(&ev); i++ {
		m.Map(&ev, &rec)
		payload := payloadOf(cfg, encoder, &rec)
		if problem := check(cfg, &c, &c.events[i], &rec, payload); problem != "" {
			t.Errorf("%x: event %d: %s\noptions %s\nevent   %s\nOTLP    %s\ngroup   %s\nsent    %q\ncuts    %v", data, i, problem, set,
				textOf(&c.events[i].fields), textOf(&c.events[i].attributes), textOf(&c.resource), payload, rec.Cuts)
			return
		}
	}
	if i != len(c.events) {
		t.Errorf("%x: got %d events, want %d", data, i, len(c.events))
	}
}

// check returns what is wrong with a record, or "".
func check(cfg *config.Config, c *chunkOf, e *event, rec *record.Record, payload []byte) string {
	o := oracle{cfg: cfg}
	o.look("", &e.fields, false)
	isLine := o.contentIsLine(e)
	if !isLine { // a second message may hide the line, and then it is a text like others
		o = oracle{cfg: cfg, levels: 1, contents: 1}
		for _, p := range e.fields.pairs {
			if p.value.line == nil || o.excludes(p.key) {
				o.look(p.key, &p.value, false)
			}
		}
	}
	o.look("", &e.attributes, false)
	o.look("", &c.resource, false)
	for _, f := range o.forbidden {
		if f.isIn(payload) {
			return fmt.Sprintf("the excluded field %s is sent", f.path)
		}
	}
	if o.levels == 0 && !e.severity && rec.Level != "" {
		return "the level is that of an excluded field"
	}
	keys := keysOf(rec)
	for _, key := range keys {
		if !o.sends(key) {
			return fmt.Sprintf("the attribute %s is sent", key)
		}
	}
	if o.contents == 0 {
		if problem := o.summary(rec.Content); problem != "" {
			return problem
		}
	}
	sort.Slice(keys, func(i, j int) bool { return bytes.Compare(keys[i], keys[j]) < 0 })
	for i := range keys {
		if i > 0 && bytes.Equal(keys[i], keys[i-1]) {
			return fmt.Sprintf("the attribute %s is sent twice", keys[i])
		}
	}
	if rec.Cuts == (record.Cuts{}) && cfg.Format != config.FormatText {
		for _, f := range o.allowed {
			if f.isPlain() && !f.isIn(payload) {
				return fmt.Sprintf("the field %s is lost and nothing is counted", f.path)
			}
		}
	}
	return ""
}

// summary returns what is wrong with the content of a record without a message.
func (o *oracle) summary(content []byte) string {
	if len(content) == 0 {
		return ""
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(content, &object); err != nil {
		return fmt.Sprintf("the content is no JSON object: %v", err)
	}
	for key := range object {
		if !o.sends([]byte(key)) {
			return fmt.Sprintf("%s is in the content", key)
		}
	}
	return ""
}

// payloadOf returns all bytes that are sent for a record, with texts in lower case beside them.
func payloadOf(cfg *config.Config, encoder encode.Encoder, rec *record.Record) []byte {
	payload := encoder.Close(encoder.Append(encoder.Open(nil), rec))
	if headed, ok := encoder.(encode.Headed); ok {
		header, _ := headed.Attributes()
		payload = append(payload, header...)
	}
	payload = append(payload, cfg.AttributesHeader...)
	return append(payload, bytes.ToLower(payload)...)
}

func encoderOf(cfg *config.Config) encode.Encoder {
	switch cfg.Format {
	case config.FormatJSONL:
		return new(encode.JSONL)
	case config.FormatOTLP:
		return new(encode.OTLP)
	case config.FormatText:
		return new(encode.Text)
	}
	return new(encode.JSON)
}

func textOf(n *node) string {
	var b strings.Builder
	n.json(&b, false)
	return b.String()
}
