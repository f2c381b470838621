package fluentbit

// #cgo LDFLAGS: -ldl
// #include "abi.h"
import "C"

import (
	"syscall"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"
)

// Return codes of calls from Fluent Bit. Any other number counts as Error, which drops the chunk
// of a flush.
const (
	Error = output.FLB_ERROR
	OK    = output.FLB_OK
	Retry = output.FLB_RETRY
)

// Register describes the plugin to Fluent Bit. def is the argument of FLBPluginRegister.
//
// It writes the five fields that a definition has in every version. Later versions added fields
// (event_type in 5.0, config_map in 5.1.1). They are zero already, which means logs; in older
// versions they would lie beyond the allocation.
func Register(def unsafe.Pointer, name, description string) int {
	return output.FLBPluginRegister(def, name, description)
}

// Unregister frees what Register allocated.
func Unregister(def unsafe.Pointer) { output.FLBPluginUnregister(def) }

// Plugin is the object that Fluent Bit passes to FLBPluginInit. Do not keep it: the next instance
// gets the same object.
type Plugin struct{ p unsafe.Pointer }

// NewPlugin wraps the argument of FLBPluginInit.
func NewPlugin(p unsafe.Pointer) Plugin { return Plugin{p} }

// Get returns a property of the instance, "" if it is absent or empty. It implements config.Source.
func (p Plugin) Get(name string) string { return output.FLBPluginConfigKey(p.p, name) }

// SetContext sets the id that Fluent Bit passes to the callbacks of this instance.
func (p Plugin) SetContext(id uintptr) { C.abi_set_context(p.p, C.uintptr_t(id)) }

// ThreadID returns the id of the calling thread. A call from Fluent Bit stays on its thread until
// it returns.
func ThreadID() int { return syscall.Gettid() }
