package corpus

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// All returns every corpus, for tests and benchmarks that run over each.
func All() []Chunk { return []Chunk{Kubernetes(), KubernetesMixed(), FireLens(), Plain()} }

// Kubernetes returns a chunk of container logs of one pod. This is the shape in a DaemonSet, since
// tail's tag contains the file name and a chunk has one tag. About 1,080 bytes per record.
func Kubernetes() Chunk {
	s := newScribe(1)
	p := s.newPod(0)
	return s.fill("kubernetes", p.tag, func(dst []byte) []byte {
		return p.append(dst, s)
	})
}

// KubernetesMixed returns the same from 16 pods in turn, each with different labels and
// annotations. This is the shape behind a forwarder or a tag without the file name, and the worst
// case for code that relies on repetition. About 1,080 bytes per record.
func KubernetesMixed() Chunk {
	s := newScribe(2)
	pods := make([]pod, len(services))
	for i := range pods {
		pods[i] = s.newPod(i)
	}
	return s.fill("kubernetes-mixed", "kube.all", func(dst []byte) []byte {
		return pods[s.rng.IntN(len(pods))].append(dst, s)
	})
}

// FireLens returns a chunk of one container of an ECS task, in the form of the Docker fluentd log
// driver and the record_modifier filter, which the ECS agent writes into the configuration. About
// 530 bytes per record.
//
// The order of the log driver's four fields changes from record to record, since the driver passes
// a Go map to its msgpack encoder. The filter appends its fields after them, always in the same
// order.
func FireLens() Chunk {
	s := newScribe(3)
	service := "checkout"
	task := s.hex(32)
	id := s.hex(32) + "-" + fmt.Sprint(s.number(1_000_000_000, 4_000_000_000))
	static := [][]byte{
		pair("container_id", id), pair("container_name", service), nil, nil,
	}
	sources := [][]byte{pair("source", "stdout"), pair("source", "stderr")}
	tail := append(pair("ecs_cluster", "shop-production-eu-west-1"),
		pair("ecs_task_arn", "arn:aws:ecs:eu-west-1:123456789012:task/shop-production-eu-west-1/"+task)...)
	tail = append(tail, pair("ecs_task_definition", "shop-production-"+service+":41")...)

	var line []byte
	return s.fill("firelens", service+"-firelens-"+task, func(dst []byte) []byte {
		line = s.line(line[:0], service)
		static[2] = sources[0]
		if s.chance(15) {
			static[2] = sources[1]
		}
		dst = msgp.AppendMapHeader(dst, 7)
		for _, i := range s.rng.Perm(4) {
			if i == 3 {
				dst = msgp.AppendString(dst, "log")
				dst = msgp.AppendStringFromBytes(dst, line)
				continue
			}
			dst = append(dst, static[i]...)
		}
		return append(dst, tail...)
	})
}

// Plain returns a chunk of nginx access lines under one key, in the form of tail without a parser.
// About 200 bytes per record.
func Plain() Chunk {
	s := newScribe(4)
	var line []byte
	return s.fill("plain", "nginx.access", func(dst []byte) []byte {
		line = s.access(line[:0])
		dst = append(dst, 0x81)
		dst = msgp.AppendString(dst, "log")
		return msgp.AppendStringFromBytes(dst, line)
	})
}

// fill writes events until the chunk is full. The events are a few milliseconds apart.
func (s *scribe) fill(name, tag string, body func([]byte) []byte) Chunk {
	c := Chunk{Name: name, Tag: tag, Data: make([]byte, 0, ChunkSize+16<<10)}
	for len(c.Data) <= ChunkSize {
		s.tick(3 * time.Millisecond)
		c.Data = append(c.Data, 0x92, 0x92)
		c.Data = append(c.Data, At(s.now)...)
		c.Data = append(c.Data, 0x80)
		c.Data = body(c.Data)
		c.Events++
	}
	return c
}

// pair is a key and its value, to be copied into maps.
func pair(key, value string) []byte { return msgp.AppendString(msgp.AppendString(nil, key), value) }

// From returns a copy of a chunk of this package whose events begin at start. The intervals between
// the events are kept. Only the timestamps change, not the dates within the lines. From panics on a
// chunk that is not from this package.
func (c Chunk) From(start time.Time) Chunk {
	c.Data = append([]byte(nil), c.Data...)
	var shift time.Duration
	for i, rest := 0, c.Data; len(rest) > 0; i++ {
		if len(rest) < 12 || string(rest[:4]) != "\x92\x92\xd7\x00" {
			panic("corpus: Chunk.From of a chunk with other timestamps than EventTime")
		}
		was := time.Unix(int64(binary.BigEndian.Uint32(rest[4:])), int64(binary.BigEndian.Uint32(rest[8:])))
		if i == 0 {
			shift = start.Sub(was)
		}
		t := was.Add(shift)
		binary.BigEndian.PutUint32(rest[4:], uint32(t.Unix()))
		binary.BigEndian.PutUint32(rest[8:], uint32(t.Nanosecond()))
		var err error
		if rest, err = msgp.Skip(rest); err != nil {
			panic("corpus: Chunk.From of a broken chunk: " + err.Error())
		}
	}
	return c
}
