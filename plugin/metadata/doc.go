// Package metadata collects facts about where the plugin runs: Dynatrace enrichment files, the
// ECS task and the name of the host. It does not decide which record gets which fact; see package
// mapping.
//
// A Source keeps the facts current in one goroutine and publishes them as immutable snapshots.
//
// Enrichment files are read in JSON only. Dynatrace writes each of them in two formats with the
// same content, dt_host_metadata.json and dt_host_metadata.properties for example.
//
// Sources:
//
//   - the enrichment files:
//     https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-data
//   - the ECS task:
//     https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
//   - its environment variables: the init process of https://github.com/aws/aws-for-fluent-bit
package metadata
