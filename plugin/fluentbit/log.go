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

// Logger prints the lines of one instance through Fluent Bit's own log, at the level that the instance's log_level sets.
// Where the host has no such interface (Fluent Bit 1.x) it writes lines of the same shape to standard error, from level info
// up. It is safe for concurrent use. Fluent Bit itself writes a line that comes from a thread not its own to standard error.
type Logger struct {
	host   C.struct_abi_host
	prefix string
	native bool
	closed atomic.Bool
	stderr io.Writer
}

// NewLogger returns the logger of the instance that p stands for.
func NewLogger(p Plugin) *Logger {
	host := C.abi_host_of(p.p)
	name := "dynatrace"
	if host.name != nil {
		name = C.GoString(host.name)
	}
	return &Logger{
		host:   host,
		prefix: "[output:dynatrace:" + name + "] ",
		native: host.log_print != nil && host.output_log_check != nil,
		stderr: os.Stderr,
	}
}

// Enabled reports whether a line of level would be printed.
func (l *Logger) Enabled(level telemetry.Level) bool {
	if !l.native || l.closed.Load() {
		return level <= telemetry.LevelInfo
	}
	return C.abi_log_check(&l.host, C.int(level)) != 0
}

// Log prints one line. It does not ask Enabled.
func (l *Logger) Log(level telemetry.Level, message string) {
	line := l.prefix + strings.ReplaceAll(message, "\x00", `\x00`)
	if !l.native || l.closed.Load() {
		fmt.Fprintf(l.stderr, "[%s] [%5s] %s\n", time.Now().Format("2006/01/02 15:04:05"), levelNames[level], line)
		return
	}
	text := C.CString(line)
	defer C.free(unsafe.Pointer(text))
	C.abi_log_print(&l.host, C.int(level), text)
}

// Close cuts the tie to the host's instance, which Fluent Bit frees after FLBPluginExitCtx. Lines that still come go to
// standard error.
func (l *Logger) Close() { l.closed.Store(true) }

// levelNames are spelt as in Fluent Bit's src/flb_log.c.
var levelNames = map[telemetry.Level]string{
	telemetry.LevelError: "error",
	telemetry.LevelWarn:  "warn",
	telemetry.LevelInfo:  "info",
	telemetry.LevelDebug: "debug",
	telemetry.LevelTrace: "trace",
}
