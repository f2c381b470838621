package ingest

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
)

// source is the value of dt.openpipeline.source ("OpenPipeline ingestion
// sources").
const source = "/api/v2/logs/ingest"

// builder turns the events of one request into stored records. It is used by
// one goroutine; its buffers are reused from event to event.
type builder struct {
	opts      *Options
	limits    Limits
	structure Structure
	stringify bool
	otlp      bool
	now       time.Time
	origin    string      // public part of the token, for dt.auth.origin
	common    []attribute // from query and header

	intern   map[string]string // keys of the request
	attrs    []attribute       // of the current event
	used     map[string]bool   // keys of attrs; true: changed by lowercasing
	next     map[string]int    // last N of overwrittenN.<key>
	final    []attribute       // attrs with the special ones
	warnings warningSet
	outcome  outcome
}

// outcome is what became of one event beside its record.
type outcome struct {
	tooOld     bool
	tooNested  bool
	duplicates int // repeated JSON keys
	added      int // bytes that the expansion adds to the event
	warnings   warningSet
}

func newBuilder(opts *Options, structure Structure, common []attribute, origin string) *builder {
	return &builder{
		opts:      opts,
		limits:    opts.Limits,
		structure: structure,
		stringify: opts.Profile.stringifies(),
		now:       opts.Now(),
		origin:    origin,
		common:    common,
		intern:    map[string]string{},
		used:      map[string]bool{},
		next:      map[string]int{},
	}
}

// record appends the stored form of an event, a valid JSON object, to dst. The
// record of an event that is too old is not appended.
func (b *builder) record(dst, event []byte) ([]byte, outcome) {
	b.attrs, b.final = b.attrs[:0], b.final[:0]
	clear(b.used)
	clear(b.next)
	b.warnings, b.outcome = 0, outcome{}

	for _, a := range b.common {
		b.add(a.key, a.value)
		b.outcome.added += len(a.key) + len(a.value)
	}
	nested := false
	members(event, func(key, value []byte) bool {
		nested = nested || value[0] == '{' || value[0] == '[' && bytes.IndexByte(value, '{') >= 0
		if name := b.key(key); value[0] == '{' && b.structure == Flattened {
			b.flatten(name, value, 2)
		} else {
			b.add(name, value)
		}
		return true
	})
	if !b.otlp && (nested || len(b.next) > 0) {
		b.outcome.duplicates = duplicateKeys(event)
	}

	timestamp := b.specials(event)
	if timestamp == "" {
		b.outcome.tooOld = true
		return dst, b.outcome
	}
	b.fix("timestamp", appendString(nil, timestamp))
	if b.origin != "" {
		b.fix("dt.auth.origin", appendString(nil, b.origin))
	}
	if b.opts.Profile.pipelines() && !b.opts.OneAgent { // what it is behind a OneAgent is not known
		from := source
		if b.otlp {
			from = otlpSource
		}
		b.fix("dt.openpipeline.source", []byte(`"`+from+`"`))
	}
	if b.warnings != 0 {
		b.fix("dt.ingest.warnings", b.warnings.json())
	}
	b.outcome.warnings = b.warnings

	slices.SortFunc(b.final, func(x, y attribute) int { return strings.Compare(x.key, y.key) })
	dst = append(dst, '{')
	for i, a := range b.final {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, a.key)
		dst = append(dst, ':')
		dst = append(dst, a.value...)
	}
	return append(dst, '}'), b.outcome
}

// key decodes a quoted key; the same key of many events is one string.
func (b *builder) key(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') >= 0 {
		return unquote(quoted)
	}
	if name, ok := b.intern[string(quoted[1:len(quoted)-1])]; ok {
		return name
	}
	name := string(quoted[1 : len(quoted)-1])
	if len(b.intern) < 4096 {
		b.intern[name] = name
	}
	return name
}

// flatten adds the leaves of an object under dotted keys. level is that of the
// object's keys; what is below Limits.Nesting is skipped.
func (b *builder) flatten(prefix string, object []byte, level int) {
	members(object, func(key, value []byte) bool {
		if level > b.limits.Nesting {
			b.outcome.tooNested = true
			return false
		}
		name := prefix + "." + b.key(key)
		if value[0] == '{' {
			b.flatten(name, value, level+1)
		} else {
			b.add(name, value)
		}
		return true
	})
}

// named reports whether a key is a source of a special attribute; such a key is not cut, however
// small the limit.
func named(key string) bool {
	_, ok := roleOf(key)
	return ok
}

// add appends an attribute. When its key, lowercased where the profile says so
// and cut to the limit, is taken, it is kept as overwrittenN.<key>.
func (b *builder) add(key string, value []byte) {
	changed := false
	if b.stringify {
		lower := strings.ToLower(key)
		changed = lower != key
		key = lower
	}
	if len(key) > b.limits.KeyBytes && !named(key) {
		key = cut(key, b.limits.KeyBytes)
		b.warnings |= attrKeyTrimmed
	}
	if earlier, taken := b.used[key]; taken {
		if changed || earlier {
			b.warnings |= attrKeyCaseMismatch
		}
		key = b.overwritten(key)
	}
	b.used[key] = changed
	b.attrs = append(b.attrs, attribute{key, value})
}

// overwritten returns the first free overwrittenN.<key>.
func (b *builder) overwritten(key string) string {
	for {
		b.next[key]++
		name := "overwritten" + strconv.Itoa(b.next[key]) + "." + key
		if _, taken := b.used[name]; !taken {
			return name
		}
	}
}

// fix adds an attribute that the server sets. What the client sent under the
// same name is kept as overwrittenN.<key> (inferred).
func (b *builder) fix(key string, value []byte) {
	for i := range b.final {
		if b.final[i].key == key {
			renamed := b.overwritten(key)
			b.used[renamed] = false
			b.final[i].key = renamed
			break
		}
	}
	b.final = append(b.final, attribute{key, value})
}
