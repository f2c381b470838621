// Package ingest is a local stand-in for the Dynatrace log ingestion API
// (POST /api/v2/logs/ingest): it checks what a client sends as the API does,
// turns it into the records that Grail would hold, says what it trimmed or
// refused, and misbehaves when told to.
//
// # What it serves
//
//	POST {base}/api/v2/logs/ingest         ingest
//	POST {base}/api/v2/otlp/v1/logs        ingest by OTLP, binary protobuf
//	POST {base}/api/v2/apiTokens/lookup    token look-up
//	GET  {base}/rest/health                health, RUNNING
//
// where {base} is empty, /e/{environment-id}, or the platform proxy path
// /platform/classic/environment-api (for ingest: .../v2/logs/ingest).
// With [Options.OneAgent] there is one path only,
//
//	POST /v2/logs/ingest
//
// which takes JSON without a token and without compression, and times of three
// digits ("OneAgent log ingest API", "Use OneAgent with OpenTelemetry data").
//
// # What to expect from it
//
// It follows Dynatrace's pages "Log Monitoring API v2 - POST ingest logs",
// "Ingest JSON and TXT logs", "Log ingestion limits", "Log ingestion drop
// reasons", "Log ingestion warnings" and "Log data transformation", as
// published in 2026. Where these pages contradict each other, a field of
// [Options] chooses and its comment says which page the default follows. Where
// they are silent, the choice is marked "inferred".
//
// A [Server] is safe for concurrent use. One request holds at most
// [Limits.RequestBytes] compressed, the same again uncompressed, and the
// records made of it; nothing is kept after the answer except what the
// [Store] keeps.
package ingest
