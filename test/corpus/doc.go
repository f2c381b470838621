// Package corpus makes the data that the plugin is tested, measured and shown with: Fluent Bit
// chunks of real shapes and of odd ones, and log files.
//
// Everything is deterministic: fixed seeds, fixed dates, no clock. The same call gives the same
// bytes on every machine and every day, so a golden file, a hash or a benchmark can rely on it.
// Nothing here names real people or companies: services are invented, hosts lie under example.com,
// addresses in the documentation ranges of RFC 5737 and RFC 3849.
//
//   - value.go, event.go: a writer of msgpack values and of events in every form that Fluent Bit hands to an output;
//   - lines.go: log lines to chunks, as the tail input makes them;
//   - Kubernetes, KubernetesMixed, FireLens, Plain: chunks of about 2 MB as those deployments produce them;
//   - Odd and Huge: chunks that are unusual, hostile or broken, with what a correct reader makes of them;
//   - WriteLogs: log files of mixed formats;
//   - WriteNumbered and CheckNumbered: the proof that every line arrived once and unchanged.
package corpus
