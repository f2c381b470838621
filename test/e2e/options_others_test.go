package e2e

import (
	"encoding/json"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// Nothing listens at the address of that proxy.
func TestProxy_OfTheEnvironmentIsNotUsedForThisMachine(t *testing.T) {
	const lines = 500
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			s := to(d, 1)
			for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"} {
				s.env = append(s.env, name+"=http://127.0.0.1:1")
			}
			r := a.start(t, s)
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			out := r.stop()
			d.wantLinesOnce(t, lines)
			wantQuiet(t, out.lines)
		})
	}
}

func TestCompress_IsOnUnlessTurnedOff(t *testing.T) {
	const lines = 1000
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, compress := range []string{"gzip", "none"} {
			t.Run(a.name+", "+compress, func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				r := a.start(t, to(d, 1, "compress", compress))
				r.write(0, numbered(1, lines))
				d.awaitStored(t, lines)
				r.stop()
				d.wantLinesOnce(t, lines)
				for _, e := range d.seen() {
					if (e.Wire < e.Uncompressed) != (compress == "gzip") {
						t.Errorf("%d bytes on the wire for %d", e.Wire, e.Uncompressed)
					}
				}
			})
		}
	}
}

func TestStringify_ValuesAreTypedWithoutIt(t *testing.T) {
	const line = `{"log":"typed","n":42,"f":1.5,"b":true,"s":"42","nested":{"n":7}}` + "\n"
	for _, a := range everywhere("5.1.1", "1.9") {
		for stringify, want := range map[string]map[string]string{
			"off": {"n": `42`, "f": `1.5`, "b": `true`, "s": `"42"`, "nested.n": `7`},
			"on":  {"n": `"42"`, "f": `"1.5"`, "b": `"true"`, "s": `"42"`, "nested.n": `"7"`},
		} {
			t.Run(a.name+", stringify "+stringify, func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				s := to(d, 1, "stringify", stringify)
				s.json = true
				r := a.start(t, s)
				if h, ok := r.(*hostRun); ok {
					body := corpus.Map(
						corpus.Str("log"), corpus.Str("typed"), corpus.Str("n"), corpus.Int(42), corpus.Str("f"), corpus.Float64(1.5),
						corpus.Str("b"), corpus.Bool(true), corpus.Str("s"), corpus.Str("42"), corpus.Str("nested"), corpus.Map(corpus.Str("n"), corpus.Int(7)),
					)
					if err := h.Send(0, "app", corpus.AppendEvent(nil, corpus.At(time.Now()), nil, body)); err != nil {
						t.Fatal(err)
					}
				} else {
					r.write(0, []byte(line))
				}
				d.awaitStored(t, 1)
				r.stop()
				d.wantClean(t)
				var got map[string]json.RawMessage
				if err := json.Unmarshal(d.Records()[0], &got); err != nil {
					t.Fatal(err)
				}
				for key, value := range want {
					if string(got[key]) != value {
						t.Errorf("%s arrived as %s, want %s: %s", key, got[key], value, d.Records()[0])
					}
				}
				if string(got["content"]) != `"typed"` {
					t.Errorf("content arrived as %s", got["content"])
				}
			})
		}
	}
}
