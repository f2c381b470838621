package mapping

import (
	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// level searches the fields of a record for the log level.
type level struct {
	best candidate
	// numbers lets numbers name a level, and renames the field that names the level to
	// log.raw_level.
	numbers bool
}

// lastRank is the rank of a level that any other level takes precedence over.
const lastRank = 1 << 9

var rawLevelKey = []byte("log.raw_level")

// of returns the level that a scalar names, or "". If words is set, a single letter or a number
// names no level.
func (l *level) of(tok chunk.Token, words bool) string {
	if tok.Kind == chunk.String {
		if len(tok.Data) > 1 || !words {
			if name := severity(tok.Data); name != "" {
				return name
			}
		}
		if len(tok.Data) > 2 {
			return ""
		}
	}
	if words || !l.numbers {
		return ""
	}
	return loggerLevel(source.Number(tok, 60))
}

// isBetter reports whether a level of a rank is better than the one found so far.
func (l *level) isBetter(rank uint8) bool {
	return l.best.rank == 0 || uint16(rank) < l.best.rank
}

// consider keeps a field that names a better level, and turns the one that it displaces into an
// ordinary attribute. It reports whether it took the field.
func (l *level) consider(e *event, r *role, at int, tok chunk.Token) bool {
	if !l.isBetter(r.levelRank) {
		return false
	}
	name := l.of(tok, r.words)
	if name == "" {
		return false
	}
	e.displace(&l.best)
	l.best = candidate{rank: uint16(r.levelRank), at: at, name: name}
	return true
}

// takeInPlace takes the level from a value whose field stays an attribute.
func (l *level) takeInPlace(e *event, rank uint8, name string, tok chunk.Token) {
	e.displace(&l.best)
	l.best = candidate{rank: uint16(rank), at: inPlace, name: name, text: tok}
}

// takeLast makes a field the level if nothing else names one.
func (l *level) takeLast(at int, name string) bool {
	if l.best.rank != 0 || name == "" {
		return false
	}
	l.best = candidate{rank: lastRank, at: at, name: name}
	return true
}

// isFound reports whether the record has a level.
func (l *level) isFound() bool { return l.best.rank != 0 }

// finish sets the level that was found. It is called only if there is one: a record without a level
// gets none from the server either, see record.Builder.SettleLevelLike.
func (l *level) finish(e *event, rec *record.Record) {
	best := &l.best
	rec.Level = best.name
	says := func(tok chunk.Token) bool {
		return tok.Kind == chunk.String && ascii.EqualFold(tok.Data, best.name)
	}
	if best.at == inPlace {
		if l.numbers && !says(best.text) {
			e.out.Add(rawLevelKey, best.text, nil, 1)
		}
		return
	}
	key, tok := e.scalar(best.at)
	switch r := record.Reserved(key); {
	case l.numbers, r == record.OwnField, r == record.OwnLevel, r == record.ServerField:
		if !says(tok) {
			e.addAgain(best.at, rawLevelKey)
		}
	default:
		e.out.Add(e.out.Lowered(key), tok, nil, 1)
	}
}
