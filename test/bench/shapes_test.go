package bench

import (
	"fmt"

	"out_dynatrace/test/corpus"
)

// journal returns a chunk in the form of the systemd input, with records of pids processes in turn.
func journal(pids int) corpus.Chunk {
	s := corpus.Str
	var data []byte
	n := 0
	for len(data) < 2<<20 {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(n)), nil, corpus.Map(
			s("_BOOT_ID"), s("5f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6"), s("_MACHINE_ID"), s("0123456789abcdef0123456789abcdef"), s("_HOSTNAME"), s("vm-1.example.com"),
			s("PRIORITY"), s(fmt.Sprint(n%8)), s("_TRANSPORT"), s("stdout"), s("SYSLOG_IDENTIFIER"), s(fmt.Sprint("app", n%pids%20)), s("_PID"), s(fmt.Sprint(1000+n%pids)),
			s("_COMM"), s("app"), s("_EXE"), s("/usr/bin/app"), s("_CMDLINE"), s("/usr/bin/app --flag"), s("_SYSTEMD_UNIT"), s(fmt.Sprint("app", n%pids%20, ".service")), s("_SYSTEMD_CGROUP"), s("/system.slice/app.service"),
			s("_SOURCE_REALTIME_TIMESTAMP"), s(fmt.Sprint(1700000000000000+n)), s("MESSAGE"), s(fmt.Sprintf("this is message %d of the journal, of the usual length of such", n))))
		n++
	}
	return corpus.Chunk{Name: fmt.Sprint("journal-", pids), Tag: "host.x", Data: data, Events: n}
}

// pods returns a chunk with records of k pods in turn. With a large k, a cache of the last few
// fields never hits.
func pods(k int) corpus.Chunk {
	s := corpus.Str
	var data []byte
	n := 0
	for len(data) < 2<<20 {
		i := n % k
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(n)), nil, corpus.Map(
			s("stream"), s("stdout"), s("_p"), s("F"), s("log"), s(fmt.Sprintf("this is message %d of the journal, of the usual length of such", n)),
			s("kubernetes"), corpus.Map(s("pod_name"), s(fmt.Sprint("pod-", i)), s("namespace_name"), s("shop"), s("pod_id"), s(fmt.Sprint("0f9d3c1e-", i)), s("labels"), corpus.Fields("app", "x", "pod-template-hash", "abc"), s("host"), s("node"), s("container_name"), s("c"), s("docker_id"), s(fmt.Sprint("8b3368376ece489ac6cb3b5664af17ae5e7bdde03cb2db3c2ddaa857b164f0d6", i)), s("container_image"), s("registry.example.com/shop/x:1"))))
		n++
	}
	return corpus.Chunk{Name: fmt.Sprint("pods-", k), Tag: "kube.x", Data: data, Events: n}
}

// syslogLines returns a chunk of ten hosts in the form of a syslog parser.
func syslogLines() corpus.Chunk {
	return repeated("syslog", func(n int, line string) corpus.Value {
		return corpus.Fields("pri", "13", "time", "Nov 14 22:13:20", "host", fmt.Sprint("host-", n%10), "ident", "sshd", "pid", fmt.Sprint(n%500), "message", line)
	})
}

// groups returns a chunk in the form of Fluent Bit's OpenTelemetry input, from requests of twelve
// services. Each group has a resource, a scope and 40 records.
func groups() corpus.Chunk {
	s := corpus.Str
	var data []byte
	n := 0
	for request := 0; len(data) < 2<<20; request++ {
		service := fmt.Sprint("shop-", request%12)
		resource := corpus.Map(s("service.name"), s(service), s("service.version"), s("1.4.2"), s("service.instance.id"), s("627cc493-f310-47de-96bd-71410b7dec09"),
			s("deployment.environment"), s("production"), s("k8s.namespace.name"), s("shop"), s("k8s.pod.name"), s(service+"-7d9f6c5b44-x2x1z"), s("k8s.node.name"), s("node-3"),
			s("host.name"), s("node-3"), s("process.pid"), corpus.Int(4711), s("telemetry.sdk.language"), s("java"))
		data = corpus.AppendGroupStart(data, int64(request), 0, resource, corpus.Map(s("name"), s("com.example.shop.Orders"), s("version"), s("2.0")))
		for range 40 {
			at := uint64(1_700_000_000_000_000_000 + n)
			meta := corpus.Map(s("otlp"), corpus.Map(s("observed_timestamp"), corpus.Uint(at), s("timestamp"), corpus.Uint(at), s("severity_number"), corpus.Int(9), s("severity_text"), s("INFO"),
				s("attributes"), corpus.Map(s("thread.name"), s(fmt.Sprint("http-nio-8080-exec-", n%10)), s("http.route"), s("/api/orders/{id}"), s("order.items"), corpus.Int(int64(n%7))),
				s("trace_id"), s(fmt.Sprintf("%032x", n+1)), s("span_id"), s(fmt.Sprintf("%016x", n+1))))
			line := fmt.Sprintf("order %d accepted, 3 items of 49.90 in all, shipped to the address on file by the next day", n)
			data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(n)), meta, corpus.Fields("log", line))
			n++
		}
		data = corpus.AppendGroupEnd(data)
	}
	return corpus.Chunk{Name: "groups", Tag: "v1_logs", Data: data, Events: n}
}

// loggers returns a chunk of parsed JSON lines of an application: level, logger, service and trace.
func loggers() corpus.Chunk {
	return repeated("loggers", func(n int, line string) corpus.Value {
		return corpus.Fields("level", "info", "logger", "com.example.Shop", "trace_id", fmt.Sprintf("%032x", n+1), "span_id", fmt.Sprintf("%016x", n+1), "service", "shop", "message", line)
	})
}

// pino returns a chunk of parsed lines of the pino logger.
func pino() corpus.Chunk {
	s := corpus.Str
	return repeated("pino", func(n int, line string) corpus.Value {
		return corpus.Map(s("level"), corpus.Int(30), s("time"), corpus.Uint(uint64(1772439330173+n)), s("pid"), corpus.Int(4711), s("hostname"), s("vm-1"), s("reqId"), s(fmt.Sprint(n)), s("msg"), s(line))
	})
}

// zap returns a chunk of parsed lines of zap.
func zap() corpus.Chunk {
	s := corpus.Str
	return repeated("zap", func(n int, line string) corpus.Value {
		return corpus.Map(s("level"), s("info"), s("ts"), corpus.Float64(1772439330.5+float64(n)), s("logger"), s("shop.orders"), s("caller"), s("orders/accept.go:71"), s("msg"), s(line), s("order"), corpus.Int(int64(n)))
	})
}

// winston returns a chunk of parsed lines of winston.
func winston() corpus.Chunk {
	return repeated("winston", func(n int, line string) corpus.Value {
		return corpus.Fields("level", "info", "message", line, "service", "shop", "timestamp", fmt.Sprintf("2026-03-02T08:15:30.%03dZ", n%1000), "order", fmt.Sprint(n))
	})
}

// dotNet returns a chunk of parsed lines of .NET's JSON console.
func dotNet() corpus.Chunk {
	s := corpus.Str
	return repeated("dotnet", func(n int, line string) corpus.Value {
		return corpus.Map(s("Timestamp"), s(fmt.Sprintf("2026-03-02T08:15:30.%03dZ", n%1000)), s("EventId"), corpus.Int(14), s("LogLevel"), s("Information"), s("Category"), s("Shop.Orders"), s("Message"), s(line),
			s("State"), corpus.Map(s("Message"), s(line), s("order"), corpus.Int(int64(n)), s("{OriginalFormat}"), s("order {order} accepted")),
			s("Scopes"), corpus.Array(corpus.Map(s("Message"), s("SpanId:1, TraceId:2"), s("SpanId"), s(fmt.Sprintf("%016x", n+1)), s("TraceId"), s(fmt.Sprintf("%032x", n+1)), s("ParentId"), s("0000000000000000"))))
	})
}

// merged returns a chunk of a pod's JSON lines that the kubernetes filter has parsed (Merge_Log).
func merged() corpus.Chunk {
	s := corpus.Str
	return repeated("merged", func(n int, line string) corpus.Value {
		return corpus.Map(s("stream"), s("stdout"), s("_p"), s("F"), s("level"), s("info"), s("logger"), s("com.example.Shop"), s("order"), corpus.Int(int64(n)), s("message"), s(line),
			s("kubernetes"), corpus.Map(s("pod_name"), s("shop-7d9f8b6c5d-x2kqz"), s("namespace_name"), s("shop"), s("pod_id"), s("4a2d55a3-71d2-49be-a6f6-6c4a0f4718d2"), s("labels"), corpus.Fields("app", "shop", "pod-template-hash", "7d9f8b6c5d"),
				s("host"), s("node-a"), s("container_name"), s("shop"), s("docker_id"), s("8b3368376ece489ac6cb3b5664af17ae5e7bdde03cb2db3c2ddaa857b164f0d6"), s("container_image"), s("registry.example.com/shop/shop:1.4.2")))
	})
}

// windows returns a chunk in the form of the winevtlog input.
func windows() corpus.Chunk {
	s := corpus.Str
	return repeated("windows", func(n int, line string) corpus.Value {
		return corpus.Map(s("ProviderName"), s("Service Control Manager"), s("ProviderGuid"), s("{555908D1-A6D7-4695-8E1E-26931D2012F4}"), s("Qualifiers"), corpus.Int(16384), s("EventID"), corpus.Int(7036), s("Version"), corpus.Int(0), s("Level"), corpus.Int(4),
			s("Task"), corpus.Int(0), s("Opcode"), corpus.Int(0), s("Keywords"), s("0x8080000000000000"), s("TimeCreated"), s("2026-03-02 08:15:30 +0000"), s("EventRecordID"), corpus.Int(int64(n)), s("ActivityID"), s(""), s("RelatedActivityID"), s(""),
			s("ProcessID"), corpus.Int(764), s("ThreadID"), corpus.Int(int64(n%20)), s("Channel"), s("System"), s("Computer"), s("vm-1.example.com"), s("UserID"), s(""), s("Message"), s(line), s("StringInserts"), corpus.Array(s("Windows Update"), s("running")))
	})
}

// mixed returns a chunk in which records of several kinds take turns, with the same number of fields
// and the same first key where the kinds allow that.
func mixed() corpus.Chunk {
	s := corpus.Str
	return repeated("mixed", func(n int, line string) corpus.Value {
		switch n % 4 {
		case 0:
			return corpus.Fields("pri", "13", "time", "Nov 14 22:13:20", "host", fmt.Sprint("host-", n%10), "ident", "sshd", "pid", fmt.Sprint(n%500), "message", line)
		case 1:
			return corpus.Map(s("level"), corpus.Int(30), s("time"), corpus.Uint(uint64(1772439330173+n)), s("pid"), corpus.Int(4711), s("hostname"), s("vm-1"), s("reqId"), s(fmt.Sprint(n)), s("msg"), s(line))
		case 2:
			return corpus.Fields("level", "info", "logger", "com.example.Shop", "trace_id", fmt.Sprintf("%032x", n+1), "span_id", fmt.Sprintf("%016x", n+1), "service", "shop", "message", line)
		}
		return corpus.Fields("log", line, "_SYSTEMD_UNIT", "shop.service", "_HOSTNAME", "vm-1", "_PID", fmt.Sprint(1000+n%40), "PRIORITY", "6", "_TRANSPORT", "stdout")
	})
}

// repeated fills a chunk with records. The length of their lines is typical for logs.
func repeated(name string, body func(n int, line string) corpus.Value) corpus.Chunk {
	var data []byte
	n := 0
	for len(data) < 2<<20 {
		line := fmt.Sprintf("order %d accepted, 3 items of 49.90 in all, shipped to the address on file by the next day", n)
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, uint32(n)), nil, body(n, line))
		n++
	}
	return corpus.Chunk{Name: name, Tag: "app", Data: data, Events: n}
}
