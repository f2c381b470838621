package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// The journald source maps what the systemd input reads (systemd.journal-fields(7)). The second
// spelling of a key is that of the input's option strip_underscores. The log drivers of Docker
// (daemon/logger/journald/journald.go of moby) and of Podman (src/ctr_logging.c of conmon) add
// fields of the container.

const (
	journalUnit       Slot = "unit"
	journalIdentifier Slot = "identifier"
	journalCommand    Slot = "command"
	journalExecutable Slot = "executable"
	journalUserUnit   Slot = "user unit"
	journalContainer  Slot = "container id, full"
	journalTag        Slot = "container tag"
	journalImage      Slot = "image"
	hostName          Slot = "hostname" // shared with aws
	processID         Slot = "pid"      // shared with syslog
)

var journaldFields = spelledAlike(append([]Field{
	{Key: "_SYSTEMD_UNIT", Use: Hold, Slot: journalUnit, In: Journal, Signs: trustedSign},
	{Key: "SYSTEMD_UNIT", Use: Hold, Slot: journalUnit, In: Journal},
	{Key: "_SYSTEMD_USER_UNIT", Use: Hold, Slot: journalUserUnit, In: Journal},
	{Key: "SYSTEMD_USER_UNIT", Use: Hold, Slot: journalUserUnit, In: Journal},
	{Key: "SYSLOG_IDENTIFIER", Use: Hold, Slot: journalIdentifier, In: Journal},
	{Key: "_HOSTNAME", Use: Hold, Slot: hostName, In: Journal, Signs: trustedSign},
	{Key: "HOSTNAME", Use: Hold, Slot: hostName, In: Journal, Signs: instanceName},
	pidField("_PID"),
	pidField("PID"),
	{Key: "_COMM", Use: Hold, Slot: journalCommand, In: Journal},
	{Key: "COMM", Use: Hold, Slot: journalCommand, In: Journal},
	{Key: "_EXE", Use: Hold, Slot: journalExecutable, In: Journal},
	{Key: "EXE", Use: Hold, Slot: journalExecutable, In: Journal},
	{Key: "PRIORITY", Use: LevelIn, In: Journal, Severity: journaldSeverity},
	{Key: "CONTAINER_ID_FULL", Use: Hold, Slot: journalContainer, In: Journal},
	{Key: "CONTAINER_ID", Use: Hold, Slot: containerID, In: Docker | Journal},
	{Key: "CONTAINER_NAME", Use: Hold, Slot: containerName, In: Docker | Task | Journal},
	{Key: "CONTAINER_TAG", Use: Hold, Slot: journalTag, In: Journal},
	{Key: "IMAGE_NAME", Use: Hold, Slot: journalImage, In: Journal},
	// Marks of the drivers for the parts of a long line, and for its place in the container's log.
	{Key: "CONTAINER_PARTIAL_MESSAGE", Use: DropIn, In: Journal},
	{Key: "CONTAINER_PARTIAL_ID", Use: DropIn, In: Journal},
	{Key: "CONTAINER_PARTIAL_ORDINAL", Use: DropIn, In: Journal},
	{Key: "CONTAINER_PARTIAL_LAST", Use: DropIn, In: Journal},
	{Key: "CONTAINER_LOG_EPOCH", Use: DropIn, In: Journal},
	{Key: "CONTAINER_LOG_ORDINAL", Use: DropIn, In: Journal},
	// Other fields that journald itself adds.
	{Key: "_*", Matches: isTrusted, Use: DropIn, In: Journal},
}, trustedFields()...))

// spelledAlike makes all fields with a key of their own follow the spelling of their record.
func spelledAlike(fields []Field) []Field {
	for i := range fields {
		if fields[i].Matches == nil {
			fields[i].Spelled = journalSpelling
		}
	}
	return fields
}

func pidField(key string) Field {
	return Field{
		Key: key, Use: HoldPerRecord, Slot: processID, As: "process.pid", In: Journal | SyslogLine,
		Accept: isPID, Spelled: journalSpelling,
	}
}

func isPID(tok chunk.Token, c chunk.Cursor) bool { return tok.Kind == chunk.Uint || isName(tok, c) }

func journaldSeverity(tok chunk.Token) int { return Number(tok, 7) }

// trustedFields are the fields that journald itself adds and that no mapping uses
// (systemd.journal-fields(7)).
func trustedFields() (list []Field) {
	for _, key := range []string{
		"UID", "GID", "CMDLINE", "CAP_EFFECTIVE", "AUDIT_SESSION", "AUDIT_LOGINUID", "SYSTEMD_CGROUP",
		"SYSTEMD_SLICE", "SYSTEMD_USER_SLICE", "SYSTEMD_SESSION",
		"SYSTEMD_OWNER_UID", "SYSTEMD_INVOCATION_ID", "SELINUX_CONTEXT", "SOURCE_REALTIME_TIMESTAMP",
		"SOURCE_BOOTTIME_TIMESTAMP", "SOURCE_MONOTONIC_TIMESTAMP", "BOOT_ID", "MACHINE_ID",
		"TRANSPORT", "STREAM_ID", "LINE_BREAK", "NAMESPACE", "RUNTIME_SCOPE", "KERNEL_DEVICE",
		"KERNEL_SUBSYSTEM", "UDEV_SYSNAME", "UDEV_DEVNODE", "UDEV_DEVLINK",
	} {
		for _, spelling := range []string{"_" + key, key} {
			list = append(list, Field{Key: spelling, Use: DropIn, In: Journal, Signs: bootSign})
		}
	}
	return list
}

// isTrusted reports whether a key is one that only journald writes: an underscore and upper-case
// letters.
func isTrusted(key []byte) bool {
	for _, c := range key {
		if c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(key) > 2 && key[0] == '_'
}

// journalSpelling reports whether a key is spelled as the other ones of its record. The systemd
// input writes all of them in capitals or, with the option lowercase, none, and those that journald
// itself adds with their underscore or, with strip_underscores, without. In a record that is not
// journald's any spelling is right.
func journalSpelling(key []byte, s Shape) bool {
	if s&Journal == 0 {
		return true
	}
	isLower, isOwn := s&JournalLower != 0, key[0] == '_'
	for _, c := range key {
		if 'a' <= c && c <= 'z' && !isLower || 'A' <= c && c <= 'Z' && isLower {
			return false
		}
	}
	isClient := !isOwn && isClientField(key)
	return isClient || isOwn == (s&JournalBare == 0)
}

// isClientField reports whether a field is of the program that writes to the journal: it has no
// underscore in any spelling.
func isClientField(key []byte) bool {
	for _, prefix := range [...]string{"container_", "syslog_", "image_name", "priority"} {
		if len(key) >= len(prefix) && ascii.EqualFold(key[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// trustedSign recognizes journald by a unit or a host under journald's own names.
func trustedSign(key []byte, _ chunk.Token) Signs {
	if isTrusted(key) {
		return JournaldOnly
	}
	return 0
}

// bootSign recognizes journald by the id of a boot, or by a transport.
func bootSign(key []byte, tok chunk.Token) Signs {
	if tok.Kind != chunk.String {
		return 0
	}
	isBoot := ascii.IsID(tok.Data, bootDigits) &&
		(ascii.EqualFold(key, "_boot_id") || ascii.EqualFold(key, "boot_id"))
	isOwn, isLower := key[0] == '_', key[len(key)-1] >= 'a'
	switch {
	case isBoot && isOwn && isLower:
		return JournaldLower
	case isBoot && isLower:
		return JournaldLowerBare
	case isBoot && !isOwn:
		return JournaldBare
	case isBoot, string(key) == "_TRANSPORT" && isTransport(tok.Data):
		return JournaldOnly
	}
	return 0
}

// bootDigits is the length of journald's 128-bit ids.
const bootDigits = 32

// isTransport reports whether a text is a value of journald's _TRANSPORT.
func isTransport(text []byte) bool {
	switch string(text) {
	case "audit", "driver", "syslog", "journal", "stdout", "kernel":
		return true
	}
	return false
}

func recognizeJournal(in *Input) Shape {
	switch s := in.Signs; {
	case in.Is(Parsed):
	case s&JournaldOnly != 0:
		return Journal
	case s&JournaldBare != 0:
		return Journal | JournalBare
	case s&JournaldLower != 0:
		return Journal | JournalLower
	case s&JournaldLowerBare != 0:
		return Journal | JournalLower | JournalBare
	}
	return 0
}

// mapJournal adds the attributes of a journald record.
func mapJournal(in *Input, out *record.Builder) {
	if !in.Is(Journal) {
		return
	}
	unit, identifier := in.Text(journalUnit), in.Text(journalIdentifier)
	if user := in.Text(journalUserUnit); user != nil { // unit is the user's whole session then
		unit = user
	}
	out.Put("journald.unit", unit)
	mapJournalContainer(in, out)
	switch {
	case identifier != nil:
		in.putLogSource(identifier, out)
	case unit != nil:
		in.putLogSource(unit, out)
	default:
		in.putLogSource(record.View("journald"), out)
	}
	out.Put("host.name", in.Text(hostName))
	out.Put("process.executable.name", in.Text(journalCommand))
	out.Put("process.executable.path", in.Text(journalExecutable))
}

// mapJournalContainer adds the attributes of the container whose output this is. The identifier is
// then its short id, a tag, or the program that writes for it.
func mapJournalContainer(in *Input, out *record.Builder) {
	id, short, name := in.Text(journalContainer), in.Text(containerID), in.Text(containerName)
	if id == nil {
		id = short
	}
	name = bytes.TrimPrefix(name, []byte("/"))
	out.Put("container.id", id)
	out.Put("container.name", name)
	putImage(in.Text(journalImage), nil, out)
	// A tag that nobody chose is the short id.
	if tag := in.Text(journalTag); !bytes.Equal(tag, short) && !bytes.Equal(tag, name) {
		out.Put("container.tag", tag)
	}
	in.putLogSource(name, out)
}

func journalHost(in *Input) (host []byte, names bool) {
	if in.Is(Journal) {
		host = in.Text(hostName)
	}
	return host, false
}
