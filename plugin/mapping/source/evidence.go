package source

import (
	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
)

// The numbers of levels mean something else in each logger: 4 is a warning in syslog, information
// in Windows, and nothing in particular in Go's logr. Here the other fields of a record say whose
// number it is.

// The evidence, in the high half of the signs.
const (
	processNumber  Signs = 1 << (iota + 32) // pid
	hostText                                // hostname
	epochMillis                             // time, as pino writes it
	lineText                                // msg or message
	nodeField                               // what only loggers of Node.js have
	shortText                               // short_message of GELF
	gelfOrigin                              // version or host of GELF
	facilityField                           // a facility of syslog
	azureField                              // the id of an Azure resource
	windowsOrigin                           // the provider of a Windows event
	channelName                             // its channel
	eventNumber                             // its number
	levelName                               // level_name of Monolog
	pythonField                             // of Python's LogRecord
	eventRegards                            // the object of a Kubernetes event
	eventReason                             // the reason of a Kubernetes event
	kernelOrder                             // sequence of a kernel message
	kernelSeconds                           // sec
	kernelMicros                            // usec
	mysqlField                              // of MySQL's error log
	falcoRule                               // rule
	falcoOutput                             // output
	mongoComponent                          // c
	mongoContext                            // ctx
	podMetadata                             // kubernetes: the line is an application's
)

// Scales is a set of scales on which levels are written. Those that end in Number are those of a
// key, the others those of a record.
type Scales uint16

// The scales.
const (
	// SyslogNumber, PythonNumber and OTelNumber are the scales of keys whose names say it.
	SyslogNumber Scales = 1 << iota
	PythonNumber
	OTelNumber
	// SyslogScale is that of GELF and of syslog's fields as JSON.
	SyslogScale
	// NodeScale is that of pino and bunyan.
	NodeScale
	// PythonScale is that of Python's logging module.
	PythonScale
	// WindowsScale is that of Windows events and of Azure.
	WindowsScale
	// MonologScale is that of Monolog.
	MonologScale
	// KernelScale is that of kernel messages.
	KernelScale
	// RuleWords, FacilityWords, MongoWords, EventWords, WindowsWords and MySQLWords are the words
	// of records of Falco, syslog-ng, MongoDB, Kubernetes events, Windows events and MySQL.
	RuleWords
	FacilityWords
	MongoWords
	EventWords
	WindowsWords
	MySQLWords
)

// keyScales are the scales for which the name of a key speaks.
const keyScales = SyslogNumber | PythonNumber | OTelNumber

// ScalesIn returns the scales for which the signs of a record speak, and those of keys.
func ScalesIn(s Signs) Scales {
	scales := keyScales
	both := func(of Signs) bool { return s&of == of }
	isOfPod := s&podMetadata != 0
	isWindows := both(windowsOrigin|channelName) || both(windowsOrigin|eventNumber)
	if s&azureField != 0 || isWindows && !isOfPod {
		scales |= WindowsScale
	} else if both(shortText|gelfOrigin) || s&facilityField != 0 {
		scales |= SyslogScale | FacilityWords
	}
	isNode := both(processNumber|hostText) || s&epochMillis != 0 || both(nodeField|lineText)
	switch {
	case s&pythonField != 0:
		scales |= PythonScale
	case isNode:
		scales |= NodeScale
	}
	if (isWindows || both(channelName|eventNumber)) && !isOfPod {
		scales |= WindowsWords
	}
	if s&levelName != 0 {
		scales |= MonologScale
	}
	if both(eventRegards | eventReason) {
		scales |= EventWords
	}
	if both(kernelOrder|kernelSeconds|kernelMicros|lineText) && !isOfPod {
		scales |= KernelScale
	}
	if s&mysqlField != 0 {
		scales |= MySQLWords
	}
	if both(falcoRule | falcoOutput) {
		scales |= RuleWords
	}
	if both(mongoComponent | mongoContext) {
		scales |= MongoWords
	}
	return scales
}

// Evidence is a field that speaks for a scale.
type Evidence struct {
	Key string
	// Signs returns the signs that the field gives. The field stays what it is.
	Signs func(key []byte, tok chunk.Token) Signs
}

// EvidenceFields returns the fields that speak for a scale:
//
//   - pino and bunyan (lib/proto.js, lib/bunyan.js): pid and hostname, or a time in milliseconds,
//     or the fields of pino-http and Fastify;
//   - GELF (https://go2docs.graylog.org, GELF Payload Specification): short_message beside version
//     or host;
//   - rsyslog, syslog-ng, Logstash and Telegraf: a facility;
//   - Windows events (plugins/in_winevtlog and in_winlog of Fluent Bit): two of provider, Channel
//     and EventID, for the number of a level the provider and another, not in the output of a pod;
//   - Azure resource logs, by the id of the resource;
//   - Monolog, Python's LogRecord, Kubernetes events, Fluent Bit's kmsg input (in_kmsg.c), the JSON
//     logs of MySQL and MongoDB, Falco.
func EvidenceFields() []Evidence {
	list := []Evidence{
		{"pid", ifNumber(processNumber)},
		{"hostname", ifText(hostText)},
		{"time", millisSign},
		{"v", versionSign},
		{"reqId", ifScalar(nodeField)},
		{"responseTime", ifNumber(nodeField)},
		{"short_message", ifString(shortText)},
		{"version", gelfSign},
		{"host", ifText(gelfOrigin)},
		{"ProviderName", exactSign("ProviderName", windowsOrigin)},
		{"SourceName", exactSign("SourceName", windowsOrigin)},
		{"EventID", exactSign("EventID", eventNumber)},
		{"Channel", exactSign("Channel", channelName)},
		{"resourceId", azureSign},
		{"level_name", ifString(levelName)},
		{"involvedObject", ifMap(eventRegards)},
		{"regarding", ifMap(eventRegards)},
		{"reason", ifText(eventReason)},
		{"sequence", ifNumber(kernelOrder)},
		{"sec", ifNumber(kernelSeconds)},
		{"usec", ifNumber(kernelMicros)},
		{"err_code", ifNumber(mysqlField)},
		{"rule", ifText(falcoRule)},
		{"output", ifText(falcoOutput)},
		{"c", ifText(mongoComponent)},
		{"ctx", ifText(mongoContext)},
		{"kubernetes", ifMap(podMetadata)},
	}
	for _, key := range []string{"msg", "message"} {
		list = append(list, Evidence{key, ifString(lineText)})
	}
	for _, key := range []string{
		"facility", "facility_code", "facility_label", "syslogfacility", "syslogfacility-text",
	} {
		list = append(list, Evidence{key, facilitySign})
	}
	for _, key := range []string{
		"levelname", "levelno", "funcName", "lineno", "pathname", "processName", "relativeCreated",
		"msecs", "exc_text", "exc_info", "stack_info", "taskName",
	} {
		list = append(list, Evidence{key, always(pythonField)})
	}
	return list
}

func ifText(s Signs) func([]byte, chunk.Token) Signs {
	return func(_ []byte, tok chunk.Token) Signs {
		if tok.Kind == chunk.String && len(tok.Data) > 0 {
			return s
		}
		return 0
	}
}

// ifString is for a text that may be empty.
func ifString(s Signs) func([]byte, chunk.Token) Signs {
	return func(_ []byte, tok chunk.Token) Signs {
		if tok.Kind == chunk.String {
			return s
		}
		return 0
	}
}

// ifNumber is for a number, also one in digits.
func ifNumber(s Signs) func([]byte, chunk.Token) Signs {
	return func(_ []byte, tok chunk.Token) Signs {
		switch tok.Kind {
		case chunk.Uint, chunk.Int, chunk.Float32, chunk.Float64:
			return s
		case chunk.String:
			if len(tok.Data) > 0 && ascii.AllDigits(tok.Data) {
				return s
			}
		}
		return 0
	}
}

func ifScalar(s Signs) func([]byte, chunk.Token) Signs {
	text, number := ifText(s), ifNumber(s)
	return func(key []byte, tok chunk.Token) Signs { return text(key, tok) | number(key, tok) }
}

func ifMap(s Signs) func([]byte, chunk.Token) Signs {
	return func(_ []byte, tok chunk.Token) Signs {
		if tok.Kind == chunk.Map {
			return s
		}
		return 0
	}
}

// exactSign is for a key in exactly this spelling: an eventId is many things.
func exactSign(name string, s Signs) func([]byte, chunk.Token) Signs {
	scalar := ifScalar(s)
	return func(key []byte, tok chunk.Token) Signs {
		if string(key) != name {
			return 0
		}
		return scalar(key, tok)
	}
}

// azureSign recognizes the id of an Azure resource, in whatever case.
func azureSign(_ []byte, tok chunk.Token) Signs {
	const root = "/subscriptions/"
	if tok.Kind == chunk.String && len(tok.Data) > len(root) &&
		ascii.EqualFold(tok.Data[:len(root)], root) {
		return azureField
	}
	return 0
}

// millisSign recognizes a time in milliseconds, from 2001 to 2286.
func millisSign(_ []byte, tok chunk.Token) Signs {
	const first, last = 1e12, 1e13
	switch tok.Kind {
	case chunk.Uint:
		if tok.Num >= first && tok.Num < last {
			return epochMillis
		}
	case chunk.Float64:
		if f := tok.Float(); f >= first && f < last {
			return epochMillis
		}
	case chunk.String:
		if len(tok.Data) == len("1700000000000") && ascii.AllDigits(tok.Data) && tok.Data[0] != '0' {
			return epochMillis
		}
	}
	return 0
}

// versionSign recognizes the version of the format of bunyan, and of pino before version 6.
func versionSign(_ []byte, tok chunk.Token) Signs {
	if n := Number(tok, 1); n >= 0 {
		return nodeField
	}
	return 0
}

// gelfSign recognizes the version of GELF, 1.0 or 1.1.
func gelfSign(_ []byte, tok chunk.Token) Signs {
	isText := tok.Kind == chunk.String && (string(tok.Data) == "1.1" || string(tok.Data) == "1.0")
	if isText || tok.Kind == chunk.Float64 && (tok.Float() == 1.1 || tok.Float() == 1) {
		return gelfOrigin
	}
	return 0
}

// facilities are the keywords of syslog's facilities (syslog(3), RFC 5424).
var facilities = map[string]bool{
	"kern": true, "kernel": true, "user": true, "user-level": true, "mail": true, "daemon": true,
	"system": true, "auth": true, "security": true, "security/authorization": true, "syslog": true,
	"syslogd": true, "lpr": true, "line printer": true, "news": true, "network news": true,
	"uucp": true, "cron": true, "clock": true, "authpriv": true, "ftp": true, "ntp": true,
	"audit":     true,
	"log audit": true, "alert": true, "log alert": true, "console": true, "solaris-cron": true,
	"local0": true, "local1": true, "local2": true, "local3": true,
	"local4": true, "local5": true, "local6": true, "local7": true,
}

// longestFacility is the longest keyword.
const longestFacility = len("security/authorization")

// facilitySign recognizes a facility of syslog: a number from 0 to 23, or its keyword.
func facilitySign(_ []byte, tok chunk.Token) Signs {
	if Number(tok, 23) >= 0 {
		return facilityField
	}
	if tok.Kind != chunk.String || len(tok.Data) > longestFacility {
		return 0
	}
	var low [longestFacility]byte
	for i, c := range tok.Data {
		if low[i] = c; 'A' <= c && c <= 'Z' {
			low[i] |= 0x20
		}
	}
	if facilities[string(low[:len(tok.Data)])] {
		return facilityField
	}
	return 0
}
