package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/telemetry"
)

const (
	// maxKinds bounds the number of rows of a dry run.
	maxKinds = 1000
	// maxShown bounds a message in a row, in bytes.
	maxShown = 200
)

// kind is a row of a dry run: records with one reason, status and message.
type kind struct {
	reason  string
	status  int
	message string
}

// dryRun counts the records of the inputs by kind and prints the counts, the largest first. It
// returns the exit code.
func dryRun(ctx context.Context, inputs []*input, o *options, w world) int {
	counts := make(map[kind]int)
	records, skipped, broken := 0, 0, 0
	code := exitAccepted
	for _, in := range inputs {
		reader := deadletter.NewReader(in.in)
		for {
			e, _, err := reader.Next()
			if ctx.Err() != nil {
				err = errAbandoned
			}
			var line *deadletter.LineError
			if errors.As(err, &line) {
				broken++
				code = exitRest
				continue
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					fmt.Fprintf(w.stderr, "dynatrace-replay: %s: %v\n", in.name, err)
					code = exitRest
				}
				break
			}
			if !o.wants(e.Reason) {
				skipped++
				continue
			}
			records++
			reason, message := telemetry.OneLine(e.Reason, maxShown), telemetry.OneLine(e.Message, maxShown)
			k := kind{reason, e.Status, message}
			if _, known := counts[k]; !known && len(counts) >= maxKinds {
				k = kind{"(others)", 0, ""}
			}
			counts[k]++
		}
	}
	kinds := slices.SortedFunc(maps.Keys(counts), func(a, b kind) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a.reason, b.reason), a.status-b.status,
			cmp.Compare(a.message, b.message))
	})
	for _, k := range kinds {
		fmt.Fprintf(w.stdout, "%8d  %-20s %3d  %s\n", counts[k], k.reason, k.status, k.message)
	}
	fmt.Fprintf(w.stdout, "nothing was sent; records %d, skipped by filter %d, broken lines %d\n",
		records, skipped, broken)
	return code
}
