package batch

import "out_dynatrace/plugin/record"

// addCut adds a record that is too large for a payload of its own, as the only record of the open body: its content is cut
// first, then attributes are left out from the end. An empty record always fits, since MaxBytes is far larger than one.
func (b *Builder) addCut(r *record.Record) {
	if content := r.Content; len(content) > 0 {
		r.Content = nil
		room := b.opts.MaxBytes - b.append(r)
		r.Content = content[:b.opts.Encoder.Fit(content, max(0, room))]
		b.cuts.Content++
	}
	for b.append(r) > b.opts.MaxBytes && r.Len() > 0 {
		keep := r.Len() / 2
		b.cuts.Attributes += uint64(r.Len() - keep)
		r.Truncate(keep)
	}
	b.records = 1
}
