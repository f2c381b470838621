package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// ingest reads, checks, converts and stores one request and returns the answer
// it deserves.
func (s *Server) ingest(e *Exchange, r *http.Request) answer {
	a := s.take(e, r)
	if e.OTLP {
		a = otlpAnswer(e, a)
	}
	return a
}

// take is ingest with the answers of the log API.
func (s *Server) take(e *Exchange, r *http.Request) answer {
	wire := getBuffer()
	defer putBuffer(wire)
	limits := s.opts.Limits
	if e.OTLP {
		limits.RequestBytes = limits.OTLPBytes
	}
	n, readErr := readBody(wire, r, limits.RequestBytes)
	e.Wire, e.Uncompressed = n, n

	query, err := parseParameters(r.URL.RawQuery)
	if err != nil {
		return e.refuse(http.StatusBadRequest, ReasonParameters, "invalid query: "+err.Error())
	}
	attributes := r.Header.Get("X-Dynatrace-Attr")
	if s.opts.OneAgent {
		s.noteToken(e, r, query)
		attributes = "" // inferred: the header is documented for SaaS and ActiveGates only
	} else if refusal, ok := s.authenticate(e, r, query); !ok {
		return refusal
	}
	header, err := parseParameters(attributes)
	if err != nil {
		return e.refuse(http.StatusBadRequest, ReasonParameters, "invalid X-Dynatrace-Attr: "+err.Error())
	}
	structure, err := s.opts.structureOf(r, query)
	if err != nil {
		return e.refuse(http.StatusBadRequest, ReasonParameters, err.Error())
	}
	contentType := first(query, "content-type")
	if contentType == "" {
		contentType = r.Header.Get("Content-Type")
	}
	e.ContentType = cut(contentType, 100)
	kind := kindOf(contentType)
	if e.OTLP {
		kind = otlpKind(contentType)
	}
	if kind == kindUnsupported || s.opts.OneAgent && kind != kindJSON {
		return e.refuse(s.opts.UnsupportedStatus, ReasonContentType, fmt.Sprintf("unsupported Content-Type %q", cut(contentType, 100)))
	}

	switch {
	case errors.Is(readErr, errTooLarge):
		return e.refuse(http.StatusRequestEntityTooLarge, ReasonTooLarge,
			fmt.Sprintf("Message size limit of %d bytes exceeded", limits.RequestBytes))
	case readErr != nil:
		return e.refuse(http.StatusBadRequest, ReasonBadBody, "could not read the request body")
	}
	body := wire.Bytes()
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); {
	case encoding == "", encoding == "identity":
	case encoding == "gzip" && !s.opts.OneAgent:
		plain := getBuffer()
		defer putBuffer(plain)
		err := gunzip(plain, body, limits.RequestBytes)
		body = plain.Bytes()
		e.Uncompressed = int64(len(body))
		if errors.Is(err, errTooLarge) {
			status := http.StatusRequestEntityTooLarge
			if s.opts.Expanded431 {
				status = http.StatusRequestHeaderFieldsTooLarge
			}
			return e.refuse(status, ReasonTooLarge,
				fmt.Sprintf("Message size limit of %d bytes exceeded after decompression", limits.RequestBytes))
		}
		if err != nil {
			return e.refuse(http.StatusBadRequest, ReasonInvalidGzip, "the body is not valid gzip: "+err.Error())
		}
	default:
		return e.refuse(s.opts.UnsupportedStatus, ReasonEncoding, fmt.Sprintf("unsupported Content-Encoding %q", cut(encoding, 100)))
	}

	if kind != kindOTLP && !utf8.Valid(body) {
		return e.refuse(http.StatusBadRequest, ReasonInvalidUTF8, "the body is not valid UTF-8")
	}
	var events [][]byte
	if kind == kindOTLP {
		events, err = otlpEvents(body, structure, limits.Records)
	} else {
		events, err = splitEvents(body, kind, limits.Records)
	}
	switch {
	case errors.Is(err, errProtobuf):
		return e.refuse(http.StatusBadRequest, ReasonInvalidProtobuf, err.Error())
	case errors.Is(err, errTooMany):
		return e.refuse(http.StatusRequestEntityTooLarge, ReasonTooMany,
			fmt.Sprintf("Message count limit of %d events exceeded", limits.Records))
	case err != nil:
		return e.refuse(http.StatusBadRequest, ReasonInvalidJSON, err.Error())
	case len(events) == 0:
		return e.refuse(http.StatusBadRequest, ReasonEmpty, "the request holds no events")
	}
	if s.opts.OneAgent && !allShortTimes(events) {
		e.Received = len(events)
		e.reject(ReasonTimeFormat, len(events))
		return e.refuse(http.StatusBadRequest, ReasonTimeFormat, oneOrAll)
	}
	if found := s.opts.poison(events); len(found) > 0 {
		e.Received = len(events)
		e.reject(ReasonRefused, len(events))
		return e.violated(s.opts.RefuseStatus, found)
	}
	origin := e.Token
	if s.opts.OneAgent {
		origin = ""
	}
	b := newBuilder(&s.opts, structure, commonAttributes(query, header), origin)
	size := len(body)
	if kind == kindOTLP { // what all records share stands in each of them now
		b.otlp, size = true, 0
		for _, event := range events {
			size += len(event)
		}
	}
	return s.convert(e, b, events, size)
}

// convert builds the records of the events, judges the request by them, and
// stores them. size is that of the uncompressed body.
func (s *Server) convert(e *Exchange, b *builder, events [][]byte, size int) answer {
	buffer := getBuffer()
	defer putBuffer(buffer)
	out := buffer.AvailableBuffer()
	ends := make([]int, 0, len(events))
	trims := map[warningSet]int{}
	var tooNested []int
	tooOld := 0
	e.Received = len(events)
	for i, event := range events {
		var o outcome
		out, o = b.record(out, event)
		size += o.added
		if size > s.opts.Limits.ExpandedBytes {
			e.Received = 0 // it was not looked at to the end
			return e.refuse(http.StatusRequestEntityTooLarge, ReasonExpanded,
				"Message size limit exceeded after preprocessing on ingest endpoint")
		}
		e.Duplicates += o.duplicates
		if o.tooNested {
			tooNested = append(tooNested, i)
		}
		if o.tooOld {
			tooOld++
			continue
		}
		trims[o.warnings]++
		ends = append(ends, len(out))
	}
	// The buffer keeps what out has grown to, for the next request.
	*buffer = *bytes.NewBuffer(out)

	if tooOld > 0 {
		e.reject(ReasonTooOld, tooOld)
	}
	switch {
	case tooOld == len(events):
		return e.refuse(http.StatusBadRequest, ReasonTooOld, "All logs are out of correct time range.")
	case tooOld > 0 && s.opts.OldRecords == OldRejectsBatch:
		e.reject(ReasonTooOld, len(events))
		return e.refuse(http.StatusBadRequest, ReasonTooOld, oneOrAll)
	}
	records := make([]json.RawMessage, len(ends))
	start := 0
	for i, end := range ends {
		records[i] = out[start:end:end]
		start = end
	}
	if err := s.put(records); err != nil {
		e.reject(ReasonStore, len(records))
		a := e.refuse(http.StatusServiceUnavailable, ReasonStore, "Usable space limit reached")
		e.Message += ": " + err.Error()
		return a
	}
	e.Stored = len(records)
	e.Trims = map[string]int{}
	for set, n := range trims {
		for _, name := range set.names() {
			e.Trims[name] += n
		}
	}
	switch {
	case tooOld > 0:
		e.Message = fmt.Sprintf("%d events were not ingested because of timestamp out of correct time range", tooOld)
	case len(tooNested) > 0 && s.opts.TooNestedPartial:
		e.Message = "Event(s) have attributes that are too nested for records: " + indexes(tooNested)
	default:
		return answer{status: http.StatusNoContent}
	}
	return partialAnswer(s.opts.PartialBody, e.Message)
}

// indexes lists the first hundred of the numbers.
func indexes(numbers []int) string {
	text := strings.Trim(fmt.Sprint(numbers[:min(len(numbers), 100)]), "[]")
	return strings.ReplaceAll(text, " ", ", ")
}

// structureOf returns the data model of a request: query, then header, then the
// environment's. Classic and Managed know only one and ignore the others. An
// unknown value is refused (inferred).
func (o *Options) structureOf(r *http.Request, query []parameter) (Structure, error) {
	if !o.Profile.pipelines() {
		return Flattened, nil
	}
	value := first(query, "structure")
	if value == "" {
		options, err := url.ParseQuery(r.Header.Get("X-Dynatrace-Options"))
		if err != nil {
			return 0, fmt.Errorf("invalid X-Dynatrace-Options: %w", err)
		}
		value = options.Get("structure")
	}
	if value == "" {
		return o.Structure, nil
	}
	return ParseStructure(value)
}

// reject notes that n records were parsed and are not stored.
func (e *Exchange) reject(reason string, n int) {
	if e.Rejected == nil {
		e.Rejected = map[string]int{}
	}
	e.Rejected[reason] = n
}
