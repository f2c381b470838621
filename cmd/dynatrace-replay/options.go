package main

import "slices"

// options is the command line.
type options struct {
	endpoint, tokenFile string
	// plugin holds the options of the plugin that are flags here, by the plugin's names.
	plugin map[string]string

	allowHTTP, dryRun, restamp bool

	reasons []string
	batch   int
	rest    string
	files   []string
}

// wants reports whether records with this reason are to be sent.
func (o *options) wants(reason string) bool {
	return len(o.reasons) == 0 || slices.Contains(o.reasons, reason)
}
