//go:build !race

package mapping_test

const randomRounds = 300
