package record

import "unsafe"

// mostHidden bounds the texts of a record that Hide hides.
const mostHidden = 8

// hidden are the texts that maps leave out when they are flattened.
type hidden struct {
	texts [mostHidden][]byte
	size  int
}

// Hide leaves a text out of the maps of this record that are flattened from now on, because the
// record has it under another name. The text is known by its place in memory, not by its value. It
// reports false if the text is empty, or if too many are hidden already: then the text stays.
func (h *hidden) Hide(text []byte) bool {
	if len(text) == 0 || h.size == mostHidden {
		return false
	}
	h.texts[h.size] = text
	h.size++
	return true
}

// hides reports whether a text is hidden.
func (h *hidden) hides(text []byte) bool {
	for _, t := range h.texts[:h.size] {
		if len(t) == len(text) && unsafe.SliceData(t) == unsafe.SliceData(text) {
			return true
		}
	}
	return false
}

// release drops what was hidden last.
func (h *hidden) release() { *h = hidden{} }
