// Package certificate reads the files of TLS: authorities, client certificates and their keys, and
// the fingerprints of certificates. No error shows anything of a key.
package certificate
