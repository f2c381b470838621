package deadletter

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFile_MovedRemovedTruncated(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	x.mustKeep(t, "a")
	must(t, os.Rename(x.path, x.path+".old"))
	x.mustKeep(t, "b")
	x.expect(t, "b")
	if got := contents(t, x.path+".old"); strings.Join(got, "") != "a" {
		t.Errorf("moved away: %q", got)
	}
	must(t, os.Remove(x.path))
	x.mustKeep(t, "c")
	x.expect(t, "c")
	must(t, os.Truncate(x.path, 0))
	x.mustKeep(t, "d")
	x.expect(t, "d")
	must(t, os.Rename(x.path+".old", x.path)) // another file in its place
	x.mustKeep(t, "e")
	x.expect(t, "a", "e")
	must(t, os.Remove(x.path))
	must(t, os.Mkdir(x.path, 0o700)) // a folder in its place
	x.mustNotKeep(t, "f")
	x.expectLog(t, "not of a folder", 1)
}

// account checks that every line that was kept is on file, or among those that a rotation is said
// to have removed.
func account(t *testing.T, path string, kept map[string]bool, lost int64) {
	t.Helper()
	got := contents(t, path+".1", path)
	seen := make(map[string]bool)
	for _, name := range got {
		if !kept[name] || seen[name] {
			t.Errorf("%q is on file, and was not kept, or twice", name)
		}
		seen[name] = true
	}
	if int64(len(got))+lost != int64(len(kept)) {
		t.Errorf("kept %d, of which %d are on file and %d were removed by rotations", len(kept), len(got), lost)
	}
}

func TestFile_SharedBySeveralFiles(t *testing.T) {
	for _, c := range []struct {
		name     string
		maxBytes int64
		rotates  bool
	}{{"without a rotation", 0, false}, {"with a rotation every other line", 600, true}} {
		t.Run(c.name, func(t *testing.T) {
			const files, keepers, each = 3, 2, 150
			path := inTemp(t)
			var (
				group sync.WaitGroup
				mu    sync.Mutex
				kept  = make(map[string]bool)
				lost  int64
				all   []*fixture
			)
			for i := range files {
				x := newFixture(t, path, c.maxBytes)
				all = append(all, x)
				for j := range keepers {
					group.Go(func() {
						for n := range each {
							name := fmt.Sprintf("%d-%d-%d", i, j, n)
							if x.Keep(entry(name)) {
								mu.Lock()
								kept[name] = true
								mu.Unlock()
							} else {
								t.Errorf("%s was not kept", name)
							}
						}
					})
				}
			}
			group.Wait()
			for _, x := range all {
				lost += x.rotator.lost.count
				if x.log.count("cannot") > 0 {
					t.Errorf("log:\n%s", x.log)
				}
			}
			if (lost > 0) != c.rotates {
				t.Errorf("%d lines removed by rotations", lost)
			}
			account(t, path, kept, lost)
			if sum := sizeAt(path) + sizeAt(path+".1"); c.maxBytes > 0 && sum > c.maxBytes {
				t.Errorf("%d bytes on disk", sum)
			}
		})
	}
}

// The environment of a process of TestFile_SharedBySeveralProcesses.
const childPath, childName = "DEADLETTER_TEST_PATH", "DEADLETTER_TEST_NAME"

func TestFile_SharedBySeveralProcesses(t *testing.T) {
	if path := os.Getenv(childPath); path != "" {
		f := New(Options{Path: path, MaxBytes: 900}, nil)
		start := time.Now()
		f.handle.now = func() time.Time { return start } // waits for the lock as long as it takes
		for n := range 300 {
			if name := fmt.Sprintf("%s-%d", os.Getenv(childName), n); f.Keep(entry(name)) {
				fmt.Println("kept", name)
			}
		}
		fmt.Println("lost", f.rotator.lost.count)
		return
	}
	program, err := os.Executable()
	must(t, err)
	path := inTemp(t)
	kept := make(map[string]bool)
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		lost  int64
	)
	for i := range 3 {
		child := exec.Command(program, "-test.run", "^"+t.Name()+"$")
		child.Env = append(os.Environ(), childPath+"="+path, childName+"="+fmt.Sprint(i))
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		group.Go(func() {
			for lines := bufio.NewScanner(out); lines.Scan(); {
				word, rest, _ := strings.Cut(lines.Text(), " ")
				mu.Lock()
				switch word {
				case "kept":
					kept[rest] = true
				case "lost":
					var n int64
					fmt.Sscan(rest, &n)
					lost += n
				}
				mu.Unlock()
			}
			if err := child.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(kept) != 900 || lost == 0 {
		t.Errorf("kept %d, removed by rotations %d", len(kept), lost)
	}
	account(t, path, kept, lost)
}

func BenchmarkKeep(b *testing.B) {
	f := New(Options{Path: b.TempDir() + "/dead.ndjson", MaxBytes: 1 << 30}, nil)
	defer f.Close()
	e := entry(strings.Repeat("x", 300))
	b.ReportAllocs()
	for b.Loop() {
		if !f.Keep(e) {
			b.Fatal("not kept")
		}
	}
}
