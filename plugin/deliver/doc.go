// Package deliver takes a payload to Dynatrace: it sends it, judges the answer, and retries while
// that makes sense. It is policy; package transport makes the requests.
//
// Everything that sends is a Sender. Each stage is a small type around the next one:
//
//	Retrier     retries one payload until its deadline
//	  Breaker     holds all payloads of an instance back while the destination takes none
//	    Failover    chooses one of several endpoints (only where there are several)
//	      Client      makes one attempt: token, request, answer
//	        transport.Transport
//	        Judge       (pure) answer or error -> Verdict, by the table in rulings.go
//
// Breaker and each endpoint of a Failover hold a circuit, the state machine of a circuit breaker:
// closed lets everything through, open nothing, and half open one probe at a time.
//
// Pace tells the stages how long the server takes to answer, so that none of them begins a request
// that the deadline would cut off.
//
// The files, each of which uses only those below it:
//
//	retry.go  failover.go  breaker.go  client.go
//	circuit.go                         judge.go
//	pauses.go                          rulings.go
//	shared.go                          reply.go
//	pace.go  token.go  body.go         envelope.go  redact.go
//	                                   protobuf.go  content.go
//	sender.go                          verdict.go  answer.go
package deliver
