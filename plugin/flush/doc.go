// Package flush delivers chunks: an Engine takes a chunk of Fluent Bit to the server, and answers
// when every record of it is settled or the chunk has to come again.
//
// It has four words:
//
//   - a Span is a stretch of positions of the chunk, and how it is to be sent;
//   - a deliver.Verdict is what became of the payload that was packed of a span;
//   - an Action is what follows from a verdict, by the pure function Plan;
//   - Progress is which records are settled, kept by the Ledger for the chunk's next flush.
//
// A Work is a list of jobs {span, action, verdict}, last in, first out. It takes a job, packs its
// span, sends the payload, plans, and adds the jobs that follow. What is left of the list when a
// flush stops is what the ledger keeps. Work and Plan know positions only: whatever packs and
// sends items (a Carrier) and counts what becomes of them (an Account) can use them.
//
// # Rules
//
// Plan, planHalves, planSamples and planParked are this table. "Took others" means that the
// endpoint of the verdict accepted records of this chunk; what another endpoint accepted proves
// nothing.
//
//	verdict              condition                               action
//	accepted                                                     settle
//	transient                                                    stop: the chunk comes again
//	misconfigured                                                stop: the chunk comes again
//	too large            body of at most 1 KiB, not shrunk,
//	                     and it took no others                   blame server, stop
//	too large            one record, three quarters of its body
//	                     are at least 1 KiB                      shrink to three quarters
//	too large            one record, took others                 drop
//	too large            one record, nothing parked              park
//	too large            one record, another one is parked       blame server, stop
//	too large            body over 1 KiB                         send smaller: learn the size
//	too large            else                                    send halves
//	rejected, too old    first time, old_records is restamp, a
//	                     record is older than 12 h               send restamped
//	rejected, too old    first time, old_records is send         the young ones again, drop the rest
//	rejected             more than one record                    search: ask both halves
//	  both halves        rejected for the same reason, more
//	                     than 64 records, no sample accepted     sample 64 records
//	  both halves        else                                    search each rejected half
//	  samples            all 64 rejected for that reason         drop the whole span
//	  samples            else                                    search each rejected half
//	rejected             one record, surely                      drop
//	rejected             one record, not the API, took others    ask again; asked before: drop
//	rejected             one record, not the API, nothing parked park
//	rejected             one record, not the API, one is parked  blame server, stop
//	  end of chunk       a record is parked, took others since   ask again
//	  end of chunk       a record is parked, took none           blame server, stop
//
// "Not the API" is a web page of a server that never answered as the log ingest API does
// (deliver.Verdict.NotAPI). Bodies are measured before compression.
//
// The files, each of which uses only those below it:
//
//	engine.go                                 Engine, and the pool of Flushers
//	flush.go                                  Flusher: one chunk; requests, time, panics
//	work.go  account.go                       the work list; counters, lines, dead letters
//	shared.go  pack.go                        what flushes share; a span -> a payload
//	ledger.go  bodysize.go
//	plan.go  progress.go  options.go          the rules of the table above
//	span.go  action.go  cuts.go  panic.go
package flush
