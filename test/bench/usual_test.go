//go:build cgo

package bench

import (
	"fmt"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"
	jsoniter "github.com/json-iterator/go"

	"out_dynatrace/test/corpus"
)

// usual is the design of most Go plugins: fluent-bit-go decodes into maps, []byte becomes string,
// and a JSON library encodes the slice of maps.
func usual(chunk []byte) []byte {
	if len(chunk) == 0 {
		return []byte("[]")
	}
	dec := output.NewDecoder(unsafe.Pointer(&chunk[0]), len(chunk))
	records := []map[string]any{}
	for {
		ret, ts, rec := output.GetRecord(dec)
		if ret != 0 {
			break
		}
		var when time.Time
		switch t := ts.(type) {
		case output.FLBTime:
			when = t.Time
		case uint64:
			when = time.Unix(int64(t), 0)
		default:
			when = time.Now()
		}
		record := stringMap(rec)
		record["timestamp"] = when.UTC().Format(time.RFC3339Nano)
		records = append(records, record)
	}
	body, err := jsoniter.ConfigCompatibleWithStandardLibrary.Marshal(records)
	if err != nil {
		panic(err)
	}
	return body
}

// stringMap converts a map of the decoder to one that a JSON library accepts.
func stringMap(m map[any]any) map[string]any {
	out := make(map[string]any, len(m)+1)
	for k, v := range m {
		var key string
		switch k := k.(type) {
		case string:
			key = k
		case []byte:
			key = string(k)
		default:
			key = fmt.Sprint(k)
		}
		out[key] = stringValue(v)
	}
	return out
}

func stringValue(v any) any {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case map[any]any:
		return stringMap(v)
	case []any:
		for i := range v {
			v[i] = stringValue(v[i])
		}
	}
	return v
}

func BenchmarkUsual(b *testing.B) { benchmark(b, usual) }

func TestBaselines_ProduceTheSameValues(t *testing.T) {
	for _, c := range append(chunks(), corpus.KubernetesMixed()) {
		t.Run(c.Name, func(t *testing.T) {
			want, got := values(t, usual(c.Data)), values(t, streamed(c.Data))
			if len(want) != c.Events || len(got) != c.Events {
				t.Fatalf("got %d records (usual) and %d (streamed), want %d", len(want), len(got), c.Events)
			}
			for i := range want {
				if !reflect.DeepEqual(want[i], got[i]) {
					t.Fatalf("record %d: usual\n%v\nstreamed\n%v", i, want[i], got[i])
				}
			}
		})
	}
}

func TestUsual_DropsTheChunkAfterAnIntegerTimeSilently(t *testing.T) {
	// The comparison favors the usual design in this point, too: an integer time ends the loop of
	// the decoder.
	chunk := corpus.AppendEvent(nil, corpus.At(corpus.Epoch), nil, corpus.Fields("log", "first"))
	chunk = corpus.AppendOldEvent(chunk, corpus.Int(5), corpus.Fields("log", "second"))
	chunk = corpus.AppendEvent(chunk, corpus.At(corpus.Epoch), nil, corpus.Fields("log", "third"))
	if got := values(t, usual(chunk)); len(got) != 1 {
		t.Errorf("got %d records, want 1: fluent-bit-go has changed, update the text of the comparison", len(got))
	}
}
