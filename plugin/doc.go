// Package plugin is one [OUTPUT] instance: New, Flush, Close. It knows nothing of C: package main
// calls it with plain byte slices. Package wire builds the stages that a chunk passes, and package
// flush delivers it through them.
package plugin
