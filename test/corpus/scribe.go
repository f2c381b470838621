package corpus

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Epoch is the time of the first event of every corpus and of the first line of every log file. It
// is a fixed date and grows old: code that checks the age of records needs a clock near it, or
// Chunk.From.
var Epoch = time.Date(2026, time.November, 3, 8, 0, 0, 0, time.UTC)

// services are the applications of an invented web shop; the n-th of them logs in a style of its
// own.
var services = []string{
	"checkout", "catalog", "basket", "payment", "shipping", "ledger", "search", "mailer",
	"gateway", "profile", "stock", "pricing", "invoice", "review", "session", "notify",
}

// scribe draws everything that the generators vary. The same seed gives the same sequence on every
// platform.
type scribe struct {
	rng *rand.Rand
	now time.Time
}

func newScribe(seed uint64) *scribe {
	return &scribe{rng: rand.New(rand.NewPCG(seed, 0x6c6f67)), now: Epoch}
}

// tick moves the time on by up to twice the mean.
func (s *scribe) tick(mean time.Duration) {
	s.now = s.now.Add(time.Duration(s.rng.Int64N(2*int64(mean)) + 1))
}

func (s *scribe) pick(list []string) string { return list[s.rng.IntN(len(list))] }

// chance is true in the given percentage of cases.
func (s *scribe) chance(percent int) bool { return s.rng.IntN(100) < percent }

func (s *scribe) number(low, high int) int { return low + s.rng.IntN(high-low) }

// from draws n bytes of an alphabet of ASCII.
func (s *scribe) from(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.rng.IntN(len(alphabet))]
	}
	return string(b)
}

func (s *scribe) hex(n int) string { return s.from("0123456789abcdef", n) }

func (s *scribe) uuid() string {
	return s.hex(8) + "-" + s.hex(4) + "-4" + s.hex(3) + "-a" + s.hex(3) + "-" + s.hex(12)
}

// address draws from the ranges for documentation (RFC 5737; one in sixteen of RFC 3849).
func (s *scribe) address() string {
	if s.rng.IntN(16) == 0 {
		return "2001:db8:" + s.hex(3) + "::" + s.hex(2)
	}
	return fmt.Sprintf("%s.%d", s.pick([]string{"192.0.2", "198.51.100", "203.0.113"}), s.number(1, 255))
}

func (s *scribe) status() int {
	switch n := s.rng.IntN(100); {
	case n < 82:
		return 200
	case n < 87:
		return 201
	case n < 91:
		return 304
	case n < 96:
		return 404
	case n < 98:
		return 429
	default:
		return 503
	}
}

// level draws a severity as mixed as in a healthy system.
func (s *scribe) level() string {
	switch n := s.rng.IntN(100); {
	case n < 74:
		return "INFO"
	case n < 88:
		return "DEBUG"
	case n < 95:
		return "WARN"
	default:
		return "ERROR"
	}
}

var (
	methods = []string{"GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD"}

	paths = []string{
		"/api/v1/cart/%d/items?currency=EUR&expand=price", "/api/v1/orders/%d", "/catalog/shoes/%d?page=2&sort=price",
		"/static/js/app.%d.min.js", "/healthz?probe=%d", "/search?q=blue%%20jacket&from=%d", "/img/products/%d/large.webp",
		"/login?next=%%2Faccount%%2F%d", "/api/v2/stock/%d?warehouse=north",
	}

	agents = []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
		"curl/8.14.1", "kube-probe/1.33", "Go-http-client/2.0", "examplebot/2.1 (+https://bot.example.com/about)",
	}

	messages = []string{
		"request completed", "cache miss, asking the primary", "retrying after a timeout of the upstream", "order accepted and queued",
		"connection pool is at its limit", "price list reloaded", "payment authorised", "stock reserved for the basket",
		"slow query, see the plan in the trace", "session expired", "message published to the topic", "circuit breaker half open",
		"upstream closed the connection before the answer was complete", "feature flag changed", "batch of mails handed over",
	}
)

func (s *scribe) path() string { return fmt.Sprintf(s.pick(paths), s.number(1, 100_000)) }
