package telemetry

import (
	"regexp"
	"slices"
	"sync"
	"testing"
)

func TestCounters_Described(t *testing.T) {
	word := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	seen := map[[2]string]bool{}
	help := map[string]string{}
	for _, s := range new(Counters).Snapshot() {
		if !word.MatchString(s.Name) || s.Help == "" {
			t.Errorf("counter %d is not described: %+v", s.Counter, s)
		}
		if (s.Label == "") != (s.LabelValue == "") || s.Label != "" && !word.MatchString(s.LabelValue) {
			t.Errorf("%s has a bad label %q=%q", s.Name, s.Label, s.LabelValue)
		}
		if s.Counter.LabelValue() != s.LabelValue {
			t.Errorf("%s: LabelValue disagrees with Snapshot", s.Name)
		}
		id := [2]string{s.Name, s.LabelValue}
		if seen[id] {
			t.Errorf("%v is declared twice", id)
		}
		seen[id] = true
		if h, ok := help[s.Name]; ok && h != s.Help {
			t.Errorf("%s has two explanations", s.Name)
		}
		help[s.Name] = s.Help
	}
}

func TestCounters_GroupedByName(t *testing.T) {
	var names []string
	label := map[string]string{}
	for _, s := range new(Counters).Snapshot() {
		if len(names) == 0 || names[len(names)-1] != s.Name {
			if slices.Contains(names, s.Name) {
				t.Errorf("%s is not declared in one place", s.Name)
			}
			names = append(names, s.Name)
			label[s.Name] = s.Label
		}
		if label[s.Name] != s.Label {
			t.Errorf("%s has two labels", s.Name)
		}
	}
}

func TestCounters_StartAtZeroAndGrow(t *testing.T) {
	var c Counters
	for _, s := range c.Snapshot() {
		if s.Total != 0 {
			t.Errorf("%s starts at %d", s.Name, s.Total)
		}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 100 {
				c.Add(RecordsIn, 2)
			}
		})
	}
	group.Wait()
	for i, s := range c.Snapshot() {
		want := uint64(0)
		if Counter(i) == RecordsIn {
			want = 800
		}
		if s.Total != want || s.Counter != Counter(i) {
			t.Errorf("%s%s is %d, want %d", s.Name, s.LabelValue, s.Total, want)
		}
	}
	if c.Get(RecordsIn) != 800 {
		t.Error("Get disagrees with Snapshot")
	}
}
