package config

import (
	"time"

	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/flush"
)

// deliveryRows are how long the plugin tries, and what happens to records that cannot be
// delivered.
var deliveryRows = []Option{
	{
		Name: "request_timeout", Type: TypeDuration, Unit: "seconds",
		Default: deliver.DefaultRequestTimeout.String(),
		Min:     int64(time.Millisecond), Max: int64(10 * time.Minute),
		Help: "Longest time for one request. The server may hold a request for 10 s before it " +
			"answers 429, so a shorter timeout hides throttling.",
		field: func(c *Config) any { return &c.Delivery.RequestTimeout },
	},
	{
		Name: "flush_deadline", Type: TypeDuration, Unit: "seconds",
		Default: deliver.DefaultFlushDeadline.String(),
		Min:     int64(time.Millisecond), Max: int64(time.Hour),
		Help: "Longest time for one flush with all its attempts; at least `request_timeout`. " +
			"Records not accepted by then go back to Fluent Bit.",
		field: func(c *Config) any { return &c.Flush.Deadline },
	},
	{
		Name: "retry_initial", Type: TypeDuration, Unit: "seconds",
		Default: deliver.DefaultRetryInitial.String(),
		Min:     int64(time.Millisecond), Max: int64(10 * time.Minute),
		Help: "Upper limit of the first pause between the attempts of a flush, and of the first " +
			"pause between probes while the destination is unhealthy; both grow with every " +
			"attempt.",
		field: func(c *Config) any { return &c.Delivery.RetryInitial },
	},
	{
		Name: "retry_max", Type: TypeDuration, Default: deliver.DefaultRetryMax.String(), Unit: "seconds",
		Min: int64(time.Millisecond), Max: int64(10 * time.Minute),
		Help: "Longest pause between attempts, and between probes while the destination is " +
			"unhealthy; at least `retry_initial`.",
		field: func(c *Config) any { return &c.Delivery.RetryMax },
	},
	{
		Name: "old_records", Type: TypeEnum, Default: string(flush.OldRestamp),
		Values: []string{string(flush.OldRestamp), string(flush.OldDrop), string(flush.OldSend)},
		Help: "What to do with records older than 24 hours, which Dynatrace rejects: `restamp` " +
			"sends them with the current time and keeps the original in `log.original_timestamp`, " +
			"`drop` counts and drops them, `send` sends them as they are.",
		field: func(c *Config) any { return &c.Flush.OldRecords },
	},
	{
		Name: "record_id", Type: TypeBool, Default: "off",
		Help: "Give each record an attribute `log.record.uid` that is the same however often the " +
			"record is sent, so that a query can remove duplicates.",
		field: func(c *Config) any { return &c.Flush.RecordID },
	},
	{
		Name: "dead_letter_file", Type: TypePath, Unset: "off",
		Help: "File for the records that Dynatrace rejects permanently, one JSON object per line " +
			"with the reason. `dynatrace-replay` sends them again. It holds log data and is " +
			"created with mode 0600.",
		field: func(c *Config) any { return &c.DeadLetter.Path },
	},
	{
		Name: "dead_letter_max_bytes", Type: TypeSize, Unit: "bytes",
		Default: formatSize(deadletter.DefaultMaxBytes),
		Min:     64 << 10, Max: 100_000_000_000,
		Help: "Largest size of that file together with its predecessor, `<file>.1`; the oldest " +
			"records are dropped first.",
		field: func(c *Config) any { return &c.DeadLetter.MaxBytes },
	},
}
