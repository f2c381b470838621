package main

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

type clock struct{}

func (clock) Now() time.Time                         { return now() }
func (clock) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(d) }

// built returns the logger of a configuration, which writes to standard output.
func built(c zap.Config) *zap.Logger {
	c.OutputPaths, c.Sampling = []string{"stdout"}, nil
	c.Level.SetLevel(zap.DebugLevel)
	log, err := c.Build(zap.WithClock(clock{}), zap.WithFatalHook(zapcore.WriteThenPanic))
	if err != nil {
		panic(err)
	}
	return log.Named("checkout")
}

func zapProduction() { zapEvents(built(zap.NewProductionConfig())) }

func zapDevelopment() { zapEvents(built(zap.NewDevelopmentConfig())) }

func zapEvents(log *zap.Logger) {
	for _, level := range []zapcore.Level{
		zap.DebugLevel, zap.InfoLevel, zap.WarnLevel, zap.ErrorLevel, zap.DPanicLevel, zap.PanicLevel, zap.FatalLevel,
	} {
		survive(func() { log.Log(level, "level "+level.String()) })
	}
	log.Info("order accepted", zap.String("order", "1001"), zap.Int("items", 3), zap.Float64("total", 49.9),
		zap.Bool("paid", true), zap.Any("coupon", coupon), zap.Any("customer", theCustomer), zap.Strings("skus", skus))
	log.Error("payment failed", zap.Error(failure()))
	log.Info(multiline)
	log.Info("order priced", zap.String("trace_id", traceID), zap.String("span_id", spanID))
	log.Info("", zap.String("method", "GET"), zap.String("path", "/orders"), zap.Int("status", 200),
		zap.Duration("duration", 12500*time.Microsecond))
}

func zapSugar() {
	log := built(zap.NewProductionConfig()).Sugar()
	log.Infow("order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true,
		"coupon", nil, "customer", theCustomer, "skus", skus)
	log.Infof("order %d accepted", 1001)
	log.Errorw("payment failed", "error", failure())
	log.Infow("order priced", "traceId", traceID, "spanId", spanID)
	log.Infow("", "method", "GET", "path", "/orders", "status", 200)
}
