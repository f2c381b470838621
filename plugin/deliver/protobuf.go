package deliver

import (
	"errors"
	"math"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

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
