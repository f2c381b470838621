// Package house tests the rules of the code base itself: which package may import which.
package house
