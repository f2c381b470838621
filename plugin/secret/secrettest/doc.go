// Package secrettest helps tests to look for secrets in what is printed.
package secrettest
