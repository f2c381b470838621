// Package chunk reads the chunks that Fluent Bit hands to an output: concatenated msgpack objects, one an event, without
// an outer array.
//
// Everything is read in place. Events and tokens are views into the caller's bytes and hold no copy of them, reading
// allocates nothing, and no recursion follows the data, so the depth of nesting costs no stack. Nothing in this package
// keeps a reference to the chunk after Reader.Reset(nil).
//
// Sources of the forms: Fluent Bit's include/fluent-bit/flb_log_event.h, src/flb_log_event_decoder.c, and the msgpack
// specification.
package chunk
