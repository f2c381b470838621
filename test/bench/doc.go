// Package bench measures the conversion of a Fluent Bit chunk to JSON in three implementations: the
// usual design of Go plugins, the same design with faster libraries, and ours. All run over the
// chunks of test/corpus and report MB/s of chunk bytes (10^6 bytes).
//
//	go test -run '^$' -bench . -cpu 1 -count 6 ./test/bench
//
// Run with one CPU to see the whole cost. With more CPUs the garbage collector of the map-based
// designs runs in parallel and hides a part of it. A test checks that the two baselines produce the
// same JSON values. Neither baseline maps names, finds severities, checks UTF-8 or cuts at limits,
// which is to their advantage.
package bench
