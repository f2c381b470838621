package flush

import "out_dynatrace/plugin/deliver"

const (
	// smallBody is the size of a body, in bytes before compression, that no server rejects for its
	// size.
	smallBody = 1 << 10
	// samples is the number of records drawn at random where both halves of a payload were rejected.
	// If all of them are rejected, the others count as rejected, too; after the first that is
	// accepted no more are drawn in this chunk. With one good record in ten this misjudges one chunk
	// in 850; with one in twenty, one in 27.
	samples = 64
)

// Known is what the rules take into account beside a span and its verdict.
type Known struct {
	// Took reports whether the endpoint of the verdict accepted records of the chunk.
	Took bool
	// Parked reports whether a record is parked already.
	Parked bool
	// Old is the option old_records.
	Old OldRecords
	// HasOlder reports whether the span has a record older than 12 hours.
	HasOlder bool
	// Samples and Mixed are those of the Progress.
	Samples int
	Mixed   bool
}

// Plan returns what follows from the verdict on a span. It is a pure function: package
// documentation has its table. span is as it was packed.
func Plan(span Span, v deliver.Verdict, known Known) Action {
	switch v.Kind {
	case deliver.Accepted:
		return Settle
	case deliver.TooLarge:
		return planTooLarge(span, known)
	case deliver.Rejected:
		return planRejected(span, v, known)
	default:
		return Stop
	}
}

func planTooLarge(span Span, known Known) Action {
	switch {
	case span.Limit == 0 && span.Bytes <= smallBody && !known.Took:
		return BlameServer
	case span.Records == 1 && shrunk(span) >= smallBody:
		return Shrink
	case span.Records == 1 && known.Took: // it had others to compare with, at every size
		return Drop
	case span.Records == 1:
		return parkOrBlame(known)
	case span.Bytes > smallBody:
		return SendSmaller
	}
	return SendHalves
}

func planRejected(span Span, v deliver.Verdict, known Known) Action {
	tooOld := v.Reason == deliver.ReasonTimeRange && span.Age == AgeByOption
	switch {
	case tooOld && known.Old == OldRestamp && known.HasOlder:
		return SendRestamped
	case tooOld && known.Old == OldSend:
		return SendYoung
	case span.Records > 1:
		return Search
	case !v.NotAPI, known.Took && span.AskedAgain:
		return Drop
	case known.Took:
		return AskAgain
	}
	return parkOrBlame(known)
}

// parkOrBlame is for a record whose rejection need not be about the record. Two of them cannot
// both be at fault.
func parkOrBlame(known Known) Action {
	if known.Parked {
		return BlameServer
	}
	return Park
}

// planHalves returns what follows from the verdicts on both halves of a span, of which rejected
// holds the rejections. whole is the verdict on the span.
func planHalves(span Span, whole deliver.Verdict, rejected []deliver.Verdict, known Known) Action {
	if len(rejected) == 2 && span.Records > samples && !known.Mixed &&
		sameReason(whole, rejected[0], rejected[1]) {
		return Sample
	}
	return SearchHalves
}

// sameReason reports whether a span and its halves were rejected for one reason that holds for the
// whole span. The reason of a span that an earlier flush left is not known. Records that are too
// old have a remedy, which must have been tried before.
func sameReason(whole, left, right deliver.Verdict) bool {
	holds := left.Reason == whole.Reason
	if whole.Reason == "" {
		holds = left.Reason != deliver.ReasonTimeRange
	}
	return holds && left.Reason == right.Reason
}

// planSamples returns what follows for a span of which samples were sent. v is the verdict on its
// first half.
func planSamples(v deliver.Verdict, known Known) Action {
	if known.Samples >= samples && !known.Mixed && !v.NotAPI {
		return Drop
	}
	return SearchHalves
}

// planParked returns what follows for a parked record at the end of the chunk.
func planParked(known Known) Action {
	if known.Took {
		return AskAgain
	}
	return BlameServer
}

// shrunk returns the limit of the next attempt to send a record that is too large on its own.
func shrunk(span Span) int {
	size := span.Limit
	if size == 0 {
		size = span.Bytes
	}
	return size * 3 / 4
}
