package fluentbit

// #include <stdlib.h>
// #include "abi.h"
import "C"

import (
	"strings"
	"sync"
	"unsafe"
)

// Version returns the version of the Fluent Bit that runs this process, such as "5.1.1", or "" if
// it is unknown, as before 2.1.
//
// Call it in FLBPluginInit, on the engine's thread: only there the context that it reads is
// certainly alive. It reads the version once per process. Safe for concurrent use.
var Version = sync.OnceValue(func() string {
	text := C.abi_build_info()
	if text == nil {
		return ""
	}
	defer C.free(unsafe.Pointer(text))
	return versionIn(C.GoString(text))
})

const (
	// buildInfo is the gauge with the version, as cmetrics writes it
	// (lib/cmetrics/src/cmt_encode_text.c). The host name is another of its labels, before the
	// version.
	buildInfo    = "fluentbit_build_info{"
	versionLabel = `version="`
	// longestVersion is longer than the version of any release, in bytes.
	longestVersion = 32
)

// versionIn returns the version in the metrics of Fluent Bit, or "". The version goes into a
// header, so text that does not look like a version does not count.
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

// isVersion reports whether s starts with a digit and holds only characters of a version, all of
// which a product token can hold (RFC 9110, section 5.6.2).
func isVersion(s string) bool {
	if s == "" || len(s) > longestVersion || s[0] < '0' || s[0] > '9' {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case c == '.', c == '-', c == '+', c == '_':
		default:
			return false
		}
	}
	return true
}
