package record

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// TestWorthOf_AllNamesOfIdentityFindAPlace: each server allows 50 attributes.
func TestWorthOf_AllNamesOfIdentityFindAPlace(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "worth.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 1 // syslog.severity, which is no literal
	ast.Inspect(file, func(node ast.Node) bool {
		if lit, ok := node.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			name, err := strconv.Unquote(lit.Value)
			if err == nil && WorthOf([]byte(name)) == OfIdentity {
				n++
			}
		}
		return true
	})
	if n < 30 || n >= 50 {
		t.Errorf("%d names", n)
	}
}

func TestWorthOf_NamesThatLookLikeLinks(t *testing.T) {
	for key, want := range map[string]Worth{
		"trace_id": OfIdentity, "overwritten1.trace_id": OfValue, "k8s.pod.name": OfIdentity, "k8s.pod.ip": OfLink, "k8s": OfValue, "k8sx.pod": OfValue,
		"k8s.pod.label.app": OfValue, "k8s.namespace.annotation.a": OfValue, "k8s.pod.labels.app": OfValue, "container.label.x": OfValue, "aws.tag.team": OfValue,
		"dt.anything": OfLink, "process.executable.name": OfLink, "user": OfValue, "": OfValue, ".": OfValue, "log.source": OfIdentity, "log.iostream": OfValue,
	} {
		if got := WorthOf([]byte(key)); got != want {
			t.Errorf("%s is worth %d, want %d", key, got, want)
		}
	}
}

func TestOriginalName_IsThatBeforeTheClash(t *testing.T) {
	for key, want := range map[string]string{
		"overwritten1.a": "a", "overwritten12.a.b": "a.b", "overwritten.a": "overwritten.a", "overwritten1": "overwritten1", "overwritten1.": "overwritten1.",
		"overwrittenx.a": "overwrittenx.a", "a": "a", "overwritten1.overwritten2.a": "overwritten2.a",
	} {
		if got := string(originalName([]byte(key))); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

func TestKeySet_GrowsAndForgetsNothing(t *testing.T) {
	s := newKeySet(8)
	size := len(s.slots)
	s.reset()
	for i := range 1000 {
		s.spare()
		key := strconv.AppendInt(nil, int64(i), 10)
		if !s.insert(key, HashOf(key)) {
			t.Fatalf("%d is known", i)
		}
		if i%3 == 0 {
			s.free(key, HashOf(key))
		}
		s.setRenames(key, HashOf(key), i)
	}
	for i := range 1000 {
		key := strconv.AppendInt(nil, int64(i), 10)
		if s.has(key, HashOf(key)) != (i%3 != 0) || s.renames(key, HashOf(key)) != i {
			t.Fatalf("%d is lost", i)
		}
	}
	if s.release(); len(s.slots) != size {
		t.Errorf("%d slots after release, %d before", len(s.slots), size)
	}
}

func TestRecord_DropLargestKeepsShortLinks(t *testing.T) {
	attribute := func(key, text string) Attribute { return Attribute{Key: []byte(key), Value: Text([]byte(text))} }
	r := Record{Attributes: []Attribute{
		attribute("trace_id", "0af7651916cd43dd8448eb211c80319c"), attribute("a", "b"), attribute("host.name", string(make([]byte, 500))), attribute("c", "dd"),
	}}
	r.DropLargest(3)
	if len(r.Attributes) != 1 || string(r.Attributes[0].Key) != "trace_id" {
		t.Errorf("got %v", r.Attributes)
	}
	r.DropLargest(1)
	if len(r.Attributes) != 0 {
		t.Errorf("got %v", r.Attributes)
	}
}
