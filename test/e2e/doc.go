// Package e2e tests the library as it is shipped: the .so is loaded by a program that plays Fluent
// Bit (package host), in the shape of each version, and by a real Fluent Bit if FLUENT_BIT names
// one. Both ship to a local Dynatrace (package ingest).
//
//	make e2e                                      in the test host
//	FLUENT_BIT=/path/to/fluent-bit make e2e       in that Fluent Bit too
//	make test-network                             against nginx, tinyproxy and squid
//	OUT_DYNATRACE=/path/to/out_dynatrace.so       tests that library instead of the one that make builds
//	go test ./test/e2e -run TestFaultMatrix -update   writes the fault matrix into docs/delivery.md
//
// A scenario is a table test over agents. An agent is a way to run the library, a setup is its
// configuration, and an outcome is what it leaves behind. Every outcome is checked for what no run
// may do: show a token, break a rule of Fluent Bit's interface, panic, or end with a failure that
// the scenario did not ask for.
//
// The files by their first word:
//
//   - harness: agents, setups, outcomes, the local Dynatrace, stand-ins for the Kubernetes API and ECS
//   - process: symbols, start, reload, signals, shutdown, kill -9, versions, several instances
//   - delivery: each line arrives once, whatever the server does: formats, payload sizes, outages,
//     rejections, several endpoints, old servers, the dead letter file
//   - matrix: the fault matrix of docs/delivery.md; matrix_rows_*.go hold the faults, one row each
//   - mapping: the sources of docs/mapping.md with the inputs and filters of a real Fluent Bit; the host
//     is sent the chunks that come out of these. What is stored is compared field by field, and a field
//     too many fails the test
//   - network: servers from other projects on the path, see docs/network.md; they need make test-network
//   - options: options that fit nowhere else
package e2e
