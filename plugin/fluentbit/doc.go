// Package fluentbit is all that the plugin knows of Fluent Bit's C interface: registering, reading properties, logging as
// Fluent Bit does, and answering a flush. With package main it is the only one that needs cgo.
//
// Sources: Fluent Bit's src/proxy/go/go.c, src/flb_plugin_proxy.c, include/fluent-bit/flb_api.h.
package fluentbit
