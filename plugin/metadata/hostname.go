package metadata

import (
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// Hostname is the name of this machine, or "" where this process runs in a container, whose host name is that of a pod or an id, and
// where the name is not known.
func Hostname() string { return hostname(os.DirFS("/"), os.Getenv, os.Hostname) }

// hostname is Hostname over a root directory, an environment and the name that the kernel has.
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
	// containerVariables are set in containers and nowhere else: by the kubelet in every one, by the ECS agent, by Fargate and Lambda.
	containerVariables = []string{"KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI_V4", "ECS_CONTAINER_METADATA_URI", "AWS_EXECUTION_ENV"}
	// containerFiles are put into containers by Docker, by Podman and by the kubelet.
	containerFiles = []string{".dockerenv", "run/.containerenv", "var/run/secrets/kubernetes.io/serviceaccount", "run/secrets/kubernetes.io/serviceaccount"}

	// containerGroup is a segment of a cgroup's path that only a container has: its id, alone (docker/<id>) or as a scope of systemd
	// (cri-containerd-<id>.scope, libpod-<id>.scope), the id on Fargate, or the parent that a kubelet makes for its pods. Names of runtimes
	// alone are none: docker.service is the group of the daemon, which is on the host. With cgroup v2 a container mostly sees only /.
	containerGroup = regexp.MustCompile(`/(?:[a-z-]+[-:])?(?:[0-9a-f]{64}|[0-9a-f]{32}-[0-9]{10})(?:\.scope)?(?:/|$)|/kubepods(?:\.slice|-|/|$)`)
)

// maxProc is how much of a file in /proc is read, in bytes.
const maxProc = 1 << 20

// inContainer says that this process runs in a container. An overlay as the root file system is no sign, since image-based
// distributions have one, nor is a mounted /etc/resolv.conf, which `ip netns exec` mounts; a mounted /etc/hostname is,
// since Docker, containerd, CRI-O and Podman mount it in every container and nobody else does.
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
		if fields := strings.Fields(line); len(fields) > 4 && fields[4] == "/etc/hostname" { // the mount point, see proc_pid_mountinfo(5)
			return true
		}
	}
	return false
}

// readProc is the start of a file in /proc, or "" where it cannot be read.
func readProc(root fs.FS, name string) string {
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, maxProc))
	return string(data)
}
