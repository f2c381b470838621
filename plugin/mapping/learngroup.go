package mapping

import (
	"slices"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// learn maps a group. It is called before anything of a record is mapped into main, which has room
// for the elements of arrays.
func (g *group) learn(body []byte, main *event) {
	g.signs = 0
	g.out.Begin(&g.mapped)
	g.texts, g.details = [2]record.Value{}, [2]partDetails{}
	g.mapPart(body, "resource", resourcePart)
	g.out.SetBoundary()
	g.mapPart(body, "scope", scopePart)
	g.out.Finish()

	split, unnamedSplit := g.keep(g.out.Boundary(), main)
	g.body, g.block.ID, g.unnamedID = body, main.out.NewID(), main.out.NewID()
	if g.apart {
		g.makeApart(split, unnamedSplit, &main.out)
	}
	g.block.SetCuts(&g.mapped.Cuts) // each member gets them counted
}

// mapPart adds the attributes map of a resource or a scope at the top level, and takes the name and
// version of a scope. Fluent Bit's src/opentelemetry/flb_opentelemetry_logs.c writes both once, in
// the group's start marker.
func (g *group) mapPart(body []byte, name string, part int) {
	whole, c, _ := inGroupBody(body, name)
	if whole.Kind != chunk.Map {
		return
	}
	for pairs := whole.Num; pairs > 0; pairs-- {
		key := g.out.Key(&c)
		tok := c.Next()
		isText := tok.Kind == chunk.String && len(tok.Data) > 0
		switch {
		case tok.Kind == chunk.Map && string(key) == "attributes":
			for n := tok.Num; n > 0; n-- {
				k := g.out.Key(&c)
				g.out.AddField(k, c.Next(), &c)
			}
		case part == scopePart && isText && g.takeText(key, tok, &c):
		case g.apart:
			g.takeDetail(part, key, tok, &c)
		default:
			c.SkipElements(tok)
		}
	}
}

// scopeField is a field of a scope other than its attributes, and the key that OpenTelemetry uses
// for it outside of OTLP.
type scopeField struct {
	name string
	key  []byte
	hash uint32
}

var scopeFields = [...]scopeField{newScopeField("name"), newScopeField("version")}

func newScopeField(name string) scopeField {
	key := []byte("otel.scope." + name)
	return scopeField{name, key, record.HashOf(key)}
}

// takeText takes the name or the version of a scope, within a quarter of the group's bound. If
// something else has the key that it stands for, it becomes an attribute under another one.
func (g *group) takeText(field []byte, tok chunk.Token, c *chunk.Cursor) bool {
	for i := range scopeFields {
		k := &scopeFields[i]
		if string(field) != k.name {
			continue
		}
		if !g.out.Claim(k.key, k.hash) {
			g.out.Add(k.key, tok, c, 1)
			return true
		}
		v := g.out.Scalar(tok, c, false)
		switch {
		case !g.out.Wants(k.key, v):
		case len(v.Text) > GroupBytes/4:
			g.out.Count(record.CutGroup, 1)
		case g.out.Occupy():
			g.texts[i] = v
		}
		return true
	}
	return false
}

// keep keeps those of the attributes that are within the bound, and moves the elements of their
// arrays to the group's part. The first split of them are the resource's: it returns how many of
// those are kept, in all and of the ones that are no level.
func (g *group) keep(split int, main *event) (kept, unnamed int) {
	g.block.Reset()
	g.levelLike, g.unnamed, g.size, g.used = g.levelLike[:0], g.unnamed[:0], 0, 0
	isLevelLike := func(i int) bool { return slices.Contains(g.out.LevelLike(), i) }
	g.choose(g.mapped.Attributes[:split])
	for i, a := range g.mapped.Attributes[:split] {
		if g.chosen[i] {
			g.keepOne(a, isLevelLike(i), main)
		}
	}
	kept, unnamed = len(g.block.Attributes), len(g.unnamed)
	g.keepTexts()
	g.choose(g.mapped.Attributes[split:])
	for i, a := range g.mapped.Attributes[split:] {
		if g.chosen[i] {
			g.keepOne(a, isLevelLike(split+i), main)
		}
	}
	for i, text := range g.texts {
		if text.Kind == record.String {
			g.note(record.Attribute{Key: scopeFields[i].key, Value: text}, false)
		}
	}
	return kept, unnamed
}

// choose chooses the attributes that are within the bound: those that tie the records to something
// come before others, wherever they stand.
func (g *group) choose(list []record.Attribute) {
	g.chosen = slices.Grow(g.chosen[:0], len(list))[:len(list)]
	clear(g.chosen)
	for _, wantsLinks := range [...]bool{true, false} {
		for i := range list {
			a := &list[i]
			if isLink := record.WorthOf(a.Key) <= record.OfLink; isLink != wantsLinks {
				continue
			}
			size := len(a.Key) + len(a.Value.Text)
			if a.Value.Kind == record.Array {
				for _, e := range g.mapped.Array(a.Value) {
					size += record.ElementSize + len(e.Text)
				}
			}
			if g.size+size > GroupBytes {
				g.out.Count(record.CutGroup, 1)
				continue
			}
			g.size += size
			g.chosen[i] = true
		}
	}
}

// keepOne keeps an attribute.
func (g *group) keepOne(a record.Attribute, isLevelLike bool, main *event) {
	if a.Value.Kind == record.Array {
		if g.partSize == 0 {
			g.part, g.partSize = main.out.Reserve(groupElements), groupElements
			main.reserved = groupElements
		}
		elements := g.mapped.Array(a.Value)
		at := g.part + g.used
		a.Value.Num = uint64(at)<<32 | uint64(len(elements))
		g.used += main.out.CopyElements(at, elements)
	}
	g.note(a, isLevelLike)
}

// keepTexts keeps the name and the version of the scope if they are within the bound. What is kept
// of a resource does not depend on them.
func (g *group) keepTexts() {
	for i := range g.texts {
		text := &g.texts[i]
		if g.size+len(text.Text) > GroupBytes {
			g.out.Count(record.CutGroup, 1)
			*text = record.Value{}
		}
		g.size += len(text.Text)
	}
}

// note adds an attribute to what is kept.
func (g *group) note(a record.Attribute, isLevelLike bool) {
	g.block.Append(a)
	if isLevelLike {
		g.levelLike = append(g.levelLike, a.Value)
	} else {
		g.unnamed = append(g.unnamed, a)
	}
}
