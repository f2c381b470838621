package ingest

// specials picks the special attributes out of attrs, puts everything else into
// final by the rules for attributes, and adds content, loglevel and status. It
// returns the timestamp to store, or "" when the event is too old.
func (b *builder) specials(event []byte) (timestamp string) {
	var s specials
	for i, a := range b.attrs {
		s.offer(i, a, b.structure)
	}
	timestamp, unparsed := b.timestamp(s.best[asTimestamp])
	if timestamp == "" {
		return ""
	}
	count := 0
	for i, a := range b.attrs {
		if s.took(i) {
			continue
		}
		switch a.key {
		case "timestamp", "loglevel", "content":
			if a.value[0] == 'n' { // no source, and its name is needed
				continue
			}
		}
		if count++; count > b.limits.Attributes {
			b.warnings |= attrCountTrimmed
			break
		}
		if a.key == "event.type" { // as seen in stored records
			a.value = []byte(`"LOG"`)
			b.warnings |= commonAttrCorrected
		} else {
			a.value = b.attributeValue(a.value)
		}
		b.final = append(b.final, a)
	}
	if unparsed != nil {
		b.fix("unparsed_timestamp", b.attributeValue(unparsed))
	}

	level := "NONE"
	if c := s.best[asLoglevel]; c.found {
		if v := b.attrs[c.index].value; v[0] == '"' {
			level = loglevelOf(unquote(v))
		}
	}
	b.fix("loglevel", appendString(nil, level))
	b.fix("status", appendString(nil, statusOf(level)))
	b.fix("content", b.content(s.best[asContent], event))
	return timestamp
}

// timestamp returns the time of the event as it is stored, "" when it is too
// old, and the sent value when that is not understood.
func (b *builder) timestamp(c candidate) (stored string, unparsed []byte) {
	if !c.found {
		return b.now.UTC().Format(timestampLayout), nil
	}
	value := b.attrs[c.index].value
	t, ok := parseTimestamp(text(value), b.now)
	switch value[0] {
	case 't', 'f', '{', '[':
		ok = false
	}
	switch ahead := t.Sub(b.now); {
	case !ok:
		t, unparsed = b.now, value
	case ahead < -b.limits.MaxAge:
		return "", nil
	case ahead > b.limits.MaxFuture:
		b.warnings |= timestampCorrected
		t = b.now
		if b.opts.Future == FutureNowPlus {
			t = b.now.Add(b.limits.MaxFuture)
		}
	}
	return t.UTC().Format(timestampLayout), unparsed
}

// content returns the content to store, always a JSON string.
func (b *builder) content(c candidate, event []byte) []byte {
	value := []byte(`""`)
	switch {
	case c.found:
		value = b.attrs[c.index].value
	case b.structure == Flattened && b.opts.NoContent == NoContentEvent:
		value = event
		b.outcome.added += len(event)
	}
	return limitedString(value, b.limits.ContentBytes, contentTrimmed, &b.warnings)
}
