// Package ascii has the tests of bytes that the standard library offers for whole runes only.
package ascii
