package corpus

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// longestLine is the greatest length in bytes of a line of WriteLogs: well below 32 KB, where tail
// with its default buffer_max_size gives up on the file (plugins/in_tail/tail.h, FLB_TAIL_CHUNK).
const longestLine = 16_000

// WriteLogs writes the given number of lines as log files hold them: nginx access lines, JSON and
// logfmt of applications, Spring lines and Java stack traces over several lines, syslog of both
// RFCs, text in many scripts, tabs, quotes and backslashes, and about one line in 300 of 4 to 16
// KB. All of it is valid UTF-8.
//
// Each line ends with LF, also the last, and none is empty: tail makes an event with an empty
// string of an empty line, or none if skip_empty_lines is on, so the count of events would depend
// on the configuration.
func WriteLogs(w io.Writer, lines int) error {
	out := bufio.NewWriterSize(w, 64<<10)
	s := newScribe(5)
	var pending []string
	var line []byte
	for range lines {
		if len(pending) > 0 {
			line, pending = append(line[:0], pending[0]...), pending[1:]
		} else {
			s.tick(20 * time.Millisecond)
			service := s.pick(services)
			switch n := s.rng.IntN(1000); {
			case n < 330:
				line = s.access(line[:0])
			case n < 560:
				line = s.json(line[:0], service)
			case n < 640:
				line = s.spring(line[:0], service)
			case n < 720:
				line = s.logfmt(line[:0], service)
			case n < 820:
				line = s.syslog3164(line[:0], service)
			case n < 890:
				line = s.syslog5424(line[:0], service)
			case n < 930:
				line = s.polyglot(line[:0])
			case n < 970:
				line = s.awkward(line[:0])
			case n < 996:
				line = s.spring(line[:0], service)
				pending = s.trace(service)
			default:
				line = s.long(line[:0])
			}
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// trace is a Java exception with its frames and a cause, the lines behind the one that reports it.
func (s *scribe) trace(service string) []string {
	lines := []string{fmt.Sprintf("com.example.%s.UpstreamException: GET http://stock.example.com/api/v2/stock/%d: 503 Service Unavailable",
		service, s.number(1, 100_000))}
	for range s.number(4, 16) {
		lines = append(lines, string(s.frame(nil, service)))
	}
	lines = append(lines, `Caused by: java.net.SocketTimeoutException: Read timed out after "5000 ms" [pool=default]`)
	for range s.number(2, 8) {
		lines = append(lines, string(s.frame(nil, service)))
	}
	return append(lines, fmt.Sprintf("\t... %d more", s.number(20, 90)))
}

// syslog3164 is a line of the BSD form: priority, date without a year, host, tag with a process id.
func (s *scribe) syslog3164(dst []byte, service string) []byte {
	return fmt.Appendf(dst, "<%d>%s node-%02d %s[%d]: %s from %s port %d", 16*8+s.number(2, 8), s.now.Format("Jan _2 15:04:05"),
		s.number(1, 40), service, s.number(300, 40_000), s.pick(messages), s.address(), s.number(1024, 65_536))
}

// syslog5424 is a line of the newer form, with structured data and escapes in it; a third have the
// byte order mark that the RFC asks for before UTF-8.
func (s *scribe) syslog5424(dst []byte, service string) []byte {
	mark := ""
	if s.chance(33) {
		mark = "\ufeff"
	}
	return fmt.Appendf(dst, `<%d>1 %s node-%02d.example.com %s %d ID%d [shop@32473 region="eu-west" note="quoted \"%d\" and \] bracket"] %s%s`,
		16*8+s.number(2, 8), s.now.Format("2006-01-02T15:04:05.000000Z"), s.number(1, 40), service, s.number(300, 40_000),
		s.number(1, 99), s.number(1, 99), mark, s.pick(messages))
}

// awkwards are lines that break a careless parser, template or escape.
var awkwards = []string{
	"col1\tcol2\t\tcol4\t%d",
	`path C:\temp\new\%d.log share \\files\drop regex ^\d+\s*$`,
	`he said "no \"really\"", it's %d`,
	"   indented by three, trailing spaces %d   ",
	`{"broken": "json %d`,
	`<a href="https://www.example.com/?a=%d&b=2">link</a> <!-- comment --> ]]>`,
	`percent %%s %%d %%n ${jndi} {{template}} $(command) number %d`,
	`key= = value,, ; "unbalanced %d`,
	"\x1b[1;31mERROR\x1b[0m \x1b[2mdim\x1b[22m %d",
	"progress 10%%\rprogress 20%%\rprogress %d%%",
	`-- MARK -- %d`,
	`select "id", 'it''s' from orders where id = %d -- comment`,
}

func (s *scribe) awkward(dst []byte) []byte {
	return fmt.Appendf(dst, s.pick(awkwards), s.number(1, 1_000_000))
}

// long is a line of 4 to 16 KB: a dump of one JSON object, a token without spaces, or words of many
// scripts.
func (s *scribe) long(dst []byte) []byte {
	want := len(dst) + s.number(4_000, longestLine-400)
	switch s.rng.IntN(3) {
	case 0:
		dst = append(dst, `{"level":"debug","msg":"dump of the basket","items":[`...)
		for len(dst) < want {
			dst = fmt.Appendf(dst, `{"sku":"%s","name":"%s \"deluxe\"","count":%d},`, s.hex(12), s.pick(messages), s.number(1, 20))
		}
		return append(dst, `{"sku":"last"}]}`...)
	case 1:
		dst = fmt.Appendf(dst, "%s DEBUG received body=", s.now.Format(time.RFC3339))
		return append(dst, s.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", want-len(dst))...)
	default:
		dst = append(dst, "all messages:"...)
		for len(dst) < want {
			dst = append(dst, ' ')
			dst = s.polyglot(dst)
		}
		return []byte(strings.ToValidUTF8(string(dst[:want]), "")) // the cut may have hit a character
	}
}
