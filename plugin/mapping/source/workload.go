package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

var (
	deploymentKind  = []byte("deployment")
	statefulSetKind = []byte("statefulset")
	cronJobKind     = []byte("cronjob")
	jobKind         = []byte("job")
)

// workload returns the kind, in lower case, and the name of what a pod belongs to, as Dynatrace
// names it: the Deployment and not its ReplicaSet, the CronJob and not its Job. They are nil if the
// record does not name it. now is the current second.
func workload(p *pod, now int64, out *record.Builder) (kind, name []byte) {
	kind, name = owner(p.owners, out)
	if kind == nil {
		return workloadByLabels(p, now, out)
	}
	switch string(kind) {
	case "replicaset":
		hash := label(p.labels, "pod-template-hash", out)
		if short, ok := cutHash(name, hash); ok {
			return deploymentKind, short
		}
		if short, ok := cutGenerated(name); ok && len(hash) == 0 {
			return deploymentKind, short
		}
	case "job":
		if short, ok := cutSchedule(name, now); ok {
			return cronJobKind, short
		}
	}
	return kind, name
}

// owner returns kind and name of the owner that controls the pod, or else of the first one.
func owner(owners []byte, out *record.Builder) (kind, name []byte) {
	c := chunk.NewCursor(owners)
	root := c.Next()
	if root.Kind != chunk.Array {
		return nil, nil
	}
	for n := root.Num; n > 0; n-- {
		tok := c.Next()
		if tok.Kind != chunk.Map {
			c.SkipElements(tok)
			continue
		}
		k, v, controls := ownerReference(tok.Num, &c, out)
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
	lower := out.Spare()
	for _, b := range kind[:min(len(kind), longestHeld)] {
		if 'A' <= b && b <= 'Z' {
			b |= 0x20
		}
		lower = append(lower, b)
	}
	return out.Take(lower), name
}

// ownerReference reads one owner.
func ownerReference(
	pairs uint64, c *chunk.Cursor, out *record.Builder,
) (kind, name []byte, controls bool) {
	for ; pairs > 0; pairs-- {
		key := out.Key(c)
		value := c.Next()
		switch {
		case value.Kind == chunk.String && string(key) == "kind":
			kind = value.Data
		case value.Kind == chunk.String && string(key) == "name":
			name = value.Data
		case value.Kind == chunk.Bool && string(key) == "controller":
			controls = value.Num != 0
		default:
			c.SkipElements(value)
		}
	}
	return kind, name, controls
}

// workloadByLabels uses the labels that Kubernetes' own controllers put on their pods, for records
// of a filter whose owner_references is off.
func workloadByLabels(p *pod, now int64, out *record.Builder) (kind, name []byte) {
	if hash := label(p.labels, "pod-template-hash", out); len(hash) > 0 {
		// deployment-hash-random
		if at := bytes.LastIndexByte(p.name, '-'); at > 0 {
			if short, ok := cutHash(p.name[:at], hash); ok {
				return deploymentKind, short
			}
		}
	}
	name = label(p.labels, "statefulset.kubernetes.io/pod-name", out)
	if len(name) > 0 && bytes.Equal(name, p.name) {
		if at := bytes.LastIndexByte(name, '-'); at > 0 {
			return statefulSetKind, name[:at]
		}
	}
	job := label(p.labels, "batch.kubernetes.io/job-name", out)
	if job == nil {
		job = label(p.labels, "job-name", out)
	}
	if len(job) > 0 {
		if short, ok := cutSchedule(job, now); ok {
			return cronJobKind, short
		}
		return jobKind, job
	}
	return nil, nil
}

// cutHash cuts a known hash, and the dash before it, off a name.
func cutHash(name, hash []byte) (short []byte, ok bool) {
	short, ok = bytes.CutSuffix(name, hash)
	if !ok || len(hash) == 0 || len(short) < 2 || short[len(short)-1] != '-' {
		return name, false
	}
	return short[:len(short)-1], true
}

// cutGenerated cuts the hash off the name that a Deployment gives to its ReplicaSet: 6 to 10
// characters of an alphabet without vowels (k8s.io/apimachinery/pkg/util/rand).
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

// cutSchedule cuts the time off the name that a CronJob gives to its Job: minutes since 1970,
// seconds in old versions. Other numbers, such as a date, are not times of the last ten years.
func cutSchedule(name []byte, now int64) (short []byte, ok bool) {
	const decade = 10 * 366 * 24 * 60 * 60
	at := bytes.LastIndexByte(name, '-')
	digits := name[at+1:]
	if at <= 0 || len(digits) < 8 || len(digits) > 10 || !ascii.AllDigits(digits) {
		return name, false
	}
	var when int64
	for _, c := range digits {
		when = 10*when + int64(c-'0')
	}
	if len(digits) < 10 {
		when *= 60
	}
	age := now - when
	return name[:at], -decade < age && age < decade
}
