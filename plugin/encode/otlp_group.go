package encode

import "out_dynatrace/plugin/record"

// enter opens the ResourceLogs and ScopeLogs of the record, unless they are open.
func (o *OTLP) enter(dst []byte, r *record.Record) []byte {
	var none record.Group
	g := r.Group
	if g == nil {
		g = &none
	}
	whole := len(dst) == o.end // the last record was not removed
	if whole && o.inScope > 0 && o.group == g.ID {
		return dst
	}
	closeGroup(dst, o.inScope)
	if !whole || o.inResource == 0 || o.resource != g.ResourceID {
		closeGroup(dst, o.inResource)
		dst, o.inResource = openGroup(dst, tagResourceLogs)
		o.resource = g.ResourceID
		start := len(dst)
		dst = o.enterResource(dst, r, g)
		o.ofResource = len(dst) - start
	}
	dst, o.inScope = openGroup(dst, tagScopeLogs)
	o.group = g.ID
	start := len(dst)
	dst = o.enterScope(dst, r, g)
	o.ofScope = len(dst) - start
	return dst
}

// enterResource writes the resource of a ResourceLogs. An empty resource is left out.
func (o *OTLP) enterResource(dst []byte, r *record.Record, g *record.Group) []byte {
	if len(g.Resource) > 0 || g.ResourceDropped > 0 {
		var at int
		dst, at = openMessage(dst, tagResource)
		dst = o.attributes(dst, tagResourceAttribute, r, g.Resource)
		dst = closeMessage(appendCount(dst, tagResourceDropped, g.ResourceDropped), at)
	}
	return appendNonEmpty(dst, tagSchema, g.ResourceSchema)
}

// enterScope writes the scope of a ScopeLogs. An empty scope is left out.
func (o *OTLP) enterScope(dst []byte, r *record.Record, g *record.Group) []byte {
	if len(g.Scope)+len(g.ScopeName)+len(g.ScopeVersion) > 0 || g.ScopeDropped > 0 {
		var at int
		dst, at = openMessage(dst, tagScope)
		dst = appendNonEmpty(appendNonEmpty(dst, tagScopeName, g.ScopeName), tagScopeVersion,
			g.ScopeVersion)
		dst = o.attributes(dst, tagScopeAttribute, r, g.Scope)
		dst = closeMessage(appendCount(dst, tagScopeDropped, g.ScopeDropped), at)
	}
	return appendNonEmpty(dst, tagSchema, g.ScopeSchema)
}

// openGroup opens a message that grows until a record of another group follows. It reserves four
// bytes of seven bits for the length: 256 MiB, more than any body can have. It returns the offset
// at which the message begins.
func openGroup(dst []byte, tag byte) (_ []byte, at int) {
	dst = append(dst, tag, 0x80, 0x80, 0x80, 0)
	return dst, len(dst)
}

// closeGroup writes the length of a message opened by openGroup. It does nothing if none is open
// (at is 0) or if the caller has removed the message.
func closeGroup(dst []byte, at int) {
	if at == 0 || at > len(dst) {
		return
	}
	n := len(dst) - at
	dst[at-4] = byte(n) | 0x80
	dst[at-3] = byte(n>>7) | 0x80
	dst[at-2] = byte(n>>14) | 0x80
	dst[at-1] = byte(n>>21) & 0x7f
}
