package record_test

import (
	"testing"

	"out_dynatrace/test/corpus"
)

func TestALevelKeyWithDotsIsFoundInNestedMaps(t *testing.T) {
	o := options()
	o.LevelKeys = []string{"loglevel", "level", "log.level", "a.b.c", "syslog.severity", "lvl"}
	s, kv := corpus.Str, corpus.Map
	for name, c := range map[string]struct {
		body corpus.Value
		want string
	}{
		"in a map under a content key":         {kv(s("log"), kv(s("level"), s("error")), s("message"), s("x")), `{"content":"x","loglevel":"ERROR","log.level":"error"}`},
		"behind the message":                   {kv(s("message"), s("x"), s("log"), kv(s("logger"), s("a"), s("level"), s("warn"))), `{"content":"x","loglevel":"WARN","log.logger":"a","log.level":"warn"}`},
		"in any case":                          {kv(s("msg"), s("x"), s("Log"), kv(s("LEVEL"), s("error"))), `{"content":"x","loglevel":"ERROR","Log.LEVEL":"error"}`},
		"at the top level too":                 {kv(s("msg"), s("x"), s("log.level"), s("error")), `{"content":"x","loglevel":"ERROR","log.level":"error"}`},
		"the first of equal keys":              {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("info")), s("log.level"), s("error")), `{"content":"x","loglevel":"INFO","log.level":"info","overwritten1.log.level":"error"}`},
		"a better key wins":                    {kv(s("msg"), s("x"), s("level"), s("info"), s("log"), kv(s("level"), s("error"))), `{"content":"x","loglevel":"INFO","log.level":"error","level":"info"}`},
		"a better key behind it wins":          {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("error")), s("loglevel"), s("info")), `{"content":"x","loglevel":"INFO","log.level":"error"}`},
		"a worse key gives way":                {kv(s("msg"), s("x"), s("lvl"), s("info"), s("log"), kv(s("level"), s("error"))), `{"content":"x","loglevel":"ERROR","lvl":"info","log.level":"error"}`},
		"and one in another map":               {kv(s("msg"), s("x"), s("syslog"), kv(s("severity"), s("info")), s("log"), kv(s("level"), s("error"))), `{"content":"x","loglevel":"ERROR","syslog.severity":"info","log.level":"error"}`},
		"in maps of maps":                      {kv(s("msg"), s("x"), s("a"), kv(s("b"), kv(s("z"), s("1"), s("c"), s("error")))), `{"content":"x","loglevel":"ERROR","a.b.z":"1","a.b.c":"error"}`},
		"with dots in the key below":           {kv(s("msg"), s("x"), s("a"), kv(s("b.c"), s("error"))), `{"content":"x","loglevel":"ERROR","a.b.c":"error"}`},
		"with dots in the key above":           {kv(s("msg"), s("x"), s("a.b"), kv(s("c"), s("error"))), `{"content":"x","loglevel":"ERROR","a.b.c":"error"}`},
		"behind fields of all kinds":           {kv(s("msg"), s("x"), s("a"), kv(corpus.Int(1), s("1"), s("b"), s("2"), s("B"), kv(s("y"), corpus.Array(s("c"), s("info"))), s("b"), kv(s("c"), s("error")))), `{"content":"x","loglevel":"ERROR","a.1":"1","a.b":"2","a.B.y":["c","info"],"a.b.c":"error"}`},
		"not where the name goes on":           {kv(s("msg"), s("x"), s("log"), kv(s("level"), kv(s("name"), s("error")))), `{"content":"x","log.level.name":"error"}`},
		"not where it has another beginning":   {kv(s("msg"), s("x"), s("my"), kv(s("log"), kv(s("level"), s("error")))), `{"content":"x","my.log.level":"error"}`},
		"not where it names none":              {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("success"))), `{"content":"x","log.level":"success"}`},
		"not where it is a number":             {kv(s("msg"), s("x"), s("log"), kv(s("level"), corpus.Int(3))), `{"content":"x","log.level":3}`},
		"past one that names none to the next": {kv(s("msg"), s("x"), s("log"), kv(s("level"), s("success"), s("LEVEL"), s("info"))), `{"content":"x","loglevel":"INFO","log.level":"success","log.LEVEL":"info"}`},
	} {
		if got, _ := mapped(t, o, event(c.body)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
