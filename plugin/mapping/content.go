package mapping

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// content is the search for the log line.
type content struct {
	best candidate
}

// consider keeps a field that may become the content, and turns the one that it displaces into an
// ordinary attribute. The field's key is at the position at. It reports whether it took the field.
func (k *content) consider(e *event, rec *record.Record, r *role, at int, tok chunk.Token) bool {
	text, ok := e.out.Text(tok)
	if !ok {
		return false
	}
	rank := uint16(r.contentRank)
	switch {
	case len(text) == 0:
		rank += emptyContent
	case tok.Kind != chunk.String && !record.IsText(tok): // IsText alone would copy each token
		rank += otherContent
	}
	if k.best.rank != 0 && rank >= k.best.rank {
		return false
	}
	e.displace(&k.best)
	k.best.rank, k.best.at = rank, at
	rec.Content = text
	return true
}

// set makes a text that has no key the content.
func (k *content) set(rec *record.Record, text []byte) {
	k.best.rank, rec.Content = 1, text
	if len(text) == 0 {
		k.best.rank += emptyContent
	}
}

// isFound reports whether the record has a content.
func (k *content) isFound() bool { return k.best.rank != 0 }

// isEmpty reports whether no field has a content that is not empty.
func (k *content) isEmpty() bool { return k.best.rank == 0 || k.best.rank > emptyContent }

// cutLineEnd removes a line break at the end of a text. Docker keeps it in its value; the CRI does
// not.
func cutLineEnd(text []byte) []byte {
	if n := len(text) - 1; n >= 0 && text[n] == '\n' {
		return text[:n]
	}
	return text
}

// summarize makes the content of a record without a message. Its fields are attributes with their
// types, as both data models of Dynatrace keep them. The content is a summary of them, to read in a
// list: it is made of attributes that the record has, so that nothing can be in it that a mapping
// used, a limit cut, or include and exclude left out. body is the body
// of the event, and bytes bounds the summary.
func (k *content) summarize(e *event, rec *record.Record, body []byte, bytes int) {
	out := &e.out
	c := chunk.NewCursor(body)
	if root := c.Next(); root.Kind == chunk.Array { // it has no fields
		out.Content(out.JSON(body, out.Rules().Limits.ContentBytes))
		return
	}
	text := out.Summary(min(bytes, out.Rules().Limits.ContentBytes))
	if len(text) == len("{}") && k.isFound() { // an empty line of a log
		text = rec.Content[:0]
	}
	out.Content(text)
}
