package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

const (
	// idlePerHost is how many connections are kept open between flushes: one for each worker a sensible configuration has.
	idlePerHost = 16
	// idleTimeout is for how long.
	idleTimeout = 90 * time.Second
	// maxResponseHeader bounds the headers of an answer with all its 1xx ones, in bytes.
	maxResponseHeader = 64 << 10
	// writeBuffer of a connection, in bytes. Larger than the default of 4 KiB because bodies are some 100 KiB.
	writeBuffer = 64 << 10
)

// NewTransport returns a transport for the few, large requests of this plugin. It speaks HTTP/1.1 only, which costs less than
// HTTP/2 for such bodies, over TLS 1.2 or newer, through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name.
//
// caFile names a PEM file of authorities that are trusted besides those of the system; "" is none. verify is false only
// where the user turned tls_verify off. There is no timeout for the answer: that of the attempt covers it.
// Memory is bounded by 16 idle connections of some 70 KiB.
func NewTransport(verify bool, caFile string) (*http.Transport, error) {
	roots, err := rootsWith(caFile)
	if err != nil {
		return nil, err
	}
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Protocols:              &http1,
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxyAnswer,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            roots,
			InsecureSkipVerify: !verify,
			ClientSessionCache: tls.NewLRUClientSessionCache(idlePerHost),
		},
		DisableCompression:     true, // answers are short, and what is not unpacked cannot explode
		MaxIdleConns:           idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxResponseHeader,
		WriteBufferSize:        writeBuffer,
	}, nil
}

// rootsWith is the system's pool of authorities with those of a file; nil, which is the system's, without a file.
func rootsWith(caFile string) (*x509.CertPool, error) {
	if caFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("tls_ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any, such as a bare container
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("tls_ca_file: %s holds no PEM certificate", caFile)
	}
	return pool, nil
}

// checkProxyAnswer keeps the status of a proxy that refuses to connect, which net/http would reduce to its text.
func checkProxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{answer.StatusCode}
}
