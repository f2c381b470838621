// Package encode turns records into the bytes of a payload format, one file per format: json.go,
// jsonl.go, text.go, and otlp.go with the files beside it. An Encoder appends to a buffer of its
// caller and allocates nothing per record. The zero value of each encoder is ready for use.
//
// Runs of attributes that many records share are encoded once and copied from then on, see runs.go.
package encode
