package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The network tests put servers from other projects between the agent and the local Dynatrace:
// nginx as a TLS front end, tinyproxy and squid as proxies. They listen on loopback only, belong to
// one test each and end with it.
//
// They run in `make test-network` only, which sets NETWORK_PEERS. Everywhere else they are skipped,
// installed or not, so that `make test` means the same on every machine.

// peersWanted is the environment variable that turns the network tests on. A peer that is missing
// is then a failure.
const peersWanted = "NETWORK_PEERS"

// peers are the programs, with their packages in Debian.
var peers = []struct{ program, debian string }{
	{"nginx", "nginx"}, {"tinyproxy", "tinyproxy"}, {"squid", "squid-openssl"},
}

// findPeer searches PATH and /usr/sbin, where Debian installs servers and which few users have in
// PATH.
func findPeer(program string) (string, bool) {
	if path, err := exec.LookPath(program); err == nil {
		return path, true
	}
	path := filepath.Join("/usr/sbin", program)
	info, err := os.Stat(path)
	return path, err == nil && info.Mode()&0o111 != 0
}

// missingPeers names the programs that are not installed, with their packages, or returns "".
func missingPeers(find func(program string) (string, bool), programs ...string) string {
	var missing, packages []string
	for _, p := range peers {
		if _, found := find(p.program); slices.Contains(programs, p.program) && !found {
			missing, packages = append(missing, p.program), append(packages, p.debian)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("not installed: %s; on Debian: apt-get install %s",
		strings.Join(missing, ", "), strings.Join(packages, " "))
}

// needPeers skips the test unless peers are wanted. It fails the test when one of the programs is
// missing.
func needPeers(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv(peersWanted) == "" {
		t.Skip("make test-network runs this")
	}
	if text := missingPeers(findPeer, programs...); text != "" {
		t.Fatal(text)
	}
}

func TestPeers_MissingOnesAreNamedWithTheirPackages(t *testing.T) {
	nginxOnly := func(program string) (string, bool) { return "", program == "nginx" }
	for want, programs := range map[string][]string{
		"": {"nginx"},
		"not installed: tinyproxy, squid; on Debian: apt-get install tinyproxy squid-openssl": {
			"squid", "nginx", "tinyproxy"},
	} {
		if got := missingPeers(nginxOnly, programs...); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestNetwork_PeersTookPart logs the version of each server.
func TestNetwork_PeersTookPart(t *testing.T) {
	for _, p := range peers {
		t.Run(p.program, func(t *testing.T) {
			needPeers(t, p.program)
			path, _ := findPeer(p.program)
			out, err := exec.Command(path, "-v").CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", path, err, out)
			}
			first, _, _ := bytes.Cut(out, []byte("\n"))
			t.Logf("%s: %s", path, first)
		})
	}
}

// peer is a running program.
type peer struct {
	t    *testing.T
	name string
	dir  string
	said string // file of its standard output and error
	args []string
	// listens are the addresses it can be reached at.
	listens []string
	process *os.Process
	ended   chan struct{}
}

// peerDir returns a directory that a server can write to after it has dropped root.
func peerDir(t *testing.T) string {
	t.Helper()
	dir := tempDir(t)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// put writes a file that every user can read.
func put(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// startPeer runs a program in the foreground until the test ends, and waits until it listens on all
// addresses.
func startPeer(t *testing.T, dir, program string, listens []string, args ...string) *peer {
	t.Helper()
	p := &peer{t: t, name: program, dir: dir, said: filepath.Join(dir, program+".out"), args: args, listens: listens}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			for _, name := range []string{p.said, filepath.Join(dir, "access.log"), filepath.Join(dir, "cache.log")} {
				text, err := os.ReadFile(name)
				if err != nil {
					continue // not every program has each
				}
				t.Logf("%s of %s:\n%s", filepath.Base(name), program, tail(string(text), 4000))
			}
		}
	})
	return p
}

// start runs the program, again after kill.
func (p *peer) start() {
	p.t.Helper()
	path, _ := findPeer(p.name)
	out, err := os.OpenFile(p.said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(path, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan struct{})
	p.process, p.ended = cmd.Process, ended
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	for _, address := range p.listens {
		await(p.t, p.name+" to listen on "+address, func() bool {
			select {
			case <-ended:
				text, _ := os.ReadFile(p.said)
				p.t.Fatalf("%s ended:\n%s", p.name, tail(string(text), 4000))
			default:
			}
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
	}
}

// kill ends the program, and all its connections with it.
func (p *peer) kill() {
	_ = syscall.Kill(-p.process.Pid, syscall.SIGKILL) // its own group: helpers of squid are in it
	<-p.ended
}

// access returns the access log so far.
func (p *peer) access() string {
	text, _ := os.ReadFile(filepath.Join(p.dir, "access.log"))
	return string(text)
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// givenPorts are the ports that freePorts has returned.
var givenPorts sync.Map

// freePorts returns ports that nobody listens on. They are below those that Linux uses for outgoing
// connections (32768 and up), so that none of these takes one before the server does.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range 1000 {
		port := 20_000 + rand.IntN(12_000)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		listener.Close()
		if _, given := givenPorts.LoadOrStore(port, true); given {
			continue
		}
		if ports = append(ports, port); len(ports) == n {
			return ports
		}
	}
	t.Fatal("no free ports")
	return nil
}
