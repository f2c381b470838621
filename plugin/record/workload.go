package record

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
)

// workload returns kind, in lower case, and name of what a pod belongs to, as Dynatrace names it: the Deployment and not its
// ReplicaSet, the CronJob and not its Job. They are nil where the record does not tell.
func (m *Mapper) workload(p *podFields) (kind, name []byte) {
	kind, name = m.owner(p.owners)
	if kind == nil {
		return m.workloadByLabels(p)
	}
	switch string(kind) {
	case "replicaset":
		hash := m.label(p.labels, "pod-template-hash")
		if short, ok := bytes.CutSuffix(name, hash); ok && len(hash) > 0 && len(short) > 1 && short[len(short)-1] == '-' {
			return m.word("deployment"), short[:len(short)-1]
		}
		if short, ok := cutGenerated(name); ok && len(hash) == 0 {
			return m.word("deployment"), short
		}
	case "job":
		if short, ok := m.cutSchedule(name); ok {
			return m.word("cronjob"), short
		}
	}
	return kind, name
}

// owner returns kind and name of the owner that controls the pod, or else of the first one.
func (m *Mapper) owner(owners []byte) (kind, name []byte) {
	c := chunk.NewCursor(owners)
	root := c.Next()
	if root.Kind != chunk.Array {
		return nil, nil
	}
	for n := root.Num; n > 0; n-- {
		tok := c.Next()
		if tok.Kind != chunk.Map {
			skipElements(tok, &c)
			continue
		}
		var k, v []byte
		controls := false
		for pairs := tok.Num; pairs > 0; pairs-- {
			key := m.key(&c)
			value := c.Next()
			switch {
			case value.Kind == chunk.String && string(key) == "kind":
				k = value.Data
			case value.Kind == chunk.String && string(key) == "name":
				v = value.Data
			case value.Kind == chunk.Bool && string(key) == "controller":
				controls = value.Num != 0
			default:
				skipElements(value, &c)
			}
		}
		if len(k) > 0 && len(v) > 0 && (kind == nil || controls) {
			kind, name = k, v
		}
		if controls {
			break
		}
	}
	if kind == nil {
		return nil, nil
	}
	start := len(m.scratch)
	for _, b := range kind[:min(len(kind), longestHeld)] {
		if 'A' <= b && b <= 'Z' {
			b |= 0x20
		}
		m.scratch = append(m.scratch, b)
	}
	return m.scratch[start:len(m.scratch):len(m.scratch)], name
}

// workloadByLabels goes by the labels that Kubernetes' own controllers put on their pods, for where the filter's owner_references
// is off.
func (m *Mapper) workloadByLabels(p *podFields) (kind, name []byte) {
	if hash := m.label(p.labels, "pod-template-hash"); len(hash) > 0 {
		// deployment-hash-random
		if at := bytes.LastIndexByte(p.name, '-'); at > 0 {
			if short, ok := bytes.CutSuffix(p.name[:at], hash); ok && len(short) > 1 && short[len(short)-1] == '-' {
				return m.word("deployment"), short[:len(short)-1]
			}
		}
	}
	if pod := m.label(p.labels, "statefulset.kubernetes.io/pod-name"); len(pod) > 0 && bytes.Equal(pod, p.name) {
		if at := bytes.LastIndexByte(pod, '-'); at > 0 {
			return m.word("statefulset"), pod[:at]
		}
	}
	job := m.label(p.labels, "batch.kubernetes.io/job-name")
	if job == nil {
		job = m.label(p.labels, "job-name")
	}
	if len(job) > 0 {
		if short, ok := m.cutSchedule(job); ok {
			return m.word("cronjob"), short
		}
		return m.word("job"), job
	}
	return nil, nil
}

// cutGenerated takes the hash off the name that a Deployment gives to its ReplicaSet: 6 to 10 characters of an alphabet without
// vowels (k8s.io/apimachinery/pkg/util/rand).
func cutGenerated(name []byte) (short []byte, ok bool) {
	at := bytes.LastIndexByte(name, '-')
	hash := name[at+1:]
	if at <= 0 || len(hash) < 6 || len(hash) > 10 {
		return name, false
	}
	for _, c := range hash {
		if bytes.IndexByte([]byte("bcdfghjklmnpqrstvwxz2456789"), c) < 0 {
			return name, false
		}
	}
	return name[:at], true
}

// cutSchedule takes the time off the name that a CronJob gives to its Job: minutes since 1970, seconds in old versions. Other numbers, such
// as a date, are no times of the last ten years.
func (m *Mapper) cutSchedule(name []byte) (short []byte, ok bool) {
	const decade = 10 * 366 * 24 * 60 * 60
	at := bytes.LastIndexByte(name, '-')
	digits := name[at+1:]
	if at <= 0 || len(digits) < 8 || len(digits) > 10 || !allDigits(digits) {
		return name, false
	}
	var when int64
	for _, c := range digits {
		when = 10*when + int64(c-'0')
	}
	if len(digits) < 10 {
		when *= 60
	}
	age := m.enriched.now - when
	return name[:at], -decade < age && age < decade
}
