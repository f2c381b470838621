package metadata

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"out_dynatrace/plugin/telemetry"
)

// maxFile is the largest enrichment file that is read, in bytes. Real ones have a few kilobytes.
const maxFile = 1 << 20

// indirection is the base name of the files that a OneAgent makes up for each process it instruments. They hold a path to what describes
// that process, which here is Fluent Bit and not what wrote the logs.
var indirection = regexp.MustCompile(`(?i)^dt_metadata_[0-9a-f]{32}(\.|$)`)

// ownContainer is the key of dt_metadata files that is true of Fluent Bit's container only.
const ownContainer = "k8s.container.name"

// file is an enrichment file that may appear, change and go while the plugin runs. It is not safe for concurrent use.
type file struct {
	path string
	pod  bool
	log  *telemetry.Log

	facts []Fact
	// seen is the file as it was last read; nil to read it whatever it is.
	seen fs.FileInfo
}

// isPod says that a file is about the pod and not about the host.
func isPod(path string) bool { return strings.HasPrefix(filepath.Base(path), "dt_metadata") }

// newFiles gives the files that are to be read, without those that must not be.
func newFiles(paths []string, log *telemetry.Log) []*file {
	var files []*file
	for _, path := range paths {
		if indirection.MatchString(filepath.Base(path)) {
			log.Warn("metadata.indirection", "%q describes the process of Fluent Bit and is not read; name dt_metadata.json or dt_host_metadata.json instead", path)
			continue
		}
		if path != "" {
			files = append(files, &file{path: path, pod: isPod(path), log: log})
		}
	}
	return files
}

// look reads the file if it is not the one seen last. A file that does not exist has no facts; one that cannot be read or understood
// keeps the facts it had. It never waits for a pipe.
func (f *file) look() {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		f.facts, f.seen = nil, nil
		return
	case err != nil:
		f.keep(reason(err), "let Fluent Bit read it")
		return
	case f.seen != nil && os.SameFile(info, f.seen) && info.Size() == f.seen.Size() && info.ModTime().Equal(f.seen.ModTime()):
		return
	case !info.Mode().IsRegular():
		f.keep(errNotRegular, "name a regular file")
		return
	}
	data, info, err := readRegular(f.path)
	f.seen = info
	if err != nil {
		f.keep(err, "make it a regular file of at most 1 MiB that Fluent Bit can read")
		return
	}
	got, err := parse(data, isProperties(f.path))
	if err != nil {
		f.keep(err, "write it as "+format(f.path)+"; it is read again when it changes")
		return
	}
	f.take(got)
}

// take makes what was read the facts of the file.
func (f *file) take(got content) {
	f.facts = got.facts
	if f.pod {
		f.facts = without(f.facts, ownContainer)
	}
	f.log.Debug("metadata.read "+f.path, "%d facts of %q (left out, since empty, too long or no single value: %d)", len(f.facts), f.path, got.leftOut)
	if got.more {
		f.log.Warn("metadata.many "+f.path, "%q has more than %d facts; the first %d are used, so take some out of it", f.path, maxFacts, maxFacts)
	}
}

// keep says why the facts stay what they were.
func (f *file) keep(cause error, cure string) {
	f.log.Warn("metadata.file "+f.path, "%q: %v; its last good facts (%d) stay in use; %s", f.path, cause, len(f.facts), cure)
}

// format names the format that a file must have.
func format(path string) string {
	if isProperties(path) {
		return "lines of key=value"
	}
	return "one JSON object"
}

// without is facts without one key.
func without(facts []Fact, key string) []Fact {
	var kept []Fact
	for _, fact := range facts {
		if fact.Key != key {
			kept = append(kept, fact)
		}
	}
	return kept
}

var errNotRegular = errors.New("is not a file")

// readRegular reads a regular file of at most maxFile bytes, with what it was before it was read: a change in between is noticed at the
// next look; nil when it is to be read again even without one. A pipe that took the file's place since it was looked at is opened without waiting and then refused.
func readRegular(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, reason(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, reason(err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, nil, reason(err)
	}
	if len(data) > maxFile {
		return nil, info, fmt.Errorf("has more than %d bytes", maxFile)
	}
	return data, info, nil
}

// reason is an error of the file system without the path, which the line names anyway.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// merge gives the facts of all files about the host, or of all about the pod. The first file that has a key wins.
func merge(files []*file, pod bool) []Fact {
	var merged []Fact
	known := make(map[string]bool)
	for _, f := range files {
		if f.pod != pod {
			continue
		}
		for _, fact := range f.facts {
			if !known[fact.Key] {
				known[fact.Key] = true
				merged = append(merged, fact)
			}
		}
	}
	return merged
}
