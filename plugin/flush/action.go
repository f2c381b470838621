package flush

// Action is the next step with a span.
type Action uint8

const (
	// Stop leaves the span to a later flush: the chunk comes again. It is the zero value, so that an
	// Action nobody filled in never loses data.
	Stop Action = iota
	// BlameServer stops, too, and reports that the endpoint rejects whatever it is sent: no record
	// and no size is at fault.
	BlameServer
	// Settle counts the records of the span as accepted.
	Settle
	// Drop gives the records of the span up: counted, logged, and kept in the dead letter.
	Drop
	// Park keeps a record to the end of the chunk. Whether the endpoint accepts others until then
	// shows whether its rejection was about the record.
	Park
	// AskAgain sends a record once more that was rejected before the endpoint had accepted anything.
	AskAgain
	// SendSmaller sends the span again in bodies of the size that was just learned.
	SendSmaller
	// SendHalves sends each half of the span by itself.
	SendHalves
	// Shrink sends a single record again with a body of three quarters of the size.
	Shrink
	// SendRestamped sends the span again with its old records restamped.
	SendRestamped
	// SendYoung sends the records that are not old again and drops the old ones.
	SendYoung
	// Search asks the server about both halves of a rejected span to find the records at fault.
	Search
	// SearchHalves goes on with each rejected half as its own verdict demands.
	SearchHalves
	// Sample sends some records of a span, drawn at random, on their own: if all of them are
	// rejected, the others are taken to be like them.
	Sample

	// The rest are steps of the work list that no verdict asks for.

	// send packs and sends the span for the first time in this flush, resend does so once more.
	send
	resend
	// sendHalf sends a half of a rejected span; a rejection is left to the compare job below it.
	sendHalf
	// sendSample sends a record that was drawn at random.
	sendSample
	// resume takes up a span that an earlier flush left as rejected.
	resume
	// judge applies the rules to a verdict that is known already.
	judge
	// compare decides what follows from the verdicts on both halves.
	compare
	// conclude decides what follows from the samples.
	conclude
)

var actionNames = [...]string{
	Stop: "stop", BlameServer: "blame server", Settle: "settle", Drop: "drop", Park: "park",
	AskAgain: "ask again", SendSmaller: "send smaller", SendHalves: "send halves", Shrink: "shrink",
	SendRestamped: "send restamped", SendYoung: "send young", Search: "search",
	SearchHalves: "search halves", Sample: "sample", send: "send", resend: "resend",
	sendHalf: "send half", sendSample: "send sample", resume: "resume", judge: "judge",
	compare: "compare", conclude: "conclude",
}

// String returns the name of the action.
func (a Action) String() string { return actionNames[a] }
