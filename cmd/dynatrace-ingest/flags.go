package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"out_dynatrace/plugin/secret"
	"out_dynatrace/test/ingest"
)

const usage = `dynatrace-ingest - a local stand-in for the Dynatrace log ingestion API

It takes logs as POST /api/v2/logs/ingest does, checks them by the same rules,
and shows what Dynatrace would store, trim and reject. Nothing leaves the
machine.

  dynatrace-ingest --out -                       show the records it would store
  dynatrace-ingest --tls --cert-out ca.pem       like an ActiveGate, with TLS
  dynatrace-ingest --fault '503*3,reset'         faults first, then normal

Serving
  --listen ADDR        address to listen on (127.0.0.1:8080)
  --env ID             environment id that /e/ID/... paths must carry
  --require-env        reject paths without /e/ID, as an ActiveGate does
  --tls                serve HTTPS with a generated, self-signed certificate
  --cert-out FILE      write that certificate (PEM) for the client to trust
  --tls-name NAME      one more host name or address for it; may be repeated

Tokens
  --token TOKEN        accept this token; may be repeated or a comma list.
                       TOKEN=SCOPE;SCOPE sets its scopes, TOKEN= gives it none.
                       Without --token every well-formed token is accepted.

Environment
  --profile NAME       limits and typing: grail, classic_pipeline, classic or
                       managed (grail)
  --oneagent           the API of a OneAgent before it: POST /v2/logs/ingest,
                       no token, no gzip, timestamps with three digits
  --structure NAME     default data model: raw or flattened (raw)
  --max-request-bytes N
                       maximum bytes of a request, compressed and uncompressed
  --max-otlp-bytes N   the same for OTLP
  --max-records N      maximum records of a request

Output
  --out FILE           append stored records as NDJSON; - is stdout (nowhere)
  --quiet              no line per request
                       Log lines go to stderr. Ctrl-C prints a summary.

Faults
  --fault SCRIPT       faults for the next ingest requests, see below
  --refuse TEXT        reject a whole request if the JSON text of one of its
                       events contains TEXT; may be repeated
  --refuse-status N    status for those (400)

Where Dynatrace's own pages disagree
  --old MODE           records older than 24 h: drop (200, the rest is stored)
                       or reject (400 for the whole request) (drop)
  --partial-body SHAPE body of a 200: details or success (details)
  --future MODE        timestamps over 10 min ahead become now or plus, which
                       is now plus 10 min (now)
  --no-content MODE    flattened event without content gets its JSON text
                       (event) or an empty string (empty) (event)
  --too-nested-200     200 when attributes below level 5 were skipped (204)
  --expanded-431       431 for a gzip body that expands over the limit (413)
  --html-400           every 400 is an HTML page
  --scope-status N     status for a token without the scope (403)
  --unsupported-status N
                       status for an unknown Content-Type or -Encoding (400)
  --quoted-health      /rest/health answers "RUNNING" with quotes

` + ingest.FaultGrammar

// config is the command line.
type config struct {
	options ingest.Options
	listen  string
	tls     bool
	certOut string
	out     string
	quiet   bool
	faults  []ingest.Fault
}

// parseFlags reads the command line. It returns flag.ErrHelp for --help.
func parseFlags(args []string) (*config, error) {
	c := &config{}
	var tlsNames []string
	set := c.flagSet(&tlsNames)
	if err := checkArguments(args); err != nil { // first, because package flag repeats arguments
		return nil, err
	}
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	if set.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %s", secret.Quote(set.Arg(0)))
	}
	if c.certOut != "" && !c.tls || len(tlsNames) > 0 && !c.tls {
		return nil, fmt.Errorf("--cert-out and --tls-name need --tls")
	}
	if len(tlsNames) > 0 {
		c.options.TLSNames = append([]string{"localhost", "127.0.0.1", "::1"}, tlsNames...)
	}
	if _, _, err := net.SplitHostPort(c.listen); err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	return c, nil
}

// checkArguments returns an error if a token stands anywhere but after --token.
func checkArguments(args []string) error {
	for i, arg := range args {
		name, _, given := strings.Cut(arg, "=")
		isValue := i > 0 && strings.TrimLeft(args[i-1], "-") == "token"
		isToken := given && strings.TrimLeft(name, "-") == "token"
		if secret.MayHoldToken(arg) && !isValue && !isToken {
			return errors.New("a token is accepted after --token only")
		}
	}
	return nil
}

// flagSet binds the flags to c.
func (c *config) flagSet(tlsNames *[]string) *flag.FlagSet {
	o := &c.options
	set := flag.NewFlagSet("dynatrace-ingest", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&c.listen, "listen", "127.0.0.1:8080", "")
	set.StringVar(&o.EnvironmentID, "env", "", "")
	set.BoolVar(&o.RequireEnvironmentPath, "require-env", false, "")
	set.BoolVar(&c.tls, "tls", false, "")
	set.StringVar(&c.certOut, "cert-out", "", "")
	set.Func("tls-name", "", func(s string) error { *tlsNames = append(*tlsNames, s); return nil })
	set.Func("token", "", func(s string) error {
		for item := range strings.SplitSeq(s, ",") {
			o.Tokens = append(o.Tokens, parseToken(strings.TrimSpace(item)))
		}
		return nil
	})
	set.Func("profile", "", func(s string) (err error) {
		o.Profile, err = ingest.ParseProfile(s)
		return err
	})
	set.BoolVar(&o.OneAgent, "oneagent", false, "")
	set.Func("structure", "", func(s string) (err error) {
		o.Structure, err = ingest.ParseStructure(s)
		return err
	})
	limit(set, "max-request-bytes", &o.Limits.RequestBytes)
	limit(set, "max-otlp-bytes", &o.Limits.OTLPBytes)
	limit(set, "max-records", &o.Limits.Records)
	set.StringVar(&c.out, "out", "", "")
	set.BoolVar(&c.quiet, "quiet", false, "")
	set.Func("fault", "", func(s string) error {
		faults, err := ingest.ParseFaults(s)
		c.faults = append(c.faults, faults...)
		return err
	})
	set.Func("refuse", "", func(s string) error { o.Refuse = append(o.Refuse, s); return nil })
	set.IntVar(&o.RefuseStatus, "refuse-status", 0, "")
	choice(set, "old", &o.OldRecords,
		map[string]ingest.OldRecords{"drop": ingest.OldDropped, "reject": ingest.OldRejectsBatch})
	choice(set, "partial-body", &o.PartialBody,
		map[string]ingest.PartialBody{"details": ingest.PartialDetails, "success": ingest.PartialSuccess})
	choice(set, "future", &o.Future,
		map[string]ingest.FutureMode{"now": ingest.FutureNow, "plus": ingest.FutureNowPlus})
	choice(set, "no-content", &o.NoContent,
		map[string]ingest.NoContent{"event": ingest.NoContentEvent, "empty": ingest.NoContentEmpty})
	set.BoolVar(&o.TooNestedPartial, "too-nested-200", false, "")
	set.BoolVar(&o.Expanded431, "expanded-431", false, "")
	set.BoolVar(&o.HTML400, "html-400", false, "")
	set.IntVar(&o.MissingScopeStatus, "scope-status", 0, "")
	set.IntVar(&o.UnsupportedStatus, "unsupported-status", 0, "")
	set.BoolVar(&o.QuotedHealth, "quoted-health", false, "")
	return set
}

// choice binds a flag that takes one of a few words.
func choice[T any](set *flag.FlagSet, name string, target *T, words map[string]T) {
	set.Func(name, "", func(s string) error {
		v, ok := words[s]
		if !ok {
			return fmt.Errorf("see --help for the values")
		}
		*target = v
		return nil
	})
}

// limit binds a flag that takes a number from 1: 0 would mean the preset.
func limit(set *flag.FlagSet, name string, target *int) {
	set.Func(name, "", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return errors.New("want a number from 1")
		}
		*target = n
		return nil
	})
}

// parseToken reads TOKEN or TOKEN=SCOPE;SCOPE.
func parseToken(text string) ingest.Token {
	value, scopes, given := strings.Cut(text, "=")
	t := ingest.Token{Value: value}
	if given {
		t.Scopes = strings.FieldsFunc(scopes, func(r rune) bool { return r == ';' })
		if t.Scopes == nil {
			t.Scopes = []string{}
		}
	}
	return t
}
