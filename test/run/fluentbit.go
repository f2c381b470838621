package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fluentBit is a real Fluent Bit.
type fluentBit struct{ path, version string }

func (f fluentBit) describe(j *job) string {
	text := fmt.Sprintf("%s (%s) with %s", f.version, f.path, j.shown)
	if !fits(j) {
		text += ", Buffer_Max_Size raised for the longest line of " + bytesText(int64(j.longest))
	}
	return text
}

// start runs the configuration as it is, with two exceptions: where the plugin lies, and the buffer of tail if a line is too
// long for it.
func (f fluentBit) start(ctx context.Context, j *job, said *journal) (process, error) {
	if err := os.Mkdir(filepath.Join(j.dir, "state"), 0o700); err != nil {
		return nil, err
	}
	if err := j.placePlugin(); err != nil {
		return nil, err
	}
	conf, err := j.placeConf()
	if err != nil {
		return nil, err
	}
	p := &fluentBitProcess{said: said, ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, f.path, "-c", conf)
	p.cmd.Dir = j.dir
	p.cmd.Env = os.Environ()
	for name, value := range j.environment() {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	p.cmd.Stdout, p.cmd.Stderr = said, said
	p.cmd.WaitDelay = 2 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:   true,            // Ctrl-C in the terminal is for us: we end it
		Pdeathsig: syscall.SIGKILL, // if we cannot any more
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("fluent-bit does not start: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

var pluginPath = regexp.MustCompile(`(?mi)^([ \t]*Path[ \t]+).*$`)

// placePlugin puts the plugins.conf that stands beside the configuration, with the plugin's real place, into the directory
// that Fluent Bit runs in: it looks there first.
func (j *job) placePlugin() error {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(j.conf), "plugins.conf"))
	if err != nil {
		return err
	}
	if !pluginPath.Match(text) {
		return fmt.Errorf("no Path in the plugins.conf beside %s", j.shown)
	}
	placed := pluginPath.ReplaceAllLiteral(text, nil)
	placed = append(placed, "    Path  "+j.plugin+"\n"...)
	return os.WriteFile(filepath.Join(j.dir, "plugins.conf"), placed, 0o600)
}

// bufferMax is tail's option in both formats.
var bufferMax = regexp.MustCompile(`(?mi)^([ \t]*Buffer_Max_Size:?[ \t]+)([0-9]+)([kKmMgG]?)[bB]?[ \t]*$`)

// fits tells whether the buffer of tail takes the longest line. It has room for a few bytes less than it is large.
func fits(j *job) bool {
	text, err := os.ReadFile(j.conf)
	if err != nil {
		return true // the agent will say it
	}
	m := bufferMax.FindSubmatch(text)
	if m == nil {
		return true
	}
	size, err := strconv.Atoi(string(m[2]))
	if err != nil {
		return true
	}
	// Fluent Bit counts in powers of 1000 or 1024, depending on its version: the smaller is safe.
	switch strings.ToLower(string(m[3])) {
	case "k":
		size *= 1_000
	case "m":
		size *= 1_000_000
	case "g":
		size *= 1_000_000_000
	}
	return j.longest < size-1024
}

// placeConf returns the configuration to run: the one that was given, or a copy with a larger buffer.
func (j *job) placeConf() (string, error) {
	if fits(j) {
		return j.conf, nil
	}
	text, err := os.ReadFile(j.conf)
	if err != nil {
		return "", err
	}
	larger := fmt.Appendf(nil, "${1}%d", j.longest+64<<10)
	placed := filepath.Join(j.dir, filepath.Base(j.conf))
	return placed, os.WriteFile(placed, bufferMax.ReplaceAll(text, larger), 0o600)
}

type fluentBitProcess struct {
	cmd   *exec.Cmd
	said  *journal
	ended chan struct{}
	err   error // of Wait; to be read when ended is closed
}

func (p *fluentBitProcess) done() <-chan struct{} { return p.ended }

// stop is what a service manager does. Grace of the configuration is 30 seconds.
func (p *fluentBitProcess) stop() error {
	select {
	case <-p.ended:
		return p.early()
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended just now
	select {
	case <-p.ended:
	case <-time.After(45 * time.Second):
		p.kill()
		return errors.New("fluent-bit did not end within 45 seconds after SIGTERM")
	}
	if p.err != nil {
		return fmt.Errorf("fluent-bit ended badly: %w", p.err)
	}
	return nil
}

// early is the error of a Fluent Bit that ended by itself.
func (p *fluentBitProcess) early() error {
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	return fmt.Errorf("fluent-bit ended by itself before all was stored: %s", how)
}

func (p *fluentBitProcess) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}
