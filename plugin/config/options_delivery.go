package config

import "time"

// deliveryOptions say how records get there, and what becomes of those that do not.
func deliveryOptions() []Option {
	return []Option{
		{
			Name: optRequestTimeout, Type: TypeDuration, Default: "15s", Unit: "seconds", Min: int64(time.Millisecond), Max: int64(10 * time.Minute),
			Help: "Longest time for one request. The server may hold a request for 10 s before it answers 429, so less than that hides throttling.",
			bind: func(d *draft) any { return &d.RequestTimeout },
		},
		{
			Name: optFlushDeadline, Type: TypeDuration, Default: "25s", Unit: "seconds", Min: int64(time.Millisecond), Max: int64(time.Hour),
			Help: "Longest time for one flush with all its attempts; at least `request_timeout`. What is not accepted by then goes back to Fluent Bit.",
			bind: func(d *draft) any { return &d.FlushDeadline },
		},
		{
			Name: optRetryInitial, Type: TypeDuration, Default: "500ms", Unit: "seconds", Min: int64(time.Millisecond), Max: int64(10 * time.Minute),
			Help: "Longest first pause between the attempts of a flush, and the first pause between probes while the destination is in trouble; both grow with every attempt.",
			bind: func(d *draft) any { return &d.RetryInitial },
		},
		{
			Name: optRetryMax, Type: TypeDuration, Default: "10s", Unit: "seconds", Min: int64(time.Millisecond), Max: int64(10 * time.Minute),
			Help: "Longest pause between attempts, and between probes while the destination is in trouble; at least `retry_initial`.",
			bind: func(d *draft) any { return &d.RetryMax },
		},
		{
			Name: optOldRecords, Type: TypeEnum, Default: string(OldRestamp), Values: []string{string(OldRestamp), string(OldDrop), string(OldSend)},
			Help: "What to do with records older than 24 hours, which Dynatrace refuses: `restamp` sends them with the current time and keeps theirs in `log.original_timestamp`, `drop` counts them and lets them go, `send` sends them as they are.",
			bind: func(d *draft) any { return (*string)(&d.OldRecords) },
		},
		{
			Name: optRecordID, Type: TypeBool, Default: "off",
			Help: "Give each record an attribute `log.record.uid` that is the same however often the record is sent, so that a query can leave out what arrived twice.",
			bind: func(d *draft) any { return &d.RecordID },
		},
		{
			Name: optDeadLetterFile, Type: TypePath, Unset: "off",
			Help: "File for the records that Dynatrace refuses for good, one JSON object a line with the reason. `dynatrace-replay` sends them again. It holds log data: it is created with mode 0600.",
			bind: func(d *draft) any { return &d.DeadLetterFile },
		},
		{
			Name: optDeadLetterBytes, Type: TypeSize, Default: "100MB", Unit: "bytes", Min: 64 << 10, Max: 100_000_000_000,
			Help: "Largest size of that file together with its predecessor, `<file>.1`; the oldest records go first.",
			bind: func(d *draft) any { return &d.DeadLetterBytes },
		},
	}
}
