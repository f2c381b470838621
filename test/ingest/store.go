package ingest

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"sync"
)

// Store keeps the records of accepted requests.
type Store interface {
	// Put keeps the records of one request, all or none. The server calls it
	// from one goroutine at a time. The records share memory that is reused
	// after Put returns. An error is answered 503 "Usable space limit reached",
	// as an ActiveGate whose disk queue is full does.
	Put(records []json.RawMessage) error
}

// MemoryStore keeps every record in memory, without a bound: for tests.
type MemoryStore struct {
	mu      sync.Mutex
	records []json.RawMessage
}

// Put implements [Store].
func (m *MemoryStore) Put(records []json.RawMessage) error {
	size := 0
	for _, r := range records {
		size += len(r)
	}
	block := make([]byte, 0, size)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.Grow(m.records, len(records))
	for _, r := range records {
		start := len(block)
		block = append(block, r...)
		m.records = append(m.records, block[start:len(block):len(block)])
	}
	return nil
}

// Records returns the records in the order in which they were stored.
func (m *MemoryStore) Records() []json.RawMessage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}

// Reset forgets the records.
func (m *MemoryStore) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = nil
}

// NDJSONStore writes one record a line and keeps nothing. After every request
// the lines have left its 64 KiB buffer.
type NDJSONStore struct {
	w *bufio.Writer
}

// NewNDJSONStore returns a store that writes to w.
func NewNDJSONStore(w io.Writer) *NDJSONStore {
	return &NDJSONStore{w: bufio.NewWriterSize(w, 64<<10)}
}

// Put implements [Store].
func (s *NDJSONStore) Put(records []json.RawMessage) error {
	for _, r := range records {
		s.w.Write(r)
		s.w.WriteByte('\n')
	}
	return s.w.Flush() // reports the first error of the writes above
}

// Discard is a [Store] that keeps nothing.
type Discard struct{}

// Put implements [Store].
func (Discard) Put([]json.RawMessage) error { return nil }
