package mapping

import (
	"unsafe"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// GroupBytes bounds the keys and texts that a group adds to each of its members, in bytes. A group
// occurs once in a chunk and its attributes in every record, at the latest at the server: without a
// bound a chunk of two megabytes could become gigabytes.
const GroupBytes = 16 << 10

// groupElements bounds the elements of arrays that a group can have within GroupBytes.
const groupElements = GroupBytes / record.ElementSize

// group is the OTLP group that was met last, mapped once for all of its members.
type group struct {
	out    record.Builder // of its attributes
	mapped record.Record
	signs  source.Signs // what its fields say
	apart  bool         // whether groups are kept apart

	body  []byte // of the start marker, in the chunk
	block record.Block
	// levelLike are the values of those attributes that the server would take for the level,
	// and unnamed are the other attributes: for a member that names no level.
	levelLike []record.Value
	unnamed   []record.Attribute
	unnamedID uint64
	// part is where the elements of its arrays begin among those of the records, and partSize
	// their number: 0 or groupElements. The part is made for the first group of a chunk that
	// has arrays, and each group takes it over from the one before.
	part, partSize int
	size           int    // of what is kept, in bytes
	used           int    // elements of the part
	chosen         []bool // which attributes are within the bound

	// texts are the name and the version of the scope, the zero Value if there is none.
	texts   [2]record.Value
	details [2]partDetails
	// resource is the resource as encoded in the chunk. groups are the group for members that
	// name a level, and for those that do not.
	resource []byte
	groups   [2]record.Group
}

// The parts of a group.
const (
	resourcePart = iota
	scopePart
)

// is reports whether body is this group: the same bytes at the same place.
func (g *group) is(body []byte) bool {
	return len(g.body) == len(body) && unsafe.SliceData(g.body) == unsafe.SliceData(body)
}

// spareGroup is the room for attributes that a group retains between chunks.
const spareGroup = 1 << 10

func (g *group) release() {
	g.out.Release()
	g.mapped.Release()
	g.block.Release(spareGroup)
	clear(g.unnamed[:cap(g.unnamed)])
	clear(g.levelLike[:cap(g.levelLike)])
	g.chosen = g.chosen[:0:min(cap(g.chosen), spareGroup)]
	g.unnamed, g.levelLike = g.unnamed[:0], g.levelLike[:0]
	g.body, g.resource, g.signs = nil, nil, 0
	g.part, g.partSize = 0, 0
	g.texts, g.details = [2]record.Value{}, [2]partDetails{}
	g.groups = [2]record.Group{}
}

// inGroupBody finds a field of a group's start marker: its token, and a cursor after it.
func inGroupBody(body []byte, field string) (tok chunk.Token, c chunk.Cursor, found bool) {
	c = chunk.NewCursor(body)
	for all := c.Next().Num; all > 0; all-- {
		name := c.Next()
		c.SkipElements(name)
		tok = c.Next()
		if name.Kind == chunk.String && string(name.Data) == field {
			return tok, c, true
		}
		c.SkipElements(tok)
	}
	return chunk.Token{}, c, false
}

// finish gives the group to a member that has all of its own attributes. A level of the group names
// that of no record: if the member names none either, those fields get another name, as fields of
// its own do.
//
// Before anything else of a member was mapped, the group has taken its names: of equal keys the
// resource's keeps the name, then the scope's, as at the server's own endpoint for OTLP (page
// "OpenTelemetry logs").
func (g *group) finish(out *record.Builder, hasLevel bool) {
	out.AddCuts(&g.block)
	list, id, apart := g.block.Attributes, g.block.ID, &g.groups[0]
	rename := !hasLevel && len(g.levelLike) > 0
	if rename {
		list, id, apart = g.unnamed, g.unnamedID, &g.groups[1]
	}
	if !g.apart {
		apart = nil
	}
	out.Lead(list, id, apart)
	if rename {
		for _, v := range g.levelLike {
			out.AddRawLevel(v)
		}
	}
}
