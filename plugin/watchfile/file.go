package watchfile

import (
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

// DefaultInterval is the shortest time between two looks at the files.
const DefaultInterval = time.Second

// Options configure a File. Load is required.
type Options[T any] struct {
	// Paths are the files that Load reads. Empty paths are skipped, so an optional file needs no
	// special case. A File without paths loads once.
	Paths []string
	// Load reads all files and returns the new value. It is never called concurrently. It must
	// bound what it reads, see ReadFile.
	Load func() (T, error)
	// Equal reports whether two values are the same. A load that returns an equal value changes
	// nothing. Nil counts every load as a change.
	Equal func(a, b T) bool
	// Interval is the shortest time between two looks at the files. Zero is DefaultInterval; a
	// negative interval looks at every Refresh, for callers with a timer of their own.
	Interval time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// File is a value from files on disk that follows their changes. It is safe for concurrent use;
// concurrent calls wait while one of them loads. It holds one value and one FileInfo per path.
type File[T any] struct {
	options Options[T]
	paths   []string

	mu      sync.Mutex
	value   T
	loaded  bool          // a load has succeeded
	seen    []fs.FileInfo // as last loaded, nil for a missing file; see fresh
	fresh   bool          // seen is what the value was loaded from
	checked time.Time     // zero before the first look
}

// New returns a File that has not looked yet. The first Refresh loads.
func New[T any](o Options[T]) *File[T] {
	if o.Interval == 0 {
		o.Interval = DefaultInterval
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	paths := slices.DeleteFunc(slices.Clone(o.Paths), func(path string) bool { return path == "" })
	return &File[T]{options: o, paths: paths}
}

// Refresh looks at the files if a look is due, and loads them if they changed or if the last load
// failed. It reports whether the value changed. An error is that of Load: the value is the last
// good one, and the next look loads again. Each change and each error is reported to one caller
// only.
func (f *File[T]) Refresh() (changed bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.options.Now()
	if !f.checked.IsZero() && now.Sub(f.checked) < f.options.Interval {
		return false, nil
	}
	f.checked = now

	found := f.look() // before the load: a change during the load is found by the next look
	if f.fresh && slices.EqualFunc(found, f.seen, same) {
		return false, nil
	}
	value, err := f.options.Load()
	if err != nil {
		f.fresh = false
		return false, err
	}
	f.seen, f.fresh = found, true
	if f.loaded && f.options.Equal != nil && f.options.Equal(f.value, value) {
		return false, nil
	}
	f.value, f.loaded = value, true
	return true, nil
}

// Value returns the last good value, and false if no load has succeeded yet. It does not look at
// the files.
func (f *File[T]) Value() (value T, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.value, f.loaded
}

// Invalidate makes the next look load the files even if nothing shows a change. The next look
// still waits for Options.Interval, so a server that rejects every request costs one read per
// interval.
func (f *File[T]) Invalidate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh = false
}

// look describes the files in the order of their paths. A file that is missing or cannot be
// described is nil.
func (f *File[T]) look() []fs.FileInfo {
	infos := make([]fs.FileInfo, len(f.paths))
	for i, path := range f.paths {
		if info, err := os.Stat(path); err == nil {
			infos[i] = info
		}
	}
	return infos
}

// same reports whether a file shows no change.
func same(is, was fs.FileInfo) bool {
	if is == nil || was == nil {
		return is == nil && was == nil
	}
	return os.SameFile(is, was) && is.Size() == was.Size() && is.ModTime().Equal(was.ModTime())
}
