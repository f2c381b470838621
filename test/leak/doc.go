// Package leak checks that nothing leaves that the user excluded: it maps and encodes random
// records whose values carry marks, with random options, and looks for the marks of excluded fields
// in the bytes that would be sent. It has tests only.
//
//   - tree_test.go: values that a record is drawn of, as msgpack and as JSON
//   - draw_test.go: random records and options
//   - oracle_test.go: which fields may be sent
//   - leak_test.go: the test and its fuzz target
package leak
