package wire

import (
	"os"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/telemetry"
)

// Mapping returns the options of every Mapper on the machine of that name.
func Mapping(cfg *config.Config, hostname string) mapping.Options {
	o := cfg.Mapping
	o.Machine = hostname
	if o.Sources.Has(source.Host) {
		o.Hostname = hostname
	}
	return o
}

// Facts starts to watch what is known of the place where this process runs. Close it after use.
func Facts(cfg *config.Config, log *telemetry.Log) *metadata.Source {
	o := cfg.Metadata
	o.Log = log
	if cfg.ECSMetadata && cfg.Mapping.Sources.Has(source.ECS) {
		o.TaskURI = os.Getenv("ECS_CONTAINER_METADATA_URI_V4")
	}
	return metadata.New(o)
}
