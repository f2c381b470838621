package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/host"
)

// agent ships the log through the plugin.
type agent struct {
	name string
	// start begins to ship. The process is killed when ctx ends.
	start func(ctx context.Context, j *job) (*process, error)
}

// process is a running agent.
type process struct {
	// done is closed when nothing more will be shipped; ended when the process is gone.
	done, ended <-chan struct{}
	// stop ends the process as a user would, and returns what went wrong, then or before.
	stop func() error
}

// chooseAgent returns the Fluent Bit of the environment variable FLUENT_BIT or of PATH, or the test
// host.
func chooseAgent(hostWanted bool) (agent, error) {
	if hostWanted {
		return agent{"the test host (as -host asks)", startHost}, nil
	}
	name := os.Getenv("FLUENT_BIT")
	if name == "" {
		name = "fluent-bit"
	}
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		if path, err = filepath.Abs(path); err != nil { // it runs in another directory
			return agent{}, err
		}
		return agent{path, func(ctx context.Context, j *job) (*process, error) {
			return startFluentBit(ctx, j, path)
		}}, nil
	case os.Getenv("FLUENT_BIT") != "":
		return agent{}, fmt.Errorf("FLUENT_BIT is %s, which cannot be run: %w", name, err)
	}
	return agent{"the test host (no fluent-bit found; FLUENT_BIT=/path/to/fluent-bit names one)", startHost}, nil
}

// startFluentBit runs the configuration as it is, with a plugins.conf that names this plugin:
// Fluent Bit looks in its working directory first.
func startFluentBit(ctx context.Context, j *job, path string) (*process, error) {
	if err := os.Mkdir(filepath.Join(j.dir, "state"), 0o700); err != nil {
		return nil, err
	}
	plugins := "[PLUGINS]\n    Path  " + j.plugin + "\n"
	if err := os.WriteFile(filepath.Join(j.dir, "plugins.conf"), []byte(plugins), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, "-c", j.conf)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = j.dir, j.output, j.output, os.Environ()
	for name, value := range j.environment() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.WaitDelay = 2 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:   true,            // Ctrl-C in the terminal is for this program, which ends Fluent Bit
		Pdeathsig: syscall.SIGKILL, // when this program is killed
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	var failure error
	go func() {
		failure = cmd.Wait()
		close(ended)
	}()
	stop := func() error {
		select {
		case <-ended:
			return fmt.Errorf("fluent-bit ended before all was stored: %v", cmd.ProcessState)
		default:
		}
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended just now
		select {
		case <-ended:
			return failure
		case <-time.After(45 * time.Second): // Grace of the configuration is 30
			return errors.New("fluent-bit did not end within 45 seconds after SIGTERM")
		}
	}
	return &process{ended, ended, stop}, nil
}

// startHost gives the plugin the options of the configuration, and the lines as tail would.
func startHost(ctx context.Context, j *job) (*process, error) {
	text, err := os.ReadFile(j.conf)
	if err != nil {
		return nil, err
	}
	properties := outputProperties(string(text), j.environment())
	if properties == nil {
		return nil, fmt.Errorf("%s: no [OUTPUT] named dynatrace in the classic format, which is the one that the test host reads", j.conf)
	}
	paths, err := host.Build(filepath.Join(filepath.Dir(j.plugin), "host"))
	if err != nil {
		return nil, err
	}
	h, err := host.Start(ctx, host.Options{
		Paths:          paths,
		Plugin:         j.plugin,
		Instances:      []host.Properties{properties},
		MaxOutstanding: 8, // chunks of 2 MB
		Grace:          30 * time.Second,
		Timeout:        24 * time.Hour, // wait has limits of its own
		LogTo:          j.output,
	})
	if err != nil {
		return nil, err
	}
	shipped := make(chan struct{})
	var failure error
	go func() {
		failure = sendLines(h, j.log)
		close(shipped)
	}()
	stop := func() error {
		<-shipped
		report, err := h.Close()
		if lost := report.Summary.Errors + report.Summary.GivenUp + report.Summary.Undelivered; lost > 0 {
			failure = errors.Join(failure,
				fmt.Errorf("the plugin did not deliver %d of %d chunks", lost, report.Summary.Chunks))
		}
		return errors.Join(failure, err)
	}
	return &process{shipped, h.Done(), stop}, nil
}

// sendLines sends a file in chunks and waits until each is settled.
func sendLines(h *host.Host, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for chunk, err := range corpus.Lines("file.input", f, time.Now()) {
		if err != nil {
			return err
		}
		if err := h.Send(0, chunk.Tag, chunk.Data); err != nil {
			return err
		}
	}
	return h.Drain()
}

// outputProperties are those of the output named dynatrace in a classic configuration, without the
// ones that select its records, and with ${NAME} replaced; nil if there is none.
func outputProperties(text string, environment map[string]string) host.Properties {
	for section := range strings.SplitSeq(text, "\n[") {
		var p host.Properties
		ours := false
		lines := strings.Split(section, "\n")
		for _, line := range lines[1:] {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			key, value = strings.ToLower(key), strings.TrimSpace(value)
			switch {
			case key == "name":
				ours = value == "dynatrace"
			case key == "", key[0] == '#', key == "match", strings.HasPrefix(key, "storage."):
			default:
				value = os.Expand(value, func(name string) string { return environment[name] })
				p = append(p, host.Property{Key: key, Value: value})
			}
		}
		if ours && strings.EqualFold(lines[0], "output]") {
			return p
		}
	}
	return nil
}
