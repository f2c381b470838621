package wire

import (
	"encoding/base64"
	"net/http"
	"strings"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/transport"
)

// headerOptions is the header that asks for a data model (page "POST ingest logs"). A server that
// does not know the header ignores it, while an unknown query parameter would become an attribute
// of every record. headerAttributes is the header with attributes of all records of a request
// (same page).
const (
	headerOptions    = "X-Dynatrace-Options"
	headerAttributes = "X-Dynatrace-Attr"
)

// headers returns the headers that the configuration gives to every request.
func headers(cfg *config.Config) http.Header {
	all := make(http.Header)
	for _, p := range cfg.Headers.Pairs() {
		all.Set(p.Name, p.Value)
	}
	if cfg.AttributesHeader != "" {
		all.Set(headerAttributes, cfg.AttributesHeader)
	}
	if cfg.Structure != "" {
		all.Set(headerOptions, "structure="+cfg.Structure)
	}
	return all
}

// secrets returns the values that no message may repeat, even if a server or a proxy repeats the
// request in its answer: the values of extra headers and the passwords of proxies. The token is
// not among them because it can change while the plugin runs: the client hides the one that it
// sent.
func secrets(cfg *config.Config, transports []*transport.Transport) (all []string) {
	for _, p := range cfg.Headers.Pairs() {
		all = append(all, p.Value)
		all = append(all, credentials(p.Value)...)
	}
	for _, transport := range transports {
		all = append(all, transport.Hidden()...)
	}
	return all
}

// credentials returns the parts of a header value that are secrets by themselves: what follows a
// scheme ("Bearer abc"), and what that holds in the Basic form (RFC 7617).
func credentials(value string) []string {
	scheme, credential, found := strings.Cut(value, " ")
	if !found {
		return nil
	}
	all := []string{strings.TrimSpace(credential)}
	if !strings.EqualFold(scheme, "basic") {
		return all
	}
	if plain, err := base64.StdEncoding.DecodeString(all[0]); err == nil {
		_, password, _ := strings.Cut(string(plain), ":")
		all = append(all, string(plain), password)
	}
	return all
}
