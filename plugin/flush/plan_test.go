package flush

import (
	"testing"

	"out_dynatrace/plugin/deliver"
)

// TestPlan_FollowsTheTable has a row for each row of the table in the package documentation.
func TestPlan_FollowsTheTable(t *testing.T) {
	rejected := deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected}
	tooOld := deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange}
	webPage := deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, NotAPI: true}
	tooLarge := deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge}
	one, many := Span{Records: 1, Bytes: 5000}, Span{Records: 100, Bytes: 5000}
	span := func(s Span, set func(*Span)) Span {
		set(&s)
		return s
	}
	small := func(s *Span) { s.Bytes = smallBody }
	smallest := func(s *Span) { s.Bytes, s.Limit = smallBody, smallBody }
	asked := func(s *Span) { s.AskedAgain = true }
	strict := func(s *Span) { s.Age = AgeStrict }
	young := func(s *Span) { s.Age = AgeYoungOnly }
	for _, c := range []struct {
		name    string
		span    Span
		verdict deliver.Verdict
		known   Known
		want    Action
	}{
		{"accepted", many, deliver.Verdict{Kind: deliver.Accepted}, Known{}, Settle},
		{"transient", many, deliver.Verdict{Kind: deliver.Transient}, Known{Took: true}, Stop},
		{"misconfigured", many, deliver.Verdict{Kind: deliver.Misconfigured}, Known{Took: true}, Stop},
		{"a verdict nobody filled in", many, deliver.Verdict{}, Known{Took: true}, Stop},

		{"too large: small, took no others", span(many, small), tooLarge, Known{}, BlameServer},
		{"too large: small and one, took no others", span(one, small), tooLarge, Known{}, BlameServer},
		{"too large: one", one, tooLarge, Known{}, Shrink},
		{"too large: one, took others", one, tooLarge, Known{Took: true}, Shrink},
		{"too large: one at the smallest size, took others", span(one, smallest), tooLarge, Known{Took: true}, Drop},
		{"too large: one that is small, took others", span(one, small), tooLarge, Known{Took: true}, Drop},
		{"too large: one at the smallest size", span(one, smallest), tooLarge, Known{}, Park},
		{"too large: another one at the smallest size", span(one, smallest), tooLarge, Known{Parked: true}, BlameServer},
		{"too large: many", many, tooLarge, Known{}, SendSmaller},
		{"too large: many, took others", many, tooLarge, Known{Took: true}, SendSmaller},
		{"too large: many in a small body, took others", span(many, small), tooLarge, Known{Took: true}, SendHalves},

		{"too old: restamp", many, tooOld, Known{Old: OldRestamp, HasOlder: true}, SendRestamped},
		{"too old: restamp, one", one, tooOld, Known{Old: OldRestamp, HasOlder: true}, SendRestamped},
		{"too old: restamp, none is", many, tooOld, Known{Old: OldRestamp}, Search},
		{"too old: restamped", span(many, strict), tooOld, Known{Old: OldRestamp, HasOlder: true}, Search},
		{"too old: restamped, one", span(one, strict), tooOld, Known{Old: OldRestamp, HasOlder: true}, Drop},
		{"too old: send", many, tooOld, Known{Old: OldSend}, SendYoung},
		{"too old: the young ones", span(many, young), tooOld, Known{Old: OldSend}, Search},
		{"too old: a young one", span(one, young), tooOld, Known{Old: OldSend}, Drop},
		{"too old: drop", many, tooOld, Known{Old: OldDrop}, Search},
		{"rejected for another reason: send", many, rejected, Known{Old: OldSend, HasOlder: true}, Search},

		{"rejected: many", many, rejected, Known{}, Search},
		{"not the API: many", many, webPage, Known{Parked: true}, Search},
		{"rejected: one", one, rejected, Known{}, Drop},
		{"rejected: one, another is parked", one, rejected, Known{Parked: true}, Drop},
		{"not the API: one, took others", one, webPage, Known{Took: true}, AskAgain},
		{"not the API: one asked again, took others", span(one, asked), webPage, Known{Took: true}, Drop},
		{"not the API: one", one, webPage, Known{}, Park},
		{"not the API: one asked again", span(one, asked), webPage, Known{}, Park},
		{"not the API: another one", one, webPage, Known{Parked: true}, BlameServer},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Plan(c.span, c.verdict, c.known); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestPlan_HalvesFollowTheTable(t *testing.T) {
	rejected := deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected}
	tooOld := deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange}
	unknown := deliver.Verdict{} // of an earlier flush
	both := func(left, right deliver.Verdict) []deliver.Verdict { return []deliver.Verdict{left, right} }
	for _, c := range []struct {
		name    string
		records int
		whole   deliver.Verdict
		halves  []deliver.Verdict
		known   Known
		want    Action
	}{
		{"both, for the same reason", samples + 1, rejected, both(rejected, rejected), Known{}, Sample},
		{"both, of few records", samples, rejected, both(rejected, rejected), Known{}, SearchHalves},
		{"both, after an accepted sample", 1000, rejected, both(rejected, rejected), Known{Mixed: true}, SearchHalves},
		{"both, for different reasons", 1000, rejected, both(rejected, tooOld), Known{}, SearchHalves},
		{"both, for another reason than the whole", 1000, tooOld, both(rejected, rejected), Known{}, SearchHalves},
		{"both, in a search that goes on", 1000, unknown, both(rejected, rejected), Known{}, Sample},
		{"both too old, in a search that goes on", 1000, unknown, both(tooOld, tooOld), Known{}, SearchHalves},
		{"both too old after the remedy", 1000, tooOld, both(tooOld, tooOld), Known{}, Sample},
		{"one", 1000, rejected, []deliver.Verdict{rejected}, Known{}, SearchHalves},
		{"none", 1000, rejected, nil, Known{}, SearchHalves},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := planHalves(Span{Records: c.records}, c.whole, c.halves, c.known); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestPlan_SamplesFollowTheTable(t *testing.T) {
	rejected, webPage := deliver.Verdict{Kind: deliver.Rejected}, deliver.Verdict{Kind: deliver.Rejected, NotAPI: true}
	for _, c := range []struct {
		name    string
		verdict deliver.Verdict
		known   Known
		want    Action
	}{
		{"all rejected", rejected, Known{Samples: samples}, Drop},
		{"too few", rejected, Known{Samples: samples - 1}, SearchHalves},
		{"one accepted", rejected, Known{Samples: samples, Mixed: true}, SearchHalves},
		{"not the API", webPage, Known{Samples: samples}, SearchHalves},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := planSamples(c.verdict, c.known); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestPlan_ParkedFollowsTheTable(t *testing.T) {
	for took, want := range map[bool]Action{true: AskAgain, false: BlameServer} {
		if got := planParked(Known{Took: took}); got != want {
			t.Errorf("took others %t: %s, want %s", took, got, want)
		}
	}
}

func TestAction_EachHasAName(t *testing.T) {
	seen := make(map[string]bool)
	for a := Stop; a <= conclude; a++ {
		if a.String() == "" || seen[a.String()] {
			t.Errorf("action %d is called %q", a, a)
		}
		seen[a.String()] = true
	}
}
