package metadata

import (
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// Hostname returns the name of this machine. It returns "" if the name is unknown, and if this
// process runs in a container, whose host name is that of a pod or an id.
func Hostname() string { return hostname(os.DirFS("/"), os.Getenv, os.Hostname) }

// hostname is Hostname for a root directory, an environment and the kernel's name.
func hostname(root fs.FS, getenv func(string) string, name func() (string, error)) string {
	if inContainer(root, getenv) {
		return ""
	}
	host, err := name()
	if err != nil {
		return ""
	}
	return text(host)
}

var (
	// containerVariables are set in containers and nowhere else: by the kubelet in every one, by
	// the ECS agent, by Fargate and Lambda.
	containerVariables = []string{
		"KUBERNETES_SERVICE_HOST",
		"ECS_CONTAINER_METADATA_URI_V4",
		"ECS_CONTAINER_METADATA_URI",
		"AWS_EXECUTION_ENV",
	}
	// containerFiles are put into containers by Docker, by Podman and by the kubelet.
	containerFiles = []string{
		".dockerenv",
		"run/.containerenv",
		"var/run/secrets/kubernetes.io/serviceaccount",
		"run/secrets/kubernetes.io/serviceaccount",
	}

	// containerGroup matches a segment of a cgroup path that only a container has: its id alone
	// (docker/<id>), its id as a systemd scope (cri-containerd-<id>.scope, libpod-<id>.scope), the
	// id on Fargate, or the parent group that a kubelet makes for its pods. The name of a runtime
	// proves nothing: docker.service is the group of the daemon, which runs on the host. With
	// cgroup v2 a container usually sees "/" only.
	containerGroup = regexp.MustCompile(`/(?:[a-z-]+[-:])?` +
		`(?:[0-9a-f]{64}|[0-9a-f]{32}-[0-9]{10})(?:\.scope)?(?:/|$)` +
		`|/kubepods(?:\.slice|-|/|$)`)
)

// maxProc is the most that is read of a file in /proc, in bytes.
const maxProc = 1 << 20

// inContainer reports whether this process runs in a container. An overlay as root file system is
// no sign: image-based distributions have one. A mounted /etc/resolv.conf is none either:
// `ip netns exec` mounts it. A mounted /etc/hostname is a sign: Docker, containerd, CRI-O and
// Podman mount it in every container, and nobody else does.
func inContainer(root fs.FS, getenv func(string) string) bool {
	for _, name := range containerVariables {
		if getenv(name) != "" {
			return true
		}
	}
	for _, name := range containerFiles {
		if _, err := fs.Stat(root, name); err == nil {
			return true
		}
	}
	for line := range strings.Lines(readProc(root, "proc/self/cgroup")) {
		if containerGroup.MatchString(strings.TrimSpace(line)) {
			return true
		}
	}
	for line := range strings.Lines(readProc(root, "proc/self/mountinfo")) {
		// The fifth field is the mount point, see proc_pid_mountinfo(5).
		if fields := strings.Fields(line); len(fields) > 4 && fields[4] == "/etc/hostname" {
			return true
		}
	}
	return false
}

// readProc returns the start of a file in /proc, or "" if it cannot be read.
func readProc(root fs.FS, name string) string {
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, maxProc))
	return string(data)
}
