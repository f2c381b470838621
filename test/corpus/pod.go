package corpus

import (
	"fmt"

	"github.com/tinylib/msgp/msgp"
)

// pod is one pod with one container, its metadata ready to be copied into records.
type pod struct {
	service string
	tag     string
	meta    []byte // the key "kubernetes" and its map
}

// newPod draws a pod of the n-th service. The map has the keys and the order of the kubernetes
// filter with its defaults (plugins/filter_kubernetes/kube_meta.c); keys of labels and annotations
// keep their dots and slashes.
func (s *scribe) newPod(n int) pod {
	const namespace = "shop-production"
	const replicaAlphabet = "bcdfghjklmnpqrstvwxz2456789" // of the random parts of pod names
	service := services[n%len(services)]
	hash := s.from(replicaAlphabet, 10)
	name := service + "-" + hash + "-" + s.from(replicaAlphabet, 5)
	container := s.hex(64)
	version := fmt.Sprintf("%d.%d.%d", s.number(1, 9), s.number(0, 40), s.number(0, 20))
	image := "registry.example.com/shop/" + service

	labels := Fields(
		"app.kubernetes.io/name", service,
		"app.kubernetes.io/part-of", "web-shop",
		"app.kubernetes.io/version", version,
		"pod-template-hash", hash,
	)
	annotations := Fields(
		"kubectl.kubernetes.io/restartedAt", s.now.Format("2006-01-02T15:04:05Z07:00"),
		"metadata.dynatrace.com/dt.security_context", "team-"+service,
		"checksum/config", s.hex(64),
	)
	meta := Map(
		Str("pod_name"), Str(name),
		Str("namespace_name"), Str(namespace),
		Str("pod_id"), Str(s.uuid()),
		Str("labels"), labels,
		Str("annotations"), annotations,
		Str("host"), Str(fmt.Sprintf("node-%02d.example.com", s.number(1, 40))),
		Str("pod_ip"), Str(fmt.Sprintf("198.51.100.%d", s.number(1, 255))),
		Str("container_name"), Str(service),
		Str("docker_id"), Str(container),
		Str("container_hash"), Str(image+"@sha256:"+s.hex(64)),
		Str("container_image"), Str(image+":"+version),
	)
	return pod{
		service: service,
		tag:     fmt.Sprintf("kube.var.log.containers.%s_%s_%s-%s.log", name, namespace, service, container),
		meta:    append(Str("kubernetes"), meta...),
	}
}

// append writes the record of one line, as tail with multiline.parser cri and the kubernetes filter
// make it (src/multiline/flb_ml_parser_cri.c): time, stream, _p, log, kubernetes.
func (p pod) append(dst []byte, s *scribe) []byte {
	stream := "stdout"
	if s.chance(15) {
		stream = "stderr"
	}
	dst = append(dst, 0x85)
	dst = append(dst, pair("time", s.now.Format("2006-01-02T15:04:05.000000000Z"))...)
	dst = append(dst, pair("stream", stream)...)
	dst = append(dst, pair("_p", "F")...)
	dst = msgp.AppendString(dst, "log")
	dst = msgp.AppendStringFromBytes(dst, s.line(nil, p.service))
	return append(dst, p.meta...)
}
