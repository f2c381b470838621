package metadata

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/watchfile"
)

// maxFile is the largest enrichment file that is read, in bytes. Real ones have a few kilobytes.
const maxFile = 1 << 20

// indirection matches the base names of the files that OneAgent simulates for each process it
// instruments. Such a file holds a path to a description of that process. Here that is Fluent Bit,
// not the process that wrote the logs.
var indirection = regexp.MustCompile(`(?i)^dt_metadata_[0-9a-f]{32}(\.|$)`)

// ownContainer is the key in dt_metadata files that holds for Fluent Bit's container only.
const ownContainer = "k8s.container.name"

// file is an enrichment file that may appear, change and disappear while the plugin runs. It is
// not safe for concurrent use.
type file struct {
	path    string
	pod     bool // it describes the pod, not the host
	log     *telemetry.Log
	content *watchfile.File[*content] // nil for a missing file
}

// newFiles returns the files to read. It logs and skips those that must not be read.
func newFiles(paths []string, log *telemetry.Log) []*file {
	var files []*file
	for _, path := range paths {
		base := filepath.Base(path)
		switch {
		case path == "":
		case indirection.MatchString(base):
			log.Warn("metadata.indirection", "%q describes the process of Fluent Bit and is not read; "+
				"name dt_metadata.json or dt_host_metadata.json instead", path)
		case strings.EqualFold(filepath.Ext(base), ".properties"):
			log.Warn("metadata.properties", "%q is not read: enrichment files are read in JSON only; "+
				"name the .json file beside it, which Dynatrace writes with the same content", path)
		default:
			files = append(files, newFile(path, log))
		}
	}
	return files
}

func newFile(path string, log *telemetry.Log) *file {
	f := &file{path: path, pod: strings.HasPrefix(filepath.Base(path), "dt_metadata"), log: log}
	f.content = watchfile.New(watchfile.Options[*content]{
		Paths:    []string{path},
		Load:     f.load,
		Equal:    func(a, b *content) bool { return reflect.DeepEqual(a, b) },
		Interval: -1, // the Source has a timer
	})
	return f
}

// facts returns the facts of the file as of the last refresh.
func (f *file) facts() []Fact {
	c, _ := f.content.Value()
	if c == nil {
		return nil
	}
	return c.facts
}

// refresh reads the file if it changed. A file that does not exist has no facts. A file that
// cannot be read or parsed keeps the facts it had.
func (f *file) refresh() {
	changed, err := f.content.Refresh()
	if err != nil {
		f.log.Warn("metadata.file "+f.path, "%q %v; until then its last good facts (%d) stay in use",
			f.path, err, len(f.facts()))
		return
	}
	c, _ := f.content.Value()
	if !changed || c == nil {
		return
	}
	f.log.Debug("metadata.read "+f.path, "read %d facts from %q; left out %d that are empty, "+
		"too long or no single value", len(c.facts), f.path, c.leftOut)
	if c.more {
		f.log.Warn("metadata.many "+f.path, "%q has more than %d facts; only the first %d are used; "+
			"remove some", f.path, maxFacts, maxFacts)
	}
}

// load reads the file. An error is a predicate for the path, with the remedy.
func (f *file) load() (*content, error) {
	data, err := watchfile.ReadFile(f.path, maxFile)
	var large *watchfile.TooLargeError
	switch {
	case watchfile.Missing(err):
		return nil, nil
	case errors.Is(err, watchfile.ErrNotRegular):
		return nil, fmt.Errorf("%w; name a regular file", err)
	case errors.As(err, &large):
		return nil, fmt.Errorf("%w; make it smaller", err)
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w; let Fluent Bit read it", err)
	}
	c, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w; write it as one", err)
	}
	if f.pod {
		c.facts = without(c.facts, ownContainer)
	}
	return c, nil
}

// without returns the facts except those with the key.
func without(facts []Fact, key string) []Fact {
	var kept []Fact
	for _, fact := range facts {
		if fact.Key != key {
			kept = append(kept, fact)
		}
	}
	return kept
}

// merge returns the facts of all files about the host, or of all about the pod. The first file
// that has a key wins.
func merge(files []*file, pod bool) []Fact {
	var merged []Fact
	known := make(map[string]bool)
	for _, f := range files {
		if f.pod != pod {
			continue
		}
		for _, fact := range f.facts() {
			if !known[fact.Key] {
				known[fact.Key] = true
				merged = append(merged, fact)
			}
		}
	}
	return merged
}
