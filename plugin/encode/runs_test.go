package encode_test

import (
	"encoding/json"
	"strings"
	"testing"

	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
)

func TestRunCache_FullCacheIsEmptiedWithoutChangingTheOutput(t *testing.T) {
	const runs, size = 20, 40_000 // more bytes than the cache holds
	attributes := func(id int) []record.Attribute {
		return []record.Attribute{{Key: []byte("k"), Value: record.Value{Kind: record.String, Text: []byte(strings.Repeat(string(rune('a'+id)), size+id))}}}
	}
	var j encode.JSON
	for _, order := range [][2]int{{1, 1}, {-1, runs}, {1, 1}} { // forwards, backwards, forwards
		for n := range runs {
			id := order[1] + order[0]*n
			r := record.Record{Runs: []record.Run{{ID: uint64(id), Attributes: attributes(id)}}}
			var got struct{ K string }
			if err := json.Unmarshal(j.Append(nil, &r), &got); err != nil {
				t.Fatalf("run %d: %v", id, err)
			}
			if want := string(attributes(id)[0].Value.Text); got.K != want {
				t.Fatalf("run %d: got %d bytes that begin with %q, want %d bytes that begin with %q", id, len(got.K), got.K[:1], len(want), want[:1])
			}
		}
	}
}
