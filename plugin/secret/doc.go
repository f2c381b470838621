// Package secret holds access tokens, and keeps every kind of secret out of errors and log lines.
//
// A Secret shows only its public part however it is printed; Quote makes any value of a
// configuration fit for an error text. The package has no state and needs no cgo.
package secret
