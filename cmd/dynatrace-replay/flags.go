package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"out_dynatrace/plugin/config"
)

const usage = `dynatrace-replay - send the records of a dead letter file to Dynatrace again

A dead letter file holds the records that Dynatrace refused for good, one line
of JSON each, with the reason. Mend the cause, then replay the file:

  mv dead.ndjson todo.ndjson              the plugin begins a new file by itself
  dynatrace-replay --dry-run todo.ndjson  what is in it: reasons, messages
  dynatrace-replay --endpoint abc12345 --token-file /etc/dt.token todo.ndjson
  dynatrace-replay --reason rejected_time_range --restamp todo.ndjson
  zcat old.gz | dynatrace-replay --rest old.rest -

FILE is never changed. What was not accepted, or not sent, is written to
FILE.rest: FILE.rest is what is still to be done, and FILE can be removed then.
Without such a file there is nothing left to do. The reason partial_success in
it marks the records of a request of which the server refused some, without
saying which.

Sending a file twice sends its records twice: Dynatrace knows no duplicates.
Replay FILE.rest, not FILE, the second time. When a run is interrupted or the
connection breaks, up to one request of records may have been taken although
they stand in FILE.rest.

Destination
  --endpoint URL     environment id, base URL or ingest URL, or several with
                     commas, the best first ($DT_ENDPOINT)
  --token-file FILE  file that holds the token and nothing else; without it the
                     token is taken from $DT_API_TOKEN. There is no flag for
                     the token itself, since others see it in the process list.
  --tls-ca-file FILE PEM file with certificates to trust besides the system's
  --tls-pin-sha256 FINGERPRINTS, --tls-server-name NAME, --tls-min-version 1.3,
  --tls-cert-file FILE, --tls-key-file FILE
                     as the options of the plugin
  --proxy URL|off    HTTP proxy to go through; without it $HTTPS_PROXY and
                     $NO_PROXY say. One with a password only goes there.
  --tls-verify=off   do not check the server's certificate
  --allow-http       allow an http:// endpoint that is not on this machine

Records
  --reason REASON    only records with this reason, such as rejected,
                     rejected_time_range or too_large; may be repeated. The
                     others go to FILE.rest unchanged.
  --restamp          for records that are too old: set timestamp to now, and
                     keep the old one in log.original_timestamp
  --batch N          records a request, 1 to 50000 (500). A request that is
                     refused is halved until the bad record stands alone.
  --dry-run          send nothing, count by reason, status and message
  --rest FILE        write the rest there; needed for - and for pipes

FILE... are dead letter files; - is standard input. Flags stand before them.

Ctrl-C ends the sending and writes the rest; a second one ends the reading of
an input that does not end by itself.

Exit code: 0 all that was sent was accepted, 1 some was not (or a line is
broken, or a file failed), 2 nothing was begun: a flag, the token or a file is
wrong.
`

const (
	defaultBatch = 500
	maxBatch     = 50_000 // the API's limit
)

// options is the command line.
type options struct {
	endpoint, tokenFile string
	// network are the plugin's options about TLS, by their names.
	network map[string]string

	allowHTTP, dryRun, restamp bool

	reasons []string
	batch   int
	rest    string
	files   []string
}

// networkOptions are those of the plugin that are flags, too, with hyphens.
var networkOptions = []string{
	"tls_ca_file", "tls_verify", "tls_pin_sha256", "tls_server_name", "tls_min_version", "tls_cert_file", "tls_key_file", "proxy",
}

// parseFlags reads the command line. It returns flag.ErrHelp for --help.
func parseFlags(args []string) (*options, error) {
	o := &options{network: make(map[string]string)}
	set := flag.NewFlagSet("dynatrace-replay", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.endpoint, "endpoint", "", "")
	set.StringVar(&o.tokenFile, "token-file", "", "")
	for _, option := range networkOptions {
		set.Func(strings.ReplaceAll(option, "_", "-"), "", func(s string) error {
			o.network[option] = s
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
	for _, arg := range args { // before flag can repeat one in an error
		if holdsToken(arg) {
			return nil, errToken
		}
	}
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	o.files = set.Args()
	return o, o.check()
}

var errToken = errors.New("a token does not belong on the command line, where others see it: set DT_API_TOKEN, or give --token-file")

var errProxyPassword = errors.New("the password of a proxy does not belong on the command line, where others see it: set HTTPS_PROXY")

// holdsToken reports whether an argument is a token beyond doubt, or a flag that would be followed by one.
func holdsToken(arg string) bool {
	name, value, given := strings.Cut(arg, "=")
	if strings.HasPrefix(arg, "-") {
		switch strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", "-") {
		case "token", "api-token":
			return true
		}
	}
	if !given {
		value = arg
	}
	secret, _, err := config.ParseSecret(value)
	return err == nil && strings.HasSuffix(secret.String(), ".*****") // it has a public part, as only a real one has
}

// check looks at the flags together.
func (o *options) check() error {
	if strings.Contains(o.network["proxy"], "@") {
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
			return fmt.Errorf("%s: flags stand before the files (./%s for a file)", name, name)
		case seen[filepath.Clean(name)]:
			return fmt.Errorf("%s is named twice, and its records would be sent twice", name)
		}
		seen[filepath.Clean(name)] = true
	}
	return nil
}

// wants reports whether records with this reason are asked for.
func (o *options) wants(reason string) bool {
	if len(o.reasons) == 0 {
		return true
	}
	for _, wanted := range o.reasons {
		if wanted == reason {
			return true
		}
	}
	return false
}
