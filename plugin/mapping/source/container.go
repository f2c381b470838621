package source

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// The container source maps the fields of container runtimes: those of a line of output, and those
// of the Docker log driver
// (https://github.com/moby/moby/blob/master/daemon/logger/fluentd/fluentd.go).

const (
	containerID   Slot = "container_id"
	containerName Slot = "container_name"
)

// outputFields are those of a line of output (src/multiline/flb_ml_parser_cri.c,
// conf/parsers.conf).
var outputFields = []Field{
	streamField("stream"),
	{Key: "_p", Use: Drop, Accept: isFlag, Signs: always(Stream)},
	{Key: "logtag", Use: Drop, Accept: isFlag, Signs: always(Stream)},
	timeField,
}

var timeField = Field{Key: "time", Use: DropIn, In: Output | SyslogLine, When: saysTime,
	Signs: always(SyslogOnly)}

// dockerFields are those that Docker's driver adds.
var dockerFields = []Field{
	{Key: "container_id", Use: Hold, Slot: containerID, In: Docker | Journal,
		Spelled: journalSpelling},
	{Key: "container_name", Use: Hold, Slot: containerName, In: Docker | Task | Journal,
		Spelled: journalSpelling},
	streamField("source"),
	{Key: "partial_message", Use: DropIn, In: Docker},
	{Key: "partial_id", Use: DropIn, In: Docker},
	{Key: "partial_ordinal", Use: DropIn, In: Docker},
	{Key: "partial_last", Use: DropIn, In: Docker},
}

var containerFields = append(append([]Field(nil), outputFields...), dockerFields...)

func streamField(key string) Field {
	return Field{
		Key: key, Use: Convert, As: "log.iostream", Accept: isStream, Signs: always(Stream),
	}
}

func isStream(tok chunk.Token, _ chunk.Cursor) bool {
	return tok.Kind == chunk.String && (string(tok.Data) == "stdout" || string(tok.Data) == "stderr")
}

// isFlag accepts the marks of the CRI format for a full line and a part of one.
func isFlag(tok chunk.Token, _ chunk.Cursor) bool {
	return tok.Kind == chunk.String && len(tok.Data) == 1 && (tok.Data[0] == 'F' || tok.Data[0] == 'P')
}

func outputShape(in *Input) Shape {
	if in.Signs&Stream != 0 {
		return Output
	}
	return 0
}

func recognizeDocker(in *Input) Shape {
	isDocker := in.Is(Task) || !in.Is(Pod) && in.Has(containerName) && in.Signs&Stream != 0
	if isDocker && in.Has(containerID) {
		return Docker | Output
	}
	return outputShape(in)
}

// mapDocker adds the attributes of a container whose output came through the Docker log driver.
func mapDocker(in *Input, out *record.Builder) {
	if !in.Is(Docker) || in.Is(Task) {
		return
	}
	docker := dockerName(in)
	out.Put("container.id", in.Text(containerID))
	out.Put("container.name", docker)
	in.putLogSource(docker, out)
}

func dockerName(in *Input) []byte { return bytes.TrimPrefix(in.Text(containerName), []byte("/")) }

// outputSource returns what Dynatrace's own log module writes for the output of containers.
func outputSource(in *Input) []byte {
	if in.Is(Output) && !in.Is(Task|Docker) {
		return record.View("Container Output")
	}
	return nil
}
