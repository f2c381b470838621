package telemetry

import "sync/atomic"

// Counter names one number that only grows. Its name, label and meaning stand in the table below.
type Counter int

const (
	// What came in.
	ChunkBytesIn Counter = iota
	CorruptBytes
	RecordsIn

	// What became of the records. A chunk given up for a corrupt end or for panics counts as one drop, since nobody knows how
	// many records it held.
	RecordsAccepted
	RecordsNotRepeated
	RecordsRestamped
	DroppedRejected
	DroppedTimeRange
	DroppedTooLarge
	DroppedPartialSuccess
	DroppedTooOld
	DroppedCorruptChunk
	DroppedNotAnEvent
	DroppedPoison

	// What was changed in records that were sent: contents, values, keys, attributes left out, arrays, maps.
	CutContent
	CutAttributeValue
	CutAttributeKey
	CutAttributeCount
	CutAttributeValueCount
	CutNesting
	BytesLeftOut
	BadAnnotations

	// What went over the wire.
	Payloads
	PayloadBytesRaw
	PayloadBytesWire
	RequestsAccepted
	RequestsMoment
	RequestsEnvironment
	RequestsTooLarge
	RequestsData
	Retries

	PayloadsSplit
	GateClosed
	EndpointMoves
	// What was kept aside.
	DeadLetterKept
	DeadLetterLost
	LedgerForgotten
	// What was answered to Fluent Bit.
	FlushesOK
	FlushesRetry
	FlushesError
	Panics

	counterCount
)

// counterInfo describes a Counter: the metric name, at most one label, and what it counts.
type counterInfo struct {
	name, label, value, help string
}

// NameRecordsDropped is the Name of every Sample that counts records lost.
const NameRecordsDropped = "records_dropped"

const (
	dropped  = NameRecordsDropped
	cut      = "records_cut"
	requests = "requests"
	flushes  = "flushes"

	droppedHelp  = "Records that were not delivered and will not be tried again, by reason."
	cutHelp      = "Contents, values, keys, attributes and arrays cut or left out before they were sent, by reason. Named after the values of dt.ingest.warnings where Dynatrace has one."
	requestsHelp = "HTTP requests, by what the answer (or the lack of one) meant."
	flushesHelp  = "Chunks handed back to Fluent Bit, by answer."
)

var counters = [counterCount]counterInfo{
	ChunkBytesIn: {"chunk_bytes_in", "", "", "Bytes of chunks handed over by Fluent Bit."},
	CorruptBytes: {"corrupt_bytes", "", "", "Bytes of chunks that could not be read."},
	RecordsIn:    {"records_in", "", "", "Records read from chunks."},

	RecordsAccepted:    {"records_accepted", "", "", "Records that Dynatrace took; those that were sent again count again."},
	RecordsNotRepeated: {"records_not_repeated", "", "", "Records of a chunk that came again which were not sent again, since they were settled before."},
	RecordsRestamped:   {"records_restamped", "", "", "Records older than Dynatrace takes that were sent with the current time."},

	DroppedRejected:       {dropped, "reason", "rejected", droppedHelp},
	DroppedTimeRange:      {dropped, "reason", "rejected_time_range", droppedHelp},
	DroppedTooLarge:       {dropped, "reason", "too_large", droppedHelp},
	DroppedPartialSuccess: {dropped, "reason", "partial_success", droppedHelp},
	DroppedTooOld:         {dropped, "reason", "too_old", droppedHelp},
	DroppedCorruptChunk:   {dropped, "reason", "corrupt_chunk", droppedHelp},
	DroppedNotAnEvent:     {dropped, "reason", "not_an_event", droppedHelp},
	DroppedPoison:         {dropped, "reason", "poison", droppedHelp},

	CutContent:             {cut, "reason", "content_trimmed", cutHelp},
	CutAttributeValue:      {cut, "reason", "attr_val_size_trimmed", cutHelp},
	CutAttributeKey:        {cut, "reason", "attr_key_trimmed", cutHelp},
	CutAttributeCount:      {cut, "reason", "attr_count_trimmed", cutHelp},
	CutAttributeValueCount: {cut, "reason", "attr_val_count_trimmed", cutHelp},
	CutNesting:             {cut, "reason", "nesting_as_text", cutHelp},

	BytesLeftOut:   {"bytes_left_out", "", "", "Bytes of fields that were not sent, because of a mapping, include, exclude or drop_empty; keys and values as they stand in the chunk."},
	BadAnnotations: {"bad_annotations", "", "", "Records of pods whose annotation metadata.dynatrace.com could not be read."},

	Payloads:            {"payloads", "", "", "Payloads that Dynatrace took."},
	PayloadBytesRaw:     {"payload_bytes_raw", "", "", "Bytes of those payloads before compression."},
	PayloadBytesWire:    {"payload_bytes_wire", "", "", "Bytes of those payloads as sent."},
	RequestsAccepted:    {requests, "outcome", "accepted", requestsHelp},
	RequestsMoment:      {requests, "outcome", "moment", requestsHelp},
	RequestsEnvironment: {requests, "outcome", "environment", requestsHelp},
	RequestsTooLarge:    {requests, "outcome", "too_large", requestsHelp},
	RequestsData:        {requests, "outcome", "data", requestsHelp},
	Retries:             {"retries", "", "", "Requests that repeated an earlier one within the same flush."},
	PayloadsSplit:       {"payloads_split", "", "", "Payloads that the server refused and that were sent again in parts."},
	EndpointMoves:       {"endpoint_moves", "", "", "Times that sending moved from one of several endpoints to another, there and back."},
	GateClosed:          {"gate_closed", "", "", "Times that sending was held back because the destination was in trouble."},

	DeadLetterKept:  {"dead_letter_kept", "", "", "Refused records that were written to dead_letter_file."},
	DeadLetterLost:  {"dead_letter_lost", "", "", "Refused records that could not be written to dead_letter_file."},
	LedgerForgotten: {"ledger_forgotten", "", "", "Chunks accepted in part of which that is not known any more: the part can arrive twice."},

	FlushesOK:    {flushes, "outcome", "ok", flushesHelp},
	FlushesRetry: {flushes, "outcome", "retry", flushesHelp},
	FlushesError: {flushes, "outcome", "error", flushesHelp},
	Panics:       {"panics", "", "", "Panics caught inside the plugin; each one is a defect to report."},
}

// Counters holds every Counter, each at 0 from the start, so that a dashboard sees a reason before it first strikes.
// The zero value is ready. All methods are safe for concurrent use. Its size is fixed.
type Counters struct {
	totals [counterCount]atomic.Uint64
}

// Add raises counter by n.
func (c *Counters) Add(counter Counter, n uint64) { c.totals[counter].Add(n) }

// Get returns the total of counter.
func (c *Counters) Get(counter Counter) uint64 { return c.totals[counter].Load() }

// Sample is one counter at one moment. Label and LabelValue are empty for a counter without a label.
type Sample struct {
	Counter           Counter
	Name              string
	Label, LabelValue string
	Help              string
	Total             uint64
}

// Snapshot returns all counters in the order of their declaration; those that share a name stand together. The totals are
// read one after the other, not at one instant.
func (c *Counters) Snapshot() []Sample {
	samples := make([]Sample, counterCount)
	for i := range samples {
		counter := Counter(i)
		info := counters[counter]
		samples[i] = Sample{counter, info.name, info.label, info.value, info.help, c.Get(counter)}
	}
	return samples
}
