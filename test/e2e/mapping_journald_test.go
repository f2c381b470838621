package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// journalEntry is an entry of a journal: its time, and its fields as pairs.
type journalEntry struct {
	at     time.Time
	fields []string
}

const (
	journalMachine = "3f1c2b4a5d6e47f8a9b0c1d2e3f40516"
	journalBoot    = "9a8b7c6d5e4f40312233445566778899"
)

func journalEntries(at time.Time) []journalEntry {
	common := []string{"_HOSTNAME", "vm-17.example.com", "_MACHINE_ID", journalMachine, "_BOOT_ID", journalBoot}
	entry := func(i int, fields ...string) journalEntry {
		return journalEntry{at.Add(time.Duration(i) * time.Second), append(fields, common...)}
	}
	nginx := []string{
		"SYSLOG_IDENTIFIER", "nginx", "_SYSTEMD_UNIT", "nginx.service", "_PID", "812", "_COMM", "nginx", "_EXE", "/usr/sbin/nginx",
		"_CMDLINE", "nginx: worker process", "_UID", "33", "_GID", "33", "_TRANSPORT", "stdout", "SYSLOG_FACILITY", "3",
	}
	entries := []journalEntry{
		entry(10, "MESSAGE", "a kernel's line", "PRIORITY", "5", "_TRANSPORT", "kernel"),
		entry(11, "MESSAGE", "Started shop.\nWith a second line", "PRIORITY", "6", "_SYSTEMD_UNIT", "shop.service", "_PID", "1"),
	}
	for priority := range 8 {
		message := fmt.Sprintf("priority %d", priority)
		entries = append(entries, entry(priority, append([]string{"MESSAGE", message, "PRIORITY", fmt.Sprint(priority)}, nginx...)...))
	}
	return entries
}

// export returns the entry in the format that systemd-journal-remote reads. A field with a line
// break is preceded by its length.
func (e journalEntry) export() string {
	var b strings.Builder
	fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n", e.at.UnixMicro(), e.at.UnixMicro()%1e12)
	for i := 0; i < len(e.fields); i += 2 {
		name, value := e.fields[i], e.fields[i+1]
		if !strings.Contains(value, "\n") {
			fmt.Fprintf(&b, "%s=%s\n", name, value)
			continue
		}
		b.WriteString(name + "\n")
		b.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(value))))
		b.WriteString(value + "\n")
	}
	return b.String() + "\n"
}

// writeJournal makes a journal of the entries, and skips the test where there is no
// systemd-journal-remote.
func writeJournal(t *testing.T, path string, entries []journalEntry) {
	t.Helper()
	program := ""
	for _, name := range []string{"systemd-journal-remote", "/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Skip("no systemd-journal-remote here, which makes a journal for the systemd input: install it (Debian: systemd-journal-remote)")
	}
	var text bytes.Buffer
	for _, e := range entries {
		text.WriteString(e.export())
	}
	cmd := exec.Command(program, "-o", path, "-")
	cmd.Stdin = &text
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// journalLevels are the log levels by priority.
var journalLevels = []string{"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARN", "NOTICE", "INFO", "DEBUG"}

func wantJournal(entries []journalEntry) map[string]fields {
	want := map[string]fields{}
	for _, e := range entries {
		record := fields{"host.name": "vm-17.example.com", "timestamp": e.at.UTC().Format("2006-01-02T15:04:05.000000") + "000Z"}
		content, source := "", "journald"
		for i := 0; i < len(e.fields); i += 2 {
			switch name, value := e.fields[i], e.fields[i+1]; name {
			case "MESSAGE":
				content = value
			case "PRIORITY":
				record["loglevel"] = journalLevels[value[0]-'0']
				record["log.raw_level"] = value
			case "_SYSTEMD_UNIT":
				record["journald.unit"] = value
				if source == "journald" {
					source = value
				}
			case "SYSLOG_IDENTIFIER":
				source = value
			case "_PID":
				record["process.pid"] = value
			case "_COMM":
				record["process.executable.name"] = value
			case "_EXE":
				record["process.executable.path"] = value
			case "SYSLOG_FACILITY":
				record[name] = value // not one that the table names
			}
		}
		record["log.source"] = source
		want[content] = record
	}
	return want
}

// The systemd input reads the entries from a journal file.
func TestJournald_EntriesArriveWithUnitHostProcessAndLevel(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			at := time.Now().Add(-time.Minute).Truncate(time.Second).Add(654321 * time.Microsecond)
			entries := journalEntries(at)
			s := to(d, 1)
			if a.real() {
				dir := filepath.Join(tempDir(t), "journal")
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				writeJournal(t, filepath.Join(dir, "system.journal"), entries)
				s.pipeline = []part{input("systemd", "Path", dir, "Tag", "host.*", "Read_From_Tail", "off", "Max_Entries", "100")}
			}
			r := a.start(t, s)
			if h, ok := r.(*hostRun); ok {
				var chunk []byte
				for _, e := range entries {
					chunk = corpus.AppendEvent(chunk, corpus.At(e.at), nil, corpus.Fields(e.fields...))
				}
				if err := h.Send(0, "host.nginx.service", chunk); err != nil {
					t.Fatal(err)
				}
			}
			want := wantJournal(entries)
			d.awaitStored(t, len(want))
			r.stop()
			d.wantStored(t, want)
		})
	}
}
