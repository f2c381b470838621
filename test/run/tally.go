package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// compared is how many bytes of a content are compared; the rest of longer ones counts as a length,
// over all contents together. A content of this length fits a request whatever it holds (a control
// character takes six bytes of JSON, a request 9.5 MB); the plugin may have to cut a longer one.
const compared = 1_000_000

// tally counts lines and adds up hashes of their contents. Two tallies of the same lines are equal
// whatever the order: an agent with several workers promises none. Its size does not depend on what
// it has seen.
type tally struct {
	lines int64
	text  int64 // bytes of the contents
	sum   uint64
}

// add takes a line without its end, as Dynatrace can store it: each byte that is not part of valid
// UTF-8 counts as U+FFFD. Zero bytes at the start are left out, because tail leaves them out where
// a read happens to begin with them. A byte order mark at the start and carriage returns at the end
// are no part of a content.
func (t *tally) add(line []byte) {
	for len(line) > 0 && line[0] == 0 {
		line = line[1:]
	}
	line = bytes.TrimPrefix(line, []byte("\ufeff"))
	line = bytes.TrimRight(line, "\r")
	if !utf8.Valid(line) {
		line = []byte(string([]rune(string(line))))
	}
	t.lines++
	t.text += int64(len(line))
	t.sum += xxhash.Sum64(line[:min(len(line), compared)])
}

// shownRecords is how many stored records are shown, at even distances.
const shownRecords = 4

// store is an ingest.Store that counts records and keeps a few to show. Its size does not depend on
// how many it is given.
type store struct {
	total int64 // how many are expected

	mu    sync.Mutex
	tally tally
	shown []json.RawMessage
	last  time.Time // of the last Put
}

// Put implements ingest.Store.
func (s *store) Put(records []json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range records {
		var r struct {
			Content string `json:"content"`
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("a stored record cannot be read: %w", err)
		}
		if shown := int64(len(s.shown)); shown < shownRecords && s.tally.lines >= shown*s.total/shownRecords {
			s.shown = append(s.shown, append(json.RawMessage(nil), raw...))
		}
		s.tally.add([]byte(r.Content))
	}
	s.last = time.Now()
	return nil
}

// tallied is the tally so far.
func (s *store) tallied() tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally
}
