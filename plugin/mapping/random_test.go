package mapping_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// shapes draws records of fields that the mappings know, with values that they expect and others.
type shapes struct {
	*rand.Rand
	lists map[string][]string // words by the text that they stand in
}

func (r shapes) of(words string) string {
	list, ok := r.lists[words]
	if !ok {
		list = strings.Fields(words)
		r.lists[words] = list
	}
	return list[r.IntN(len(list))]
}

const someKeys = `kubernetes kubernetes_namespace stream _p logtag time container_id container_name source partial_message partial_last ecs_cluster
	ecs_task_arn ecs_task_definition ec2_instance_id _SYSTEMD_UNIT systemd_unit SYSLOG_IDENTIFIER _HOSTNAME hostname _PID pid _COMM comm _EXE PRIORITY
	pri host ident az account_id private_ip logger service service.name trace_id traceId trace.id dt.trace_id span_id spanId traceparent log message
	level severity loglevel status log.level filename log.file.path host.name k8s.pod.name k8s.pod.uid team log.source boot_id _BOOT_ID _TRANSPORT _ID trace span dt
	event.type log.raw_level overwritten1.team process.pid log.record.uid log.original_timestamp team team Team TEAM Host.Name K8S.Pod.Name Log Level
	Überteam İd DT.Auth.Origin priority s type label EventType short_message version facility ProviderName level_name funcName usec err_code rule output c ctx msg
	involvedObject reqId levelname syslog.severity syslog event text fields record @m @mt log message msg`

const someTexts = `stdout stderr F P i-0123 arn:aws:ecs:eu-central-1:111122223333:task/shop/0f9d eu-west-1a 111122223333 0af7651916cd43dd8448eb211c80319c
	0AF7651916CD43DD8448EB211C80319C b7ad6b7169203331 info ERROR odd /var/log/a.log web other 13 200 kernel 2023-11-14T22:13:20Z
	00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 {"log":"in","level":"warn","team":"json","trace_id":"x"} {"level":30,"reqId":"r","msg":"in"} {"s":"W","c":"C","ctx":"x"} Warning daemon W 1.1 [!dt,a=b]`

func (r shapes) value(depth int) corpus.Value {
	s := corpus.Str
	switch n := r.IntN(20); {
	case n == 0:
		return corpus.Nil()
	case n < 3:
		return corpus.Int(int64(r.IntN(70)))
	case n == 3:
		return corpus.Array(s("a"), corpus.Int(1))
	case n < 7 && depth < 3:
		return corpus.Map(s(r.of("pod_name name id Id level labels annotations host")), r.value(depth+1), s(r.of("namespace_name id ownerReferences Other")), r.value(depth+1))
	case n == 7:
		return corpus.Map(s("pod_name"), s(r.of("p1 p2")), s("namespace_name"), s("n"), s("annotations"), corpus.Fields(
			"metadata.dynatrace.com", r.of(`{"team":"x","a":{"b":1},"host.name":"other"} {"Team":"x","A":{"B":1}} { {}`), "metadata.dynatrace.com/"+r.of("team Team severity k8s.pod.name"), "y"))
	case n == 8:
		return s("")
	}
	return s(r.of(someTexts))
}

// roomy is a limit of attributes that no record of the shapes reaches. What a Mapper has to clear
// for each record that it forgets grows with the limit.
const roomy = 100

func (r shapes) options() mapping.Options {
	o := mappingOptions()
	o.Limits.Attributes = roomy
	o.ParseJSON, o.StripANSI, o.DropEmpty = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(3) == 0
	o.LowercaseKeys, o.Stringify = r.IntN(2) == 0, r.IntN(2) == 0
	o.SummaryBytes = []int{0, 20, 256, 10_000}[r.IntN(4)]
	o.ContentKeys = append(o.ContentKeys, "@m", "@mt", "fields.name", "record.Id", "log.name", "event", "text", "event.id")
	if r.IntN(2) == 0 {
		o.Static, o.InHeader = []metadata.Fact{{Key: r.of("team Team"), Value: "s"}, {Key: "service.name", Value: "s"}, {Key: "N", Value: int64(1)}}, r.IntN(2) == 0
	}
	switch r.IntN(5) {
	case 0:
		o.Exclude = record.NewPatterns([]string{r.of("team host* k8s.* log.raw_level overwritten* message fields.name *name level")})
	case 1:
		o.Include = record.NewPatterns([]string{r.of("team host* k8s.*"), "log.*"})
	case 2:
		o.Sources = source.Set(r.IntN(1 << 16))
	case 3:
		o.Sources |= source.Named(source.Extras()...)
	}
	if r.IntN(3) == 0 {
		o.Limits.Attributes = 2 + r.IntN(12)
	}
	if r.IntN(2) == 0 {
		o.Hostname = "web"
	}
	return o
}

func (r shapes) flush() mapping.Flush {
	f := mapping.Flush{Tag: []byte(r.of("t app-firelens-0f9d kube.var.log.containers.p_n_c-" + strings.Repeat("a", 64) + ".log"))}
	if r.IntN(2) == 0 {
		f.Facts = &metadata.Facts{
			Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "web"}, {Key: "Cores", Value: int64(8)}},
			Pod:  []metadata.Fact{{Key: "k8s.pod.name", Value: "own"}, {Key: r.of("team Team"), Value: "f"}, {Key: "Ready", Value: true}},
			Task: &metadata.Task{ID: "0f9d", Cluster: "c"},
		}
	}
	return f
}

// chunk gives 200 events of at most 30 different shapes.
func (r shapes) chunk() (data []byte) {
	var bodies []corpus.Value
	most := []int{14, 14, 14, 60}[r.IntN(4)]
	for range 30 {
		var pairs []corpus.Value
		for range r.IntN(most) {
			pairs = append(pairs, corpus.Str(r.of(someKeys)), r.value(0))
		}
		bodies = append(bodies, corpus.Map(pairs...))
	}
	s := corpus.Str
	for range 200 {
		meta := corpus.Map()
		switch r.IntN(8) {
		case 0:
			data = corpus.AppendGroupStart(data, 0, 0, corpus.Fields("service.name", "g", r.of("team Team host.name k8s.pod.name"), "g"), nil)
		case 1:
			data = corpus.AppendGroupEnd(data)
		case 2:
			meta = corpus.Map(s("otlp"), corpus.Map(s("severity_text"), s(r.of("INFO odd")), s("trace_id"), s(r.of(someTexts)), s("attributes"), corpus.Map(s(r.of("team Team trace_id level host.name")), r.value(1))))
		}
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), meta, bodies[r.IntN(len(bodies))])
	}
	return data
}

// TestMapper_AMapperThatRemembersMapsAsOneThatDoesNot: what comes of an event depends on nothing
// that was mapped before it, no key comes twice, and no record has more attributes than the limit.
func TestMapper_AMapperThatRemembersMapsAsOneThatDoesNot(t *testing.T) {
	rounds := randomRounds
	if testing.Short() {
		rounds = 30
	}
	lists := map[string][]string{}
	for round := range rounds {
		r := shapes{rand.New(rand.NewPCG(1, uint64(round))), lists}
		o, f := r.options(), r.flush()
		stamp := func(*mapping.Mapper, *record.Record) {}
		if r.IntN(3) == 0 {
			stamp = func(m *mapping.Mapper, rec *record.Record) {
				m.Restamp(rec, time.Unix(1800000000, 0))
				m.Identify(rec, 1, 2)
			}
		}
		remembers, forgets := mapping.NewMapper(o), mapping.NewMapper(o)
		remembers.Begin(f)
		var events chunk.Reader
		var ev chunk.Event
		var rec record.Record
		// Two encoders with a memory of their own: all runs of one Mapper have numbers of
		// their own.
		var j, other encode.JSON
		seen := map[string]bool{} // a text says the same the second time
		for events.Reset(r.chunk()); events.Next(&ev); {
			remembers.Map(&ev, &rec)
			stamp(remembers, &rec)
			got, cuts := j.Append(nil, &rec), rec.Cuts
			if round%8 == 0 { // predictions outlive the chunk
				forgets, other = mapping.NewMapper(o), encode.JSON{}
			}
			forgets.Begin(f)
			forgets.Map(&ev, &rec)
			stamp(forgets, &rec)
			want := other.Append(nil, &rec)
			if wantCuts := rec.Cuts; !bytes.Equal(got, want) || cuts != wantCuts {
				t.Fatalf("round %d: got\n%s, cuts %v, want\n%s, cuts %v", round, got, cuts, want, wantCuts)
			}
			isNew := !seen[string(got)]
			seen[string(got)] = true
			if isNew && (o.LowercaseKeys || o.Stringify) {
				wantOld(t, o, want)
			}
			if rec.Len() > o.Limits.Attributes {
				t.Fatalf("round %d: %d attributes, %d at most: %s", round, rec.Len(), o.Limits.Attributes, got)
			}
			if isNew {
				oneOfEachKey(t, got)
			}
			forgets.Release()
		}
		remembers.Release()
	}
}

// wantOld fails when a key of a record is not in lower case, or a value no text, where the options
// say so.
func wantOld(t *testing.T, o mapping.Options, object []byte) {
	t.Helper()
	for key, value := range fields(t, object) {
		if o.LowercaseKeys && key != strings.ToLower(key) {
			t.Fatalf("the key %q is not in lower case: %s", key, object)
		}
		list, isList := value.([]any)
		if !isList {
			list = []any{value}
		}
		for _, v := range list {
			if _, isText := v.(string); o.Stringify && !isText && v != nil {
				t.Fatalf("%s is %v: %s", key, v, object)
			}
		}
	}
}
