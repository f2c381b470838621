package telemetry

import "sync/atomic"

// Counter names one number that only grows. Its name, label and meaning are in the table below.
type Counter int

// The counters.
const (
	// What came in.
	ChunkBytesIn Counter = iota
	CorruptBytes
	RecordsIn

	// What happened to the records. A chunk that is given up for a corrupt end or for panics
	// counts as one drop, because the number of its records is unknown.
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

	// What was changed in records that were sent: contents, values, keys, attributes left out,
	// arrays, maps.
	CutContent
	CutAttributeValue
	CutAttributeKey
	CutAttributeCount
	CutAttributeValueCount
	CutNesting
	BytesLeftOut
	BytesRepeated
	BadAnnotations

	// What was sent.
	Payloads
	PayloadBytesRaw
	PayloadBytesWire
	RequestsAccepted
	RequestsTransient
	RequestsMisconfigured
	RequestsTooLarge
	RequestsRejected
	Retries
	PayloadsSplit
	BreakerOpened
	EndpointMoves

	// What was kept.
	DeadLetterKept
	DeadLetterLost
	LedgerForgotten

	// What was returned to Fluent Bit.
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

// NameRecordsDropped is the Name of every Sample that counts lost records. The label is the reason.
const NameRecordsDropped = "records_dropped"

const (
	dropped  = NameRecordsDropped
	cut      = "records_cut"
	requests = "requests"
	flushes  = "flushes"

	droppedHelp = "Records that were not delivered and will not be sent again, by reason."
	cutHelp     = "Contents, values, keys, attributes and arrays that were cut or left out before " +
		"sending, by reason. Where Dynatrace has a value of dt.ingest.warnings for it, that is the " +
		"reason's name."
	requestsHelp = "HTTP requests, by the cause of their response, or of the lack of one."
	flushesHelp  = "Chunks returned to Fluent Bit, by return value."
)

// counters is the one table of all counters: metric name, label, its value, help.
var counters = [counterCount]counterInfo{
	ChunkBytesIn: {"chunk_bytes_in", "", "", "Bytes of the chunks that Fluent Bit passed in."},
	CorruptBytes: {"corrupt_bytes", "", "", "Bytes of chunks that could not be read."},
	RecordsIn:    {"records_in", "", "", "Records read from chunks."},

	RecordsAccepted: {"records_accepted", "", "",
		"Records that Dynatrace accepted; a record that was sent again counts again."},
	RecordsNotRepeated: {"records_not_repeated", "", "",
		"Records of a retried chunk that were not sent again, because they were settled before."},
	RecordsRestamped: {"records_restamped", "", "",
		"Records that are too old for Dynatrace and were sent with the current time."},

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

	BytesLeftOut: {"bytes_left_out", "", "", "Bytes of fields that were not sent because of a " +
		"mapping, include, exclude or drop_empty; keys and values as in the chunk."},
	BytesRepeated: {"bytes_repeated", "", "", "Bytes of texts that were not sent because the " +
		"content of their record is the same."},
	BadAnnotations: {"bad_annotations", "", "",
		"Records of pods whose annotation metadata.dynatrace.com could not be read."},

	Payloads:         {"payloads", "", "", "Payloads that Dynatrace accepted."},
	PayloadBytesRaw:  {"payload_bytes_raw", "", "", "Bytes of those payloads before compression."},
	PayloadBytesWire: {"payload_bytes_wire", "", "", "Bytes of those payloads as sent."},

	RequestsAccepted:      {requests, "outcome", "accepted", requestsHelp},
	RequestsTransient:     {requests, "outcome", "transient", requestsHelp},
	RequestsMisconfigured: {requests, "outcome", "misconfigured", requestsHelp},
	RequestsTooLarge:      {requests, "outcome", "too_large", requestsHelp},
	RequestsRejected:      {requests, "outcome", "rejected", requestsHelp},

	Retries: {"retries", "", "", "Requests that repeated an earlier one within the same flush."},
	PayloadsSplit: {"payloads_split", "", "",
		"Payloads that the server rejected and that were sent again in parts."},
	BreakerOpened: {"breaker_opened", "", "",
		"Times that the breaker opened: sending stopped because the destination failed."},
	EndpointMoves: {"endpoint_moves", "", "",
		"Times that sending moved from one of several endpoints to another, there and back."},

	DeadLetterKept: {"dead_letter_kept", "", "",
		"Dropped records that were written to dead_letter_file."},
	DeadLetterLost: {"dead_letter_lost", "", "",
		"Dropped records that could not be written to dead_letter_file."},
	LedgerForgotten: {"ledger_forgotten", "", "", "Chunks accepted in part for which that is no " +
		"longer known: the accepted part can arrive twice."},

	FlushesOK:    {flushes, "outcome", "ok", flushesHelp},
	FlushesRetry: {flushes, "outcome", "retry", flushesHelp},
	FlushesError: {flushes, "outcome", "error", flushesHelp},
	Panics: {"panics", "", "",
		"Panics caught inside the plugin; each one is a defect to report."},
}

// Counters holds every Counter, each at 0 from the start, so a dashboard shows a reason before it
// first occurs. The zero value is ready to use. All methods are safe for concurrent use. Its size
// is fixed.
type Counters struct {
	totals [counterCount]atomic.Uint64
}

// Add raises counter by n.
func (c *Counters) Add(counter Counter, n uint64) { c.totals[counter].Add(n) }

// Get returns the total of counter.
func (c *Counters) Get(counter Counter) uint64 { return c.totals[counter].Load() }

// LabelValue returns the value of the counter's label, which for a dropped record is the reason. It
// is "" for a counter without a label.
func (c Counter) LabelValue() string { return counters[c].value }

// Sample is the value of one counter. Label and LabelValue are empty for a counter without a label.
type Sample struct {
	Counter           Counter
	Name              string
	Label, LabelValue string
	Help              string
	Total             uint64
}

// Snapshot returns all counters in the order of their declaration, so those with the same name are
// adjacent. The totals are read one after the other, not at one instant.
func (c *Counters) Snapshot() []Sample {
	samples := make([]Sample, counterCount)
	for i := range samples {
		counter := Counter(i)
		info := counters[counter]
		samples[i] = Sample{counter, info.name, info.label, info.value, info.help, c.Get(counter)}
	}
	return samples
}
