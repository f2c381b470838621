package deliver

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	jsoniter "github.com/json-iterator/go"

	"out_dynatrace/plugin/transport"
)

const (
	// maxSaid bounds what a message repeats of a server's answer or an error, in bytes.
	maxSaid = 300
	// maxVia bounds what it repeats of the name of a proxy, in bytes.
	maxVia = 100
	// maxViolations bounds the constraint violations that are repeated.
	maxViolations = 3
)

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
		text := e.Error.Message
		for i, violation := range e.Error.Violations {
			if i == maxViolations {
				break
			}
			text += "; " + violation.Path + ": " + violation.Message
		}
		return text
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
func rejectedCount(text said) int {
	total := 0
	for _, match := range rejectedCounts.FindAllStringSubmatch(string(text), -1) {
		if n, err := strconv.Atoi(strings.ReplaceAll(match[1], ",", "")); err == nil {
			total += n
		}
	}
	return total
}

// said is the one line of an answer that is worth showing, clean and bounded.
type said string

// said returns what the server says in an answer: the message of a JSON envelope, the title of a web
// page, or else the first line; "" when it says nothing.
func (a *Answer) said() said {
	body := trim(a.Body)
	switch {
	case len(body) == 0:
		return ""
	case isCompressed(a.Header):
		return said("(" + strconv.Itoa(len(body)) + " compressed bytes)")
	case isProtobuf(a.Header):
		return said(a.clean(statusText(a.Body)))
	case body[0] == '<':
		return said(a.clean("web page: " + pageTitle(string(body))))
	}
	if e := parseEnvelope(body); e != nil {
		if text := e.message(); text != "" {
			return said(a.clean(text))
		}
		return said(a.clean(string(body)))
	}
	line, _, _ := bytes.Cut(body, []byte("\n"))
	return said(a.clean(string(line)))
}

// words returns the condition that an answer says one of phrases, which are in lower case.
func words(phrases ...string) func(*Answer, said) bool {
	return func(_ *Answer, text said) bool {
		lower := strings.ToLower(string(text))
		return slices.ContainsFunc(phrases, func(phrase string) bool { return strings.Contains(lower, phrase) })
	}
}

// page is the condition that an answer is a web page for people.
func page(a *Answer, _ said) bool { return isWebPage(a.Header, a.Body) }

// pageOfProxy is the condition that such a page came by way of a proxy that repeats requests.
func pageOfProxy(a *Answer, text said) bool { return a.Via != "" && page(a, text) }

// loginWithoutBasic is the condition that a proxy offers a login, and not in the Basic form.
func loginWithoutBasic(a *Answer, _ said) bool {
	return transport.LoginCause(transport.AuthSchemes(a.Header)) == transport.ProxyAuthScheme
}

// trim removes white space and a byte order mark.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
}

func isCompressed(header http.Header) bool {
	encoding := strings.TrimSpace(header.Get("Content-Encoding"))
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// isWebPage reports whether an answer is a web page for people.
func isWebPage(header http.Header, body []byte) bool {
	if transport.IsHTML(header) {
		return true
	}
	start := bytes.ToLower(trim(body)[:min(len(trim(body)), 64)])
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

var (
	pageHeading = regexp.MustCompile(`(?i)<(?:title|h1|h2)\b[^>]*>\s*([^<]+)`)
	pageMarkup  = regexp.MustCompile(`<[^>]*>?`)
)

// pageTitle returns the title, the first heading, or else the first line of text of a web page.
func pageTitle(page string) string {
	if match := pageHeading.FindStringSubmatch(page); match != nil {
		return html.UnescapeString(match[1])
	}
	text := strings.TrimSpace(html.UnescapeString(pageMarkup.ReplaceAllString(page, "\n")))
	line, _, _ := strings.Cut(text, "\n")
	return line
}
