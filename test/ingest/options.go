package ingest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Structure is a data model: what becomes of nested objects.
type Structure int

const (
	// Raw keeps a nested object as one attribute holding its JSON text.
	Raw Structure = iota
	// Flattened turns a nested object into dotted keys, down to level 5.
	Flattened
)

func (s Structure) String() string {
	if s == Flattened {
		return "flattened"
	}
	return "raw"
}

// ParseStructure reads "raw" or "flattened".
func ParseStructure(s string) (Structure, error) {
	switch s {
	case "raw":
		return Raw, nil
	case "flattened":
		return Flattened, nil
	}
	return 0, fmt.Errorf("structure %q: want raw or flattened", s)
}

// OldRecords says how a batch with records older than [Limits.MaxAge] is
// answered; the pages disagree.
type OldRecords int

const (
	// OldDropped stores the rest and answers 200, or 400 when every record is
	// too old ("Log ingestion limits"). This is the default.
	OldDropped OldRecords = iota
	// OldRejectsBatch answers 400 and stores nothing when even one record is
	// too old ("Log ingestion drop reasons", timestamps_out_of_range).
	OldRejectsBatch
)

// PartialBody is the shape of the body of a 200.
type PartialBody int

const (
	// PartialDetails is {"details":{"code":200,"message":...}}, as in the API
	// reference. This is the default.
	PartialDetails PartialBody = iota
	// PartialSuccess is {"success":{"code":200,"message":...}}, as seen by
	// clients in the field.
	PartialSuccess
)

// FutureMode says what becomes of a timestamp more than [Limits.MaxFuture]
// ahead; the pages disagree.
type FutureMode int

const (
	// FutureNow replaces it by the ingest time ("Ingest JSON and TXT logs").
	// This is the default.
	FutureNow FutureMode = iota
	// FutureNowPlus replaces it by the ingest time plus [Limits.MaxFuture]
	// ("OpenPipeline limits").
	FutureNowPlus
)

// NoContent says what content a record gets in the flattened model when none
// of the content keys is present; the pages disagree.
type NoContent int

const (
	// NoContentEvent uses the JSON text of the whole event. This is the default.
	NoContentEvent NoContent = iota
	// NoContentEmpty uses the empty string, as the raw model always does.
	NoContentEmpty
)

// Options configure a [Server]. The zero value is a Grail environment with the
// raw data model that accepts every well-formed token and keeps the records in
// memory.
type Options struct {
	// Profile presets limits and value typing. Default Grail.
	Profile Profile
	// Structure is the environment's default data model. Default Raw; the
	// profiles Classic and Managed know Flattened only and ignore this.
	Structure Structure
	// Limits replaces single limits of the profile; a zero field keeps the preset.
	Limits Limits
	// Tokens are the accepted tokens. Empty: every well-formed token, with the
	// scheme that its prefix demands.
	Tokens []Token
	// EnvironmentID, when set, is the only id that a path /e/{id}/... may
	// carry; another one is answered 404.
	EnvironmentID string
	// RequireEnvironmentPath answers 404 to paths without /e/{id}, as
	// ActiveGates and Managed clusters do. Default off.
	RequireEnvironmentPath bool

	// OneAgent serves the API of a OneAgent before the environment instead, see the
	// package. Tokens, EnvironmentID and RequireEnvironmentPath mean nothing
	// then. Default off.
	OneAgent bool

	// Now is the clock for everything that concerns records and tokens.
	// Default time.Now.
	Now func() time.Time
	// Sleep waits for the delay of a fault and returns early with an error when
	// ctx ends. Default: a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Store keeps accepted records. Default: in memory, without a bound, for
	// [Server.Records].
	Store Store
	// Observe, when set, is called once for every request, after its answer.
	// It is called from the request's goroutine, so concurrently.
	Observe func(Exchange)
	// TLSNames are the host names and addresses of the certificate made by
	// [Server.StartTLS]. Default: localhost, 127.0.0.1, ::1 and the host of
	// the listen address.
	TLSNames []string

	// OldRecords chooses the answer to too old records. Default OldDropped.
	OldRecords OldRecords
	// PartialBody chooses the shape of a 200. Default PartialDetails.
	PartialBody PartialBody
	// Future chooses the correction of future timestamps. Default FutureNow.
	Future FutureMode
	// NoContent chooses the content of an event without one in the flattened
	// model. Default NoContentEvent.
	NoContent NoContent
	// TooNestedPartial answers 200 and names the records when the flattened
	// model skipped attributes below level 5, as an older API reference said.
	// Default off: the attributes are skipped and the answer is 204.
	TooNestedPartial bool
	// Expanded431 answers 431 instead of 413 when a compressed request expands
	// beyond Limits.RequestBytes, as release note 1.320 says. Default off.
	Expanded431 bool
	// HTML400 answers every 400 with an HTML page instead of the JSON envelope,
	// as was seen of SaaS. Default off.
	HTML400 bool
	// Refuse are texts that no event may hold: a request with an event whose
	// JSON text, as it was sent, contains one of them is refused as a whole,
	// with a constraint violation for each such event. For poison records.
	Refuse []string
	// RefuseStatus answers such a request. Default 400, as the page documents
	// for input that is not valid; the violations are in the answer whatever
	// the status.
	RefuseStatus int
	// MissingScopeStatus answers a token without the scope. Default 403; the
	// response code page says 401.
	MissingScopeStatus int
	// UnsupportedStatus answers an unknown Content-Type or Content-Encoding.
	// Default 400, since 415 is documented for the OTLP endpoints only.
	UnsupportedStatus int
	// QuotedHealth answers "RUNNING" with the quotes. Default off; both are
	// seen.
	QuotedHealth bool
}

// withDefaults fills in what is unset and checks the rest.
func (o Options) withDefaults() (Options, error) {
	if o.Profile < Grail || o.Profile > Managed {
		return o, fmt.Errorf("ingest: unknown profile %d", o.Profile)
	}
	if o.Structure != Raw && o.Structure != Flattened {
		return o, fmt.Errorf("ingest: unknown structure %d", o.Structure)
	}
	if !o.Profile.pipelines() {
		o.Structure = Flattened
	}
	if o.RequireEnvironmentPath && o.EnvironmentID == "" {
		return o, fmt.Errorf("ingest: RequireEnvironmentPath needs an EnvironmentID")
	}
	for i, t := range o.Tokens {
		if t.Value == "" {
			return o, fmt.Errorf("ingest: token %d is empty", i+1)
		}
	}
	if slices.Contains(o.Refuse, "") {
		return o, fmt.Errorf("ingest: an empty text to refuse is in every event")
	}
	o.Limits = o.Limits.over(o.Profile.Limits())
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Store == nil {
		o.Store = &MemoryStore{}
	}
	for _, status := range []*int{&o.RefuseStatus, &o.MissingScopeStatus, &o.UnsupportedStatus} {
		if *status != 0 && (*status < 400 || *status > 599) {
			return o, fmt.Errorf("ingest: status %d: want 400 to 599", *status)
		}
	}
	if o.RefuseStatus == 0 {
		o.RefuseStatus = http.StatusBadRequest
	}
	if o.MissingScopeStatus == 0 {
		o.MissingScopeStatus = http.StatusForbidden
	}
	if o.UnsupportedStatus == 0 {
		o.UnsupportedStatus = http.StatusBadRequest
	}
	return o, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
