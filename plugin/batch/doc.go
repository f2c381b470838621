// Package batch packs encoded records into payloads that respect the limits of the ingest API, and
// compresses them.
package batch
