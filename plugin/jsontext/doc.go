// Package jsontext appends JSON to a byte slice: strings with their escapes, and numbers that keep
// their type.
//
// It exists because no library does three things at once that the hot path needs. It never fails on
// the content of a log line: an invalid byte becomes U+FFFD, so the payload is always valid UTF-8,
// as the ingest API demands. It does not allocate. It checks eight bytes at a time. The tests
// compare it with encoding/json.
//
// All functions are safe for concurrent use.
package jsontext
