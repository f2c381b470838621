package jsonread_test

import (
	"fmt"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsonread"
)

// A line that holds exactly one JSON object becomes a msgpack map. Any other line is left alone.
func ExampleAppend() {
	for _, line := range []string{`{"level":"warn","took":0.5,"id":18446744073709551616}`, `{"level":"warn"} retrying`} {
		record, ok := jsonread.Append(nil, []byte(line))
		fmt.Println(ok)
		c := chunk.NewCursor(record)
		for range c.Next().Num {
			key, value := c.Next(), c.Next()
			if value.Kind == chunk.Float64 {
				fmt.Printf("%s: %v\n", key.Data, value.Float())
			} else {
				fmt.Printf("%s: %q\n", key.Data, value.Data)
			}
		}
	}
	// Output:
	// true
	// level: "warn"
	// took: 0.5
	// id: "18446744073709551616"
	// false
}
