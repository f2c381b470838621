// Command dynatrace-ingest is a local stand-in for the Dynatrace log ingestion API. Point a log
// shipper at it to see what Dynatrace would store, trim and reject. --help lists the flags.
package main
