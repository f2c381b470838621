package chunk

import "encoding/binary"

// Skip passes over n whole values, elements included, and returns their bytes. When they are not all there it returns
// ErrTruncated or ErrReserved and stays where it was. It takes the time of a look at each lead byte, and no stack.
func (c *Cursor) Skip(n uint64) ([]byte, error) {
	b, pos := c.b, c.pos
	for ; n > 0; n-- {
		if pos >= len(b) {
			return nil, ErrTruncated
		}
		s := &skips[b[pos]]
		n += uint64(s.values)
		if s.width == 0 {
			if s.size == 0 {
				return nil, ErrReserved
			}
			pos += int(s.size)
			continue
		}
		if len(b)-pos < int(s.size) {
			return nil, ErrTruncated
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
			return nil, ErrTruncated
		}
		pos += int(size)
	}
	if pos > len(b) {
		return nil, ErrTruncated
	}
	whole := b[c.pos:pos:pos]
	c.pos = pos
	return whole, nil
}

// skip says how to pass over what a lead byte begins.
type skip struct {
	size       uint8 // bytes of the head, with the content where the lead byte fixes it; 0 marks a byte that begins nothing
	values     uint8 // values that follow as elements where the lead byte fixes their number
	width      uint8 // of the size or number of elements that stands behind the lead byte; 0 where there is none
	perElement uint8 // values to an element of an array (1) or a map (2) whose number stands behind the lead byte
}

var skips = skipTable()

// skipTable derives the table from the forms that Next reads, so that both always agree.
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
