package ingest

import (
	"net/http"

	"google.golang.org/protobuf/encoding/protowire"
)

// otlpAnswer says in OTLP what an answer of the log API says (OTLP
// specification, "OTLP/HTTP response"): 200 for success, with partial_success
// where not all was taken, a google.rpc.Status otherwise.
func otlpAnswer(e *Exchange, a answer) answer {
	a.contentType = protobufType
	switch a.status {
	case http.StatusNoContent:
		a.status, a.body = http.StatusOK, ""
	case http.StatusOK:
		rejected := 0
		for _, n := range e.Rejected {
			rejected += n
		}
		a.body = string(PartialSuccessOTLP(int64(rejected), e.Message))
	default:
		a.body = string(StatusOTLP(int32(a.status), e.Message))
	}
	return a
}

// PartialSuccessOTLP is an ExportLogsServiceResponse with a partial_success.
func PartialSuccessOTLP(rejected int64, message string) []byte {
	var partial []byte
	if rejected != 0 {
		partial = protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(rejected))
	}
	if message != "" {
		partial = protowire.AppendString(protowire.AppendTag(partial, 2, protowire.BytesType), message)
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), partial)
}

// StatusOTLP is a google.rpc.Status.
func StatusOTLP(code int32, message string) []byte {
	out := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(code))
	return protowire.AppendString(protowire.AppendTag(out, 2, protowire.BytesType), message)
}
