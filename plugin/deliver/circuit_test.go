package deliver

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/transport"
)

// TestCircuit_Changes goes through every change, in seconds since the start. The pauses are 10 s.
func TestCircuit_Changes(t *testing.T) {
	type step struct {
		at, asks int // seconds
		health   Health
		severe   bool
		change   change
		open     bool
	}
	for _, c := range []struct {
		name      string
		tolerance int
		steps     []step
	}{
		{"healthy", 0, []step{{0, 0, Healthy, false, unchanged, false}}},
		{"nothing is known", 0, []step{{0, 0, HealthUnknown, true, unchanged, false}}},
		{"opens at the first failure", 0, []step{{0, 0, Unhealthy, false, opened, true}}},
		{"tolerates failures", 2, []step{
			{0, 0, Unhealthy, false, unchanged, false}, {1, 0, Unhealthy, false, unchanged, false}, {2, 0, Unhealthy, false, opened, true},
		}},
		{"a success between them", 1, []step{
			{0, 0, Unhealthy, false, unchanged, false}, {1, 0, Healthy, false, unchanged, false}, {2, 0, Unhealthy, false, unchanged, false},
		}},
		{"opens at a severe failure", 2, []step{{0, 0, Unhealthy, true, opened, true}}},
		{"a probe that fails", 0, []step{{0, 0, Unhealthy, false, opened, true}, {10, 0, Unhealthy, false, probeFailed, true}}},
		{"a probe that succeeds", 0, []step{{0, 0, Unhealthy, false, opened, true}, {10, 0, Healthy, false, reclosed, false}}},
		{"a probe without a result", 0, []step{{0, 0, Unhealthy, false, opened, true}, {10, 0, HealthUnknown, false, unchanged, true}}},
		{"a failure before the probe is due", 0, []step{{0, 0, Unhealthy, false, opened, true}, {9, 0, Unhealthy, false, unchanged, true}}},
		{"a success before the probe is due", 0, []step{{0, 0, Unhealthy, false, opened, true}, {9, 0, Healthy, false, reclosed, false}}},
		{"a failure that asks for more time", 0, []step{{0, 0, Unhealthy, false, opened, true}, {5, 30, Unhealthy, false, prolonged, true}}},
		{"Retry-After puts the probe off", 0, []step{
			{0, 60, Unhealthy, false, opened, true}, {59, 0, Unhealthy, false, unchanged, true}, {60, 0, Unhealthy, false, probeFailed, true},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			circuit := newCircuit(c.tolerance, func(Kind) backoff.BackOff { return backoff.NewConstantBackOff(10 * time.Second) })
			start := time.Now()
			for i, s := range c.steps {
				now := start.Add(time.Duration(s.at) * time.Second)
				v := Verdict{RetryAfter: time.Duration(s.asks) * time.Second}
				if got := circuit.leave(circuit.enter(now), v, s.health, s.severe, now); got != s.change || circuit.open != s.open {
					t.Errorf("step %d: change %d, open %t", i+1, got, circuit.open)
				}
			}
		})
	}
}

func TestCircuit_ProbesOneAtATime(t *testing.T) {
	circuit := newCircuit(0, func(Kind) backoff.BackOff { return backoff.NewConstantBackOff(time.Second) })
	now := time.Now()
	before := circuit.enter(now)
	circuit.leave(circuit.enter(now), Verdict{}, Unhealthy, false, now)
	if circuit.due(now) || !circuit.due(now.Add(time.Second)) {
		t.Error("the probe is not due after the pause")
	}
	now = now.Add(time.Second)
	probe := circuit.enter(now)
	if !probe.probe || circuit.due(now) || circuit.enter(now).probe {
		t.Error("there is a second probe")
	}
	if got := circuit.leave(before, Verdict{}, Healthy, false, now); got != unchanged || !circuit.open {
		t.Error("a request that began before the change closed the circuit")
	}
	if got := circuit.leave(probe, Verdict{}, Healthy, false, now); got != reclosed {
		t.Errorf("change %d", got)
	}
}

func TestFailureRulings_CoverEveryCause(t *testing.T) {
	for cause := range transport.CauseCount {
		v := Judge(Answer{Err: &transport.Error{Cause: cause, Err: fmt.Errorf("cause %d", cause)}})
		if v.Reason == "" || v.Kind != Transient && v.Kind != Misconfigured {
			t.Errorf("%d: %+v", cause, v)
		}
		if v.Health == HealthUnknown && v.Reason != ReasonStopping && v.Reason != ReasonToken {
			t.Errorf("%d: nothing about the health of the endpoint: %+v", cause, v)
		}
		checkMessage(t, v)
	}
}

// TestRulings_DocsNameRealMessages: an operator who looks up a line in docs/network.md finds it.
func TestRulings_DocsNameRealMessages(t *testing.T) {
	page, err := os.ReadFile("../../docs/network.md")
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, r := range failureRulings {
		messages = append(messages, r.message)
	}
	for _, r := range answerRulings {
		messages = append(messages, r.message)
	}
	all := strings.Join(messages, "\n")
	quoted := regexp.MustCompile("`([^`]+)`")
	found := 0
	for _, table := range strings.Split(string(page), "| the log line contains | change |\n")[1:] {
		rows, _, _ := strings.Cut(table, "\n\n")
		for _, row := range strings.Split(rows, "\n")[1:] {
			phrases, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
			for _, phrase := range quoted.FindAllStringSubmatch(phrases, -1) {
				found++
				if text := strings.TrimSuffix(phrase[1], " ..."); !strings.Contains(all, text) {
					t.Errorf("no message contains %q", text)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d phrases", found)
	}
}

// TestCircuit_LateVerdictsAfterARecovery: requests that began before an outage end after it.
func TestCircuit_LateVerdictsAfterARecovery(t *testing.T) {
	for _, c := range []struct {
		name    string
		v       Verdict
		health  Health
		severe  bool
		many    int
		open    bool
		blocked time.Duration // no probe before, since the verdicts came
	}{
		{"transient failures", Verdict{}, Unhealthy, false, 16, false, 0},
		{"a severe failure", Verdict{}, Unhealthy, true, 1, true, 10 * time.Second},
		{"several severe failures", Verdict{}, Unhealthy, true, 16, true, 10 * time.Second},
		{"a failure that asks for time", Verdict{RetryAfter: time.Minute}, Unhealthy, true, 1, true, time.Minute},
		{"successes", Verdict{}, Healthy, true, 16, false, 0},
		{"nothing is known", Verdict{}, HealthUnknown, true, 16, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			circuit := newCircuit(2, func(Kind) backoff.BackOff { return backoff.NewConstantBackOff(10 * time.Second) })
			now := time.Now()
			var late []pass
			for range c.many {
				late = append(late, circuit.enter(now))
			}
			circuit.leave(circuit.enter(now), Verdict{}, Unhealthy, true, now)
			now = now.Add(10 * time.Second)
			if circuit.leave(circuit.enter(now), Verdict{}, Healthy, false, now) != reclosed {
				t.Fatal("the probe did not close it")
			}
			openings := 0
			for _, p := range late {
				if circuit.leave(p, c.v, c.health, c.severe, now) == opened {
					openings++
				}
			}
			if circuit.open != c.open || openings > 1 || (openings == 1) != c.open {
				t.Errorf("open %t after %d openings", circuit.open, openings)
			}
			if c.open && (circuit.due(now.Add(c.blocked-1)) || !circuit.due(now.Add(c.blocked))) {
				t.Errorf("the probe is due after %s", circuit.until.Sub(now))
			}
		})
	}
}
