package jsonread

import (
	"encoding/json"
	"slices"
	"syscall"
	"testing"
	"time"

	jsoniter "github.com/json-iterator/go"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/test/corpus"
)

// benchmarkShapes are the kinds of JSON lines that containers write, and the annotation that holds
// a manifest.
var benchmarkShapes = []struct {
	name  string
	lines []string
}{
	{"zap", []string{
		`{"level":"info","ts":1764045141.1234567,"logger":"controller.order","caller":"order/reconcile.go:142","msg":"order reconciled","namespace":"shop","name":"order-8812","attempt":3,"took":0.012345,"ok":true}`,
		`{"level":"error","ts":1764045142.991,"caller":"order/store.go:77","msg":"write failed","error":"pq: deadlock detected","key":"orders/8812","retry":false,"stacktrace":"main.(*store).write\n\t/src/order/store.go:77\nmain.main\n\t/src/main.go:31"}`,
	}},
	{"logback", []string{
		`{"@timestamp":"2026-11-25T04:32:21.123Z","@version":"1","message":"Request to /api/v1/orders failed","logger_name":"com.example.shop.web.OrderController","thread_name":"http-nio-8080-exec-7","level":"ERROR","level_value":40000,"stack_trace":"java.lang.IllegalStateException: no stock for \"SKU-1881\"\n\tat com.example.shop.stock.StockService.reserve(StockService.java:88)\n\tat com.example.shop.web.OrderController.create(OrderController.java:41)\n\tat java.base/java.lang.Thread.run(Thread.java:1583)\nCaused by: java.sql.SQLException: timeout\n\t... 3 more\n","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}`,
	}},
	{"nginx", []string{
		`{"time":"25/Nov/2026:04:32:21 +0000","remote_addr":"10.1.22.7","request":"GET /api/v1/items?page=2&size=50 HTTP/1.1","status":200,"body_bytes_sent":18231,"request_time":0.043,"upstream_response_time":"0.042","http_referer":"https://shop.example.com/","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"}`,
	}},
	{"ecs nested", []string{
		`{"@timestamp": "2026-11-25T04:32:21.123Z", "log": {"level": "warn", "logger": "http"}, "message": "slow request", "service": {"name": "checkout", "version": "1.42.0"}, "http": {"request": {"method": "POST", "bytes": 1288}, "response": {"status_code": 503, "headers": {"retry-after": ["30"]}}}, "event": {"duration": 1288000123}, "tags": ["eu", "canary", "slow"], "user": null}`,
	}},
	{"manifest", []string{
		`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"labels":{"app":"checkout","tier":"web"},"name":"checkout","namespace":"shop"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"checkout"}},"template":{"metadata":{"labels":{"app":"checkout"}},"spec":{"containers":[{"args":["--port","8080"],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"image":"registry.example.com/checkout:1.42.0","name":"checkout","ports":[{"containerPort":8080}],"resources":{"limits":{"cpu":"500m","memory":"256Mi"}}}]}}}}` + "\n",
	}},
	{"japanese", []string{
		`{"level":"info","message":"注文を受け付けました。在庫を確認しています。","顧客":"山田太郎","金額":12800,"note":"\u65e5\u672c\u8a9e"}`,
	}},
}

// benchmarkLines are the lines of all shapes.
func benchmarkLines() (lines [][]byte) {
	for _, shape := range benchmarkShapes {
		for _, line := range shape.lines {
			lines = append(lines, []byte(line))
		}
	}
	return lines
}

// corpusLines are the fields of the Kubernetes corpus that hold a JSON object, and those that do
// not.
func corpusLines(b *testing.B) (objects, others [][]byte) {
	var r chunk.Reader
	var ev chunk.Event
	r.Reset(corpus.Kubernetes().Data)
	for r.Next(&ev) {
		c := chunk.NewCursor(ev.Body)
		for range c.Next().Num {
			key := c.Next()
			at := c.Pos()
			value := c.Next()
			if value.Kind == chunk.Map || value.Kind == chunk.Array {
				c = c.From(at)
				_, _ = c.Skip(1)
			} else if string(key.Data) == "log" {
				if json.Valid(value.Data) {
					objects = append(objects, value.Data)
				} else {
					others = append(others, value.Data)
				}
			}
		}
	}
	if len(objects) == 0 || len(others) == 0 {
		b.Fatalf("the corpus holds %d lines of JSON and %d others", len(objects), len(others))
	}
	return objects, others
}

// BenchmarkTimesUnmarshal runs Append, encoding/json and json-iterator over the same lines in turn,
// the other two into a map, and reports how many times as much processor time they take: the figure
// that holds on a machine whose speed changes from minute to minute.
func BenchmarkTimesUnmarshal(b *testing.B) {
	run := func(name string, lines [][]byte) {
		b.Run(name, func(b *testing.B) {
			size := 0
			for _, line := range lines {
				size += len(line)
			}
			lines = slices.Repeat(lines, 1+100_000/size) // some 100 kB a round, so that the clock is fine enough
			size *= 1 + 100_000/size
			unmarshal := func(into func([]byte, any) error) time.Duration {
				start := cpu()
				for _, line := range lines {
					var m map[string]any
					if err := into(line, &m); err != nil {
						b.Fatal(err)
					}
				}
				return cpu() - start
			}
			var dst []byte
			var mine, std, iter time.Duration
			for b.Loop() {
				std += unmarshal(json.Unmarshal)
				iter += unmarshal(jsoniter.ConfigCompatibleWithStandardLibrary.Unmarshal)
				start := cpu()
				const rounds = 8
				for range rounds {
					for _, line := range lines {
						var ok bool
						if dst, ok = Append(dst[:0], line); !ok {
							b.Fatalf("not read: %s", line)
						}
					}
				}
				mine += (cpu() - start) / rounds
			}
			b.ReportMetric(float64(std)/float64(mine), "times-encoding/json")
			b.ReportMetric(float64(iter)/float64(mine), "times-json-iterator")
			b.ReportMetric(float64(b.N)*float64(size)/1e6/mine.Seconds(), "MB/s")
			b.ReportMetric(float64(mine.Nanoseconds())/float64(b.N)/float64(len(lines)), "ns/line")
			b.ReportMetric(0, "ns/op")
		})
	}
	objects, _ := corpusLines(b)
	run("corpus", objects)
	for _, shape := range benchmarkShapes {
		lines := make([][]byte, len(shape.lines))
		for i, line := range shape.lines {
			lines[i] = []byte(line)
		}
		run(shape.name, lines)
	}
}

// cpu is the processor time of the process so far, with that of the garbage collector.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkAppend(b *testing.B) {
	for _, shape := range benchmarkShapes {
		b.Run(shape.name, func(b *testing.B) {
			line := []byte(shape.lines[0])
			var dst []byte
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = Append(dst[:0], line)
			}
		})
	}
}

// BenchmarkPlainLine is what the option costs a line that is no JSON.
func BenchmarkPlainLine(b *testing.B) {
	_, others := corpusLines(b)
	i := 0
	for b.Loop() {
		_, _ = Append(nil, others[i%len(others)])
		i++
	}
}
