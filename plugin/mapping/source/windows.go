package source

import (
	"bytes"
	"strconv"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// The windows source maps the events that the inputs winevtlog and winlog read
// (plugins/in_winevtlog/pack.c, plugins/in_winlog/pack.c). The names are those of Dynatrace's
// OneAgent
// (https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-log-ingestion/lma-log-ingestion-via-oa/lma-windows-event-logs).

const (
	windowsProvider Slot = "windows provider"
	windowsChannel  Slot = "windows channel"
	windowsEventID  Slot = "windows event id"
)

var windowsFields = []Field{
	{Key: "ProviderName", Use: Hold, Slot: windowsProvider, In: WindowsEvent, Exact: true},
	{Key: "SourceName", Use: Hold, Slot: windowsProvider, In: WindowsEvent, Exact: true},
	{Key: "Channel", Use: Hold, Slot: windowsChannel, In: WindowsEvent, Exact: true},
	{Key: "EventID", Use: Hold, Slot: windowsEventID, In: WindowsEvent, Exact: true,
		Accept: isEventID},
	{Key: "Computer", Use: Hold, Slot: hostName, In: WindowsEvent, Exact: true},
	{Key: "ComputerName", Use: Hold, Slot: hostName, In: WindowsEvent, Exact: true},
	{Key: "ProcessID", Use: Rename, As: "process.pid", In: WindowsEvent, Exact: true,
		Accept: isNumber},
	{Key: "Task", Use: Rename, As: "winlog.task", In: WindowsEvent, Exact: true,
		Accept: isNumber},
	{Key: "EventCategory", Use: Rename, As: "winlog.task", In: WindowsEvent, Exact: true,
		Accept: isNumber},
	{Key: "Opcode", Use: Rename, As: "winlog.opcode", In: WindowsEvent, Exact: true,
		Accept: isNumber},
	{Key: "Keywords", Use: Rename, As: "winlog.keywords", In: WindowsEvent, Exact: true,
		Accept: isText},
	{Key: "UserID", Use: Rename, As: "winlog.username", In: WindowsEvent, Exact: true,
		Accept: isAccountName},
	{Key: "EventData", Use: Rename, As: "winlog.data", In: WindowsEvent, Exact: true,
		Accept: isMap},
	// The input writes an empty text for what an event does not have.
	{Key: "ProviderGuid", Use: DropIn, In: WindowsEvent, Exact: true, When: isEmpty},
	{Key: "Qualifiers", Use: DropIn, In: WindowsEvent, Exact: true, When: isEmpty},
	{Key: "ActivityID", Use: DropIn, In: WindowsEvent, Exact: true, When: isEmpty},
	{Key: "RelatedActivityID", Use: DropIn, In: WindowsEvent, Exact: true, When: isEmpty},
}

// isEventID accepts a number, also one in digits.
func isEventID(tok chunk.Token, c chunk.Cursor) bool {
	return isNumber(tok, c) ||
		tok.Kind == chunk.String && ascii.AllDigits(tok.Data) && len(tok.Data) > 0 && len(tok.Data) < 10
}

func isNumber(tok chunk.Token, _ chunk.Cursor) bool { return tok.Kind == chunk.Uint }
func isMap(tok chunk.Token, _ chunk.Cursor) bool    { return tok.Kind == chunk.Map }
func isEmpty(text []byte, _ chunk.Time) bool        { return len(text) == 0 }

// isAccountName accepts the name of an account, and not the id that Windows has for it.
func isAccountName(tok chunk.Token, c chunk.Cursor) bool {
	return isName(tok, c) && !bytes.HasPrefix(tok.Data, []byte("S-1-"))
}

func recognizeWindows(in *Input) Shape {
	if !in.Is(Parsed) && in.Has(windowsProvider) && in.Has(windowsChannel) && in.Has(windowsEventID) {
		return WindowsEvent
	}
	return 0
}

// mapWindows adds the attributes of an event.
func mapWindows(in *Input, out *record.Builder) {
	if !in.Is(WindowsEvent) {
		return
	}
	channel := in.Text(windowsChannel)
	in.putLogSource(channelSource(channel), out)
	out.Put("winlog.provider", in.Text(windowsProvider))
	c := chunk.NewCursor(in.raw(windowsEventID))
	_, _ = c.Skip(1)
	id := c.Next()
	if id.Kind == chunk.String {
		number, _ := strconv.ParseUint(string(id.Data), 10, 64) // it has digits only
		id = chunk.Token{Kind: chunk.Uint, Num: number}
	}
	out.PutTree(record.View("winlog.eventid"), id, &c, 1)
	out.Put("host.name", in.Text(hostName))
}

// channelSource returns the log.source that OneAgent has for a channel: the three main ones have
// names of their own.
func channelSource(channel []byte) []byte {
	switch string(channel) {
	case "Application":
		return record.View("Windows Application Log")
	case "System":
		return record.View("Windows System Log")
	case "Security":
		return record.View("Windows Security Log")
	}
	return channel
}

func windowsHost(in *Input) (host []byte, names bool) {
	if in.Is(WindowsEvent) {
		host = in.Text(hostName)
	}
	return host, false
}
