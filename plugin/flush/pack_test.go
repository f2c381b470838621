package flush

import (
	"testing"

	"out_dynatrace/plugin/internal/flushtest"
)

func TestPacker_GivesARecordTheSameIDOnEveryAttempt(t *testing.T) {
	seen := map[string]string{}
	w := &flushtest.World{}
	in, _ := inWorld(t, w, settings{id: true, records: 10})
	all := flushtest.Contents(100)
	for range 2 {
		in.Flush(tag, flushtest.Chunk(all...), false)
	}
	ids := map[string]bool{}
	for _, r := range w.Taken {
		if id, known := seen[r.Content]; r.UID == "" || known && id != r.UID {
			t.Fatalf("%+v, before %q", r, id)
		}
		seen[r.Content], ids[r.UID] = r.UID, true
	}
	if len(ids) != len(all) {
		t.Errorf("%d ids of %d records", len(ids), len(all))
	}
	in.Flush([]byte("another tag"), flushtest.Chunk(all...), false)
	if last := w.Taken[len(w.Taken)-1]; ids[last.UID] {
		t.Error("another chunk has the same ids")
	}
}
