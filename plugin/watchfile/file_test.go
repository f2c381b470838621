package watchfile

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// fixture is a File over one path that holds a text, with a clock that moves by hand.
type fixture struct {
	*File[string]
	t     *testing.T
	path  string
	now   time.Time
	loads int
}

func newFixture(t *testing.T, text string) *fixture {
	f := &fixture{t: t, path: filepath.Join(t.TempDir(), "file"), now: time.Unix(1, 0)}
	if text != "" {
		write(t, f.path, text)
	}
	f.File = New(Options[string]{Paths: []string{f.path}, Load: f.load, Equal: equal, Now: func() time.Time { return f.now }})
	return f
}

func equal(a, b string) bool { return a == b }

func (f *fixture) load() (string, error) {
	f.loads++
	data, err := ReadFile(f.path, 100)
	if err == nil && string(data) == "bad" {
		err = errors.New("is bad")
	}
	return string(data), err
}

// expect moves the clock and checks what the next Refresh makes of the file.
func (f *fixture) expect(later time.Duration, value string, changed, fails bool) {
	f.t.Helper()
	f.now = f.now.Add(later)
	gotChanged, err := f.Refresh()
	got, ok := f.Value()
	if got != value || ok != (value != "") || gotChanged != changed || (err != nil) != fails {
		f.t.Errorf("%q, %v, changed %v, error %v; want %q, changed %v, an error %v", got, ok, gotChanged, err, value, changed, fails)
	}
}

func TestFile_SeesChanges(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, path string)
		seen bool
	}{
		{"size", func(t *testing.T, path string) {
			write(t, path, "longer than it was")
			setTime(t, path, time.Unix(9, 0))
		}, true},
		{"time", func(t *testing.T, path string) { write(t, path, "after."); setTime(t, path, time.Unix(10, 0)) }, true},
		{"inode", func(t *testing.T, path string) {
			write(t, path+".new", "after.")
			setTime(t, path+".new", time.Unix(9, 0))
			rename(t, path+".new", path)
		}, true},
		{"nothing that a stat shows", func(t *testing.T, path string) { write(t, path, "after."); setTime(t, path, time.Unix(9, 0)) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, "before")
			setTime(t, f.path, time.Unix(9, 0))
			f.expect(0, "before", true, false)
			c.do(t, f.path)
			if changed, err := f.advance(time.Second); changed != c.seen || err != nil {
				t.Errorf("changed %v, %v", changed, err)
			}
			f.Invalidate()
			if changed, err := f.advance(time.Second); changed == c.seen || err != nil {
				t.Errorf("after Invalidate changed %v, %v", changed, err)
			}
		})
	}
}

func (f *fixture) advance(d time.Duration) (bool, error) {
	f.now = f.now.Add(d)
	return f.Refresh()
}

// TestFile_SeesSymlinkSwap replaces the files as the kubelet does: one rename of the link ..data.
func TestFile_SeesSymlinkSwap(t *testing.T) {
	dir := t.TempDir()
	mount := func(version, text string) {
		folder := filepath.Join(dir, version)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "token"), text)
		setTime(t, filepath.Join(folder, "token"), time.Unix(9, 0))
		if err := os.Symlink(version, filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		rename(t, filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data"))
	}
	path := filepath.Join(dir, "token")
	if err := os.Symlink("..data/token", path); err != nil {
		t.Fatal(err)
	}
	f := New(Options[string]{Paths: []string{path}, Interval: -1, Load: func() (string, error) {
		data, err := ReadFile(path, 100)
		return string(data), err
	}})
	for _, step := range [][2]string{{"..1", "first"}, {"..2", "other"}} {
		mount(step[0], step[1])
		changed, err := f.Refresh()
		if got, _ := f.Value(); got != step[1] || !changed || err != nil {
			t.Errorf("%q, changed %v, %v; want %q", got, changed, err, step[1])
		}
	}
}

func TestFile_LooksOncePerInterval(t *testing.T) {
	f := newFixture(t, "first")
	f.expect(0, "first", true, false)
	write(t, f.path, "second")
	f.Invalidate()
	f.expect(DefaultInterval-1, "first", false, false)
	f.expect(1, "second", true, false)
	f.expect(time.Hour, "second", false, false)
	if f.loads != 2 {
		t.Errorf("%d loads, want 2", f.loads)
	}
}

func TestFile_KeepsLastGoodValue(t *testing.T) {
	f := newFixture(t, "good")
	f.expect(0, "good", true, false)
	write(t, f.path, "bad")
	f.expect(time.Second, "good", false, true)
	f.expect(time.Second, "good", false, true) // loaded again: it may be whole now
	f.expect(1, "good", false, false)          // no look, so no error
	if err := os.Remove(f.path); err != nil {
		t.Fatal(err)
	}
	f.expect(time.Second, "good", false, true)
	write(t, f.path, "good")
	f.expect(time.Second, "good", false, false) // equal to the last good value
	write(t, f.path, "better")
	f.expect(time.Second, "better", true, false)
}

func TestFile_MissingAtStart(t *testing.T) {
	f := newFixture(t, "")
	f.expect(0, "", false, true)
	f.expect(time.Second, "", false, true)
	write(t, f.path, "late")
	f.expect(time.Second, "late", true, false)
}

func TestFile_MissingMayBeValue(t *testing.T) {
	f := newFixture(t, "")
	f.options.Load = func() (string, error) {
		data, err := f.load()
		if Missing(err) {
			return "none", nil
		}
		return data, err
	}
	f.expect(0, "none", true, false)
	f.expect(time.Second, "none", false, false)
	if f.loads != 1 {
		t.Errorf("%d loads of a file that stays missing", f.loads)
	}
	write(t, f.path, "text")
	f.expect(time.Second, "text", true, false)
	rename(t, f.path, f.path+".old")
	f.expect(time.Second, "none", true, false)
}

func TestFile_AnyOfSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	certificate, key := filepath.Join(dir, "certificate"), filepath.Join(dir, "key")
	write(t, certificate, "c1")
	write(t, key, "k1")
	f := New(Options[string]{Paths: []string{"", certificate, key}, Interval: -1, Load: func() (string, error) {
		c, err := ReadFile(certificate, 10)
		if err != nil {
			return "", err
		}
		k, err := ReadFile(key, 10)
		return string(c) + string(k), err
	}})
	for _, step := range []struct{ path, text, want string }{{"", "", "c1k1"}, {key, "k22", "c1k22"}, {certificate, "c22", "c22k22"}} {
		if step.path != "" {
			write(t, step.path, step.text)
		}
		if _, err := f.Refresh(); err != nil {
			t.Error(err)
		}
		if got, _ := f.Value(); got != step.want {
			t.Errorf("%q, want %q", got, step.want)
		}
	}
}

func TestFile_WithoutPathsLoadsOnce(t *testing.T) {
	loads := 0
	f := New(Options[int]{Interval: -1, Load: func() (int, error) { loads++; return loads, nil }})
	for range 3 {
		if _, err := f.Refresh(); err != nil {
			t.Error(err)
		}
	}
	if value, ok := f.Value(); value != 1 || !ok {
		t.Errorf("%d, %v", value, ok)
	}
}

func TestFile_ChangeDuringLoadIsSeenNext(t *testing.T) {
	f := newFixture(t, "first")
	f.options.Load = func() (string, error) {
		text, err := f.load()
		if f.loads == 1 {
			write(t, f.path, "second")
		}
		return text, err
	}
	f.expect(0, "first", true, false)
	f.expect(time.Second, "second", true, false)
}

func TestFile_ConcurrentUse(t *testing.T) {
	f := newFixture(t, "x")
	f.options.Interval = -1
	var changes sync.Map
	var users sync.WaitGroup
	for i := range 4 {
		users.Go(func() {
			for range 100 {
				if changed, err := f.Refresh(); err != nil {
					t.Error(err)
				} else if changed {
					changes.Store(i, true)
				}
				f.Invalidate()
				if value, ok := f.Value(); value != "x" || !ok {
					t.Errorf("%q, %v", value, ok)
				}
			}
		})
	}
	users.Wait()
	count := 0
	changes.Range(func(any, any) bool { count++; return true })
	if count != 1 {
		t.Errorf("%d callers got the one change", count)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func setTime(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
