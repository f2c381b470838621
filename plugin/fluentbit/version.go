package fluentbit

// #include <stdlib.h>
// #include "abi.h"
import "C"

import (
	"strings"
	"sync"
	"unsafe"
)

// Version is the version of the Fluent Bit that this process is, such as "5.1.1"; "" where it does not tell, which is before 2.1.
//
// It is to be called in FLBPluginInit, on the engine's thread: only there is the context that it asks alive for sure. It asks once a
// process, whose version is one. Safe for concurrent use.
var Version = sync.OnceValue(func() string {
	text := C.abi_build_info()
	if text == nil {
		return ""
	}
	defer C.free(unsafe.Pointer(text))
	return versionIn(C.GoString(text))
})

const (
	// buildInfo is the gauge with the version, as cmetrics writes it (lib/cmetrics/src/cmt_encode_text.c). The name of the host is another
	// of its labels, before the version.
	buildInfo    = "fluentbit_build_info{"
	versionLabel = `version="`
	// longestVersion is more than any release has had, in bytes.
	longestVersion = 32
)

// versionIn finds the version in the metrics of Fluent Bit. It goes into a header, so what does not look like one is none.
func versionIn(metrics string) string {
	for line := range strings.Lines(metrics) {
		_, labels, found := strings.Cut(line, buildInfo)
		at := strings.LastIndex(labels, versionLabel)
		if !found || at < 0 {
			continue
		}
		version, _, _ := strings.Cut(labels[at+len(versionLabel):], `"`)
		if isVersion(version) {
			return version
		}
	}
	return ""
}

// isVersion reports whether s is a number and what may follow it in a version, all of it fit for a product token (RFC 9110, 5.6.2).
func isVersion(s string) bool {
	if s == "" || len(s) > longestVersion || s[0] < '0' || s[0] > '9' {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '-', c == '+', c == '_':
		default:
			return false
		}
	}
	return true
}
