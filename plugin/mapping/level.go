package mapping

import (
	"math"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// level searches the fields of a record for the log level. A word is better than a number, whatever
// keys they have, but a weak word is worse than a number of OpenTelemetry. Of each, the better key
// decides.
type level struct {
	best candidate
	// keys are the keys by their rank in LevelKeys, from 1 on.
	keys []levelKey
	// numbers lets numbers name a level, and renames the field that names the level to
	// log.raw_level.
	numbers bool
	// open are the fields that name a level only if other fields of the record speak for it.
	open  [mostOpen]openLevel
	opens int
	// parsed and attributes are the signs of what was JSON in the content, and of the attributes
	// of an OTLP record.
	parsed, attributes source.Signs
}

// mostOpen bounds the fields of a record that wait for others. Further ones are ordinary
// attributes.
const mostOpen = 8

// openLevel is a field that may name the level.
type openLevel struct {
	at     int
	role   *role
	rank   uint16
	word   string // the level of a word, or
	number int    // a number
	scales source.Scales
}

// levelKey is how the values of a key can name the level.
type levelKey struct {
	// plain reports that only a plain word is a level here: a status of "A" is seldom an alert.
	plain   bool
	numbers source.Scales // on which numbers can be
}

func newLevelKeys(keys []string) []levelKey {
	list := make([]levelKey, 1, len(keys)+1)
	for _, key := range keys {
		isStatus := record.Reserved([]byte(key)) == record.ServerField
		list = append(list, levelKey{plain: isStatus, numbers: scalesOf(key)})
	}
	return list
}

// reset begins a record.
func (l *level) reset() {
	l.best.rank, l.opens = 0, 0
	l.parsed, l.attributes = 0, 0
}

// The rank of a level in the attributes of an OTLP record has attributeRank added: the fields of
// the body are better. The others are added to ranks so that plain words and those of loggers are
// better than numbers of OpenTelemetry, whose scale is sure, these better than weak words, and
// those better than other numbers.
const (
	attributeRank = 1 << 7
	otelRank      = 1 << 8
	weakRank      = 1 << 9
	numberRank    = 1 << 10
	// someRank is the rank of a key that is a level in the records of some kinds only.
	someRank = 1<<11 - 1
	// lastRank is the rank of a level that any other level takes precedence over.
	lastRank = 1 << 11
)

var rawLevelKey = []byte("log.raw_level")

// wordOf returns the level of a text under a listed key, or "", and what it adds to the rank of the
// key.
func (k *levelKey) wordOf(text []byte) (name string, add uint16) {
	if k.plain {
		if len(text) < 2 {
			return "", 0
		}
		return severity(text, plainWord), 0
	}
	switch word := findSeverity(text, loneWord); {
	case word.some:
		return "", 0
	case word.isWeak():
		return word.name, weakRank
	default:
		return word.name, 0
	}
}

// numberRank returns what a number under a listed key adds to the rank of the key.
func (k *levelKey) numberRank() uint16 {
	if k.numbers == source.OTelNumber {
		return otelRank
	}
	return numberRank
}

// isBetter reports whether a level of a rank is better than the one found so far.
func (l *level) isBetter(rank uint16) bool { return l.best.rank == 0 || rank < l.best.rank }

// consider keeps a field that names a better level, or may name one, and turns the one that it
// displaces into an ordinary attribute. It reports whether it took the field.
func (l *level) consider(e *event, r *role, at int, tok chunk.Token) bool {
	if r.levelRank == 0 {
		return l.numbers && l.considerSome(r, at, tok)
	}
	k, rank := &l.keys[r.levelRank], uint16(r.levelRank)
	if at >= metaAt {
		rank += attributeRank
	}
	if tok.Kind == chunk.String && l.isBetter(rank) {
		if name, add := k.wordOf(tok.Data); name != "" {
			if !l.isBetter(rank + add) {
				return false
			}
			l.take(e, rank+add, at, name)
			return true
		}
	}
	return l.numbers && k.numbers != 0 && l.considerNumber(r, rank+k.numberRank(), at, tok)
}

// considerNumber keeps a number until the scale is known.
func (l *level) considerNumber(r *role, rank uint16, at int, tok chunk.Token) bool {
	if !l.isBetter(rank) {
		return false
	}
	n := source.Number(tok, mostLevel)
	scales := l.keys[r.levelRank].numbers
	return n >= 0 && l.wait(openLevel{at: at, role: r, rank: rank, number: n, scales: scales})
}

// considerSome keeps the value of a key that names the level in the records of some kinds.
func (l *level) considerSome(r *role, at int, tok chunk.Token) bool {
	some := r.some
	open := openLevel{at: at, role: r, rank: someRank, scales: some.words}
	if tok.Kind == chunk.String {
		open.word = some.word(tok.Data)
	}
	if open.word == "" {
		open.number, open.scales = source.Number(tok, mostLevel), some.numbers
		if open.number < 0 || open.scales == 0 {
			return false
		}
	}
	return l.isBetter(someRank) && l.wait(open)
}

// wait keeps a field that may name the level, and reports whether there is room.
func (l *level) wait(open openLevel) bool {
	if l.opens == mostOpen {
		return false
	}
	l.open[l.opens] = open
	l.opens++
	return true
}

// take makes a field the level.
func (l *level) take(e *event, rank uint16, at int, name string) {
	e.displace(&l.best)
	l.best = candidate{rank: rank, at: at, name: name}
}

// takeInPlace takes the level from a value whose field is none of those at the top level. The value
// is kept as log.raw_level unless it is no token, which says that the record has it anyway.
func (l *level) takeInPlace(e *event, rank uint16, name string, tok chunk.Token) {
	e.displace(&l.best)
	l.best = candidate{rank: rank, at: inPlace, name: name, text: tok}
}

// considerBelow takes the level from a scalar under a dotted key that names a better one. It is in
// a nested map, of which signs are, in the value of the top-level key at top.
func (l *level) considerBelow(
	e *event, key uint8, top int, tok chunk.Token, signs source.Signs,
) {
	k, rank := &l.keys[key], uint16(key)
	if top >= metaAt {
		rank += attributeRank
	}
	if tok.Kind == chunk.String && l.isBetter(rank) {
		if name, add := k.wordOf(tok.Data); name != "" {
			if l.isBetter(rank + add) {
				l.takeInPlace(e, rank+add, name, chunk.Token{})
			}
			return
		}
	}
	rank += k.numberRank()
	if !l.numbers || k.numbers == 0 || !l.isBetter(rank) {
		return
	}
	if n := source.Number(tok, mostLevel); n >= 0 {
		if name := levelOf(n, k.numbers&source.ScalesIn(signs)); name != "" {
			l.takeInPlace(e, rank, name, chunk.Token{})
		}
	}
}

// takeSeverity takes the level from the severity text of an OTLP record, otherwise from its number.
// A text that is no level, or a weak one, is kept: an application can name its severities as it
// likes.
func (l *level) takeSeverity(e *event, text, number chunk.Token) {
	word := findSeverity(text.Data, loneWord)
	if word.name != "" && !word.isWeak() {
		l.takeInPlace(e, otlpRank, word.name, text)
		return
	}
	if text.Kind != chunk.Invalid {
		e.out.Add(rawLevelKey, text, nil, 1)
	}
	name := otlpLevel(int(min(number.Num, math.MaxInt32)))
	switch {
	case name != "" && text.Kind != chunk.Invalid:
		l.takeInPlace(e, otlpRank, name, chunk.Token{})
	case name != "":
		l.takeInPlace(e, otlpRank, name, number)
	case word.name != "" && !word.some:
		if l.isBetter(otlpRank + weakRank) {
			l.takeInPlace(e, otlpRank+weakRank, word.name, chunk.Token{})
		}
	case number.Num != 0 && text.Kind == chunk.Invalid: // not unspecified
		e.out.Add(rawLevelKey, number, nil, 1)
	}
}

// canName reports whether a scalar under a dotted key can name the level.
func (l *level) canName(key uint8, tok chunk.Token) bool {
	k := &l.keys[key]
	if tok.Kind == chunk.String {
		if name, _ := k.wordOf(tok.Data); name != "" {
			return true
		}
	}
	return l.numbers && k.numbers != 0 && source.Number(tok, mostLevel) >= 0
}

// settle decides about the fields that wait, when the signs of the whole record are known. Those
// that name no level are given to unused.
func (l *level) settle(e *event, unused func(r *role, at int)) {
	for i := range l.opens {
		o := &l.open[i]
		name := ""
		if l.isBetter(o.rank) {
			name = o.name(source.ScalesIn(l.signsAt(e, o.at)))
		}
		if name == "" {
			unused(o.role, o.at)
			continue
		}
		l.take(e, o.rank, o.at, name)
		if some := o.role.some; some != nil && some.stays {
			key, tok := e.scalar(o.at)
			e.out.AddField(key, tok, nil)
			l.best.at, l.best.text = inPlace, chunk.Token{}
		}
	}
	l.opens = 0
}

// name returns the level that the field names beside fields that speak for some scales, or "".
func (o *openLevel) name(scales source.Scales) string {
	if scales &= o.scales; o.word == "" || scales == 0 {
		return levelOf(o.number, scales)
	}
	return o.word
}

// signsAt returns the signs of the fields beside the one at a position.
func (l *level) signsAt(e *event, at int) source.Signs {
	switch {
	case at >= metaAt:
		return l.attributes
	case at >= parsedAt:
		return l.parsed
	}
	return e.signs
}

// takeLast makes a field the level if nothing else names one.
func (l *level) takeLast(at int, name string) bool {
	if l.best.rank != 0 || name == "" {
		return false
	}
	l.best = candidate{rank: lastRank, at: at, name: name}
	return true
}

// isAt reports whether the field at a position is the level.
func (l *level) isAt(at int) bool { return l.best.rank != 0 && l.best.at == at }

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
		if l.numbers && best.text.Kind != chunk.Invalid && !says(best.text) {
			e.out.Add(rawLevelKey, best.text, nil, 1)
		}
		return
	}
	key, tok, c := e.reread(best.at)
	if l.numbers {
		if !says(tok) {
			e.addRead(best.at, rawLevelKey, rawLevelKey, tok, c)
		}
		return
	}
	switch r := record.Reserved(key); {
	case r == record.OwnField, r == record.OwnLevel, r == record.ServerField:
		if !says(tok) {
			e.addAgain(best.at, rawLevelKey)
		}
	default:
		e.out.Add(e.out.Lowered(key), tok, nil, 1)
	}
}
