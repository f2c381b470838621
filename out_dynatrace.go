// Command out_dynatrace is the shared library that Fluent Bit loads: the C symbols that it looks up, and nothing else. Each
// one recovers from panics, takes its arguments apart and hands over to package plugin. guard.c stands before those that
// Fluent Bit may call in a forked process.
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

// instance is what one [OUTPUT] section needs here.
type instance struct {
	*plugin.Instance
	logger *fluentbit.Logger
	// engine is the thread that ran Init: Fluent Bit's engine. Without workers it also runs the flushes.
	engine int
}

// instances is forced by the C interface: a flush comes with a number, not with an object.
var instances fluentbit.Registry[*instance]

// FLBPluginRegister is called when the library is loaded, and again at each hot reload.
//
//export FLBPluginRegister
func FLBPluginRegister(def unsafe.Pointer) (code C.int) {
	defer recovered("FLBPluginRegister", &code, -1)
	log.SetOutput(io.Discard) // net/http prints what a server says unasked, which could be anything, past Fluent Bit's log
	return C.int(fluentbit.Register(def, "dynatrace", "Dynatrace log ingest"))
}

// dynatraceUnregister is FLBPluginUnregister: it ends what FLBPluginRegister began.
//
//export dynatraceUnregister
func dynatraceUnregister(def unsafe.Pointer) {
	defer recovered("FLBPluginUnregister", nil, 0)
	fluentbit.Unregister(def)
}

// dynatraceInit is FLBPluginInit, called once for each [OUTPUT] section. A failure stops Fluent Bit, so only what no waiting
// would mend is one: a wrong option, not a destination that is down.
//
//export dynatraceInit
func dynatraceInit(p unsafe.Pointer) (code C.int) {
	defer recovered("FLBPluginInit", &code, fluentbit.Error)
	host := fluentbit.NewPlugin(p)
	logger := fluentbit.NewLogger(host)
	cfg, err := config.Load(host)
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			logger.Log(telemetry.LevelError, line)
		}
		return fluentbit.Error
	}
	in, err := plugin.New(cfg, fluentbit.Version(), logger)
	if err != nil {
		logger.Log(telemetry.LevelError, err.Error())
		return fluentbit.Error
	}
	host.SetContext(instances.Add(&instance{Instance: in, logger: logger, engine: fluentbit.ThreadID()}))
	return fluentbit.OK
}

// FLBPluginFlushCtx delivers one chunk. The chunk and the tag are read in place and not kept.
//
//export FLBPluginFlushCtx
func FLBPluginFlushCtx(id C.uintptr_t, data unsafe.Pointer, length C.int, tag *C.char) (code C.int) {
	defer recovered("FLBPluginFlushCtx", &code, fluentbit.Retry)
	in, ok := instances.Get(uintptr(id))
	if !ok {
		return fluentbit.Retry
	}
	return C.int(in.Flush(cString(tag), cBytes(data, length), fluentbit.ThreadID() == in.engine))
}

// dynatraceExit is FLBPluginExitCtx: it ends an instance. Fluent Bit calls it with 0 for an instance whose turn to be
// initialised never came, and some versions call it twice with the same number (fluent-bit-go issue 49).
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

// recovered turns a panic into an answer. It is the last resort: flushes recover in package plugin, where the chunk is known.
func recovered(where string, code *C.int, answer C.int) {
	if cause := recover(); cause != nil {
		fmt.Fprintf(os.Stderr, "[error] [output:dynatrace] defect in the plugin, please report it: %s: %v\n", where, cause)
		if code != nil {
			*code = answer
		}
	}
}

// cBytes is a view of memory that belongs to Fluent Bit until the callback returns.
func cBytes(data unsafe.Pointer, length C.int) []byte {
	if data == nil || length <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(data), int(length))
}

// cString is a view of a C string without its final zero.
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
