package telemetry_test

import (
	"fmt"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// printer is a Logger that prints to standard output.
type printer struct{}

func (printer) Enabled(level telemetry.Level) bool     { return level <= telemetry.LevelInfo }
func (printer) Log(level telemetry.Level, line string) { fmt.Println(level, line) }

// A line that repeats is printed once a minute, with the number of lines left out.
func ExampleLog() {
	now := time.Unix(0, 0)
	log := telemetry.NewLog(printer{}, func() time.Time { return now }, time.Minute)

	for range 7 {
		log.Warn("transport.connect", "cannot connect to %s", "example.com")
		now = now.Add(10 * time.Second)
	}
	log.Close()
	// Output:
	// 2 cannot connect to example.com
	// 2 cannot connect to example.com (repeated 5 times in the last 60s)
}

// The numbers of folded lines are added up.
func ExampleLog_Sum() {
	now := time.Unix(0, 0)
	log := telemetry.NewLog(printer{}, func() time.Time { return now }, time.Minute)

	log.Sum(telemetry.LevelError, "dropped", 3, "records dropped: ")
	log.Sum(telemetry.LevelError, "dropped", 4, "records dropped: ")
	log.Sum(telemetry.LevelError, "dropped", 5, "records dropped: ")
	log.Close()
	// Output:
	// 1 records dropped: 3
	// 1 records dropped: 9 (repeated 2 times in the last 0s)
}

// Text from elsewhere cannot break out of its log line.
func ExampleOneLine() {
	fmt.Println(telemetry.OneLine("not found\n[error] forged", 100))
	fmt.Println(telemetry.OneLine("a long explanation of the server", 20))
	// Output:
	// not found\n[error] forged
	// a long explanatio...
}

// Every drop has a reason, at 0 before it first occurs.
func ExampleCounters() {
	var counters telemetry.Counters
	counters.Add(telemetry.DroppedTooLarge, 2)
	for _, s := range counters.Snapshot() {
		if s.Name == telemetry.NameRecordsDropped && s.LabelValue > "t" {
			fmt.Printf("%s{%s=%q} %d\n", s.Name, s.Label, s.LabelValue, s.Total)
		}
	}
	// Output:
	// records_dropped{reason="too_large"} 2
	// records_dropped{reason="too_old"} 0
}
