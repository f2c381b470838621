package config

import (
	"crypto/tls"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/transport"
)

func TestLoad_EndpointAndTokenAreEnough(t *testing.T) {
	c := mustLoad(t, with())
	if got, want := c.Token.Authorization(), "Api-Token "+classicToken; got != want {
		t.Error("the token is not the one that was given")
	}
	c.Token = secret.Secret{} // holds a function, which DeepEqual cannot compare
	want := &Config{
		Endpoints: []endpoint.Endpoint{{
			IngestURL: "https://abc12345.live.dynatrace.com/api/v2/logs/ingest",
			OTLPURL:   "https://abc12345.live.dynatrace.com/api/v2/otlp/v1/logs",
			Kind:      endpoint.SaaS, Host: "abc12345.live.dynatrace.com", Environment: "abc12345",
		}},
		Format:   FormatJSON,
		Compress: true,
		Batch:    batch.Options{MaxBytes: 9_500_000, MaxRecords: 50_000, GzipLevel: 1},
		Preset:   "grail",
		Mapping: mapping.Options{
			Limits: limits(10_000_000, 32_000, 500),
			ContentKeys: strings.Split("log,@message,@m,@mt,formattedMessage,message,msg,MESSAGE,RenderedMessage,MessageTemplate,"+
				"short_message,full_message,fields.message,record.message,log.message,log.msg,log_processed.message,"+
				"log_processed.msg,logEvent.message,jsonPayload.message,textPayload,properties.message,event,content,payload,body,_raw,"+
				"text,output,resultDescription,full_log,exec,wasi_stdout,note,State.Message,State.{OriginalFormat},event.message,event.original", ","),
			SummaryBytes: 256,
			LevelKeys: []string{
				"loglevel", "severity", "level", "lvl", "log.level", "levelname", "level_name", "@level", "@l", "log_level", "severity_text", "severityText",
				"error_severity", "severity_label", "record.level.name", "status", "syslog.severity", "syslogseverity-text", "syslogseverity", "syslog_severity",
				"log.syslog.severity.name", "log.syslog.severity.code", "severity_code", "levelno", "level_number", "severity_number", "severityNumber",
				"log_processed.level", "log_processed.severity", "log_processed.loglevel",
				"log_processed.lvl", "log_processed.levelname",
				"log_processed.level_name", "log_processed.log.level", "log.severity",
				"log.loglevel", "log.lvl", "log.levelname", "log.level_name",
				"jsonPayload.level", "jsonPayload.severity", "jsonPayload.loglevel",
				"jsonPayload.lvl", "logEvent.level", "logEvent.severity",
				"logEvent.loglevel", "message.level", "message.severity",
				"message.loglevel", "message.lvl", "message.levelname",
				"message.level_name", "message.log.level", "msg.level", "msg.severity",
				"msg.loglevel", "msg.lvl", "fields.level", "fields.severity",
				"fields.loglevel", "record.level", "record.severity", "record.levelname",
				"record.loglevel",
			},
			Options: source.Options{Sources: source.Auto(), PathKeys: []string{"log.file.path"}},
		},
		Metadata: metadata.Options{Files: []string{
			"/var/lib/dynatrace/enrichment/dt_host_metadata.json", "/var/lib/dynatrace/enrichment/dt_metadata.json",
		}},
		ECSMetadata: true,
		Delivery:    deliver.Options{RequestTimeout: 15 * time.Second, RetryInitial: 500 * time.Millisecond, RetryMax: 10 * time.Second},
		Flush:       flush.Options{Deadline: 25 * time.Second, OldRecords: flush.OldRestamp},
		DeadLetter:  deadletter.Options{MaxBytes: 100_000_000},
		Transport:   transport.Options{TLS: transport.TLSOptions{Verify: true, MinVersion: tls.VersionTLS12}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestLoad_EveryOptionArrives(t *testing.T) {
	c := mustLoad(t, with("format", "JSON", "compress", "None", "compress_level", "9", "limits", "managed", "max_content_bytes", "64k",
		"max_attribute_bytes", "1KiB", "max_attributes", "70", "max_payload_bytes", "1MiB", "max_payload_records", "10", "content_key", "a, b,a",
		"level_key", "c", "stringify", "Yes", "request_timeout", "20", "flush_deadline", "1m30s", "retry_initial", "1.5s", "retry_max", "3 s", "tls_verify", "1"))
	got := []any{c.Format, c.Compress, c.Batch.GzipLevel, c.Mapping.Limits, c.Batch.MaxBytes, c.Batch.MaxRecords, c.Mapping.ContentKeys, c.Mapping.LevelKeys, c.Mapping.Stringify,
		c.Delivery.RequestTimeout, c.Flush.Deadline, c.Delivery.RetryInitial, c.Delivery.RetryMax, c.Transport.TLS.Verify, len(c.Warnings)}
	want := []any{FormatJSON, false, 0, limits(64_000, 1024, 70), 1 << 20, 10, []string{"a", "b"}, []string{"c"}, true,
		20 * time.Second, 90 * time.Second, 1500 * time.Millisecond, 3 * time.Second, true, 0}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestLoad_PresetsHoldTheLimitsOfTheirPipeline(t *testing.T) {
	for name, want := range map[string]record.Limits{
		"grail":            limits(10_000_000, 32_000, 500),
		"classic_pipeline": limits(512_000, 250, 50),
		"classic":          limits(8_192, 250, 50),
		"managed":          limits(8_192, 250, 50),
	} {
		if got := mustLoad(t, with("limits", name)).Mapping.Limits; got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestLoad_PresetsOfOldServersSetKeysAndValuesUnlessOptionsDo(t *testing.T) {
	for _, c := range []struct {
		limits, stringify, lowercase string
		wantText, wantLower          bool
	}{
		{"", "", "", false, false},
		{"grail", "", "", false, false},
		{"classic_pipeline", "", "", true, true},
		{"classic", "", "", true, true},
		{"Managed", "", "", true, true},
		{"managed", "off", "", false, true},
		{"managed", "", "off", true, false},
		{"grail", "on", "", true, false},
		{"grail", "", "on", false, true},
	} {
		got := mustLoad(t, with("limits", c.limits, "stringify", c.stringify, "lowercase_keys", c.lowercase))
		if got.Mapping.Stringify != c.wantText || got.Mapping.LowercaseKeys != c.wantLower {
			t.Errorf("%+v: got %v, %v", c, got.Mapping.Stringify, got.Mapping.LowercaseKeys)
		}
	}
}

func TestLoad_NamesAreWrittenAsTheServerWillHaveThem(t *testing.T) {
	matches := func(p record.Patterns, key string) bool { return p.Match([]byte(key)) }
	names := []string{"attributes", "Team=a,ÉTAGE=b", "include", "HTTP.*,*t*", "exclude", "K8s.pod.label.App"}
	c := mustLoad(t, with(append(names, "limits", "managed")...))
	if got, want := c.Mapping.Static, []metadata.Fact{{Key: "team", Value: "a"}, {Key: "étage", Value: "b"}}; !slices.Equal(got, want) {
		t.Errorf("managed: %v", got)
	}
	if !matches(c.Mapping.Include, "http.method") || !matches(c.Mapping.Exclude, "k8s.pod.label.app") {
		t.Error("managed: the patterns are not in lower case")
	}
	c = mustLoad(t, with("attributes", "Team=a", "include", "HTTP.*,Team", "exclude", "K8s.pod.label.App"))
	if c.Mapping.Static[0].Key != "Team" || matches(c.Mapping.Include, "http.method") || !matches(c.Mapping.Include, "HTTP.method") ||
		!matches(c.Mapping.Exclude, "K8s.pod.label.App") {
		t.Errorf("grail: %+v", c.Mapping)
	}
	if got := lines(t, with("attributes", "team=a,Team=b", "limits", "managed")); len(got) != 1 || !strings.Contains(got[0], `has "team" twice`) {
		t.Errorf("got %q", got)
	}
	mustLoad(t, with("attributes", "team=a,Team=b"))
}

func TestLoad_WrongValueIsOneLineThatSaysWhatItTakes(t *testing.T) {
	const seconds = "(seconds, or with ms, s, m, h)"
	const bytes = "(bytes, or with k, MB, KiB, MiB)"
	for _, c := range []struct{ name, value, want string }{
		{"max_payload_bytes", "12 MB", `got "12 MB", takes a size from 64KiB to 10MB ` + bytes},
		{"max_payload_bytes", "-1", `got "-1", takes a size from 64KiB to 10MB ` + bytes},
		{"max_payload_bytes", "63k", `got "63k", takes a size from 64KiB to 10MB ` + bytes},
		{"max_payload_records", "0", `got "0", takes a whole number from 1 to 50000`},
		{"max_payload_records", "50001", `got "50001", takes a whole number from 1 to 50000`},
		{"max_payload_records", "1e3", `got "1e3", takes a whole number from 1 to 50000`},
		{"compress_level", "10", `got "10", takes a whole number from 1 to 9`},
		{"compress", "zstd", `got "zstd", takes gzip or none`},
		{"format", "json_lines", `got "json_lines", takes json or jsonl or text or otlp`},
		{"limits", "saas", `got "saas", takes grail or classic_pipeline or classic or managed`},
		{"stringify", "maybe", `got "maybe", takes on or off (or true/false, yes/no, 1/0)`},
		{"stringify", "${STRINGIFY}", `got "${STRINGIFY}", a variable that was not replaced, takes on or off (or true/false, yes/no, 1/0)`},
		{"stringify", `"on"`, `got "\"on\"" with quotation marks around it; write it without`},
		{"stringify", " \n", `got only white space, takes on or off (or true/false, yes/no, 1/0)`},
		{"request_timeout", "0", `got "0", takes a duration from 1ms to 10m ` + seconds},
		{"request_timeout", "-5s", `got "-5s", takes a duration from 1ms to 10m ` + seconds},
		{"request_timeout", "15 minutes", `got "15 minutes", takes a duration from 1ms to 10m ` + seconds},
		{"flush_deadline", "2h", `got "2h", takes a duration from 1ms to 1h ` + seconds},
		{"flush_deadline", "10s", "is 10s, takes at least `request_timeout`, which is 15s: a flush needs time for one whole request"},
		{"request_timeout", "30s", "is 25s, takes at least `request_timeout`, which is 30s: a flush needs time for one whole request"},
		{"retry_max", "100ms", "is 100ms, takes at least `retry_initial`, which is 500ms: the pause between attempts only grows"},
		{"content_key", "log,,message", `got "log,,message", takes 1 to 64 names separated by commas`},
		{"content_key", "a\nb", `got "a\nb", takes 1 to 64 names separated by commas`},
		{"content_key", strings.Repeat("log", 50), ""},
		{"max_content_bytes", "1", `got "1", takes a size from 64B to 10MB ` + bytes},
	} {
		if c.want == "" {
			mustLoad(t, with(c.name, c.value))
			continue
		}
		at := c.name
		if strings.HasPrefix(c.want, "is 25s") {
			at = "flush_deadline"
		}
		if got, want := lines(t, with(c.name, c.value)), []string{at + ": " + c.want}; !slices.Equal(got, want) {
			t.Errorf("%s %q:\ngot  %q\nwant %q", c.name, c.value, got, want)
		}
	}
}

func TestLoad_ReportsAllProblemsAndNoneTwice(t *testing.T) {
	got := lines(t, properties{"endpoint": "https://abc12345.apps.dynatrace.com", "compress": "lz4", "request_timeout": "an hour", "flush_deadline": "1s", "tls_verify": "nope", "token": "x"})
	want := []string{"endpoint: ", "compress: ", "request_timeout: ", "tls_verify: ", "api_token: neither", "token: unknown option"}
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d: got %q, want %q...", i, got[i], want[i])
		}
	}
	if got := lines(t, with("allow_http", "perhaps", "endpoint", "http://ag:9999/e/abc12345")); len(got) != 1 {
		t.Errorf("a wrong allow_http gives %q", got)
	}
	if got := lines(t, with("api_token", " ")); len(got) != 1 || !strings.HasPrefix(got[0], "api_token: got only white space") {
		t.Errorf("a blank token gives %q", got)
	}
}

func TestLoad_EndpointIsRequired(t *testing.T) {
	got := lines(t, without(with(), "endpoint"))
	if len(got) != 1 || !strings.HasPrefix(got[0], "endpoint: is not set; write for example `endpoint https://abc12345.live.dynatrace.com`") {
		t.Errorf("got %q", got)
	}
}

func TestLoad_ExactlyOneTokenOptionIsRequired(t *testing.T) {
	file := writeFile(t, classicToken+"\n")
	if got := lines(t, without(with(), "api_token")); len(got) != 1 || !strings.HasPrefix(got[0], "api_token: neither `api_token` nor `api_token_file` is set") {
		t.Errorf("none: got %q", got)
	}
	if got := lines(t, with("api_token_file", file)); !slices.Equal(got, []string{"api_token: is set, and so is `api_token_file`; keep one of them"}) {
		t.Errorf("both: got %q", got)
	}
	c := mustLoad(t, without(with("api_token_file", file), "api_token"))
	if c.TokenFile != file || !c.Token.IsZero() || len(c.Warnings) != 0 {
		t.Errorf("a file: got %q, %v, %q", c.TokenFile, c.Token, c.Warnings)
	}
}

func TestLoad_WarnsOfWhatIsProbablyWrong(t *testing.T) {
	for _, c := range []struct {
		p    properties
		want string
	}{
		{with("tls_verify", "off"), "tls_verify: is off"},
		{with("request_timeout", "5s"), "request_timeout: is 5s"},
		{with("endpoint", "http://ag.example.com:9999/e/abc12345", "allow_http", "on"), "endpoint: the token and the logs travel unencrypted to ag.example.com:9999"},
		{with("endpoint", "https://ag.example.com:9999"), "endpoint: the URL has no /e/{environment-id}"},
		{with("endpoint", "https://ag.example.com:9999/e/abc12345", "api_token", platformTok), "api_token: is a platform token, which an ActiveGate (ag.example.com:9999) may reject"},
		{with("api_token", "dt0c01."+publicPart), "api_token: holds only the public part"},
		{with("tls_verify_hostname", "off"), "tls_verify_hostname: unknown option"},
		{with("exclude", "user,mess*"), `exclude: covers "message" of`},
		{with("exclude", "Msg", "limits", "managed"), `exclude: covers "msg" of`},
		{with("exclude", "*"), `exclude: covers "log", "@message", "@m", "@mt", "formattedMessage" and `},
		{with("http_user", "x"), "http_user: unknown option `http_user`, ignored"},
	} {
		got := warnings(mustLoad(t, c.p))
		if len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
			t.Errorf("%q: got %q", c.want, got)
		}
	}
	if got := warnings(mustLoad(t, with("endpoint", "http://127.0.0.1:8080", "request_timeout", "1s"))); len(got) != 0 {
		t.Errorf("a server on this machine gives warnings: %q", got)
	}
}
