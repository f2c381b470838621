// Package jsonread converts the text of a JSON object to msgpack, the format in which a chunk holds
// records. So JSON inside a log line or inside an annotation is mapped like a record's own fields.
//
// It accepts exactly one object as defined by RFC 8259. A line that only resembles JSON is not
// converted in part; it stays text. Nothing is lost: not the order of the keys, not keys that occur
// twice, not the digits of numbers that no msgpack number can hold, and not bytes that are not
// UTF-8, which the encoder replaces as in any other field.
//
// The tests compare it with encoding/json.
//
// Calls run downward only: jsonread.go -> number.go, string.go -> msgpack.go.
package jsonread
