package ingest

import "testing"

func TestSeverity_TextBecomesLoglevelAndStatus(t *testing.T) {
	for text, want := range map[string][2]string{
		"emergency": {"EMERGENCY", "ERROR"},
		"FATAL":     {"EMERGENCY", "ERROR"},
		"Error":     {"ERROR", "ERROR"},
		"emit":      {"ERROR", "ERROR"},
		"alert":     {"ALERT", "ERROR"},
		"crit":      {"CRITICAL", "ERROR"},
		"severe":    {"SEVERE", "ERROR"},
		"Warning":   {"WARN", "WARN"},
		"notice":    {"NOTICE", "INFO"},
		"none":      {"NOTICE", "INFO"},
		"info":      {"INFO", "INFO"},
		"debug":     {"DEBUG", "INFO"},
		"TRACE":     {"DEBUG", "INFO"},
		"verbose":   {"DEBUG", "INFO"},
		"tra":       {"NONE", "NONE"},
		"200":       {"NONE", "NONE"},
		"":          {"NONE", "NONE"},
	} {
		level := loglevelOf(text)
		if got := [2]string{level, statusOf(level)}; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
