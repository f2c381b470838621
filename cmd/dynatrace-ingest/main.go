package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"out_dynatrace/test/ingest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "dynatrace-ingest:", err)
		stop()
		os.Exit(1)
	}
}

// run serves until ctx ends. Records go where --out says, help to stdout, and
// everything else to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c, err := parseFlags(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
	}
	if err != nil {
		return err
	}
	closeOut := func() error { return nil }
	switch c.out {
	case "":
		c.options.Store = ingest.Discard{}
	case "-":
		c.options.Store = ingest.NewNDJSONStore(stdout)
	default:
		file, err := os.OpenFile(c.out, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		closeOut = file.Close
		c.options.Store = ingest.NewNDJSONStore(file)
	}
	log := &journal{w: stderr}
	if !c.quiet {
		c.options.Observe = log.exchange
	}
	server, err := ingest.New(c.options)
	if err != nil {
		return errors.Join(err, closeOut())
	}
	server.Script(c.faults...)
	endpoint, err := listen(server, c)
	if err != nil {
		return errors.Join(err, server.Close(), closeOut())
	}
	log.start(endpoint, c)
	<-ctx.Done()
	err = errors.Join(server.Close(), closeOut())
	log.summary(server.Stats())
	return err
}

// listen starts the server and returns the base URL to configure.
func listen(server *ingest.Server, c *config) (endpoint string, err error) {
	if c.tls {
		var certificate []byte
		if endpoint, certificate, err = server.StartTLS(c.listen); err != nil {
			return "", err
		}
		if c.certOut != "" {
			//nolint:gosec // a certificate is public; another user may run the client
			if err := os.WriteFile(c.certOut, certificate, 0o644); err != nil {
				return "", err
			}
		}
	} else if endpoint, err = server.Start(c.listen); err != nil {
		return "", err
	}
	if id := c.options.EnvironmentID; id != "" && !c.options.OneAgent {
		endpoint += "/e/" + id
	}
	return endpoint, nil
}
