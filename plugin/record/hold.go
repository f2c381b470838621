package record

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
)

// signs are what a record was seen to be, beside the fields that are held.
type signs uint8

const (
	streamSign   signs = 1 << iota // a line of a container's output
	journaldSign                   // a field that only journald writes
	priSign                        // a number that can be syslog's facility and severity
	inGroup                        // a record of an OTLP group
	elsewhere                      // a host.name of another machine, which is not sent
	otherPod                       // a name of a pod, which is not sent
)

// held are the fields of the record in hand that wait for its end.
type held struct {
	mask uint32
	raw  [numSlots][]byte // key and value, in the chunk
	at   [numSlots]int    // their positions in the body
	// hashes are those of raw; 0 is a field that is too long to be remembered.
	hashes [numSlots]uint64
}

func (h *held) has(s slot) bool { return h.mask&(1<<s) != 0 }

func (m *Mapper) hold(s slot, hash uint64, at int, raw []byte) {
	h := &m.held
	h.mask |= 1 << s
	h.hashes[s], h.raw[s], h.at[s] = hash, raw, at
}

// heldText returns the value of a held field as text.
func (m *Mapper) heldText(s slot) []byte {
	if !m.held.has(s) {
		return nil
	}
	c := chunk.NewCursor(m.held.raw[s])
	_ = m.key(&c)
	text, _ := m.text(c.Next())
	return text
}

// shape is what the record in hand is, all told.
type shape uint8

const (
	podLog       shape = 1 << iota // a pod's, with the metadata of the kubernetes filter
	ecsLog                         // that of a container of an ECS task
	dockerLog                      // from the Docker log driver
	containerLog                   // a line of a container's output
	journal
	syslogLine
	awsHost // with the metadata of the aws filter
)

func (m *Mapper) shape() (s shape) {
	h := &m.held
	if h.has(slotKubernetes) {
		s |= podLog | containerLog
	}
	if m.signs&streamSign != 0 {
		s |= containerLog
	}
	if h.mask&(1<<slotECSCluster|1<<slotECSTask|1<<slotECSDefinition) != 0 || m.enriched.tagTask != nil {
		s |= ecsLog
	}
	if h.has(slotContainerID) && (s&ecsLog != 0 || h.has(slotContainerName) && m.signs&streamSign != 0) {
		s |= dockerLog | containerLog
	}
	if m.signs&journaldSign != 0 && m.opts.Sources&Journald != 0 {
		s |= journal
	}
	if s&journal == 0 && m.signs&priSign != 0 && h.mask&(1<<slotSyslogHost|1<<slotSyslogIdent) != 0 {
		s |= syslogLine
	}
	if m.opts.Sources&AWS != 0 && (h.has(slotZone) || h.has(slotInstance) && s&ecsLog == 0) {
		s |= awsHost
	}
	return s
}

// accepts tells whether a value is what a slot expects. c stands behind its token, and is not moved.
func accepts(s slot, tok chunk.Token, c *chunk.Cursor) bool {
	switch s {
	case slotKubernetes:
		return tok.Kind == chunk.Map && hasText(*c, tok.Num, "pod_name", "namespace_name")
	case slotNamespace:
		return tok.Kind == chunk.Map && (hasText(*c, tok.Num, "name", "") || hasMap(*c, tok.Num, "labels", "annotations"))
	case slotPID:
		if tok.Kind == chunk.Uint {
			return true
		}
	}
	if tok.Kind != chunk.String || len(tok.Data) == 0 || len(tok.Data) > longestHeld {
		return false
	}
	d := tok.Data
	switch s {
	case slotECSTask:
		return bytes.HasPrefix(d, []byte("arn:"))
	case slotInstance:
		return bytes.HasPrefix(d, []byte("i-"))
	case slotZone:
		return len(regionOf(d)) > 0
	case slotAccount:
		return len(d) == 12 && allDigits(d)
	case slotPath:
		return d[0] == '/' || len(d) > 3 && isLetter(d[0]) && d[1] == ':' && (d[2] == '\\' || d[2] == '/')
	}
	return true
}

// longestHeld bounds a text that can be a source's, in bytes: what is longer is no name of anything.
const longestHeld = 4 << 10

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func hasText(c chunk.Cursor, pairs uint64, a, b string) bool {
	return hasChild(c, pairs, chunk.String, a, b)
}

func hasMap(c chunk.Cursor, pairs uint64, a, b string) bool {
	return hasChild(c, pairs, chunk.Map, a, b)
}

// hasChild tells whether one of the next pairs has a key of two, and a value of a kind.
func hasChild(c chunk.Cursor, pairs uint64, kind chunk.Kind, a, b string) bool {
	for ; pairs > 0; pairs-- {
		key := c.Next()
		if skipElements(key, &c); key.Kind == chunk.String && (string(key.Data) == a || string(key.Data) == b) {
			if tok := c.Next(); tok.Kind == kind {
				return true
			} else {
				skipElements(tok, &c)
			}
			continue
		}
		_, _ = c.Skip(1)
	}
	return false
}

// isTrusted tells whether a key is one that only journald writes: an underscore and upper-case letters.
func isTrusted(key []byte) bool {
	for _, c := range key {
		if c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(key) > 2 && key[0] == '_'
}
