package endpoint

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"out_dynatrace/plugin/secret"
)

var hostName = regexp.MustCompile(
	`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// ValidHost reports whether s is an IP address or the name of a host in lower case, without a
// port.
func ValidHost(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || hostName.MatchString(s)
}

// checkAuthority checks the form of host and port. Written is the whole value, authority its part
// that they were taken from.
func checkAuthority(written, authority, host, port string) error {
	if strings.Count(authority, ":") > 1 && authority[0] != '[' { // its last part could be a port
		return fmt.Errorf("got %s, whose host is an IPv6 address without brackets, "+
			"takes [2001:db8::1] or [2001:db8::1]:9999", secret.Quote(written))
	}
	if strings.HasPrefix(host, ".") {
		return fmt.Errorf("got %s, whose host begins with a dot; "+
			"is the variable for the environment id empty?", secret.Quote(written))
	}
	if addr, err := netip.ParseAddr(host); err != nil || addr.Zone() != "" {
		// The last label has only digits in addresses, never in names (RFC 3696, section 2).
		last := host[strings.LastIndexByte(host, '.')+1:]
		if !hostName.MatchString(host) || len(host) > 253 || strings.Trim(last, "0123456789") == "" {
			return fmt.Errorf("got %s, which has no valid host name", secret.Quote(written))
		}
	}
	if n, err := strconv.ParseUint(port, 10, 64); port != "" && (err != nil || n < 1 || n > 65535) {
		return fmt.Errorf("got %s, takes a port from 1 to 65535", secret.Quote(written))
	}
	return nil
}
