// Package wire puts the stages of a pipeline together from a configuration: the chain of senders,
// the encoder and the options of the mapper. It is the only place that does so, for the plugin and
// for every command, so that all of them send the same requests and hide the same secrets.
package wire
