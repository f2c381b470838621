package e2e

import (
	"net"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// forwardClient speaks the forward protocol as Docker's fluentd log driver does: one message for
// each event, no acknowledgement.
type forwardClient struct {
	t    *testing.T
	conn net.Conn
}

// dialForward waits for a forward input and connects to it.
func dialForward(t *testing.T, network, address string) *forwardClient {
	t.Helper()
	c := &forwardClient{t: t}
	await(t, "a listener at "+address, func() bool {
		var err error
		c.conn, err = net.DialTimeout(network, address, time.Second)
		return err == nil
	})
	t.Cleanup(func() { c.conn.Close() })
	return c
}

// send sends an event: [tag, time, record, option], the option nil.
func (c *forwardClient) send(tag string, at, record corpus.Value) {
	c.t.Helper()
	if _, err := c.conn.Write(corpus.Array(corpus.Str(tag), at, record, corpus.Nil())); err != nil {
		c.t.Fatalf("the forward input: %v", err)
	}
}

// freePort returns a TCP port that nobody listens on. Another process may take it first; the agent
// then fails to start and logs why.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
