// Package fluentbit wraps Fluent Bit's C interface for Go outputs: it registers the plugin, reads
// the properties of an instance, logs through Fluent Bit's log and finds Fluent Bit's version.
// This package and package main are the only ones that need cgo.
//
// Sources: Fluent Bit's src/proxy/go/go.c, src/flb_plugin_proxy.c, include/fluent-bit/flb_api.h.
package fluentbit
