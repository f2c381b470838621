// Package encode turns records into the bytes of a payload format, one file per format: json.go,
// jsonl.go, text.go, and otlp.go with otlp_group.go and otlp_value.go. An Encoder appends to a
// buffer that the caller owns and allocates nothing per record. The zero value of each encoder is
// ready to use.
//
// A run of attributes that many records share is encoded once and copied afterwards, see runs.go.
package encode
