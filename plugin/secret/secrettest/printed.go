package secrettest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
)

// Printed returns a value in every form in which it may be printed: each verb of fmt, JSON,
// log/slog, and wrapped in an error.
func Printed(v any) string {
	var b strings.Builder
	for _, verb := range []string{
		"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T", "% x", "%t",
	} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	fmt.Fprintln(&b, fmt.Sprint(v), fmt.Errorf("wrapped: %v", v))
	if data, err := json.Marshal(v); err == nil {
		b.Write(data)
	}
	var buf bytes.Buffer
	slog.New(slog.NewTextHandler(&buf, nil)).Info("text", "v", v)
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("json", "v", v)
	return b.String() + buf.String()
}
