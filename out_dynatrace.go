// Command out_dynatrace is the shared library that Fluent Bit loads: the C symbols that it looks
// up, and nothing else. Each function recovers from panics, converts its arguments and calls
// package plugin. guard.c wraps those that Fluent Bit may call in a forked process.
package main

// #include <stdint.h>
import "C"

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"unsafe"

	"out_dynatrace/plugin"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/fluentbit"
	"out_dynatrace/plugin/telemetry"
)

// instance is one [OUTPUT] section.
type instance struct {
	*plugin.Instance
	logger *fluentbit.Logger
	// engine is the thread that ran Init: Fluent Bit's engine. Without workers it also runs flushes.
	engine int
}

// instances maps the numbers by which Fluent Bit calls instances. The C interface passes no
// object, so this package variable cannot be avoided.
var instances fluentbit.Registry[*instance]

// FLBPluginRegister is called when the library is loaded, and at each hot reload.
//
//export FLBPluginRegister
func FLBPluginRegister(def unsafe.Pointer) (code C.int) {
	defer recovered("FLBPluginRegister", &code, -1)
	// net/http logs unsolicited responses of a server by itself. They can hold anything, and would
	// bypass Fluent Bit's log.
	log.SetOutput(io.Discard)
	return C.int(fluentbit.Register(def, "dynatrace", "Dynatrace log ingest"))
}

// dynatraceUnregister is FLBPluginUnregister: it frees what FLBPluginRegister allocated.
//
//export dynatraceUnregister
func dynatraceUnregister(def unsafe.Pointer) {
	defer recovered("FLBPluginUnregister", nil, 0)
	fluentbit.Unregister(def)
}

// dynatraceInit is FLBPluginInit, called once for each [OUTPUT] section. A failure stops Fluent
// Bit, so it fails only if waiting does not help: for a wrong option, not for a destination that
// is down.
//
//export dynatraceInit
func dynatraceInit(p unsafe.Pointer) (code C.int) {
	defer recovered("FLBPluginInit", &code, fluentbit.Error)
	host := fluentbit.NewPlugin(p)
	logger := fluentbit.NewLogger(host)
	cfg, err := config.Load(host)
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			logger.Log(telemetry.LevelError, line)
		}
		return fluentbit.Error
	}
	in, err := plugin.New(cfg, fluentbit.Version(), logger)
	if err != nil {
		logger.Log(telemetry.LevelError, err.Error())
		return fluentbit.Error
	}
	id := instances.Add(&instance{Instance: in, logger: logger, engine: fluentbit.ThreadID()})
	host.SetContext(id)
	return fluentbit.OK
}

// FLBPluginFlushCtx delivers one chunk. It reads the chunk and the tag in place and keeps neither.
//
//export FLBPluginFlushCtx
func FLBPluginFlushCtx(
	id C.uintptr_t, data unsafe.Pointer, length C.int, tag *C.char,
) (code C.int) {
	defer recovered("FLBPluginFlushCtx", &code, fluentbit.Retry)
	in, ok := instances.Get(uintptr(id))
	if !ok {
		return fluentbit.Retry
	}
	return C.int(in.Flush(cString(tag), cBytes(data, length), fluentbit.ThreadID() == in.engine))
}

// dynatraceExit is FLBPluginExitCtx: it closes an instance. Fluent Bit calls it with 0 for an
// instance that it never initialized, and some versions call it twice with the same number
// (fluent-bit-go issue 49).
//
//export dynatraceExit
func dynatraceExit(id C.uintptr_t) (code C.int) {
	defer recovered("FLBPluginExitCtx", &code, fluentbit.OK)
	if in, ok := instances.Remove(uintptr(id)); ok {
		in.Close()
		in.logger.Close()
	}
	return fluentbit.OK
}

// recovered turns a panic into an answer. It is the last resort: package flush recovers itself, and
// knows the chunk then.
func recovered(where string, code *C.int, answer C.int) {
	if cause := recover(); cause != nil { //nolint:revive // called by defer statements only
		fmt.Fprintf(os.Stderr, "[error] [output:dynatrace] "+
			"defect in the plugin, please report it: %s: %v\n", where, cause)
		if code != nil {
			*code = answer
		}
	}
}

// cBytes returns a view of memory that belongs to Fluent Bit until the callback returns.
func cBytes(data unsafe.Pointer, length C.int) []byte {
	if data == nil || length <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(data), int(length))
}

// cString returns a view of a C string without its final zero.
func cString(s *C.char) []byte {
	if s == nil {
		return nil
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(s), n)) != 0 {
		n++
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(s)), n)
}

// main is never called: the library has no program of its own.
func main() {}
