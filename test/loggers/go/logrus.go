package main

import (
	"context"
	"os"

	"github.com/sirupsen/logrus"
)

func logrusJSON() { logrusEvents(&logrus.JSONFormatter{}) }

func logrusText() { logrusEvents(&logrus.TextFormatter{}) }

func logrusEvents(format logrus.Formatter) {
	l := logrus.New()
	l.Out, l.Formatter, l.Level, l.ExitFunc = os.Stdout, format, logrus.TraceLevel, func(int) {}
	log := l.WithTime(now()).WithContext(context.Background())
	for _, level := range logrus.AllLevels {
		survive(func() { log.Log(level, "level "+level.String()) })
	}
	log.WithFields(logrus.Fields{
		"order": "1001", "items": 3, "total": 49.9, "paid": true, "coupon": nil, "customer": theCustomer, "skus": skus,
	}).Info("order accepted")
	log.WithError(failure()).Error("payment failed")
	log.Info(multiline)
	log.WithFields(logrus.Fields{"trace_id": traceID, "span_id": spanID}).Info("order priced")
	// logrus moves a field away from the names that it uses itself.
	log.WithFields(logrus.Fields{"level": "gold", "msg": "hello", "time": "noon"}).Info("reserved names")
	log.WithFields(logrus.Fields{"method": "GET", "path": "/orders", "status": 200}).Info("")
}
