// Package option names the option of the plugin that an error or a warning is about, so that each
// program can show it under the name that its users write: `tls_ca_file` in a configuration,
// --tls-ca-file on a command line.
package option
