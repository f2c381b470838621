package deliver

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	jsoniter "github.com/json-iterator/go"
)

// maxViolations bounds the constraint violations that a message repeats.
const maxViolations = 3

// envelope is every JSON answer known of the log ingest API. Errors come as "error"; success as
// "details" in the API reference and as "success" in what clients have seen.
type envelope struct {
	Error *struct {
		Message    string `json:"message"`
		Violations []struct {
			Path    string `json:"path"`
			Message string `json:"message"`
		} `json:"constraintViolations"`
	} `json:"error"`
	Details *struct {
		Message string `json:"message"`
	} `json:"details"`
	Success *struct {
		Message string `json:"message"`
	} `json:"success"`
	// Message is that of other servers, a google.rpc.Status in JSON among them.
	Message string `json:"message"`
	// PartialSuccess is the whole of an answer to OTLP in JSON.
	PartialSuccess *struct {
		Rejected json.Number `json:"rejectedLogRecords"` // OTLP writes it in quotes
		Message  string      `json:"errorMessage"`
	} `json:"partialSuccess"`
}

// message returns the server's own text in an envelope, or "".
func (e *envelope) message() string {
	switch {
	case e.Error != nil:
		parts := []string{e.Error.Message}
		for i, violation := range e.Error.Violations {
			if i == maxViolations {
				break
			}
			parts = append(parts, violation.Path+": "+violation.Message)
		}
		return strings.Join(parts, "; ")
	case e.Details != nil:
		return e.Details.Message
	case e.Success != nil:
		return e.Success.Message
	}
	return e.Message
}

// isOfTheLogAPI reports whether an envelope is one that only the log ingest API sends.
func (e *envelope) isOfTheLogAPI() bool {
	return e.Error != nil || e.Details != nil || e.Success != nil
}

// parseEnvelope reads a JSON answer; nil if it is not one.
func parseEnvelope(body []byte) *envelope {
	body = trim(body)
	if len(body) == 0 || body[0] != '{' {
		return nil
	}
	var e envelope
	if err := jsoniter.Unmarshal(body, &e); err != nil {
		return nil
	}
	return &e
}

// isOfTheAPI reports whether an answer is one that only the log ingest API gives.
func isOfTheAPI(a Answer) bool {
	switch {
	case a.Status == 0 || a.Err != nil || isCompressed(a.Header):
		return false
	case a.Status == http.StatusNoContent || a.OTLP && isProtobuf(a.Header):
		return true
	}
	e := parseEnvelope(a.Body)
	return e != nil && (e.isOfTheLogAPI() || e.PartialSuccess != nil)
}

// isSuccessEnvelope reports whether a body is one of the two known answers to a payload that was
// accepted in part.
func isSuccessEnvelope(header http.Header, body []byte) bool {
	if isCompressed(header) {
		return false
	}
	e := parseEnvelope(body)
	return e != nil && (e.Details != nil || e.Success != nil)
}

// rejectedCounts finds numbers such as in "2 events were not ingested because of timestamp out of
// correct time range".
var rejectedCounts = regexp.MustCompile(`(?i)\b([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9}) ` +
	`(?:log )?(?:event|record|log)(?:s|\(s\))? ` +
	`(?:was|were|have been|has been) (?:not|rejected|dropped|refused)`)

// rejectedCount adds up the records that a server's text says it rejected; 0 if it gives no number.
func rejectedCount(text string) int {
	total := 0
	for _, match := range rejectedCounts.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(strings.ReplaceAll(match[1], ",", "")); err == nil {
			total += n
		}
	}
	return total
}

// taken reads an ExportLogsServiceResponse, which is empty when everything was taken, in either
// encoding: some servers prefer JSON whatever they were sent. ok is false for any other answer.
func taken(a *Answer) (rejected int, message string, ok bool) {
	if isProtobuf(a.Header) || len(a.Body) == 0 {
		rejected, message, err := partialSuccess(a.Body)
		return rejected, message, err == nil
	}
	e := parseEnvelope(a.Body)
	if isCompressed(a.Header) || e == nil || e.isOfTheLogAPI() || e.Message != "" {
		return 0, "", false
	}
	if e.PartialSuccess == nil {
		return 0, "", string(trim(a.Body)) == "{}"
	}
	n, _ := e.PartialSuccess.Rejected.Int64() // "" is none
	return atLeastNone(n), e.PartialSuccess.Message, true
}
