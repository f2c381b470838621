//go:build race

package mapping_test

// randomRounds is smaller with the race detector, which slows this single goroutine ten times and
// has nothing to find in it.
const randomRounds = 60
