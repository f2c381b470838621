package ingest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultGrammar describes the text form of faults, for a help text.
//
//nolint:dupword // a grammar
const FaultGrammar = `A script is a list of steps; each ingest request takes the next one:

  503*3,reset,delay=2s:204,429/retry-after=5

  step     [delay=DURATION:] [stored:] action {/option} [*TIMES]
  action   STATUS    answer with this status, 200 to 599 (204: as deserved)
           ok        answer as deserved
           reset     TCP reset instead of an answer
           close     close the connection without an answer
           half      break off in the middle of the body (503; stored: 200)
           endless   answer 400 with a body that does not end (16M bytes)
           html400   answer 400 with an HTML page
  delay=   wait before acting; alone it means delay and ok
  stored:  check and store the request first, then act: the answer is lost
           (implied by a 2xx STATUS)
  /option  /retry-after=SECONDS  /header.NAME=VALUE
           /body=TEXT  /type=MEDIA-TYPE  (/body=- sends none)
           /status=STATUS          of half and endless
           /size=BYTES /for=TIME   bounds of endless; k and M are 2^10 and 2^20
           In values write , / * and % as %2C %2F %2A %25.
  *TIMES   how many requests take the step; *always for all that follow
`

// ParseFaults reads the text form of faults; see [FaultGrammar].
func ParseFaults(text string) ([]Fault, error) {
	var faults []Fault
	for step := range strings.SplitSeq(text, ",") {
		f, err := parseFault(strings.TrimSpace(step))
		if err != nil {
			return nil, fmt.Errorf("fault %q: %w", cut(step, 60), err)
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func parseFault(step string) (f Fault, err error) {
	if i := strings.LastIndexByte(step, '*'); i >= 0 {
		if f.Times, err = parseTimes(step[i+1:]); err != nil {
			return f, err
		}
		step = step[:i]
	}
	for {
		before, after, found := strings.Cut(step, ":")
		if d, ok := strings.CutPrefix(before, "delay="); ok {
			if f.Delay, err = time.ParseDuration(d); err != nil || f.Delay <= 0 {
				return f, fmt.Errorf("delay %q: want a positive duration like 2s", d)
			}
			if !found {
				return f, nil
			}
		} else if before == "stored" && found {
			f.StoreFirst = true
		} else {
			break
		}
		step = after
	}
	action, options, more := strings.Cut(step, "/")
	if err := f.parseAction(action); err != nil {
		return f, err
	}
	for more {
		var option string
		option, options, more = strings.Cut(options, "/")
		name, raw, found := strings.Cut(option, "=")
		value, err := url.PathUnescape(raw)
		if err != nil || !found || value == "" {
			return f, fmt.Errorf("option %q: want name=value", option)
		}
		if err := f.parseOption(name, value); err != nil {
			return f, err
		}
	}
	return f, nil
}

func parseTimes(text string) (int, error) {
	if text == "always" {
		return -1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("times %q: want a number from 1, or always", text)
	}
	if n == 1 {
		n = 0 // the same, so that equal faults compare equal
	}
	return n, nil
}

func (f *Fault) parseAction(action string) error {
	switch action {
	case "ok", "204":
	case "reset":
		f.Reset = true
	case "close":
		f.Close = true
	case "half":
		f.HalfBody = true
	case "endless":
		f.EndlessBody = 16 << 20
	case "html400":
		page := HTML400()
		f.Status, f.Body = page.Status, page.Body
	case "":
		return errors.New("no action")
	default:
		var err error
		f.Status, err = parseStatus(action)
		return err
	}
	return nil
}

func parseStatus(text string) (int, error) {
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 || len(text) != 3 {
		return 0, fmt.Errorf("%q: want a status from 200 to 599, ok, reset, close, half, endless or html400", text)
	}
	return status, nil
}

func (f *Fault) parseOption(name, value string) (err error) {
	if !f.acts() || f.Reset || f.Close {
		return fmt.Errorf("option %s: the action has no answer to shape", name)
	}
	header, isHeader := strings.CutPrefix(name, "header.")
	switch {
	case name == "retry-after":
		return f.setHeader("Retry-After", value)
	case isHeader:
		return f.setHeader(header, value)
	case name == "body":
		f.Body = value
	case name == "type":
		f.ContentType = value
	case name == "status" && (f.HalfBody || f.EndlessBody > 0):
		f.Status, err = parseStatus(value)
	case name == "size" && f.EndlessBody > 0:
		f.EndlessBody, err = parseSize(value)
	case name == "for" && f.EndlessBody > 0:
		if f.EndlessFor, err = time.ParseDuration(value); err != nil || f.EndlessFor <= 0 {
			err = fmt.Errorf("for %q: want a positive duration like 5s", value)
		}
	default:
		err = fmt.Errorf("option %q is unknown or does not fit the action", name)
	}
	return err
}

func (f *Fault) setHeader(name, value string) error {
	for _, c := range []byte(name) {
		if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return fmt.Errorf("header name %q", name)
		}
	}
	if name == "" {
		return errors.New("header without a name")
	}
	if f.Header == nil {
		f.Header = map[string]string{}
	}
	f.Header[name] = value
	return nil
}

// parseSize reads a number of bytes with an optional k (2^10) or M (2^20).
// maxEndless bounds the size of an endless body, in bytes.
const maxEndless = 2 << 30

func parseSize(text string) (int64, error) {
	digits, unit := text, int64(1)
	if d, ok := strings.CutSuffix(text, "k"); ok {
		digits, unit = d, 1<<10
	} else if d, ok := strings.CutSuffix(text, "M"); ok {
		digits, unit = d, 1<<20
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > maxEndless/unit {
		return 0, fmt.Errorf("size %q: want bytes like 500, 64k or 16M, at most 2048M", text)
	}
	return n * unit, nil
}

// String returns the text form, which ParseFaults reads back.
func (f Fault) String() string {
	var b strings.Builder
	if f.Delay > 0 {
		fmt.Fprintf(&b, "delay=%s:", f.Delay)
	}
	if f.StoreFirst {
		b.WriteString("stored:")
	}
	option := func(name, value string) {
		if value != "" {
			b.WriteString("/" + name + "=" + escapeValue(value))
		}
	}
	switch {
	case f.Reset:
		b.WriteString("reset")
	case f.Close:
		b.WriteString("close")
	case !f.acts():
		b.WriteString("ok")
	default:
		f.writeAnswer(&b, option)
	}
	switch {
	case f.Times < 0:
		b.WriteString("*always")
	case f.Times > 1:
		fmt.Fprintf(&b, "*%d", f.Times)
	}
	return b.String()
}

// writeAnswer writes the action and the options of a fault that answers.
func (f *Fault) writeAnswer(b *strings.Builder, option func(name, value string)) {
	body, status := f.Body, ""
	if f.Status != 0 {
		status = strconv.Itoa(f.Status)
	}
	page := HTML400()
	switch {
	case f.HalfBody:
		b.WriteString("half")
		option("status", status)
	case f.EndlessBody > 0:
		b.WriteString("endless")
		option("status", status)
		option("size", strconv.FormatInt(f.EndlessBody, 10))
		if f.EndlessFor > 0 {
			option("for", f.EndlessFor.String())
		}
	case f.Status == page.Status && body == page.Body:
		b.WriteString("html400")
		body = ""
	default:
		b.WriteString(status)
	}
	option("type", f.ContentType)
	option("body", body)
	for _, name := range slices.Sorted(maps.Keys(f.Header)) {
		if name == "Retry-After" {
			option("retry-after", f.Header[name])
		} else {
			option("header."+name, f.Header[name])
		}
	}
}

// escapeValue escapes what the grammar needs. PathEscape leaves the asterisk's
// kin alone but escapes everything that ends a value or a step.
func escapeValue(value string) string {
	return strings.NewReplacer("*", "%2A", ",", "%2C").Replace(url.PathEscape(value))
}

// one is the text of the fault for the log of one request.
func (f *Fault) one() string {
	g := *f
	g.Times = 0
	return cut(g.String(), 120)
}
