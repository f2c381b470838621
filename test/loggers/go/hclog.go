package main

import (
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
)

func hashicorp() {
	log := hclog.New(&hclog.LoggerOptions{
		Name: "checkout", Level: hclog.Trace, Output: os.Stdout, JSONFormat: true,
		TimeFn: func() time.Time { return now() },
	})
	for _, level := range []hclog.Level{hclog.Trace, hclog.Debug, hclog.Info, hclog.Warn, hclog.Error} {
		log.Log(level, "level "+level.String())
	}
	log.Info("order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true, "coupon", nil,
		"customer", theCustomer, "skus", skus)
	log.Error("payment failed", "error", failure(), hclog.Stacktrace())
	log.Info(multiline)
	log.Info("order priced", "trace_id", traceID, "span_id", spanID)
	log.Info("", "method", "GET", "path", "/orders", "status", 200)
}
