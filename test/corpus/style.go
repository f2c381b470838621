package corpus

import (
	"fmt"
	"strings"
)

// One function a style of log line; each appends one line without a line end. The lengths and the
// share of quotes, control characters and non-ASCII follow what container logs hold.

// line draws a line of mixed style for a service, as the containers of a cluster write them.
func (s *scribe) line(dst []byte, service string) []byte {
	switch n := s.rng.IntN(100); {
	case n < 28:
		return s.json(dst, service)
	case n < 48:
		return s.spring(dst, service)
	case n < 63:
		return s.logfmt(dst, service)
	case n < 78:
		return s.access(dst)
	case n < 86:
		return s.coloured(dst, service)
	case n < 97:
		return s.frame(dst, service)
	default:
		return s.polyglot(dst)
	}
}

// json is a structured line of a service: one JSON object.
func (s *scribe) json(dst []byte, service string) []byte {
	dst = fmt.Appendf(dst, `{"ts":"%s","level":"%s","logger":"%s.http","msg":"%s","method":"%s","path":"%s","status":%d,"duration_ms":%d.%d`,
		s.now.Format("2006-01-02T15:04:05.000Z"), strings.ToLower(s.level()), service, s.pick(messages), s.pick(methods), s.path(),
		s.status(), s.number(0, 900), s.number(0, 10))
	if s.chance(60) {
		dst = fmt.Appendf(dst, `,"trace_id":"%s","span_id":"%s"`, s.hex(32), s.hex(16))
	}
	if s.chance(10) {
		dst = fmt.Appendf(dst, `,"error":"dial tcp %s:5432: connect: \"connection refused\" <attempt %d & last>"`, s.address(), s.number(1, 6))
	}
	return append(dst, '}')
}

// spring is a line of Spring Boot's default pattern.
func (s *scribe) spring(dst []byte, service string) []byte {
	return fmt.Appendf(dst, "%s %5s 1 --- [nio-8080-exec-%d] c.e.%-10s.web.OrderController      : %s (order=%d, customer=c-%s, took %d ms)",
		s.now.Format("2006-01-02 15:04:05.000"), s.level(), s.number(1, 30), service, s.pick(messages), s.number(10_000, 9_999_999),
		s.hex(8), s.number(1, 2000))
}

// logfmt is key=value, quoted where needed.
func (s *scribe) logfmt(dst []byte, service string) []byte {
	return fmt.Appendf(dst, `time=%s level=%s msg="%s" service=%s component=worker-%d peer=%s:%d bytes=%d dur=%d.%dms trace_id=%s`,
		s.now.Format("2006-01-02T15:04:05.000000Z"), strings.ToLower(s.level()), s.pick(messages), service, s.number(0, 16),
		s.address(), s.number(1024, 65_536), s.number(80, 90_000), s.number(0, 500), s.number(0, 100), s.hex(32))
}

// access is nginx's combined format (ngx_http_log_module).
func (s *scribe) access(dst []byte) []byte {
	referer := "-"
	if s.chance(50) {
		referer = "https://shop.example.com" + s.path()
	}
	return fmt.Appendf(dst, `%s - - [%s] "%s %s HTTP/%s" %d %d "%s" "%s"`,
		s.address(), s.now.Format("02/Jan/2006:15:04:05 -0700"), s.pick(methods), s.path(), s.pick([]string{"1.1", "2.0"}),
		s.status(), s.number(0, 60_000), referer, s.pick(agents))
}

// coloured is a line with ANSI colours, as written by programs that take the log for a terminal.
func (s *scribe) coloured(dst []byte, service string) []byte {
	colour := s.number(31, 37)
	return fmt.Appendf(dst, "\x1b[%dm%-5s\x1b[0m[%04d] %-44s \x1b[%dmservice\x1b[0m=%s \x1b[%dmremote\x1b[0m=%s",
		colour, s.level(), s.number(0, 10_000), s.pick(messages), colour, service, colour, s.address())
}

// frame is one line of a Java stack trace; it begins with a tab.
func (s *scribe) frame(dst []byte, service string) []byte {
	class := s.pick([]string{"OrderController", "PriceRepository", "StockClient", "RetryTemplate", "RequestFilter$Chain"})
	method := s.pick([]string{"handle", "findById", "<init>", "lambda$send$2", "doFilter", "invoke0"})
	return fmt.Appendf(dst, "\tat com.example.%s.%s.%s(%s.java:%d) ~[%s-%d.%d.jar:?]",
		service, class, method, class, s.number(10, 900), service, s.number(1, 9), s.number(0, 30))
}

// polyglots are lines in several scripts: two, three and four byte characters, right-to-left
// writing, combining marks, emoji joined of several characters, a line separator. %d is a number.
var polyglots = []string{
	"Bestellung %d für Zürich bestätigt – Größe «42½», Preis 12,50 €",
	"Заказ %d принят, доставка завтра",
	"注文 %d を受け付けました。発送は明日です。",
	"주문 %d 접수 완료, 내일 발송됩니다",
	"订单 %d 已支付，等待发货",
	"تم استلام الطلب %d وسيتم الشحن غدا",
	"ההזמנה %d התקבלה ותישלח מחר",
	"ऑर्डर %d स्वीकार किया गया, कल भेजा जाएगा",
	"คำสั่งซื้อ %d ได้รับการยืนยันแล้ว",
	"Η παραγγελία %d καταχωρήθηκε",
	"Comanda %d a fost primită; livrare mâine la Brașov",
	"rollout %d done 🚀 🎉 team 👩‍💻👨🏽‍🔧 region 🇪🇺",
	"cafe\u0301 %d nai\u0308ve A\u030A (combining marks) 𝒜𝔘𝟜 ﷽",
	"first part %d\u2028second part\u00a0with\u200bodd spaces",
}

func (s *scribe) polyglot(dst []byte) []byte {
	return fmt.Appendf(dst, s.pick(polyglots), s.number(1, 1_000_000))
}
