package fluentbit

// #cgo LDFLAGS: -ldl
// #include "abi.h"
import "C"

import (
	"syscall"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"
)

// The answers to a call from Fluent Bit. Any other number counts as Error, which drops the chunk of a flush.
const (
	Error = output.FLB_ERROR
	OK    = output.FLB_OK
	Retry = output.FLB_RETRY
)

// Register describes the plugin to Fluent Bit. def is what FLBPluginRegister was called with.
//
// It writes the five fields that a definition has had in every version. What later versions added (event_type from 5.0,
// config_map from 5.1.1) is zero there already, and zero means logs; in older ones it would lie beyond the allocation.
func Register(def unsafe.Pointer, name, description string) int {
	return output.FLBPluginRegister(def, name, description)
}

// Unregister frees what Register allocated.
func Unregister(def unsafe.Pointer) { output.FLBPluginUnregister(def) }

// Plugin is the object that Fluent Bit passes to FLBPluginInit. It must not be kept: the next instance gets the same one.
type Plugin struct{ p unsafe.Pointer }

// NewPlugin wraps the argument of FLBPluginInit.
func NewPlugin(p unsafe.Pointer) Plugin { return Plugin{p} }

// Get returns a property of the instance, "" when it is absent or empty. It makes Plugin a config.Source.
func (p Plugin) Get(name string) string { return output.FLBPluginConfigKey(p.p, name) }

// SetContext tells Fluent Bit the id to call this instance by.
func (p Plugin) SetContext(id uintptr) { C.abi_set_context(p.p, C.uintptr_t(id)) }

// ThreadID returns the id of the calling thread. A call from Fluent Bit stays on its thread until it returns.
func ThreadID() int { return syscall.Gettid() }
