// Command loggers runs one of Go's loggers and writes its lines to standard output: the events that
// test/loggers/README.md lists, with a fixed time.
package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"
)

// loggers are the programs by name.
var loggers = map[string]func(){
	"go-kit":          goKit,
	"hclog":           hashicorp,
	"klog":            kubernetes,
	"log15":           fifteen,
	"logr-funcr":      logrFuncr,
	"logr-stdr":       logrStdr,
	"logr-zapr":       logrZapr,
	"logrus":          logrusJSON,
	"logrus-text":     logrusText,
	"slog":            slogJSON,
	"slog-text":       slogText,
	"zap":             zapProduction,
	"zap-development": zapDevelopment,
	"zap-sugar":       zapSugar,
	"zerolog":         zero,
}

func main() {
	if len(os.Args) == 1 {
		for _, name := range slices.Sorted(maps.Keys(loggers)) {
			fmt.Println(name)
		}
		return
	}
	run, ok := loggers[os.Args[1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "unknown logger", os.Args[1])
		os.Exit(2)
	}
	run()
}

// now is the time of every event.
func now() time.Time { return time.Date(2026, 3, 2, 8, 15, 30, 123456789, time.UTC) }

const (
	multiline = "first line\nsecond line: Grüße, 世界 🚀"
	traceID   = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanID    = "00f067aa0ba902b7"
)

// customer is a value that a logger writes as a nested object.
type customer struct {
	ID      int    `json:"id"`
	Country string `json:"country"`
}

// theCustomer, skus and coupon are the values of the event with fields that are not plain.
var (
	theCustomer = customer{ID: 17, Country: "AT"}
	skus        = []string{"A-17", "B-2"}
	coupon      any
)

// failure is the error of the event with an error.
func failure() error {
	return fmt.Errorf("charge card: %w", errors.New("connection refused"))
}

// survive runs a call that panics after it has logged.
func survive(log func()) {
	defer func() { _ = recover() }()
	log()
}
