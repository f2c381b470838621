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
	// maxKinds bounds the kinds of refusal that a dry run tells apart.
	maxKinds = 1000
	// maxShown bounds a message in its table, in bytes.
	maxShown = 200
)

// kind is what a dry run counts by.
type kind struct {
	reason  string
	status  int
	message string
}

// dryRun counts what is in the inputs and prints it, the most frequent first.
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
				if err != io.EOF {
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
			k := kind{telemetry.OneLine(e.Reason, maxShown), e.Status, telemetry.OneLine(e.Message, maxShown)}
			if _, known := counts[k]; !known && len(counts) >= maxKinds {
				k = kind{"(others)", 0, ""}
			}
			counts[k]++
		}
	}
	kinds := slices.SortedFunc(maps.Keys(counts), func(a, b kind) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a.reason, b.reason), a.status-b.status, cmp.Compare(a.message, b.message))
	})
	for _, k := range kinds {
		fmt.Fprintf(w.stdout, "%8d  %-20s %3d  %s\n", counts[k], k.reason, k.status, k.message)
	}
	fmt.Fprintf(w.stdout, "nothing was sent; records %d, skipped by filter %d, broken lines %d\n", records, skipped, broken)
	return code
}
