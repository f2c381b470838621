package metadata

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFile_HostFacts(t *testing.T) {
	const host = `dt.entity.host="HOST-0A1B2C3D4E5F6071" host.name="shop-vm-7.example.com" ` +
		`dt.host_group.id="shop" dt.security_context="team-shop" dt.cost.costcenter="web"`
	log, said := newLog()
	files := newFiles([]string{"testdata/dt_host_metadata.json"}, log)
	files[0].refresh()
	if got := show(merge(files, false)); got != host {
		t.Errorf("gives %s", got)
	}
	if got := merge(files, true); got != nil {
		t.Errorf("is about the pod: %s", show(got))
	}
	expectWarnings(t, said)
}

func TestFile_PodFactsWithoutContainer(t *testing.T) {
	log, said := newLog()
	files := newFiles([]string{"testdata/dt_metadata.json"}, log)
	files[0].refresh()
	got := show(merge(files, true))
	if !strings.Contains(got, `k8s.pod.name="cart-6d4b75cb6d-hx5l9"`) || strings.Contains(got, ownContainer) {
		t.Errorf("gives %s", got)
	}
	if host := merge(files, false); host != nil {
		t.Errorf("is about the host: %s", show(host))
	}
	expectWarnings(t, said)
}

func TestMerge_FirstFileWins(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, f := range [][2]string{
		{"dt_metadata_sidecar.json", `{"a":"pod 1","b":"pod 1"}`},
		{"dt_host_metadata.json", `{"a":"host 1","x":null}`},
		{"tags.JSON", `{"a":"host 2","x":"host 2"}`},
		{"dt_metadata.json", `{"c":"pod 2","b":"pod 2"}`},
	} {
		path := filepath.Join(dir, f[0])
		write(t, path, f[1])
		paths = append(paths, path)
	}
	log, said := newLog()
	files := newFiles(paths, log)
	for _, f := range files {
		f.refresh()
	}
	if got, want := show(merge(files, false)), `a="host 1" x="host 2"`; got != want {
		t.Errorf("host: %s, want %s", got, want)
	}
	if got, want := show(merge(files, true)), `a="pod 1" b="pod 1" c="pod 2"`; got != want {
		t.Errorf("pod: %s, want %s", got, want)
	}
	expectWarnings(t, said)
}

func TestNewFiles_Skips(t *testing.T) {
	const indirect, properties = "describes the process of Fluent Bit", "name the .json file beside it"
	for name, warning := range map[string]string{
		"dt_metadata_e617c525669e072eebe3d0f08212e8f2.json":       indirect,
		"dt_metadata_e617c525669e072eebe3d0f08212e8f2.properties": indirect,
		"dt_metadata_E617C525669E072EEBE3D0F08212E8F2":            indirect,
		"dt_host_metadata.properties":                             properties,
		"tags.PROPERTIES":                                         properties,
		"dt_metadata_sidecar.json":                                "",
		"properties":                                              "",
	} {
		log, said := newLog()
		files := newFiles([]string{"/enrichment/" + name, ""}, log)
		if (len(files) == 0) != (warning != "") {
			t.Errorf("%s: %d files", name, len(files))
		}
		if warning != "" {
			expectWarnings(t, said, warning)
		}
	}
}

func TestFile_Changes(t *testing.T) {
	const first, second = `{"a":"1","b":"2"}`, `{"a":"3","b":"4"}`
	was, now := `a="1" b="2"`, `a="3" b="4"`
	for _, c := range []struct {
		name  string
		do    func(t *testing.T, path string)
		want  string
		warns []string
	}{
		{"is read again", func(t *testing.T, path string) { write(t, path, `{"c":"5"}`) }, `c="5"`, nil},
		{"is read again when only its time differs", func(t *testing.T, path string) {
			at := stat(t, path).ModTime()
			write(t, path, second)
			chtimes(t, path, at.Add(time.Second))
		}, now, nil},
		{"is read again when only its size differs", func(t *testing.T, path string) {
			at := stat(t, path).ModTime()
			write(t, path, second+" ")
			chtimes(t, path, at)
		}, now, nil},
		{"is read again when only its inode differs", func(t *testing.T, path string) {
			at := stat(t, path).ModTime()
			write(t, path+".new", second)
			chtimes(t, path+".new", at)
			rename(t, path+".new", path)
		}, now, nil},
		{"is not read again when nothing shows the change", func(t *testing.T, path string) {
			at := stat(t, path).ModTime()
			write(t, path, second)
			chtimes(t, path, at)
		}, was, nil},
		{"takes its facts away when it goes", func(t *testing.T, path string) { remove(t, path) }, ``, nil},
		{"takes its facts away when its folder becomes a file", func(t *testing.T, path string) {
			remove(t, path)
			remove(t, filepath.Dir(path))
			write(t, filepath.Dir(path), "x")
		}, ``, nil},
		{"keeps its facts while it is half written", func(t *testing.T, path string) {
			write(t, path, `{"a":"9","b`)
		}, was, []string{"is not one JSON object; write it as one; until then its last good facts (2) stay in use"}},
		{"keeps its facts while it is too large", func(t *testing.T, path string) {
			write(t, path, `{"a":"9"}`+strings.Repeat(" ", maxFile))
		}, was, []string{"has more than 1048576 bytes"}},
		{"keeps its facts while a pipe is in its place", func(t *testing.T, path string) {
			remove(t, path)
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, was, []string{"is not a file; name a regular file; until then its last good facts (2) stay in use"}},
		{"keeps its facts while a folder is in its place", func(t *testing.T, path string) {
			remove(t, path)
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, was, []string{"is not a file; name a regular file; until then its last good facts (2) stay in use"}},
		{"keeps its facts while it leads to itself", func(t *testing.T, path string) {
			remove(t, path)
			if err := os.Symlink(path, path); err != nil {
				t.Fatal(err)
			}
		}, was, []string{"too many levels of symbolic links"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "enrichment", "dt_host_metadata.json")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, path, first)
			log, said := newLog()
			f := newFiles([]string{path}, log)[0]
			f.refresh()
			if got := show(f.facts()); got != was {
				t.Fatalf("gives %s at first", got)
			}
			c.do(t, path)
			for range 3 {
				f.refresh()
				if got := show(f.facts()); got != c.want {
					t.Errorf("gives %s, want %s", got, c.want)
				}
			}
			expectWarnings(t, said, c.warns...)
		})
	}
}

func TestFile_AppearsAndDisappears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dt_host_metadata.json")
	log, said := newLog()
	f := newFiles([]string{path}, log)[0]
	for _, step := range []struct{ text, want string }{
		{"", ``}, {`{"a":"1"}`, `a="1"`}, {"", ``}, {`{"a":"1"}`, `a="1"`},
		{"broken", `a="1"`}, {`{"a":"2"}`, `a="2"`},
	} {
		if step.text == "" {
			os.Remove(path)
		} else {
			write(t, path, step.text)
		}
		f.refresh()
		if got := show(f.facts()); got != step.want {
			t.Errorf("after %q gives %s, want %s", step.text, got, step.want)
		}
	}
	expectWarnings(t, said, "is not one JSON object; write it as one; until then its last good facts (1) stay in use")
}

func TestFile_TooManyFacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dt_host_metadata.json")
	object := `{"k":"v"`
	for i := range maxFacts {
		object += fmt.Sprintf(`,"k%d":"v"`, i)
	}
	write(t, path, object+"}")
	log, said := newLog()
	f := newFiles([]string{path}, log)[0]
	f.refresh()
	if len(f.facts()) != maxFacts {
		t.Errorf("%d facts", len(f.facts()))
	}
	expectWarnings(t, said, "more than 200 facts")
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func chtimes(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
