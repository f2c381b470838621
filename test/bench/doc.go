// Package bench measures the way from a Fluent Bit chunk to JSON, side by side: the usual design of Go plugins, the same with
// better libraries, and ours. All run over the chunks of test/corpus and report MB/s of chunk bytes (10^6 bytes).
//
//	go test -run '^$' -bench . -cpu 1 -count 6 ./test/bench
//
// One CPU shows the cost of the work; with more the garbage collector of the map designs runs beside it and hides a part.
// A test makes sure that the two baselines give the same JSON values. Neither maps names, finds severities, checks UTF-8 on its
// own or cuts at limits, which is to their advantage.
package bench
