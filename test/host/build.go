package host

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

//go:embed csrc/*.c csrc/*.h
var sources embed.FS

// ErrNoCompiler is returned by Build on a machine without a C compiler.
var ErrNoCompiler = errors.New("host: no C compiler (cc, gcc or clang) found in PATH")

// Paths are the built programs. The symbols that a plugin can look up differ between the versions
// of Fluent Bit and are a property of the binary, so there is one binary for each set.
type Paths struct {
	binaries [exportSets]string
}

// Binary returns the program that plays the shape.
func (p Paths) Binary(s Shape) string { return p.binaries[shapes[s].exports] }

var cFlags = []string{
	"-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-pthread", "-rdynamic",
}

// Build compiles the host into a directory below dir that is named after the content of its
// sources, or finds it there. An empty dir means build/host at the root of the module. It is safe
// to call from many processes at once.
func Build(dir string) (Paths, error) { return build(dir, 0, exportSets) }

// build compiles the binaries of the export sets from first up to, not including, end.
func build(dir string, first, end int, extraFlags ...string) (Paths, error) {
	var paths Paths
	cc, err := compiler()
	if err != nil {
		return paths, err
	}
	if dir == "" {
		root, err := moduleRoot()
		if err != nil {
			return paths, err
		}
		dir = filepath.Join(root, "build", "host")
	}
	flags := append(append([]string(nil), cFlags...), extraFlags...)
	sum, err := sourceHash(cc, flags, first, end)
	if err != nil {
		return paths, err
	}
	final := filepath.Join(dir, sum)
	for i := first; i < end; i++ {
		paths.binaries[i] = filepath.Join(final, fmt.Sprintf("host-%d", i))
	}
	if _, err := os.Stat(final); err == nil {
		return paths, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return paths, err
	}
	work, err := os.MkdirTemp(dir, ".build-")
	if err != nil {
		return paths, err
	}
	defer os.RemoveAll(work)
	if err := compileAll(cc, flags, work, first, end); err != nil {
		return paths, err
	}
	// Renaming a whole directory is atomic; when another process was faster, its result is as good
	// as ours.
	if err := os.Rename(work, final); err != nil {
		if _, statErr := os.Stat(final); statErr != nil {
			return paths, err
		}
	}
	return paths, nil
}

func compileAll(cc string, flags []string, dir string, first, end int) error {
	if err := os.CopyFS(dir, sources); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "csrc", "*.c"))
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, exportSets)
	for i := first; i < end; i++ {
		wg.Go(func() {
			args := append(append([]string(nil), flags...), fmt.Sprintf("-DEXPORTS=%d", i))
			args = append(append(args, files...), "-ldl", "-o", filepath.Join(dir, fmt.Sprintf("host-%d", i)))
			if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
				errs[i] = fmt.Errorf("host: %s: %w\n%s", cc, err, out)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// compiler finds the C compiler: $CC, cc, gcc or clang.
func compiler() (string, error) {
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", ErrNoCompiler
}

func sourceHash(cc string, flags []string, first, end int) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, cc, flags, first, end)
	err := fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := sources.ReadFile(name)
		fmt.Fprintln(h, path.Base(name), len(text))
		h.Write(text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// moduleRoot returns the directory of the go.mod above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir || strings.TrimSpace(parent) == "" {
			return "", errors.New("host: no go.mod above the working directory: give Build a directory")
		}
		dir = parent
	}
}
