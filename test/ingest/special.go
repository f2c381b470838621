package ingest

import "strings"

// The input keys of the special attributes, in the order in which they are
// tried; compared without regard to case ("Ingest JSON and TXT logs").
var (
	timestampKeys = []string{
		"timestamp", "@timestamp", "_timestamp", "eventtime", "date", "published_date", "syslog.timestamp",
		"time", "epochSecond", "startTime", "datetime", "ts", "timeMillis", "@t",
	}
	loglevelKeys = []string{"loglevel", "status", "severity", "level", "syslog.severity"}
	// _raw is a content key in the raw model only.
	contentKeys = []string{"content", "message", "payload", "body", "log", "_raw"}
)

// role is what a key can be a source of, and how early it is tried.
type role struct {
	target int // index into specials.best
	rank   int
}

const (
	asTimestamp = iota
	asLoglevel
	asContent
	targets
)

// roles finds the role of a lowercased key.
var roles = func() map[string]role {
	m := map[string]role{}
	for target, keys := range [targets][]string{timestampKeys, loglevelKeys, contentKeys} {
		for rank, key := range keys {
			m[strings.ToLower(key)] = role{target, rank}
		}
	}
	return m
}()

// longestRole bounds the keys worth looking up.
var longestRole = func() int {
	n := 0
	for key := range roles {
		n = max(n, len(key))
	}
	return n
}()

// roleOf returns the role of a key as it was sent.
func roleOf(key string) (role, bool) {
	if len(key) > longestRole {
		return role{}, false
	}
	r, ok := roles[key]
	if !ok {
		r, ok = roles[strings.ToLower(key)]
	}
	return r, ok
}

// specials remembers, while the attributes of a record pass by, which of them
// is the source of each special attribute.
type specials struct {
	best [targets]candidate
}

type candidate struct {
	found bool
	rank  int
	exact bool // spelled as in the list; wins against another spelling (inferred)
	index int  // in the record's attributes
}

// offer considers the attribute at index. A null is no source. In the
// flattened model an array is used as content, as JSON text (inferred); objects
// are no attributes there. For loglevel, arrays and objects are passed over
// (inferred).
func (s *specials) offer(index int, a attribute, structure Structure) {
	r, ok := roleOf(a.key)
	switch {
	case !ok || a.value[0] == 'n':
		return
	case r.target == asContent && structure == Flattened && contentKeys[r.rank] == "_raw":
		return
	case r.target == asLoglevel && (a.value[0] == '{' || a.value[0] == '['):
		return
	}
	c := candidate{found: true, rank: r.rank, exact: a.key == spelling(r), index: index}
	if b := s.best[r.target]; !b.found || c.rank < b.rank || c.rank == b.rank && c.exact && !b.exact {
		s.best[r.target] = c
	}
}

func spelling(r role) string {
	return [targets][]string{timestampKeys, loglevelKeys, contentKeys}[r.target][r.rank]
}

// took reports whether the attribute at index became a special one.
func (s *specials) took(index int) bool {
	for _, b := range s.best {
		if b.found && b.index == index {
			return true
		}
	}
	return false
}
