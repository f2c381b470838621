package flush

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/test/corpus"
)

// keepers finds the places in a value, at any depth, that point into a range of memory: fields
// of structs, elements of slices up to their capacity. It does not look into interfaces,
// functions, channels and sync types.
type keepers struct {
	from, to uintptr
	seen     map[uintptr]bool
	found    []string
	bytes    int // of all slices that are not views of the range
}

func (k *keepers) walk(v reflect.Value, path string) {
	points := func(p uintptr) bool { return p >= k.from && p < k.to }
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || k.seen[v.Pointer()] || v.Type().String() == "*flush.shared" {
			return
		}
		k.seen[v.Pointer()] = true
		k.walk(v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			k.walk(v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		if points(v.Pointer()) {
			k.found = append(k.found, path)
			return
		}
		k.bytes += v.Cap() * int(v.Type().Elem().Size())
		if kind := v.Type().Elem().Kind(); kind == reflect.Struct || kind == reflect.Slice || kind == reflect.Pointer {
			for i := range v.Cap() {
				k.walk(v.Slice(0, v.Cap()).Index(i), path+"[]")
			}
		}
	case reflect.Array:
		if kind := v.Type().Elem().Kind(); kind == reflect.Struct || kind == reflect.Slice || kind == reflect.Pointer {
			for i := range v.Len() {
				k.walk(v.Index(i), path+"[]")
			}
		}
	case reflect.String:
		if text := v.String(); text != "" && points(uintptr(unsafe.Pointer(unsafe.StringData(text)))) {
			k.found = append(k.found, path)
		}
	}
}

func TestFlusher_AllocatesNothingPerRecord(t *testing.T) {
	in, _, _ := instance(t, settings{}, accepted)
	in.sender.Sender = nullSender{}
	c := corpus.Kubernetes()
	for range 3 {
		in.Flush(tag, c.Data, false)
	}
	// Under the race detector a sync.Pool drops items at random, so that some flushes start cold.
	if n := testing.AllocsPerRun(5, func() { in.Flush(tag, c.Data, false) }); n > float64(c.Events)/10 {
		t.Errorf("%v allocations for a flush of %d records", n, c.Events)
	}
}

func TestFlusher_KeepsNothingOfTheChunkAndTheTag(t *testing.T) {
	down := deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
	for name, w := range map[string]*flushtest.World{
		"accepted":   {},
		"given back": {Before: func() *deliver.Verdict { return &down }},
		"rejected":   {Bad: func(r flushtest.Stored) bool { return strings.Contains(r.Content, "7") }},
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := inWorld(t, w, settings{gzip: true})
			in.now = time.Now
			for _, c := range []corpus.Chunk{corpus.Kubernetes(), corpus.FireLens(), corpus.Plain()} {
				memory := append([]byte("some.tag"), c.Data[:200_000]...)
				f := newFlusher(&in.Engine.shared)
				f.Begin(t.Context(), memory[:8:8], memory[8:], true)
				during := keepers{from: uintptr(unsafe.Pointer(&memory[0])), to: uintptr(unsafe.Pointer(&memory[len(memory)-1])) + 1, seen: map[uintptr]bool{}}
				out := f.Run()
				during.walk(reflect.ValueOf(f), "flush")
				if len(during.found) == 0 {
					t.Fatal("the search finds nothing even while the flush is on")
				}
				f.End(out)
				after := keepers{from: during.from, to: during.to, seen: map[uintptr]bool{}}
				after.walk(reflect.ValueOf(f), "flush")
				if len(after.found) > 0 {
					t.Errorf("kept in %q", after.found)
				}
			}
		})
	}
}

func TestFlusher_KeepsLittleMemory(t *testing.T) {
	in, _ := inWorld(t, &flushtest.World{Bad: func(r flushtest.Stored) bool { return strings.HasPrefix(r.Content, "bad") }}, settings{letters: t.TempDir() + "/letters", gzip: true})
	in.now = time.Now
	noise := make([]byte, 8<<20)
	for i := range noise {
		noise[i] = ' ' + byte(i*i>>7%90)
	}
	f := newFlusher(&in.Engine.shared)
	f.Begin(t.Context(), tag, flushtest.Chunk("good "+string(noise), "bad "+string(noise)), true)
	f.End(f.Run())
	held := keepers{seen: map[uintptr]bool{}}
	held.walk(reflect.ValueOf(f), "flush")
	if held.bytes > 6<<20 {
		t.Errorf("%d bytes are held", held.bytes)
	}
	if held.bytes < 10_000 {
		t.Errorf("%d bytes: the search finds nothing", held.bytes)
	}
}
