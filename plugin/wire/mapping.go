package wire

import (
	"fmt"
	"os"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// headerAttributes is the header that carries attributes for all records of a request (page "POST
// ingest logs").
const headerAttributes = "X-Dynatrace-Attr"

// Mapping returns the options of every Mapper, and the value of the header that carries the
// attributes of all records of a request: "" if there is none. hostname is the name of this
// machine.
func Mapping(cfg *config.Config, hostname string) (o mapping.Options, header string, err error) {
	o = mapping.Options{
		Limits:        record.Limits(cfg.Limits),
		ContentKeys:   cfg.ContentKeys,
		LevelKeys:     cfg.LevelKeys,
		Stringify:     cfg.Stringify,
		LowercaseKeys: cfg.LowercaseKeys,
		Options: source.Options{
			Sources:        source.Named(cfg.Enrich...),
			PathKeys:       cfg.PathKeys,
			ClusterName:    cfg.ClusterName,
			ClusterUID:     cfg.ClusterUID,
			ClusterEntity:  cfg.ClusterEntity,
			PodLabels:      record.NewPatterns(cfg.PodLabels),
			PodAnnotations: record.NewPatterns(cfg.PodAnnotations),
		},
		LogSource:   cfg.LogSource,
		GroupsApart: cfg.Format == config.FormatOTLP,
		Include:     record.NewPatterns(cfg.Include),
		Exclude:     record.NewPatterns(cfg.Exclude),
		DropEmpty:   cfg.DropEmpty,
		ParseJSON:   cfg.ParseJSON,
		StripANSI:   cfg.StripANSI,
	}
	o.Machine = hostname
	if o.Sources.Has(source.Host) {
		o.Hostname = hostname
	}
	for _, a := range cfg.Attributes {
		if record.IsReserved(a.Name) {
			return o, "", fmt.Errorf("attributes: %q is a name that each record or the server itself has; choose another one", a.Name)
		}
		if name := []byte(a.Name); o.Include.Any() && !o.Include.Match(name) || o.Exclude.Match(name) {
			continue
		}
		o.Static = append(o.Static, metadata.Fact{Key: a.Name, Value: a.Value})
	}
	if !cfg.AttributesInHeader || len(o.Static) == 0 {
		return o, "", nil
	}
	o.InHeader = true
	static := o.StaticAttributes()
	for _, a := range static {
		if encode.Steers(a.Key) {
			return o, "", fmt.Errorf("attributes: %q is no attribute in a header, where it steers the request; choose another name, or attributes_in body", a.Key)
		}
	}
	header, fit := encode.AttributesHeader(static)
	if !fit {
		return o, "", fmt.Errorf("attributes_in: is header, but the attributes take more than %d bytes there; send them in the body", encode.MaxAttributes)
	}
	return o, header, nil
}

// Facts starts to watch what is known of the place where this process runs. Close it after use.
func Facts(cfg *config.Config, log *telemetry.Log) *metadata.Source {
	o := cfg.Metadata
	o.Log = log
	if cfg.ECSMetadata && source.Named(cfg.Enrich...).Has(source.ECS) {
		o.TaskURI = os.Getenv("ECS_CONTAINER_METADATA_URI_V4")
	}
	return metadata.New(o)
}
