package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestRefuse_RequestWithPoisonIsRejectedWhole(t *testing.T) {
	poison := []string{"bad apple", `"secret":`}
	for _, c := range []struct {
		name   string
		status int // Options.RefuseStatus
		body   string
		want   int
		paths  string
	}{
		{"no poison", 0, `[{"content":"apple"},{"content":"bad"}]`, 204, ""},
		{"one event", 0, `[{"content":"good"},{"content":"a bad apple","a":"bad apple"}]`, 400, "events[1].content"},
		{"an object alone", 0, `{"a":{"b":"bad apple"}}`, 400, "events[0].a"},
		{"a key", 0, `[{"content":"c","secret":1}]`, 400, "events[0]"},
		{"a key within a value", 0, `[{"a b":{"secret":1}}]`, 400, "events[0].a b"},
		{"several", 0, `[{"content":"bad apple"},{},{"content":"bad apple"}]`, 400, "events[0].content events[2].content"},
		{"escaped is another text", 0, `[{"content":"bad\u0020apple"}]`, 204, ""},
		{"another status", 422, `[{"x":"bad apple"}]`, 422, "events[0].x"},
		{"not JSON is the first thing to be said", 422, `[{"x":"bad apple"}`, 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, Options{Refuse: poison, RefuseStatus: c.status})
			w := post(s, c.body)
			wantStatus(t, w, c.want)
			stats := s.Stats()
			if c.paths == "" {
				if stats.RejectedRequests[ReasonRefused] != 0 {
					t.Errorf("%+v", stats)
				}
				return
			}
			var envelope struct {
				Error struct {
					Code                 int
					Message              string
					ConstraintViolations []struct{ Path, Message string }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || envelope.Error.Code != c.want || envelope.Error.Message != "Constraints violated." {
				t.Errorf("%v: %s", err, w.Body)
			}
			var paths []string
			for _, v := range envelope.Error.ConstraintViolations {
				paths = append(paths, v.Path)
				if v.Message == "" {
					t.Errorf("no message: %s", w.Body)
				}
			}
			if got := strings.Join(paths, " "); got != c.paths {
				t.Errorf("violations at %s, want %s", got, c.paths)
			}
			events := strings.Count(c.body, "},") + 1
			if len(s.Records()) != 0 || stats.RecordsStored != 0 || stats.RecordsReceived != events || stats.RejectedRequests[ReasonRefused] != 1 ||
				stats.RejectedRecords[ReasonRefused] != events {
				t.Errorf("%d records stored, %+v", len(s.Records()), stats)
			}
		})
	}
}

func TestRefuse_ViolationsOfAnAnswerAreBounded(t *testing.T) {
	s := newServer(t, Options{Refuse: []string{"x"}})
	w := post(s, `[`+strings.TrimSuffix(strings.Repeat(`{"content":"x"},`, maxViolations+1), ",")+`]`)
	wantStatus(t, w, 400)
	if n := strings.Count(w.Body.String(), `"path"`); n != maxViolations || !strings.Contains(w.Body.String(), fmt.Sprintf("events[%d].", maxViolations-1)) {
		t.Errorf("%d violations in %s", n, w.Body)
	}
}

func TestRefuse_AnswersWithAPageWhereEvery400Does(t *testing.T) {
	s := newServer(t, Options{Refuse: []string{"x"}, HTML400: true})
	w := post(s, `{"content":"x"}`)
	wantStatus(t, w, 400)
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(w.Body.String(), "HTTP ERROR 400 Bad Request") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	s = newServer(t, Options{Refuse: []string{"x"}, HTML400: true, RefuseStatus: 415})
	if w := post(s, `{"content":"x"}`); w.Code != 415 || !strings.Contains(w.Body.String(), "constraintViolations") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
