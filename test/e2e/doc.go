// Package e2e tests the library as it is shipped: the .so is loaded by a program that plays Fluent Bit (package host), in the
// shape of every version, and by a real Fluent Bit where there is one. Both ship to a local Dynatrace (package ingest).
//
//	make e2e                                     in the test host
//	FLUENT_BIT=/path/to/fluent-bit make e2e      in a real Fluent Bit too; one in PATH is found without
//	OUT_DYNATRACE=/path/to/out_dynatrace.so      tests that library instead of the one that make builds
//	go test ./test/e2e -run TestTheFaultMatrix -update    writes the fault matrix into docs/delivery.md
//
// A scenario is a table test over agents: an agent is a way to run the library, a setup what its configuration says, and
// what it leaves behind is an outcome. Every outcome is checked for what no run may do: show a token, break a rule of Fluent
// Bit's interface, panic, end with a failure that the scenario did not ask for.
//
// The pipeline_*_test.go files hold the sources of the mapping (docs/mapping.md) with the inputs and filters of a real Fluent Bit: pods,
// ECS tasks, OpenTelemetry, journald, static facts. The host is sent the chunks that come out of these. What is stored is compared
// field by field, and what is too much in it counts as well.
package e2e
