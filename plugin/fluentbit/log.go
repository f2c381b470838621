package fluentbit

// #include <stdlib.h>
// #include "abi.h"
import "C"

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"out_dynatrace/plugin/telemetry"
)

// Logger prints the lines of one instance through Fluent Bit's own log, at the log_level of the
// instance. If the host has no such interface (Fluent Bit 1.x), it writes lines of the same form to
// standard error, from level info up. Fluent Bit itself writes a line from a thread that it did not
// start to standard error. Safe for concurrent use.
type Logger struct {
	host   host // nil if there is no such interface
	prefix string
	closed atomic.Bool
	stderr io.Writer
}

// host is Fluent Bit's log, as one instance sees it.
type host interface {
	enabled(telemetry.Level) bool
	print(level telemetry.Level, line string)
}

// NewLogger returns the logger of the instance p.
func NewLogger(p Plugin) *Logger {
	c := C.abi_host_of(p.p)
	name := "dynatrace"
	if c.name != nil {
		name = C.GoString(c.name)
	}
	l := &Logger{prefix: "[output:dynatrace:" + name + "] ", stderr: os.Stderr}
	if c.log_print != nil && c.output_log_check != nil {
		l.host = &cHost{c}
	}
	return l
}

// Enabled reports whether a line of level would be printed.
func (l *Logger) Enabled(level telemetry.Level) bool {
	if l.host == nil || l.closed.Load() {
		return level <= telemetry.LevelInfo
	}
	return l.host.enabled(level)
}

// Log prints one line. It does not check Enabled.
func (l *Logger) Log(level telemetry.Level, message string) {
	line := l.prefix + strings.ReplaceAll(message, "\x00", `\x00`)
	if l.host == nil || l.closed.Load() {
		now := time.Now().Format("2006/01/02 15:04:05")
		fmt.Fprintf(l.stderr, "[%s] [%5s] %s\n", now, levelNames[level], line)
		return
	}
	l.host.print(level, line)
}

// Close stops the use of the host's instance, which Fluent Bit frees after FLBPluginExitCtx. Later
// lines go to standard error.
func (l *Logger) Close() { l.closed.Store(true) }

// cHost is the host, called through its C functions.
type cHost struct{ c C.struct_abi_host }

func (h *cHost) enabled(level telemetry.Level) bool {
	return C.abi_log_check(&h.c, C.int(level)) != 0 //nolint:gocritic // in code that cgo makes
}

func (h *cHost) print(level telemetry.Level, line string) {
	text := C.CString(line)
	defer C.free(unsafe.Pointer(text))
	C.abi_log_print(&h.c, C.int(level), text) //nolint:gocritic // in code that cgo makes
}

// levelNames has the names of Fluent Bit's src/flb_log.c.
var levelNames = map[telemetry.Level]string{
	telemetry.LevelError: "error",
	telemetry.LevelWarn:  "warn",
	telemetry.LevelInfo:  "info",
	telemetry.LevelDebug: "debug",
	telemetry.LevelTrace: "trace",
}
