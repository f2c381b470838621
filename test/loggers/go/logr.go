package main

import (
	stdlog "log"
	"os"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/go-logr/stdr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
)

func logrFuncr() {
	logrEvents(funcr.NewJSON(func(line string) { _, _ = os.Stdout.WriteString(line + "\n") }, funcr.Options{
		Verbosity: 10, LogTimestamp: true, TimestampFormat: "2006-01-02T15:04:05Z",
		RenderBuiltinsHook: func(pairs []any) []any {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == "ts" {
					pairs[i+1] = now().Format("2006-01-02T15:04:05Z")
				}
			}
			return pairs
		},
	}))
}

func logrStdr() {
	stdr.SetVerbosity(10)
	logrEvents(stdr.New(stdlog.New(os.Stdout, "", 0)))
}

func logrZapr() {
	c := zap.NewProductionConfig()
	log := built(c)
	logrEvents(zapr.NewLogger(log))
}

func logrEvents(log logr.Logger) {
	log = log.WithName("controller").WithValues("controller", "deployment")
	for _, v := range []int{0, 1, 4} {
		log.V(v).Info("verbosity", "v", v)
	}
	log.Info("order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true, "coupon", nil,
		"customer", theCustomer, "skus", skus)
	log.Error(failure(), "payment failed", "pod", "shop/checkout")
	log.Error(nil, "no error value")
	log.Info(multiline)
	log.Info("order priced", "trace_id", traceID, "span_id", spanID)
	log.Info("", "method", "GET", "path", "/orders", "status", 200)
}
