// Package deadletter keeps the records that the server rejects for good. They go into a file, one
// line of JSON each, so an operator can look at them and send them again (cmd/dynatrace-replay)
// once the cause is fixed.
//
//	{"time":"2026-11-25T02:17:10.000000001Z","tag":"app","reason":"rejected","status":400,
//	 "message":"...","record":{...}}
//
// The file has a cap and at most one predecessor (path.1). It may be shared by several Files of one
// process (a hot reload, two [OUTPUT] sections) and by several processes of one machine. Moving,
// removing or truncating it meanwhile does no harm.
//
// A Reader reads such a file line by line and skips broken lines.
//
// Files call downward only: file.go -> rotate.go -> handle.go -> failure.go, and file.go,
// reader.go -> entry.go.
package deadletter
