package chunk

import "encoding/binary"

// Skip moves over n whole values, elements included, and returns their bytes. It looks at each lead
// byte once and does not recurse. If a value is incomplete or not msgpack, it returns an error and
// does not move.
func (c *Cursor) Skip(n uint64) ([]byte, error) {
	b, pos := c.b, c.pos
	for ; n > 0; n-- {
		if pos >= len(b) {
			return nil, errTruncated
		}
		s := &skips[b[pos]]
		n += uint64(s.values)
		if s.width == 0 {
			if s.size == 0 {
				return nil, errReserved
			}
			pos += int(s.size)
			continue
		}
		if len(b)-pos < int(s.size) {
			return nil, errTruncated
		}
		var size uint64
		switch s.width {
		case 1:
			size = uint64(b[pos+1])
		case 2:
			size = uint64(binary.BigEndian.Uint16(b[pos+1:]))
		default:
			size = uint64(binary.BigEndian.Uint32(b[pos+1:]))
		}
		pos += int(s.size)
		if s.perElement != 0 {
			n += size * uint64(s.perElement)
			continue
		}
		if size > uint64(len(b)-pos) {
			return nil, errTruncated
		}
		pos += int(size)
	}
	if pos > len(b) {
		return nil, errTruncated
	}
	whole := b[c.pos:pos:pos]
	c.pos = pos
	return whole, nil
}

// skip describes how to move over the value that a lead byte begins.
type skip struct {
	// size is the number of bytes of the head, and of the content if the lead byte fixes it. 0
	// is a byte that begins no value.
	size uint8
	// values is the number of values that follow as elements if the lead byte fixes it.
	values uint8
	// width is that of the size or the number of elements after the lead byte, in bytes; 0 if
	// there is none.
	width uint8
	// perElement is the number of values per element of an array (1) or a map (2) whose number
	// of elements follows the lead byte.
	perElement uint8
}

var skips = skipTable()

// skipTable derives the table from the formats that Next reads, so the two always agree.
func skipTable() (t [256]skip) {
	for lead := range t {
		s := &t[lead]
		s.size = 1
		switch {
		case lead >= 0xa0 && lead <= 0xbf:
			s.size += uint8(lead & 0x1f)
		case lead >= 0x80 && lead <= 0x8f:
			s.values = 2 * uint8(lead&0x0f)
		case lead >= 0x90 && lead <= 0x9f:
			s.values = uint8(lead & 0x0f)
		case lead >= 0xc0 && lead <= 0xdf:
			*s = forms[lead-0xc0].skip()
		}
	}
	return t
}

func (f form) skip() skip {
	s := skip{size: 1 + f.width}
	switch f.kind {
	case Invalid:
		return skip{}
	case String, Binary:
		s.width = f.width
	case Array:
		s.width, s.perElement = f.width, 1
	case Map:
		s.width, s.perElement = f.width, 2
	case Ext:
		s.size++ // the type
		s.size += f.fixed
		s.width = f.width
	}
	return s
}
