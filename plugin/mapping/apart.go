package mapping

import (
	"bytes"
	"math"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// partDetails is what only OTLP can carry of a resource or a scope.
type partDetails struct {
	schema  []byte
	dropped uint32
}

// longestSchema bounds the URL of a schema, in bytes.
const longestSchema = 2 << 10

var schemaKey = []byte("schema_url")

// takeDetail takes a field of a part that is not an attribute.
func (g *group) takeDetail(part int, key []byte, tok chunk.Token, c *chunk.Cursor) {
	p := &g.details[part]
	isText := tok.Kind == chunk.String && len(tok.Data) <= longestSchema
	switch {
	case isText && string(key) == "schema_url":
		p.schema = g.out.Scalar(tok, c, false).Text
	case tok.Kind == chunk.Uint && string(key) == "dropped_attributes_count":
		p.dropped = uint32(min(tok.Num, math.MaxUint32))
	default:
		c.SkipElements(tok)
	}
}

// makeApart makes the groups of what was just mapped. The first split of the attributes are the
// resource's, and the first unnamedSplit of the unnamed ones. The schema URL of a resource is
// a field of the resource, or a sibling of it.
func (g *group) makeApart(split, unnamedSplit int, main *record.Builder) {
	tok, c, found := inGroupBody(g.body, "schema_url")
	if found && g.details[resourcePart].schema == nil {
		g.takeDetail(resourcePart, schemaKey, tok, &c)
	}
	before, schema := g.resource, g.groups[0].ResourceSchema
	tok, c, _ = inGroupBody(g.body, "resource")
	at := c.Pos()
	c.SkipElements(tok)
	g.resource = c.Since(at)
	isSame := before != nil && bytes.Equal(before, g.resource) &&
		bytes.Equal(schema, g.details[resourcePart].schema)
	g.makeOne(0, g.block.Attributes, split, g.block.ID)
	g.makeOne(1, g.unnamed, unnamedSplit, g.unnamedID)
	if !isSame {
		g.groups[0].ResourceID, g.groups[1].ResourceID = main.NewID(), main.NewID()
	}
}

// makeOne makes one of the groups.
func (g *group) makeOne(i int, all []record.Attribute, split int, id uint64) {
	texts := 0
	for _, text := range g.texts {
		if text.Kind == record.String {
			texts++
		}
	}
	resource, scope := &g.details[resourcePart], &g.details[scopePart]
	g.groups[i] = record.Group{
		Resource: all[:split:split], Scope: all[split : len(all)-texts],
		ScopeName: g.texts[0].Text, ScopeVersion: g.texts[1].Text,
		ResourceSchema: resource.schema, ResourceDropped: resource.dropped,
		ScopeSchema: scope.schema, ScopeDropped: scope.dropped,
		ID: id, ResourceID: g.groups[i].ResourceID, All: all,
	}
}
