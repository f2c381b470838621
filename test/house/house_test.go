package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// order is the packages from the ground floor to the roof. A package imports only those before it.
var order = []string{
	"plugin/ascii", "plugin/chunk", "plugin/jsonread", "plugin/jsontext", "plugin/telemetry", "plugin/watchfile",
	"plugin/option", "plugin/secret", "plugin/endpoint", "plugin/certificate", "plugin/metadata",
	"plugin/deadletter",
	"plugin/record", "plugin/mapping/source", "plugin/mapping", "plugin/encode", "plugin/batch",
	"plugin/transport", "plugin/deliver", "plugin/flush",
	"plugin/config", "plugin/wire", "plugin",
	"plugin/fluentbit", "", // the library; the commands
}

// mostMethods is how many methods a type may have. The aim is 25.
const mostMethods = 26

func TestImports_PointDown(t *testing.T) {
	list := exec.Command("go", "list", "-f", "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}", "./...")
	list.Dir = root
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "out_dynatrace"
	name := func(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }
	for line := range strings.Lines(string(out)) {
		paths := strings.Fields(line)
		from := name(paths[0])
		floor := slices.Index(order, from)
		switch {
		case strings.HasPrefix(from, "cmd"):
			floor = len(order)
		case strings.HasPrefix(from, "test/"), strings.HasSuffix(from, "test"): // for tests
			continue
		case floor < 0:
			t.Errorf("%s is new: put it into order", from)
			continue
		}
		for _, path := range paths[1:] {
			to := name(path)
			if !strings.HasPrefix(path, module) {
				continue
			}
			local := from == "cmd/dynatrace-ingest" && to == "test/ingest"
			if i := slices.Index(order, to); !local && (i < 0 || i >= floor) {
				t.Errorf("%s imports %s, which stands above it", from, to)
			}
		}
	}
}

func TestTypes_StaySmall(t *testing.T) {
	methods := map[string]int{}
	eachFile(t, func(path string, file *ast.File) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[filepath.Dir(path)+"."+receiver(f.Recv.List[0].Type)]++
			}
		}
	})
	for name, n := range methods {
		if n > mostMethods {
			t.Errorf("%s has %d methods, more than %d: it does more than one thing", name, n, mostMethods)
		}
	}
}

func TestPackages_SayWhatTheyAreForInDoc(t *testing.T) {
	comments := map[string][]string{}
	eachFile(t, func(path string, file *ast.File) {
		dir := filepath.Dir(path)
		if _, seen := comments[dir]; !seen {
			comments[dir] = nil
		}
		if file.Doc != nil {
			comments[dir] = append(comments[dir], filepath.Base(path))
		}
	})
	for dir, files := range comments {
		if !slices.Equal(files, []string{"doc.go"}) {
			t.Errorf("%s: the package comment stands in %v, want doc.go", dir, files)
		}
	}
}

// eachFile parses the product's Go files, without tests.
func eachFile(t *testing.T, do func(path string, file *ast.File)) {
	t.Helper()
	for _, dir := range []string{"plugin", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err == nil {
				relative, _ := filepath.Rel(root, path)
				do(relative, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
