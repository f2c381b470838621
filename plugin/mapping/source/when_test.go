package source

import (
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
)

func TestSecondsOf_IsWhatTheStandardLibrarySays(t *testing.T) {
	for day := time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2105; day = day.AddDate(0, 0, 1) {
		if got := secondsOf(int64(day.Year()), int(day.Month()), day.Day()); got != day.Unix() {
			t.Fatalf("%v: %d", day, got)
		}
	}
}

func TestSaysTime_IsTheSameInstant(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 15, 30, 0, time.UTC)
	for text, want := range map[string]bool{
		"2026-03-02T08:15:30Z":      true,
		"2026-03-02T10:15:30+02:00": true,
		"2026-03-02T10:15:30+0200":  true,
		"2026-03-02T10:15:30+02":    true,
		"2026-03-01T18:15:30-14:00": true,
		"2026-03-01T20:45:30-11:30": true,
		"2026-03-02T08:15:30":       false, // no zone: no instant
		"2026-03-02T08:15:30 UTC":   false,
		"2026-03-02T08:15:30+2:00":  false,
		"2020-01-01T08:15:30Z":      false, // the same time of another day,
		"2026-03-03T08:15:30Z":      false,
		"2025-03-02T08:15:30Z":      false, // another year,
		"2026-03-02T08:15:30+05:30": false, // another zone
		"2021-06-05T10:45:30+05:30": false,
		"Mar  2 08:15:30":           true,
		"Mar 02 08:15:30":           true,
		"Mar  2 22:15:30":           true, // on the wall clock of another zone,
		"Mar  1 20:15:30":           true,
		"Mar  2 13:45:30":           true,
		"Mar  2 22:30:30":           false, // but of none so far away,
		"Mar  1 20:00:30":           false,
		"Mar  2 08:16:30":           false, // or with other minutes
		"Mar  2 08:15:31":           false,
		"Jan  1 00:15:30":           false,
		"Apr  2 08:15:30":           false,
		"arJ  2 08:15:30":           false,
		"Mar  x 08:15:30":           false,
		"Mar  2T08:15:30":           false,
		"":                          false,
		"-":                         false,
	} {
		if got := saysTime([]byte(text), chunk.Time{Sec: at.Unix(), Known: true}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	newYear := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	for text, want := range map[string]bool{"Dec 31 22:00:00": true, "Jan  1 03:00:00": true, "Dec 30 22:00:00": false, "Jan  2 03:00:00": false} {
		if got := saysTime([]byte(text), chunk.Time{Sec: newYear.Unix(), Known: true}); got != want {
			t.Errorf("%q at the new year: %v", text, got)
		}
	}
}
