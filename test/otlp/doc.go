// Package otlp checks the plugin's OTLP with the OTLP receiver of the OpenTelemetry Collector, and
// with the Go messages that OpenTelemetry generates from its protobuf definitions. It has tests
// only. It is a separate module, which keeps these dependencies out of the plugin's module.
package otlp
