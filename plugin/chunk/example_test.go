package chunk_test

import (
	"fmt"

	"out_dynatrace/plugin/chunk"
)

// A Reader returns the events of a chunk in place. A Cursor walks the values of one of them.
func ExampleReader() {
	data := []byte("\x92\x92\xd7\x00\x65\x53\xf1\x00\x00\x00\x00\x07\x80" + // [[EventTime, {}],
		"\x82\xa3log\xa5hello\xa4code\xcc\xc8" + // {"log": "hello", "code": 200}]
		"\x92\xce\x65\x53\xf1\x01\x81\xa3log\xa3bye" + // [seconds, {"log": "bye"}]
		"\x92\xce\x65") // cut off

	var r chunk.Reader
	var event chunk.Event
	r.Reset(data)
	for r.Next(&event) {
		fmt.Printf("%d.%09d", event.Time.Sec, event.Time.Nsec)
		c := chunk.NewCursor(event.Body)
		for range c.Next().Num { // the pairs of the map
			key, value := c.Next(), c.Next()
			if value.Kind == chunk.String {
				fmt.Printf(" %s=%s", key.Data, value.Data)
			} else {
				fmt.Printf(" %s=%d", key.Data, value.Num)
			}
		}
		fmt.Println()
	}
	fmt.Println(r.Err())
	r.Reset(nil) // drops the reference to data
	// Output:
	// 1700000000.000000007 log=hello code=200
	// 1700000001.000000000 log=bye
	// chunk unreadable from byte 46 on, 3 bytes left: the data ends in the middle of a value
}

// Skip moves over whole values without looking inside.
func ExampleCursor_Skip() {
	c := chunk.NewCursor([]byte("\x93\x01\xa1a\x90\x2a")) // [1, "a", []] 42
	array, err := c.Skip(1)
	fmt.Println(len(array), err, c.Next().Num)
	_, err = c.Skip(1)
	fmt.Println(err)
	// Output:
	// 5 <nil> 42
	// the data ends in the middle of a value
}
