package ingest

import (
	"maps"
	"time"
)

// Reasons why a request or a record was not taken. The first group has the
// names of "Log ingestion drop reasons"; the others are this server's own.
const (
	ReasonTooOld          = "timestamps_out_of_range"            // records older than 24 h
	ReasonEmpty           = "empty_messages"                     // no record in the request
	ReasonInvalidJSON     = "invalid_json_format"                // not JSON, or not objects
	ReasonInvalidProtobuf = "invalid_protobuf"                   // inferred
	ReasonTooLarge        = "payload_byte_size_limit"            // over Limits.RequestBytes
	ReasonExpanded        = "internal_buffer_size_limit_reached" // over Limits.ExpandedBytes
	ReasonTooMany         = "event_count_limit"                  // over Limits.Records
	ReasonInvalidUTF8     = "invalid_utf8"
	ReasonInvalidGzip     = "invalid_gzip"
	ReasonBadBody         = "unreadable_body" // the client broke off
	ReasonContentType     = "unsupported_content_type"
	ReasonEncoding        = "unsupported_content_encoding"
	ReasonParameters      = "invalid_parameters"
	ReasonNoToken         = "no_token"
	ReasonUnknownToken    = "unknown_token"
	ReasonTokenScheme     = "wrong_token_scheme" // a platform token as Api-Token, or the reverse
	ReasonTokenScope      = "missing_scope"
	ReasonPath            = "unknown_path"
	ReasonMethod          = "wrong_method"
	ReasonRefused         = "refused_text"          // an event holds a text of Options.Refuse
	ReasonStore           = "store_full"            // Store.Put failed
	ReasonTimeFormat      = "unreadable_timestamps" // of a OneAgent
	ReasonFault           = "fault"                 // a scripted fault answered without storing
)

// Stats count what has happened since the start or the last [Server.Reset].
type Stats struct {
	Requests       int // every request to any path
	IngestRequests int // POST requests to the ingest path
	Faults         int // requests that took a fault
	Connections    int // connections accepted by Start and StartTLS

	// ByStatus counts answers by status, of all paths; 0 stands for requests
	// that were cut without a complete answer.
	ByStatus map[int]int

	RecordsReceived   int   // records in requests that could be parsed
	RecordsStored     int   // records given to the store
	BytesWire         int64 // body bytes of ingest requests as sent, without headers
	BytesUncompressed int64 // the same after decompression

	// Trims counts stored records by value of dt.ingest.warnings.
	Trims map[string]int
	// RejectedRequests counts requests refused as a whole, by Reason.
	RejectedRequests map[string]int
	// RejectedRecords counts records that were parsed and not stored, by Reason.
	RejectedRecords map[string]int

	DuplicateKeys int // keys that an object of an event repeats, nested ones too
	InvalidUTF8   int // requests with a body that is not UTF-8
}

func newStats() Stats {
	return Stats{
		ByStatus:         map[int]int{},
		Trims:            map[string]int{},
		RejectedRequests: map[string]int{},
		RejectedRecords:  map[string]int{},
	}
}

func (s Stats) clone() Stats {
	s.ByStatus = maps.Clone(s.ByStatus)
	s.Trims = maps.Clone(s.Trims)
	s.RejectedRequests = maps.Clone(s.RejectedRequests)
	s.RejectedRecords = maps.Clone(s.RejectedRecords)
	return s
}

// Exchange describes one request and its answer, for [Options.Observe]. It
// holds no secret.
type Exchange struct {
	Time     time.Time // of arrival, by Options.Now
	Duration time.Duration
	Method   string
	Path     string
	Ingest   bool   // a POST to an ingest path
	OTLP     bool   // to that of OTLP
	Status   int    // 0: cut without a complete answer
	Reason   string // why the request was refused as a whole
	Message  string // the message of the answer, or what could not be read
	Token    string // public part of the token
	Fault    string // text form of the fault it took
	// ContentType is what the request says of its body, or its query in the header's place.
	ContentType string

	Wire         int64 // body bytes as sent
	Uncompressed int64
	Received     int // records parsed
	Stored       int
	Rejected     map[string]int // records by Reason
	Trims        map[string]int // records by value of dt.ingest.warnings
	Duplicates   int            // repeated JSON keys
}

// add counts an exchange.
func (s *Stats) add(e *Exchange) {
	s.Requests++
	s.ByStatus[e.Status]++
	if e.Reason != "" {
		s.RejectedRequests[e.Reason]++
	}
	if !e.Ingest {
		return
	}
	s.IngestRequests++
	if e.Fault != "" {
		s.Faults++
	}
	s.RecordsReceived += e.Received
	s.RecordsStored += e.Stored
	s.BytesWire += e.Wire
	s.BytesUncompressed += e.Uncompressed
	s.DuplicateKeys += e.Duplicates
	if e.Reason == ReasonInvalidUTF8 {
		s.InvalidUTF8++
	}
	for k, n := range e.Trims {
		s.Trims[k] += n
	}
	for k, n := range e.Rejected {
		s.RejectedRecords[k] += n
	}
}

// refuse notes why the request is refused as a whole and returns the answer.
func (e *Exchange) refuse(status int, reason, message string) answer {
	e.Reason, e.Message = reason, message
	return errorAnswer(status, message)
}
