// Package corpus generates the data for tests, benchmarks and demonstrations of the plugin: Fluent
// Bit chunks of common and of unusual shapes, and log files.
//
// Everything is deterministic: fixed seeds, fixed dates, no clock. The same call gives the same
// bytes on every machine and every day, so a golden file, a hash or a benchmark can rely on it. The
// data names no real people or companies: services are invented, hosts are under example.com, and
// addresses are in the documentation ranges of RFC 5737 and RFC 3849.
//
//   - value.go, event.go: writers of msgpack values, and of events in every form that Fluent Bit
//     passes to an output;
//   - lines.go: converts log lines to chunks, as the tail input does;
//   - Kubernetes, KubernetesMixed, FireLens, Plain: chunks of about 2 MB in the form of these
//     deployments;
//   - Odd and Huge: chunks that are unusual, hostile or broken, with the expected result of a
//     correct reader;
//   - WriteLogs: log files of mixed formats;
//   - WriteNumbered and CheckNumbered: lines with checksums, and a check that every line arrived
//     once and unchanged.
package corpus
