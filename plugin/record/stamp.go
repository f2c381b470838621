package record

import (
	"strconv"
	"time"

	"out_dynatrace/plugin/chunk"
)

const (
	// originalTime is where a record that is sent with another time keeps its own.
	originalTime = "log.original_timestamp"
	// recordUID is the name that OpenTelemetry's semantic conventions give to the unique id of a log record.
	recordUID = "log.record.uid"
)

// Restamp gives a record the time now, and keeps its own, as RFC 3339 in UTC, in the attribute log.original_timestamp.
func (m *Mapper) Restamp(rec *Record, now time.Time) {
	start := len(m.scratch)
	m.scratch = time.Unix(rec.Time.Sec, int64(rec.Time.Nsec)).UTC().AppendFormat(m.scratch, time.RFC3339Nano)
	m.set(rec, originalTime, m.scratch[start:len(m.scratch):len(m.scratch)])
	rec.Time = chunk.Time{Sec: now.Unix(), Nsec: uint32(now.Nanosecond()), Known: true}
	rec.Restamped = true
}

// Identify gives a record the attribute log.record.uid, made of the hash of its chunk and its position in it: both are the same
// on every attempt to send it.
func (m *Mapper) Identify(rec *Record, hash uint64, position int) {
	start := len(m.scratch)
	for shift := 60; shift >= 0; shift -= 4 {
		m.scratch = append(m.scratch, "0123456789abcdef"[hash>>shift&15])
	}
	m.scratch = append(m.scratch, '-')
	m.scratch = strconv.AppendInt(m.scratch, int64(position), 10)
	m.set(rec, recordUID, m.scratch[start:len(m.scratch):len(m.scratch)])
}

// set adds an attribute of the plugin's own to a mapped record, before those of the event, so that they stay when others have to
// make room: the last one of the event does where the limit of attributes is reached.
func (m *Mapper) set(rec *Record, key string, text []byte) {
	if m.count >= m.opts.Limits.Attributes && m.count > m.stamps {
		rec.Cuts[CutAttributes]++
		m.truncate(rec, m.count-1)
	}
	start := len(m.scratch)
	m.scratch = append(m.scratch, key...)
	stamp := Attribute{Value: Value{Kind: String, Text: text}}
	stamp.Key = m.unique(m.scratch[start:len(m.scratch):len(m.scratch)], stamp.Value, false)
	m.count++
	rec.Attributes = append(rec.Attributes, stamp)
	last := len(rec.Attributes) - 1
	copy(rec.Attributes[m.stamps+1:], rec.Attributes[m.stamps:last])
	rec.Attributes[m.stamps] = stamp
	for i := range rec.Runs {
		rec.Runs[i].At++
	}
	rec.stamps++
	m.stamps++
}
