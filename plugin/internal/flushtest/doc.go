// Package flushtest holds what the tests of packages plugin and flush have in common: a server, a
// log, and chunks.
package flushtest
