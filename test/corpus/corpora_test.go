package corpus

import (
	"bytes"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"
)

// event decodes the first event of a chunk to its time and its body.
func event(t *testing.T, chunk []byte) (when time.Time, body map[string]any, rest []byte) {
	t.Helper()
	rest, err := msgp.Skip(chunk)
	if err != nil {
		t.Fatal(err)
	}
	root, ok := array(chunk[:len(chunk)-len(rest)])
	if !ok || len(root) != 2 {
		t.Fatal("the event is no array of two")
	}
	head, ok := array(root[0])
	if !ok || len(head) != 2 {
		t.Fatal("the head is no array of two")
	}
	stamp := msgp.RawExtension{}
	if _, err := msgp.ReadExtensionBytes(head[0], &stamp); err != nil || len(stamp.Data) != 8 {
		t.Fatal("no EventTime: ", err)
	}
	var n [2]int64
	for i, b := range stamp.Data {
		n[i/4] = n[i/4]<<8 | int64(b)
	}
	if body, _, err = msgp.ReadMapStrIntfBytes(root[1], nil); err != nil {
		t.Fatal(err)
	}
	return time.Unix(n[0], n[1]).UTC(), body, rest
}

func TestCorpora_AreFullChunksOfReadableEvents(t *testing.T) {
	sizes := map[string]int{"kubernetes": 1080, "kubernetes-mixed": 1080, "firelens": 530, "plain": 200} // bytes a record
	for _, c := range All() {
		t.Run(c.Name, func(t *testing.T) {
			if got := read(c.Data); got != (tally{events: c.Events}) {
				t.Errorf("holds %+v, declares %d events", got, c.Events)
			}
			if n := len(c.Data); n <= ChunkSize || n > ChunkSize+16<<10 {
				t.Errorf("%d bytes", n)
			}
			want, got := sizes[c.Name], len(c.Data)/c.Events
			if got < want*9/10 || got > want*11/10 {
				t.Errorf("%d bytes a record, want about %d", got, want)
			}
			t.Logf("%d events of %d bytes", c.Events, got)
			last := Epoch
			for rest := c.Data; len(rest) > 0; {
				var when time.Time
				var body map[string]any
				when, body, rest = event(t, rest)
				if when.Before(last) {
					t.Fatalf("time runs backwards: %v after %v", when, last)
				}
				last = when
				if line, ok := body["log"].(string); !ok || line == "" || !utf8.ValidString(line) {
					t.Fatalf("log is %q", body["log"])
				}
			}
		})
	}
}

func TestCorpora_AreTheSameEachTime(t *testing.T) {
	first, second := All(), All()
	for i := range first {
		if first[i].Tag != second[i].Tag || !bytes.Equal(first[i].Data, second[i].Data) {
			t.Errorf("%s differs", first[i].Name)
		}
	}
}

func TestKubernetes_IsOnePodAndMixedIsSixteen(t *testing.T) {
	for want, c := range map[int]Chunk{1: Kubernetes(), 16: KubernetesMixed()} {
		pods := map[string]bool{}
		for rest := c.Data; len(rest) > 0; {
			var body map[string]any
			_, body, rest = event(t, rest)
			meta := body["kubernetes"].(map[string]any)
			for _, key := range []string{"pod_name", "namespace_name", "pod_id", "labels", "annotations", "host", "pod_ip",
				"container_name", "docker_id", "container_hash", "container_image"} {
				if meta[key] == nil {
					t.Fatalf("%s is missing", key)
				}
			}
			pods[meta["pod_name"].(string)] = true
		}
		if len(pods) != want {
			t.Errorf("%s has %d pods, want %d", c.Name, len(pods), want)
		}
	}
}

func TestFireLens_MovesTheKeysOfTheLogDriver(t *testing.T) {
	orders := map[string]bool{}
	for _, e := range objects(t, FireLens().Data) {
		root, _ := array(e)
		n, b, err := msgp.ReadMapHeaderBytes(root[1])
		if err != nil || n != 7 {
			t.Fatalf("%d keys, %v", n, err)
		}
		order := ""
		for range n {
			var key []byte
			if key, b, err = msgp.ReadMapKeyZC(b); err != nil {
				t.Fatal(err)
			}
			order += string(key) + " "
			if b, err = msgp.Skip(b); err != nil {
				t.Fatal(err)
			}
		}
		const tail = "ecs_cluster ecs_task_arn ecs_task_definition "
		if order[len(order)-len(tail):] != tail {
			t.Fatalf("order is %s", order)
		}
		orders[order] = true
	}
	if len(orders) != 24 {
		t.Errorf("%d orders, want all 24 of four keys", len(orders))
	}
}

func objects(t *testing.T, chunk []byte) (all [][]byte) {
	t.Helper()
	for len(chunk) > 0 {
		rest, err := msgp.Skip(chunk)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, chunk[:len(chunk)-len(rest)])
		chunk = rest
	}
	return all
}

func TestCorpora_HoldEscapesAsOftenAsContainerLogs(t *testing.T) {
	for _, c := range All() {
		var quotes, controls, wide int
		for _, e := range objects(t, c.Data) {
			_, body, _ := event(t, e)
			for _, b := range []byte(body["log"].(string)) {
				switch {
				case b == '"' || b == '\\':
					quotes++
				case b < ' ':
					controls++
				case b >= 0x80:
					wide++
				}
			}
		}
		share := func(n int) float64 { return 100 * float64(n) / float64(len(c.Data)) }
		t.Logf("%s: %.2f %% quotes, %.2f %% control characters, %.2f %% of non-ASCII", c.Name, share(quotes), share(controls), share(wide))
		if share(quotes) < 0.5 || share(quotes) > 5 {
			t.Errorf("%s: %d quotes", c.Name, quotes)
		}
		if c.Name != "plain" && (controls == 0 || wide == 0) {
			t.Errorf("%s: %d control characters, %d bytes of non-ASCII", c.Name, controls, wide)
		}
	}
}

func TestFrom_MovesOnlyTheTimes(t *testing.T) {
	start := time.Date(2031, 5, 6, 7, 8, 9, 10, time.UTC)
	was := Plain()
	now := was.From(start)
	if !bytes.Equal(was.Data, Plain().Data) {
		t.Fatal("the original changed")
	}
	var shift time.Duration
	for a, b := was.Data, now.Data; len(a) > 0; {
		var ta, tb time.Time
		var ba, bb map[string]any
		first := len(a) == len(was.Data)
		ta, ba, a = event(t, a)
		tb, bb, b = event(t, b)
		if first {
			shift = tb.Sub(ta)
			if !tb.Equal(start) {
				t.Fatalf("begins at %v", tb)
			}
		}
		if tb.Sub(ta) != shift || ba["log"] != bb["log"] {
			t.Fatalf("%v became %v, %q became %q", ta, tb, ba["log"], bb["log"])
		}
	}
}
