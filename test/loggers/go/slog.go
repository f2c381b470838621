package main

import (
	"context"
	"log/slog"
	"os"
	"time"
)

func slogJSON() {
	slogEvents(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: slog.Level(-100), AddSource: true}))
}

func slogText() {
	slogEvents(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.Level(-100)}))
}

// atNow is a handler that writes each record with the fixed time.
type atNow struct{ slog.Handler }

func (h atNow) Handle(ctx context.Context, r slog.Record) error {
	r.Time = now()
	return h.Handler.Handle(ctx, r)
}

func (h atNow) WithAttrs(attrs []slog.Attr) slog.Handler { return atNow{h.Handler.WithAttrs(attrs)} }

func slogEvents(h slog.Handler) {
	log, ctx := slog.New(atNow{h}), context.Background()
	for _, level := range []slog.Level{
		slog.LevelDebug - 4, slog.LevelDebug, slog.LevelInfo, slog.LevelInfo + 2, slog.LevelWarn, slog.LevelError, slog.LevelError + 4,
	} {
		log.Log(ctx, level, "level "+level.String())
	}
	log.Info("order accepted", "order", "1001", "items", 3, "total", 49.9, "paid", true, "coupon", nil,
		slog.Group("customer", "id", 17, "country", "AT"), "skus", skus)
	log.Error("payment failed", "err", failure())
	log.Info(multiline)
	log.Info("order priced", "trace_id", traceID, "span_id", spanID)
	log.Info("", "method", "GET", "path", "/orders", "status", 200, "duration", 12500*time.Microsecond)
	log.With("level", "gold", "msg", "hello").Info("reserved names")
}
