// Package otlp checks the plugin's OTLP with the OTLP receiver of the OpenTelemetry Collector, and
// with the messages that OpenTelemetry generates from its own description. It has tests only, and
// is a module of its own so that none of this is in the plugin's.
package otlp
