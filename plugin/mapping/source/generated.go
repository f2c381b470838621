package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
)

// Names that controllers of Kubernetes make.

const (
	// Kubernetes makes hashes and random suffixes of these characters
	// (k8s.io/apimachinery/pkg/util/rand), and a hash, which is a decimal number, of ten of them.
	randomCharacters = "bcdfghjklmnpqrstvwxz2456789"
	hashCharacters   = "456789bcdf"
	// A controller names its pods by its own name, a dash and this many random characters. The
	// API server cuts the name before them so that the whole has at most longestGenerated.
	randomDigits     = 5
	longestGenerated = 63
)

// cutHash cuts a known hash, and the dash before it, off a name.
func cutHash(name, hash []byte) (short []byte, ok bool) {
	short, ok = bytes.CutSuffix(name, hash)
	if !ok || len(hash) == 0 || len(short) < 2 || short[len(short)-1] != '-' {
		return name, false
	}
	return short[:len(short)-1], true
}

// cutAnyHash cuts what looks like the hash of a template off the name of a ReplicaSet: 8 to 10
// characters of those that hashes are made of. Shorter hashes are one in four hundred.
func cutAnyHash(name []byte) (short []byte, ok bool) {
	at := bytes.LastIndexByte(name, '-')
	hash := name[at+1:]
	if at <= 0 || len(hash) < 8 || len(hash) > 10 || !isOf(hash, hashCharacters) {
		return name, false
	}
	return name[:at], true
}

// cutRandom cuts the random characters, and the dash before them, off the name of a pod.
func cutRandom(name []byte) (short []byte, ok bool) {
	at := len(name) - randomDigits - 1
	if at <= 0 || len(name) >= longestGenerated || name[at] != '-' ||
		!isOf(name[at+1:], randomCharacters) {
		return name, false
	}
	return name[:at], true
}

// cutOrdinal cuts a number, and the dash before it, off a name.
func cutOrdinal(name []byte) (short []byte, ok bool) {
	at := bytes.LastIndexByte(name, '-')
	if at <= 0 || !ascii.AllDigits(name[at+1:]) || at+1 == len(name) {
		return name, false
	}
	return name[:at], true
}

// isChosen reports whether somebody chose the name of a pod: none of the controllers that
// workloadKinds lists makes such a name.
func isChosen(name []byte) bool {
	tail := name[max(0, len(name)-randomDigits):]
	mayBeRandom := isOf(tail, randomCharacters) && len(tail) == randomDigits &&
		(len(name) >= longestGenerated || bytes.HasSuffix(name[:len(name)-randomDigits], []byte("-")))
	_, isNumbered := cutOrdinal(name)
	return len(name) > 0 && !mayBeRandom && !isNumbered
}

// isOf reports whether a text has only some characters.
func isOf(text []byte, characters string) bool {
	for _, c := range text {
		if bytes.IndexByte([]byte(characters), c) < 0 {
			return false
		}
	}
	return true
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
