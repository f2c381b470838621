package batch

import "out_dynatrace/plugin/record"

// addCut adds a record that is too large for a payload of its own, as the only record of the open body. What is in the way
// goes: the largest attributes, so that the short ones which tie it to its source stay, until half of the body is left for the content, or
// all of it fits; then the content is cut to the room that there is. An empty record always fits, since MaxBytes is far larger than one.
func (b *Builder) addCut(r *record.Record) {
	content := r.Content
	r.Content = content[:b.opts.Encoder.Fit(content, b.most/2)]
	if r.Group != nil && b.append(r) > b.most {
		r.Inline()
	}
	for b.append(r) > b.most && r.Len() > 0 {
		drop := max(1, r.Len()/16)
		b.cuts.Attributes += uint64(drop)
		r.DropLargest(drop)
	}
	r.Content = nil
	room := b.most - b.append(r)
	r.Content = content[:b.opts.Encoder.Fit(content, max(0, room))]
	if len(r.Content) < len(content) {
		b.cuts.Content++
	}
	b.append(r)
	b.records = 1
}
