package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"out_dynatrace/plugin/secret"
)

const usage = `dynatrace-replay - send the records of a dead letter file to Dynatrace again

A dead letter file holds the records that Dynatrace rejected, one JSON object a
line, with the reason. Fix the cause, then replay the file:

  mv dead.ndjson todo.ndjson              the plugin starts a new file
  dynatrace-replay --dry-run todo.ndjson  count its records by reason
  dynatrace-replay --endpoint abc12345 --token-file /etc/dt.token todo.ndjson
  dynatrace-replay --reason rejected_time_range --restamp todo.ndjson
  zcat old.gz | dynatrace-replay --rest old.rest -

FILE is never changed. Records that were not accepted, or not sent, are written
to FILE.rest. After the run FILE.rest is all that is left to do, and FILE can be
removed. If there is no FILE.rest, nothing is left to do. The reason
partial_success marks the records of a request of which the server rejected some
without saying which.

Sending a file twice stores its records twice: Dynatrace does not deduplicate.
To repeat a run, replay FILE.rest, not FILE. If a run is interrupted or the
connection breaks, the records of one request can be stored and be in FILE.rest
too.

Destination
  --endpoint URL     environment ID, base URL or ingest URL; or several,
                     separated by commas, in order of preference ($DT_ENDPOINT)
  --token-file FILE  file that holds only the token. The default is the token in
                     $DT_API_TOKEN. There is no flag for the token itself,
                     because other users can read the process list.
  --tls-ca-file FILE PEM file with certificates to trust, besides the system's
  --tls-pin-sha256 FINGERPRINTS, --tls-server-name NAME, --tls-min-version 1.3,
  --tls-cert-file FILE, --tls-key-file FILE
                     as the plugin's options of the same names
  --tls-verify=off   do not verify the server's certificate
  --proxy URL|off    HTTP proxy. The default is the one in $HTTPS_PROXY, with
                     the exceptions in $NO_PROXY. A proxy URL with a password
                     is accepted only there.
  --allow-http       allow an http:// endpoint on another machine
  --structure NAME   data model to request, raw or flattened; use the same value
                     as the plugin's option structure
  $DT_HEADERS        extra headers of every request: name=value, separated by
                     commas, as the plugin's option headers. There is no flag,
                     because a value can be a secret.

Records
  --reason REASON    send only records with this reason, for example rejected,
                     rejected_time_range or too_large. May be repeated. Other
                     records go to FILE.rest unchanged.
  --restamp          set the timestamp to the current time and keep the old one
                     in log.original_timestamp, for records that are too old
  --batch N          records per request, 1 to 50000 (default 500). A request
                     that is rejected is split until the bad record is found.
  --dry-run          send nothing; count records by reason, status and message
  --rest FILE        file for what is left; required for - and for pipes

FILE... are dead letter files; - is standard input. Flags come before files.

Ctrl-C stops sending and writes the rest. A second Ctrl-C stops reading an input
that does not end.

Exit code: 0 all records sent were accepted; 1 some were not, or a line or file
could not be read or written; 2 nothing was sent, because a flag, the token or a
file is wrong.
`

const (
	defaultBatch = 500
	maxBatch     = 50_000 // the API's limit
)

// pluginOptions are the options of the plugin that are flags here, with hyphens.
var pluginOptions = []string{
	"tls_ca_file", "tls_verify", "tls_pin_sha256", "tls_server_name", "tls_min_version",
	"tls_cert_file", "tls_key_file", "proxy", "structure",
}

// parseFlags reads the command line. It returns flag.ErrHelp for --help.
func parseFlags(args []string) (*options, error) {
	o := &options{plugin: make(map[string]string)}
	set := flag.NewFlagSet("dynatrace-replay", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.endpoint, "endpoint", "", "")
	set.StringVar(&o.tokenFile, "token-file", "", "")
	for _, option := range pluginOptions {
		set.Func(strings.ReplaceAll(option, "_", "-"), "", func(s string) error {
			o.plugin[option] = s
			return nil
		})
	}
	set.BoolVar(&o.allowHTTP, "allow-http", false, "")
	set.BoolVar(&o.dryRun, "dry-run", false, "")
	set.BoolVar(&o.restamp, "restamp", false, "")
	set.IntVar(&o.batch, "batch", defaultBatch, "")
	set.StringVar(&o.rest, "rest", "", "")
	set.Func("reason", "", func(s string) error {
		if s == "" {
			return errors.New("takes a reason")
		}
		o.reasons = append(o.reasons, s)
		return nil
	})
	for _, arg := range args { // first, because package flag repeats arguments in its errors
		if err := checkSecret(arg); err != nil {
			return nil, err
		}
	}
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	o.files = set.Args()
	return o, o.check()
}

// Secrets do not belong on the command line, which other users can read.
var (
	errToken = errors.New("a token must not be on the command line, where others can read it: " +
		"set DT_API_TOKEN, or use --token-file")
	errHeaders = errors.New("headers must not be on the command line, where others can read them: " +
		"set DT_HEADERS")
	errProxyPassword = errors.New("the password of a proxy must not be on the command line, " +
		"where others can read it: set HTTPS_PROXY")
)

// checkSecret returns an error if an argument is certainly a token, or a flag that a secret
// follows.
func checkSecret(arg string) error {
	name, value, given := strings.Cut(arg, "=")
	if strings.HasPrefix(arg, "-") {
		switch strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", "-") {
		case "token", "api-token":
			return errToken
		case "header", "headers":
			return errHeaders
		}
	}
	if !given {
		value = arg
	}
	// Only a real token has a public part before the stars.
	token, _, err := secret.Parse(value)
	if err == nil && strings.HasSuffix(token.String(), ".*****") {
		return errToken
	}
	return nil
}

// check checks the flags together.
func (o *options) check() error {
	if strings.Contains(o.plugin["proxy"], "@") {
		return errProxyPassword
	}
	if o.batch < 1 || o.batch > maxBatch {
		return fmt.Errorf("--batch takes 1 to %d", maxBatch)
	}
	if len(o.files) == 0 {
		return errors.New("no FILE")
	}
	if o.rest != "" && len(o.files) > 1 {
		return errors.New("--rest takes the rest of one FILE only")
	}
	seen := make(map[string]bool)
	for _, name := range o.files {
		switch {
		case name != stdinName && strings.HasPrefix(name, "-"):
			return fmt.Errorf("%s: flags come before files (write ./%s for a file)", name, name)
		case seen[filepath.Clean(name)]:
			return fmt.Errorf("%s is given twice, so its records would be sent twice", name)
		}
		seen[filepath.Clean(name)] = true
	}
	return nil
}
