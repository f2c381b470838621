// Package chunk reads the chunks that Fluent Bit passes to an output: concatenated msgpack objects,
// one per event, without an outer array.
//
// Everything is read in place. Events and tokens are views into the caller's bytes and hold no copy
// of them. Reading allocates nothing. It does not recurse, so the depth of nesting costs no stack.
// Nothing in this package keeps a reference to the chunk after Reader.Reset(nil).
//
// Sources of the formats: Fluent Bit's include/fluent-bit/flb_log_event.h and
// src/flb_log_event_decoder.c, and the msgpack specification.
package chunk
