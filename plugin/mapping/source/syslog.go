package source

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// The syslog source maps what the syslog parsers find (conf/parsers.conf, syslog-rfc3164 and
// syslog-rfc5424).

const (
	syslogHost  Slot = "syslog host"
	syslogIdent Slot = "syslog ident"
)

var syslogFields = []Field{
	{Key: "pri", Use: LevelIn, In: SyslogLine, Severity: prioritySeverity, Signs: prioritySign},
	timeField,
	{Key: "host", Use: Hold, Slot: syslogHost, In: SyslogLine},
	{Key: "ident", Use: Hold, Slot: syslogIdent, In: SyslogLine, Accept: isIdent},
	pidField("PID"),
	{Key: "msgid", Use: DropIn, In: SyslogLine, When: saysNothing, Signs: always(SyslogOnly)},
	{Key: "extradata", Use: DropIn, In: SyslogLine, When: saysNothing, Signs: always(SyslogOnly)},
}

// isIdent accepts a name, and the empty one of a line of RFC 3164 without a tag.
func isIdent(tok chunk.Token, c chunk.Cursor) bool {
	return isName(tok, c) || tok.Kind == chunk.String && len(tok.Data) == 0
}

// maxPriority is the largest number of facility and severity.
const maxPriority = 191

func prioritySeverity(tok chunk.Token) int {
	n := Number(tok, maxPriority)
	if n >= 0 {
		n &= 7
	}
	return n
}

func prioritySign(_ []byte, tok chunk.Token) Signs {
	if Number(tok, maxPriority) >= 0 {
		return Priority
	}
	return 0
}

func recognizeSyslog(in *Input) Shape {
	isLine := in.Has(syslogIdent) || in.Has(syslogHost) && in.Signs&SyslogOnly != 0
	if !in.Is(Parsed|Journal) && in.Signs&Priority != 0 && isLine {
		return SyslogLine
	}
	return 0
}

// mapSyslog adds the attributes of a line that a syslog parser has taken apart.
func mapSyslog(in *Input, out *record.Builder) {
	if !in.Is(SyslogLine) {
		return
	}
	out.Put("host.name", Said(in.Text(syslogHost)))
	in.putLogSource(Said(in.Text(syslogIdent)), out)
}

func hostOfSyslog(in *Input) (host []byte, names bool) {
	if !in.Is(SyslogLine) {
		return nil, false
	}
	return Said(in.Text(syslogHost)), true
}

// saysNothing is for what a sender need not fill in.
func saysNothing(text []byte, _ chunk.Time) bool { return Said(text) == nil }

// Said returns nil for a dash, which means no value in RFC 5424, and other texts unchanged.
func Said(text []byte) []byte {
	if string(text) == "-" {
		return nil
	}
	return text
}
