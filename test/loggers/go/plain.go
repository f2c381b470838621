package main

import (
	"flag"
	"os"
	"time"

	kit "github.com/go-kit/log"
	kitlevel "github.com/go-kit/log/level"
	log15 "github.com/inconshreveable/log15/v3"
	"k8s.io/klog/v2"
)

// goKit writes JSON. A message has no name of its own there; msg is a habit.
func goKit() {
	log := kit.NewJSONLogger(os.Stdout)
	log = kit.With(log, "ts", kit.TimestampFormat(now, time.RFC3339Nano))
	for _, at := range []func(kit.Logger) kit.Logger{kitlevel.Debug, kitlevel.Info, kitlevel.Warn, kitlevel.Error} {
		_ = at(log).Log("msg", "a level")
	}
	_ = kitlevel.Info(log).Log("msg", "order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true,
		"coupon", nil, "customer", theCustomer, "skus", skus)
	_ = kitlevel.Error(log).Log("msg", "payment failed", "err", failure())
	_ = kitlevel.Info(log).Log("msg", multiline)
	_ = kitlevel.Info(log).Log("msg", "order priced", "traceID", traceID, "spanID", spanID)
	_ = kitlevel.Info(log).Log("method", "GET", "path", "/orders", "status", 200)
	_ = kitlevel.Info(log).Log("msg", "", "order", "1001")
}

// fifteen writes JSON. Its levels are dbug, info, warn, eror, crit.
func fifteen() {
	log := log15.New("service", "checkout")
	format := log15.JsonFormat()
	log.SetHandler(log15.StreamHandler(os.Stdout, log15.FormatFunc(func(r log15.Record) []byte {
		r.Time = now()
		return format.Format(r)
	})))
	log.Debug("level debug")
	log.Info("level info")
	log.Warn("level warn")
	log.Error("level error")
	log.Crit("level crit")
	log.Info("order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true, "coupon", nil, "skus", skus)
	log.Error("payment failed", "err", failure())
	log.Info(multiline)
	log.Info("order priced", "trace_id", traceID, "span_id", spanID)
	log.Info("", "method", "GET", "path", "/orders", "status", 200)
}

// kubernetes writes plain lines; run.sh replaces their time and process.
func kubernetes() {
	var flags flag.FlagSet
	klog.InitFlags(&flags)
	_ = flags.Parse([]string{"-logtostderr=false", "-alsologtostderr=false", "-one_output", "-v=4"})
	klog.SetOutput(os.Stdout)
	klog.Info("level info")
	klog.Warning("level warning")
	klog.Error("level error")
	klog.V(4).Info("verbosity 4")
	klog.InfoS("order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true, "coupon", nil,
		"customer", theCustomer, "skus", skus)
	klog.ErrorS(failure(), "payment failed", "pod", klog.KRef("shop", "checkout"))
	klog.Info(multiline)
	klog.Flush()
}
