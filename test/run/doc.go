// Command run shows the plugin at work, for make run. It starts a local Dynatrace on a free
// loopback port, ships a log file through the plugin and compares what was stored with what was
// read, line by line. The plugin runs in the Fluent Bit that FLUENT_BIT names, in the fluent-bit of
// PATH, or in the test host.
//
//	go run ./test/run -plugin build/out_dynatrace.so [-log FILE]
//
// Exit status: 0 when every line is stored as it was read, 1 and one line that says why when not, 2
// after a wrong call, 130 after an interrupt. It leaves no process and no temporary file behind.
package main
