package main

import (
	"os"
	"runtime/debug"

	"github.com/rs/zerolog"
)

func zero() {
	zerolog.TimestampFunc = now
	log := zerolog.New(os.Stdout).Level(zerolog.TraceLevel).With().Timestamp().Str("service", "checkout").Logger()
	for level := zerolog.TraceLevel; level <= zerolog.NoLevel; level++ {
		log.WithLevel(level).Msg("level " + level.String())
	}
	log.Info().Str("order", "1001").Int("items", 3).Float64("total", 49.9).Bool("paid", true).
		Interface("coupon", coupon).Interface("customer", theCustomer).Strs("skus", skus).Msg("order accepted")
	log.Error().Err(failure()).Str("stack", string(debug.Stack())).Msg("payment failed")
	log.Info().Msg(multiline)
	log.Info().Str("trace_id", traceID).Str("span_id", spanID).Msg("order priced")
	log.Info().Str("method", "GET").Str("path", "/orders").Int("status", 200).Dur("duration", 12500000).Send()
	log.Log().Str("order", "1001").Send()
	log.Info().Str("order", "1001").Msg("")
}
