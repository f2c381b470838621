package batch_test

import (
	"fmt"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// The way of a chunk to its payloads: read its events, map each to a record, add the record to the
// open body, and take the body as a payload when a record does not fit any more.
func ExampleBuilder() {
	var data []byte
	for _, line := range []string{"one", "two", "three"} {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(),
			corpus.Fields("log", line))
	}

	builder, err := batch.New(batch.Options{
		Encoder: new(encode.JSON), MaxBytes: 1 << 20, MaxRecords: 2,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mapper := mapping.NewMapper(mapping.Options{
		ContentKeys: []string{"log"},
		Limits: record.Limits{
			ContentBytes: 64 << 10, AttributeValueBytes: 250, AttributeKeyBytes: 100,
			Attributes: 50, ArrayValues: 32, NestingLevels: 5,
		},
	})
	take := func() {
		if payload, ok := builder.Take(); ok {
			fmt.Printf("records: %d\n%s\n", payload.Records, payload.Body)
		}
	}

	var (
		reader chunk.Reader
		event  chunk.Event
		rec    record.Record
	)
	mapper.Begin(mapping.Flush{Tag: []byte("app")})
	for reader.Reset(data); reader.Next(&event); {
		mapper.Map(&event, &rec)
		if !builder.Add(&rec) {
			take()
			builder.Add(&rec)
		}
	}
	take()
	mapper.Release()
	builder.Release()
	// Output:
	// records: 2
	// [{"timestamp":"2023-11-14T22:13:20.000Z","content":"one"},{"timestamp":"2023-11-14T22:13:20.000Z","content":"two"}]
	// records: 1
	// [{"timestamp":"2023-11-14T22:13:20.000Z","content":"three"}]
}
