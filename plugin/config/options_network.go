package config

// networkOptions say how the server is reached, and how it and the plugin know each other.
func networkOptions() []Option {
	return []Option{
		{
			Name: optTLSVerify, Type: TypeBool, Default: "on",
			Help: "Check the server's certificate. For a self-signed ActiveGate set `tls_ca_file` or `tls_pin_sha256` instead of turning this off.",
			bind: func(d *draft) any { return &d.TLSVerify },
		},
		{
			Name: optTLSCAFile, Type: TypePath, Unset: "system certificates",
			Help: "PEM file with certificates to trust besides the system's. It is read again when it changes.",
			bind: func(d *draft) any { return &d.TLSCAFile },
		},
		{
			Name: optTLSPin, Type: TypeList, Unset: "none",
			Help: "SHA-256 fingerprints, in hex (with or without colons) or base64, of which the server's own certificate must have one. It then needs no known authority and no right name, but must not be expired. `openssl x509 -noout -fingerprint -sha256` prints it, and so does the error line for a certificate that is not trusted.",
			bind: func(d *draft) any { return &d.pins },
		},
		{
			Name: optTLSServerName, Type: TypeText, Unset: "host of `endpoint`",
			Help: "The name to ask for (SNI) and to look for in the server's certificate, where it is another than the host of `endpoint`.",
			bind: func(d *draft) any { return &d.TLSServerName },
		},
		{
			Name: optTLSMinVersion, Type: TypeEnum, Default: "1.2", Values: []string{"1.2", "1.3"},
			Help: "Oldest version of TLS to speak.",
			bind: func(d *draft) any { return &d.minVersion },
		},
		{
			Name: optTLSCertFile, Type: TypePath, Unset: "none",
			Help: "PEM file with a certificate, and those between it and its authority, for a server or gateway that asks for one. It is read again when it or the key changes.",
			bind: func(d *draft) any { return &d.TLSCertFile },
		},
		{
			Name: optTLSKeyFile, Type: TypePath, Unset: "the file of `tls_cert_file`",
			Help: "PEM file with the key of that certificate, without a password.",
			bind: func(d *draft) any { return &d.TLSKeyFile },
		},
		{
			Name: optProxy, Type: TypeProxy, Default: "environment",
			Help: "HTTP proxy to go through, with or without user and password: `http://user:password@proxy.example.com:3128`, or `https://` for one that is spoken to over TLS. `environment` follows `HTTPS_PROXY` (`HTTP_PROXY` for an http endpoint) and `NO_PROXY`, and never for an endpoint on this machine.",
			bind: func(d *draft) any { return &d.proxy },
		},
	}
}
