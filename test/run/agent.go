package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// madeUpToken has the form of an access token. It is put together here so that nobody takes it for a leaked one.
var madeUpToken = "dt0c01." + strings.Repeat("LOCALRUN", 3) + "." + strings.Repeat("NOTASECRET", 7)[:64]

// agent is what ships the log through the plugin.
type agent interface {
	// describe says in one line what ships.
	describe(j *job) string
	// start begins to ship; what the agent prints goes to said. The process is killed when ctx ends.
	start(ctx context.Context, j *job, said *journal) (process, error)
}

// process is a running agent.
type process interface {
	// done is closed when nothing more will be shipped, because all is or because the process has ended.
	done() <-chan struct{}
	// stop ends the process as a user would, and says what went wrong, then or before.
	stop() error
	// kill ends the process at once. It is gone when kill returns.
	kill()
}

// chooseAgent takes the Fluent Bit of the environment variable FLUENT_BIT or of PATH, and the test host if there is none.
func chooseAgent(ctx context.Context, o options) (agent, error) {
	if o.host {
		return testHost{reason: "as -host asks"}, nil
	}
	name := os.Getenv("FLUENT_BIT")
	found, err := exec.LookPath(name)
	switch {
	case name != "" && err != nil:
		return nil, fmt.Errorf("FLUENT_BIT is %s, which is no program that can be run: %w", plain(name, 80), err)
	case name == "":
		if found, err = exec.LookPath("fluent-bit"); err != nil {
			return testHost{reason: "no fluent-bit found; set FLUENT_BIT=/path/to/fluent-bit to use one"}, nil
		}
	}
	if found, err = filepath.Abs(found); err != nil { // it is run in another directory
		return nil, err
	}
	version, err := versionOf(ctx, found)
	if err != nil {
		return nil, err
	}
	return fluentBit{path: found, version: version}, nil
}

// versionOf asks a Fluent Bit for the first line of its --version, such as "Fluent Bit v4.2.8".
func versionOf(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", plain(path, 80), err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	if first = strings.TrimSpace(first); !strings.Contains(first, "Fluent Bit") {
		return "", fmt.Errorf("%s is no Fluent Bit: its --version says %q", plain(path, 80), plain(first, 80))
	}
	return first, nil
}

// environment is what the configurations in conf/ take from the environment.
func (j *job) environment() map[string]string {
	return map[string]string{
		"DT_ENDPOINT":  j.endpoint,
		"DT_API_TOKEN": madeUpToken,
		"LOG_PATH":     j.log,
		"STATE_DIR":    filepath.Join(j.dir, "state"),
	}
}
