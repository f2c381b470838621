package chunk

// SkipElements moves c over the elements of an array or a map whose token it has just returned.
// Other tokens have no elements.
func (c *Cursor) SkipElements(tok Token) {
	switch tok.Kind {
	case Array:
		_, _ = c.Skip(tok.Num)
	case Map:
		_, _ = c.Skip(2 * tok.Num)
	}
}
