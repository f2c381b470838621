package metadata

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestHostname(t *testing.T) {
	const id = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
	cgroup := func(lines string) fstest.MapFS { return fstest.MapFS{"proc/self/cgroup": {Data: []byte(lines)}} }
	mounts := func(lines string) fstest.MapFS { return fstest.MapFS{"proc/self/mountinfo": {Data: []byte(lines)}} }
	for _, c := range []struct {
		name string
		root fs.FS
		env  []string
		want string
	}{
		{"known on a host", fstest.MapFS{}, nil, "vm-7"},
		{"known in a service of systemd", cgroup("0::/system.slice/fluent-bit.service\n"), nil, "vm-7"},
		{"known in the service of a runtime", cgroup("1:name=systemd:/system.slice/docker.service\n0::/system.slice/containerd.service\n"), nil, "vm-7"},
		{"known in a session of a user", cgroup("0::/user.slice/user-1000.slice/session-3.scope\n"), nil, "vm-7"},
		{"known at the root of all groups", cgroup("0::/\n"), nil, "vm-7"},
		{"known in a group with a short id", cgroup("4:memory:/jobs/0f1e2d3c4b5a69788796a5b4c3d2e1f0\n"), nil, "vm-7"},
		{"known on an image-based distribution", mounts("24 1 0:34 / / ro - overlay composefs ro,lowerdir=/run/ostree/a\n"), nil, "vm-7"},
		{"known in a network namespace of its own", mounts("99 24 0:40 /netns/x/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda rw\n"), nil, "vm-7"},
		{"unknown in Docker", fstest.MapFS{".dockerenv": {}}, nil, ""},
		{"unknown in Podman", fstest.MapFS{"run/.containerenv": {}}, nil, ""},
		{"unknown in a pod", fstest.MapFS{}, []string{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, ""},
		{"unknown in a pod whose environment was cleared", fstest.MapFS{"var/run/secrets/kubernetes.io/serviceaccount/token": {}}, nil, ""},
		{"unknown in ECS", fstest.MapFS{}, []string{"ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/1"}, ""},
		{"unknown on Fargate", fstest.MapFS{}, []string{"AWS_EXECUTION_ENV", "AWS_ECS_FARGATE"}, ""},
		{"unknown in a group of Docker", cgroup("2:cpu:/docker/" + id + "\n1:name=systemd:/docker/" + id + "\n"), nil, ""},
		{"unknown in a group of ECS", cgroup("2:cpu:/ecs/9f8e7d6c/" + id), nil, ""},
		{"unknown in a group of Fargate", cgroup("2:cpu:/ecs/4c1f0e8d/4c1f0e8d7b6a4958a7c6b5d4e3f20192-1357924680\n"), nil, ""},
		{"unknown in a scope", cgroup("0::/system.slice/docker-" + id + ".scope\n"), nil, ""},
		{"unknown in a scope within a scope", cgroup("0::/machine.slice/libpod-" + id + ".scope/container\n"), nil, ""},
		{"unknown in a group of a pod", cgroup("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-" + id + ".scope\n"), nil, ""},
		{"unknown in a group of a pod without systemd", cgroup("4:memory:/kubepods/besteffort/pod1\n"), nil, ""},
		{"unknown where a runtime gave the name", mounts("24 1 0:34 / / rw - overlay overlay rw\n99 24 254:1 /containers/" + id + "/hostname /etc/hostname rw - ext4 /dev/vda rw\n"), nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := hostname(c.root, environment(c.env...), func() (string, error) { return "vm-7", nil })
			if got != c.want {
				t.Errorf("gives %q, want %q", got, c.want)
			}
		})
	}
}

func TestHostname_Unknown(t *testing.T) {
	for name, err := range map[string]error{"vm-7": errors.New("no name"), "a\nb": nil, "": nil, strings.Repeat("x", maxText+1): nil} {
		if got := hostname(fstest.MapFS{}, noEnvironment, func() (string, error) { return name, err }); got != "" {
			t.Errorf("%q, %v gives %q", name, err, got)
		}
	}
}

func TestHostname_ThisMachine(t *testing.T) { _ = Hostname() }
