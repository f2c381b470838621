package record

import (
	"math"
	"math/bits"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/metadata"
)

// compose puts together what the mappings give to the record in hand, in the order of precedence: of two attributes with one key
// the first stays. The record's own fields are above all of them, see enrich.
//
//  1. annotations metadata.dynatrace.com/<key> of the pod, the JSON annotation metadata.dynatrace.com, those of the namespace
//  2. what the mappings make of the fields, the tag and the ECS task
//  3. the metadata files
//  4. the static attributes
//  5. the name of this host
//
// Labels and annotations on request have names of their own and stand behind all others.
func (m *Mapper) compose(place int) *composition {
	n := &m.enriched
	s := m.is
	c, lasts := n.put(&m.held, m.signs, place)
	e := &c.entry
	cuts, count := m.cuts, m.count
	m.scratch, n.scratch = n.scratch[:n.kept], m.scratch
	m.keys, n.keys = n.keys, m.keys
	m.keys.reset()
	n.takeHeader(&m.keys)
	m.count = 0

	rec := Record{Attributes: e.attributes}
	var pod podFields
	switch {
	case s&podLog != 0:
		m.readPod(&pod)
	case m.podOfFile(&pod):
		s |= podLog | containerLog
	}
	if m.held.has(slotNamespace) {
		m.readNamespace(&pod)
	}
	m.mapAll(&rec, s, &pod)
	c.pod = m.putPodFacts(&rec, s)
	c.host = m.putHostFacts(&rec, s, &pod)
	for i := range n.static {
		m.putValue(&rec, n.static[i].Key, n.static[i].Value)
	}
	if s&(podLog|ecsLog) == 0 && !m.ofAnotherHost(&rec, s) {
		m.put(&rec, "host.name", m.word(m.opts.Hostname))
	}
	m.putMore(&rec, &pod)

	e.attributes = rec.Attributes
	for i := range e.attributes {
		e.hashes = append(e.hashes, hashOf(e.attributes[i].Key))
	}
	m.keys, n.keys = n.keys, m.keys
	m.scratch, n.scratch = n.scratch, m.scratch
	m.count = count
	for cut := range cuts {
		e.cuts[cut] = m.cuts[cut] - cuts[cut]
		e.cut = e.cut || e.cuts[cut] != 0
	}
	m.cuts = cuts // they count once for each record
	if lasts {
		n.kept = len(n.scratch)
		n.attributes += len(e.attributes)
		m.memo.lastID++
		e.id = m.memo.lastID
	}
	return c
}

func lowestBit(mask uint32) int { return bits.TrailingZeros32(mask) }

// usedSlots are the slots that the mappings of a shape take. A field in another one is an ordinary attribute after all.
func (m *Mapper) usedSlots(s shape) (mask uint32) {
	take := func(slots ...slot) {
		for _, s := range slots {
			mask |= 1 << s
		}
	}
	take(slotKubernetes, slotNamespace, slotECSCluster, slotECSTask, slotECSDefinition, slotZone, slotPath)
	if s&(ecsLog|awsHost) != 0 {
		take(slotInstance)
	}
	if s&dockerLog != 0 {
		take(slotContainerID, slotContainerName)
	} else if s&ecsLog != 0 {
		take(slotContainerName)
	}
	if s&journal != 0 {
		take(slotUnit, slotIdentifier, slotHostname, slotPID, slotCommand, slotExecutable)
	}
	if s&syslogLine != 0 {
		take(slotSyslogHost, slotSyslogIdent, slotPID)
	}
	if s&awsHost != 0 {
		take(slotAccount, slotAddress, slotHostname)
	}
	return mask
}

// passOn makes ordinary attributes of the held fields that no mapping takes.
func (m *Mapper) passOn(rec *Record) {
	mask := m.held.mask &^ m.usedSlots(m.is)
	m.held.mask &^= mask
	for ; mask != 0; mask &= mask - 1 {
		m.addField(rec, m.held.at[lowestBit(mask)], nil)
	}
}

// mapAll runs the mappings.
func (m *Mapper) mapAll(rec *Record, s shape, pod *podFields) {
	m.putAnnotated(rec, pod)
	if m.opts.LogSource != "" {
		m.put(rec, "log.source", m.word(m.opts.LogSource))
	}
	if s&podLog != 0 || m.held.has(slotNamespace) {
		m.putPod(rec, pod)
	}
	if s&(ecsLog|dockerLog) != 0 {
		m.putContainer(rec, s)
	}
	if s&journal != 0 {
		m.putJournal(rec)
	}
	if s&syslogLine != 0 {
		m.putSyslog(rec)
	}
	if s&awsHost != 0 {
		m.putInstance(rec)
	}
	if m.held.has(slotPath) {
		m.putPath(rec)
	}
	if s&containerLog != 0 && s&(ecsLog|dockerLog) == 0 && m.opts.Sources&(Kubernetes|Container) != 0 {
		// What Dynatrace's own log module writes for the output of containers.
		m.put(rec, "log.source", m.word("Container Output"))
	}
	if m.held.has(slotPath) {
		m.put(rec, "log.source", m.heldText(slotPath))
	}
	m.put(rec, "k8s.cluster.name", m.word(m.opts.ClusterName))
	m.put(rec, "k8s.cluster.uid", m.word(m.opts.ClusterUID))
	m.put(rec, "dt.entity.kubernetes_cluster", m.word(m.opts.ClusterEntity))
	if m.opts.Sources&Deprecated != 0 {
		m.put(rec, "dt.kubernetes.cluster.name", m.word(m.opts.ClusterName))
		m.put(rec, "dt.kubernetes.cluster.id", m.word(m.opts.ClusterUID))
	}
}

func (m *Mapper) putFacts(rec *Record, facts []metadata.Fact) {
	for _, f := range facts {
		if v, ok := factValue(f); ok {
			m.putValue(rec, m.word(f.Key), v)
		}
	}
}

func floatValue(f float64) Value { return Value{Kind: Float64, Num: math.Float64bits(f)} }

// word copies a text to where the composition in the making keeps its own.
func (m *Mapper) word(s string) []byte {
	start := len(m.scratch)
	m.scratch = append(m.scratch, s...)
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// put adds a text, unless it is empty.
func (m *Mapper) put(rec *Record, key string, text []byte) {
	if len(text) > 0 {
		m.putValue(rec, m.word(key), Value{Kind: String, Text: text})
	}
}

// putValue adds an attribute to a composition, unless it has one of that name: within the limits, not more than half of what a
// record may have, and none that the server owns.
func (m *Mapper) putValue(rec *Record, key []byte, v Value) {
	key = m.valid(m.lowered(key))
	if short, wasCut := cut(key, m.opts.Limits.AttributeKeyBytes); wasCut {
		m.cuts[CutKey]++
		key = short
	}
	if m.opts.Stringify {
		m.scratch, v = stringified(m.scratch, v)
	}
	if !m.mayAdd(key, v) {
		return
	}
	if m.count >= max(1, m.opts.Limits.Attributes/2) {
		if !m.keys.has(key, hashOf(key)) {
			m.cuts[CutAttributes]++
		}
		return
	}
	if _, isNew := m.keys.insert(key, hashOf(key)); !isNew {
		return
	}
	if text, wasCut := cut(v.Text, m.opts.Limits.AttributeValueBytes); wasCut {
		m.cuts[CutValue]++
		v.Text = text
	}
	m.count++
	rec.Attributes = append(rec.Attributes, Attribute{Key: key, Value: v})
}

// mayAdd tells whether a key can be that of an attribute which is no field of the event: it is none that means something else to the
// server, and is wanted.
func (m *Mapper) mayAdd(key []byte, v Value) bool {
	r := reserved(key)
	return len(key) > 0 && (r < ownField || r > levelSource) && !serverOwned(key) && m.wanted(key, v)
}

// putTree adds a value under a key, maps flattened as those of the event are, arrays as JSON text.
func (m *Mapper) putTree(rec *Record, key []byte, tok chunk.Token, c *chunk.Cursor, depth int) {
	if !m.flattens(tok.Kind, tok.Num, depth) {
		m.putValue(rec, key, m.scalar(tok, c, m.opts.Stringify))
		return
	}
	for pairs := tok.Num; pairs > 0; pairs-- {
		if m.count >= max(1, m.opts.Limits.Attributes/2) {
			m.cuts[CutAttributes] += pairs
			_, _ = c.Skip(2 * pairs)
			return
		}
		child := m.key(c)
		value := c.Next()
		m.putTree(rec, m.joined(key, child), value, c, depth+1)
	}
}

// joined returns a.b, cut where it is longer than any key may be.
func (m *Mapper) joined(a, b []byte) []byte {
	start := len(m.scratch)
	m.scratch = append(m.appendPart(m.scratch, a), '.')
	m.scratch = m.appendPart(m.scratch, b)
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// appendPart appends a part of a key, cut where it is longer than any key may be.
func (m *Mapper) appendPart(dst, part []byte) []byte {
	if limit := m.opts.Limits.AttributeKeyBytes + 1; !m.opts.LowercaseKeys {
		part = part[:min(len(part), limit)]
	}
	return m.appendKey(dst, part)
}
