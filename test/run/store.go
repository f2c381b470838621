package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// store is an ingest.Store that counts records and keeps a few to show. Its size does not depend on how many it is given.
type store struct {
	mu    sync.Mutex
	tally tally
	show  samples
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
		content := []byte(r.Content)
		s.tally.add(content)
		s.show.offer(content, raw)
	}
	s.last = time.Now()
	return nil
}

// lines is the number of records so far.
func (s *store) lines() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally.lines
}

// state is all that is known.
func (s *store) state() (tally, []sample, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally, s.show.best(), s.last
}
