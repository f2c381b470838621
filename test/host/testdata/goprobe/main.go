// Command goprobe is a minimal output plugin in Go that misbehaves on request. It tests that the
// host works with the Go runtime, and that the host reproduces the effects of Fluent Bit on Go code.
// The tag of a flush selects what the flush does.
package main

import "C"

import (
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"
)

//export FLBPluginRegister
func FLBPluginRegister(def unsafe.Pointer) int {
	return output.FLBPluginRegister(def, "goprobe", "a probe in Go")
}

//export FLBPluginInit
func FLBPluginInit(plugin unsafe.Pointer) int {
	output.FLBPluginSetContext(plugin, output.FLBPluginConfigKey(plugin, "color"))
	return output.FLB_OK
}

var kept []byte

//export FLBPluginFlushCtx
func FLBPluginFlushCtx(ctx, data unsafe.Pointer, length C.int, tag *C.char) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintln(os.Stderr, "recovered:", r)
			code = output.FLB_RETRY
		}
	}()
	chunk := unsafe.Slice((*byte)(data), int(length))
	switch C.GoString(tag) {
	case "nil":
		var p *int
		*p = 1
	case "keep":
		kept = chunk
	case "use-kept":
		return int(kept[0])
	case "deep":
		return recurse(3000)
	case "work": // goroutines, timers, the network poller and the collector
		done := make(chan struct{})
		go func() {
			defer close(done)
			r, w, err := os.Pipe()
			if err != nil {
				return
			}
			time.AfterFunc(time.Millisecond, func() { w.Close() })
			r.Read(make([]byte, 1))
			r.Close()
			runtime.GC()
		}()
		<-done
	}
	return output.FLB_OK
}

//go:noinline
func recurse(n int) int {
	var block [512]byte
	block[n%len(block)] = 1
	if n == 0 {
		return output.FLB_OK
	}
	return recurse(n-1) + int(block[(n+1)%len(block)])
}

//export FLBPluginExitCtx
func FLBPluginExitCtx(unsafe.Pointer) int { return output.FLB_OK }

//export FLBPluginUnregister
func FLBPluginUnregister(def unsafe.Pointer) { output.FLBPluginUnregister(def) }

func main() {}
