package ingest

import (
	"encoding/json"
	"html"
	"net/http"
	"strconv"
)

const jsonType = "application/json; charset=utf-8"

// answer is a response before it is written.
type answer struct {
	status      int
	contentType string // "" with an empty body
	body        string
	header      map[string]string
}

// errorAnswer is the documented error envelope.
func errorAnswer(status int, message string) answer {
	return answer{status: status, contentType: jsonType, body: errorEnvelope(status, message)}
}

func errorEnvelope(status int, message string) string {
	return `{"error":{"code":` + strconv.Itoa(status) + `,"message":` + string(appendString(nil, message)) + `}}`
}

// partialAnswer is the 200 of a request that was taken in part only.
func partialAnswer(shape PartialBody, message string) answer {
	name := "details"
	if shape == PartialSuccess {
		name = "success"
		message += "."
	}
	body := `{"` + name + `":{"code":200,"message":` + string(appendString(nil, message)) + `}}`
	return answer{status: http.StatusOK, contentType: jsonType, body: body}
}

// htmlPage is the page that a Jetty server puts around an error.
func htmlPage(status int, uri string) string {
	title := strconv.Itoa(status) + " " + http.StatusText(status)
	return "<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=utf-8\"/>\n" +
		"<title>Error " + title + "</title>\n</head>\n<body><h2>HTTP ERROR " + title + "</h2>\n<table>\n" +
		"<tr><th>URI:</th><td>" + html.EscapeString(uri) + "</td></tr>\n" +
		"<tr><th>STATUS:</th><td>" + strconv.Itoa(status) + "</td></tr>\n" +
		"<tr><th>MESSAGE:</th><td>" + http.StatusText(status) + "</td></tr>\n" +
		"</table>\n\n</body>\n</html>\n"
}

func (a answer) write(w http.ResponseWriter) {
	a.writeHeader(w, len(a.body))
	if a.body != "" {
		_, _ = w.Write([]byte(a.body)) // a client that left is no concern of ours
	}
}

// writeHeader announces a body of length bytes; -1 leaves the length open.
func (a answer) writeHeader(w http.ResponseWriter, length int) {
	h := w.Header()
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	if length >= 0 && a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(a.status)
}

// messageOf finds the message in a body made by this file, for the log.
func messageOf(body string) string {
	var envelope map[string]struct{ Message string }
	if json.Unmarshal([]byte(body), &envelope) == nil {
		for _, e := range envelope {
			return e.Message
		}
	}
	if body != "" && body[0] == '<' {
		return "an HTML page"
	}
	return cut(body, 120)
}
