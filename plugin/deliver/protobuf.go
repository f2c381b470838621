package deliver

import (
	"errors"
	"math"
	"mime"
	"net/http"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"out_dynatrace/plugin/encode"
)

// isProtobuf reports whether an answer is in the encoding of OTLP.
func isProtobuf(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && media == encode.ContentTypeOTLP && !isCompressed(header)
}

// taken reads an ExportLogsServiceResponse, which is empty when everything was taken, in either
// encoding: some servers prefer JSON whatever they were sent. ok is false for any other answer.
func taken(a *Answer) (rejected int, said string, ok bool) {
	if isProtobuf(a.Header) || len(a.Body) == 0 {
		rejected, said, err := partialSuccess(a.Body)
		return rejected, said, err == nil
	}
	e := parseEnvelope(a.Body)
	if isCompressed(a.Header) || e == nil || e.isOfTheLogAPI() || e.Message != "" {
		return 0, "", false
	}
	if e.PartialSuccess == nil {
		return 0, "", string(trim(a.Body)) == "{}"
	}
	n, _ := e.PartialSuccess.Rejected.Int64() // "" is none
	return atLeastNone(n), e.PartialSuccess.Message, true
}

// atLeastNone returns a count that a server has written, without negative numbers.
func atLeastNone(n int64) int { return int(min(max(n, 0), math.MaxInt32)) }

// errProtobuf reports bytes that are not a message.
var errProtobuf = errors.New("not a valid protobuf message")

// partialSuccess reads an ExportLogsServiceResponse: partial_success, field 1, with
// rejected_log_records, 1, and error_message, 2.
func partialSuccess(body []byte) (rejected int, message string, err error) {
	err = eachField(body, func(number protowire.Number, _ uint64, inner []byte) error {
		if number != 1 || inner == nil {
			return nil
		}
		return eachField(inner, func(number protowire.Number, value uint64, text []byte) error {
			switch {
			case number == 1 && text == nil:
				rejected = atLeastNone(int64(value))
			case number == 2 && text != nil:
				message = string(text)
			}
			return nil
		})
	})
	return rejected, message, err
}

// statusText returns what a server says in a protobuf answer: the message, field 2, of a
// google.rpc.Status, which clients of OTLP get instead of a 2xx.
func statusText(body []byte) string {
	message := ""
	err := eachField(body, func(number protowire.Number, _ uint64, text []byte) error {
		if number == 2 && text != nil {
			message = string(text)
		}
		return nil
	})
	if err != nil || message == "" || !utf8.ValidString(message) {
		return "(" + strconv.Itoa(len(body)) + " bytes of protobuf)"
	}
	return message
}

// eachField calls do for each number and each length-delimited field of a message, which is at most
// maxAnswer long. bytes is nil for a number.
func eachField(
	message []byte, do func(number protowire.Number, value uint64, bytes []byte) error,
) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errProtobuf
		}
		message = message[n:]
		var value uint64
		var bytes []byte
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			if bytes, n = protowire.ConsumeBytes(message); n > 0 && bytes == nil {
				bytes = []byte{}
			}
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return errProtobuf
		}
		message = message[n:]
		if kind != protowire.VarintType && kind != protowire.BytesType {
			continue
		}
		if err := do(number, value, bytes); err != nil {
			return err
		}
	}
	return nil
}
