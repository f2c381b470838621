package deadletter_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"out_dynatrace/plugin/deadletter"
)

// A Reader returns the entries of a dead letter file and reports broken lines, such as half a line
// of a process that was killed.
func ExampleReader() {
	file := strings.NewReader(`{"time":"2026-11-25T02:17:10Z","tag":"app","reason":"rejected",` +
		`"status":400,"message":"no","record":{"content":"hello"}}
{"time":"2026-11-2
{"tag":"app","reason":"too_large","status":413,"record":{"content":"long"}}
`)
	r := deadletter.NewReader(file)
	for {
		entry, _, err := r.Next()
		var broken *deadletter.LineError
		switch {
		case errors.As(err, &broken):
			fmt.Println("skipped line", broken.Line)
			continue
		case err == io.EOF:
			return
		case err != nil:
			fmt.Println(err)
			return
		}
		fmt.Printf("line %d: %s, HTTP %d: %s\n", r.Line(), entry.Reason, entry.Status, entry.Record)
	}
	// Output:
	// line 1: rejected, HTTP 400: {"content":"hello"}
	// skipped line 2
	// line 3: too_large, HTTP 413: {"content":"long"}
}
