package record

import "bytes"

// putJournal adds the attributes of a journald record (systemd.journal-fields(7)).
func (m *Mapper) putJournal(rec *Record) {
	unit, identifier := m.heldText(slotUnit), m.heldText(slotIdentifier)
	m.put(rec, "journald.unit", unit)
	switch {
	case identifier != nil:
		m.put(rec, "log.source", identifier)
	case unit != nil:
		m.put(rec, "log.source", unit)
	default:
		m.put(rec, "log.source", m.word("journald"))
	}
	m.put(rec, "host.name", m.heldText(slotHostname))
	m.put(rec, "process.executable.name", m.heldText(slotCommand))
	m.put(rec, "process.executable.path", m.heldText(slotExecutable))
}

// putSyslog adds the attributes of a line that a syslog parser has taken apart.
func (m *Mapper) putSyslog(rec *Record) {
	m.put(rec, "host.name", said(m.heldText(slotSyslogHost)))
	m.put(rec, "log.source", said(m.heldText(slotSyslogIdent)))
}

// said returns nothing for the dash that stands for nothing in RFC 5424.
func said(text []byte) []byte {
	if string(text) == "-" {
		return nil
	}
	return text
}

// putInstance adds the attributes of the EC2 instance that the aws filter describes.
func (m *Mapper) putInstance(rec *Record) {
	zone := m.heldText(slotZone)
	m.put(rec, "aws.availability_zone", zone)
	m.put(rec, "aws.region", regionOf(zone))
	m.put(rec, "aws.account.id", m.heldText(slotAccount))
	m.put(rec, "aws.resource.id", m.heldText(slotInstance))
	m.put(rec, "host.name", m.heldText(slotHostname))
	m.put(rec, "host.ip", m.heldText(slotAddress))
	m.put(rec, "cloud.provider", m.word("aws"))
}

// regionOf returns the region of an availability zone, such as eu-west-1 of eu-west-1a or of the local zone us-west-2-lax-1a, or nil
// when it is none.
func regionOf(zone []byte) []byte {
	parts := bytes.Count(zone, []byte("-"))
	if len(zone) > 32 || parts < 2 || len(zone) < 9 || !isLetter(zone[len(zone)-1]) {
		return nil
	}
	for i, c := range zone {
		isDigit := '0' <= c && c <= '9'
		if !isDigit && c != '-' && (c < 'a' || c > 'z') {
			return nil
		}
		if isDigit && zone[i-min(i, 1)] == '-' { // the first number ends the region
			return zone[:i+1]
		}
	}
	return nil
}

// putPath adds the path of the file that a line was read from.
func (m *Mapper) putPath(rec *Record) {
	path := m.heldText(slotPath)
	m.put(rec, "log.file.path", path)
	m.put(rec, "log.file.name", path[bytes.LastIndexAny(path, `/\`)+1:])
}
