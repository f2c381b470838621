package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// firelensPipeline is the configuration that the ECS agent writes before the outputs: the log
// driver's socket, the port for the application's own logger, the health check with its null
// output, and a filter that adds the facts of the task.
func firelensPipeline(socket, port, health string, task *ecsTask) []part {
	record := []string{"Match", "*"}
	facts := task.modifier()
	for i := 0; i < len(facts); i += 2 {
		record = append(record, "Record", facts[i]+" "+facts[i+1])
	}
	null := input("null", "Match", "firelens-healthcheck")
	null.kind = "OUTPUT"
	return []part{
		input("forward", "unix_path", socket, "Mem_Buf_Limit", "25MB"),
		input("forward", "Listen", "127.0.0.1", "Port", port),
		input("tcp", "Tag", "firelens-healthcheck", "Listen", "127.0.0.1", "Port", health),
		filter("record_modifier", record...),
		null,
	}
}

// firelensLine is an event of the log driver.
type firelensLine struct {
	at      time.Time
	content string
	source  string
}

// record returns the driver's record, without the fields that the filter adds.
func (l firelensLine) record(containerID, containerName string, more ...string) corpus.Value {
	return corpus.Fields(append([]string{
		"source", l.source, "log", l.content, "container_id", containerID, "container_name", containerName,
	}, more...)...)
}

// wantFirelens returns the fields of a record of a container, without those that only the metadata
// endpoint knows.
func wantFirelens(task *ecsTask, containerID, containerName string) fields {
	return fields{
		"aws.ecs.cluster": task.cluster, "aws.ecs.task.arn": task.arn, "aws.ecs.family": task.family, "aws.ecs.revision": task.revision,
		"aws.region": ecsRegion, "aws.account.id": ecsAccount, "cloud.provider": "aws",
		"aws.ecs.container.name": "app", "container.name": containerName, "aws.ecs.docker.name": containerName,
		"container.id": containerID, "aws.ecs.docker.id": containerID, "log.source": "app",
	}
}

// fromEndpoint are the fields that only the metadata endpoint knows.
func fromEndpoint(task *ecsTask) fields {
	return fields{
		"aws.availability_zone": "eu-west-1b", "aws.ecs.container.arn": task.containerARN,
		"container.image.name":    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout",
		"container.image.version": "2026.11.3", "container.image.digest": digestA,
	}
}

// firelensAgent is an agent as FireLens runs it: the token comes from the environment variable that
// secretOptions set.
func firelensAgent(d *destination, task *ecsTask, m *taskMetadata, port, socket, health string) setup {
	s := setup{outputs: []section{output(d, 1, "Match", "app-firelens*", "api_token", "${api_token_1}", "ecs_metadata", "on")}}
	s.env = []string{"api_token_1=" + d.token, "ECS_CONTAINER_METADATA_URI_V4=" + m.uri}
	s.pipeline = firelensPipeline(socket, port, health, task)
	return s
}

// awaitEndpoint sends lines until one arrives with the facts of the metadata endpoint: it is read
// in the background, and no line waits for it.
func awaitEndpoint(t *testing.T, d *destination, send func(content string)) (sent int) {
	t.Helper()
	await(t, "a record with what the task metadata endpoint knows", func() bool {
		sent++
		send(fmt.Sprintf("warm-up %d", sent))
		d.awaitStored(t, sent)
		for _, raw := range d.Records() {
			if _, known := decodeRecord(t, raw)["aws.availability_zone"]; known {
				return true
			}
		}
		return false
	})
	return sent
}

// wantAfterWarmUp checks the records after the warm-up in full; those of the warm-up may lack the
// facts of the endpoint.
func wantAfterWarmUp(t *testing.T, d *destination, sent int, base, late fields, want map[string]fields) {
	t.Helper()
	for i := range sent {
		early := base.with(fields{"log.iostream": "stdout"})
		for name, value := range late {
			early[name] = perhaps{value}
		}
		want[fmt.Sprintf("warm-up %d", i+1)] = early
	}
	d.wantStored(t, want)
}

// The configuration is the one that FireLens writes. Lines come over the log driver's socket with
// nanoseconds, and over TCP with whole seconds.
func TestFireLens_LinesArriveWithTaskAndContainer(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			task, d := newECSTask(), newDestination(t)
			m := startTaskMetadata(t, task)
			tag := "app-firelens-" + task.id
			at := time.Now().Add(-time.Minute).Truncate(time.Millisecond).Add(987654 * time.Nanosecond)
			lines := []firelensLine{
				{at, `GET /cart 200`, "stdout"},
				{at.Add(time.Second), `{"level":50,"msg":"payment declined"}`, "stderr"},
				{at.Add(2 * time.Second).Truncate(time.Second), "over TCP, in whole seconds", "stdout"},
			}
			port, health := freePort(t), freePort(t)
			socket := filepath.Join(tempDir(t), "fluent.sock")
			r := a.start(t, firelensAgent(d, task, m, port, socket, health))

			var send func(l firelensLine)
			if h, ok := r.(*hostRun); ok {
				send = func(l firelensLine) {
					body := l.record(task.containerID, "app", task.modifier()...)
					if err := h.Send(0, tag, corpus.AppendEvent(nil, corpus.At(l.at), nil, body)); err != nil {
						t.Fatal(err)
					}
				}
			} else {
				driver, logger := dialForward(t, "unix", socket), dialForward(t, "tcp", "127.0.0.1:"+port)
				send = func(l firelensLine) {
					if body := l.record(task.containerID, "app"); l.at.Nanosecond() == 0 {
						logger.send(tag, corpus.Int(l.at.Unix()), body)
					} else {
						driver.send(tag, corpus.At(l.at), body)
					}
				}
			}
			sent := awaitEndpoint(t, d, func(content string) { send(firelensLine{at, content, "stdout"}) })
			base, late := wantFirelens(task, task.containerID, "app"), fromEndpoint(task)
			want := map[string]fields{}
			for _, l := range lines {
				send(l)
				want[l.content] = base.with(late).with(fields{
					"log.iostream": l.source, "timestamp": l.at.UTC().Format("2006-01-02T15:04:05.000000000Z"),
				})
			}
			d.awaitStored(t, sent+len(lines))
			out := r.stop()
			wantAfterWarmUp(t, d, sent, base, late, want)
			if n := m.asked.Load(); n == 0 || n > 4 {
				t.Errorf("the task metadata endpoint was asked %d times, want once or twice for all records", n)
			}
			if strings.Contains(out.text, ecsSecret) {
				t.Error("a log option of the task metadata was shown")
			}
			wantQuiet(t, out.lines)
		})
	}
}

// ECS on EC2: the driver sends Docker's name of the container, and the agent adds the instance.
// Nothing listens at the address of the metadata endpoint.
func TestFireLens_TaskOnAnInstanceNeedsNoEndpoint(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			task, d := newECSTask(), newDestination(t)
			id := strings.Repeat("4e2b7c91", 8)
			name := "ecs-shop-checkout-41-app-a4ea8c5d9df1e3b7a101"
			line := firelensLine{time.Now().Add(-time.Minute), "on an instance", "stdout"}
			port, health, nobody := freePort(t), freePort(t), freePort(t)
			socket := filepath.Join(tempDir(t), "fluent.sock")
			s := firelensAgent(d, task, &taskMetadata{uri: "http://127.0.0.1:" + nobody + "/v4/none"}, port, socket, health)
			s.pipeline = append(s.pipeline, filter("record_modifier", "Match", "*", "Record", "ec2_instance_id i-0123456789abcdef0"))
			r := a.start(t, s)
			tag := "app-firelens-" + task.id
			if h, ok := r.(*hostRun); ok {
				body := line.record(id, "/"+name, append(task.modifier(), "ec2_instance_id", "i-0123456789abcdef0")...)
				if err := h.Send(0, tag, corpus.AppendEvent(nil, corpus.At(line.at), nil, body)); err != nil {
					t.Fatal(err)
				}
			} else {
				dialForward(t, "unix", socket).send(tag, corpus.At(line.at), line.record(id, "/"+name))
			}
			d.awaitStored(t, 1)
			r.stop()
			d.wantStored(t, map[string]fields{
				line.content: wantFirelens(task, id, name).with(fields{"host.id": "i-0123456789abcdef0", "log.iostream": "stdout"}),
			})
		})
	}
}
