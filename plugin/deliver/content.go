package deliver

import (
	"bytes"
	"html"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/transport"
)

// isProtobuf reports whether an answer is in the encoding of OTLP.
func isProtobuf(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && media == encode.ContentTypeOTLP && !isCompressed(header)
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
func pageTitle(markup string) string {
	if match := pageHeading.FindStringSubmatch(markup); match != nil {
		return html.UnescapeString(match[1])
	}
	text := strings.TrimSpace(html.UnescapeString(pageMarkup.ReplaceAllString(markup, "\n")))
	line, _, _ := strings.Cut(text, "\n")
	return line
}
