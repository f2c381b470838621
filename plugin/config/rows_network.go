package config

// networkRows are how the server and the plugin authenticate each other, and the proxy between
// them.
var networkRows = []Option{
	{
		Name: "tls_verify", Type: TypeBool, Default: "on",
		Help: "Check the server's certificate. For a self-signed ActiveGate set `tls_ca_file` or " +
			"`tls_pin_sha256` instead of turning this off.",
		field: func(c *Config) any { return &c.Transport.TLS.Verify },
	},
	{
		Name: "tls_ca_file", Type: TypePath, Unset: "system certificates",
		Help: "PEM file with certificates to trust besides the system's. It is read again when it " +
			"changes.",
		field: func(c *Config) any { return &c.Transport.TLS.CAFile },
	},
	{
		Name: "tls_pin_sha256", Type: TypeList, Unset: "none",
		Help: "SHA-256 fingerprints, in hex (with or without colons) or base64, of which the " +
			"server's own certificate must have one. It then needs no known authority and no " +
			"matching name, but must not be expired. `openssl x509 -noout -fingerprint -sha256` " +
			"prints it, and so does the error line for a certificate that is not trusted.",
		field: func(c *Config) any { return &c.Transport.TLS.Pins },
	},
	{
		Name: "tls_server_name", Type: TypeText, Unset: "host of `endpoint`",
		Help: "The name to ask for (SNI) and to find in the server's certificate, if it differs " +
			"from the host of `endpoint`.",
		field: func(c *Config) any { return &c.Transport.TLS.ServerName },
	},
	{
		Name: "tls_min_version", Type: TypeEnum, Default: "1.2",
		Values: []string{"1.2", "1.3"},
		Help:   "Oldest version of TLS to speak.",
		field:  func(c *Config) any { return &c.Transport.TLS.MinVersion },
	},
	{
		Name: "tls_cert_file", Type: TypePath, Unset: "none",
		Help: "PEM file with a client certificate and its intermediate certificates, for a server " +
			"or gateway that asks for one. It is read again when it or the key changes.",
		field: func(c *Config) any { return &c.Transport.TLS.CertFile },
	},
	{
		Name: "tls_key_file", Type: TypePath, Unset: "the file of `tls_cert_file`",
		Help:  "PEM file with the key of that certificate, without a password.",
		field: func(c *Config) any { return &c.Transport.TLS.KeyFile },
	},
	{
		Name: "proxy", Type: TypeProxy, Default: "environment",
		Help: "HTTP proxy, with or without user and password: " +
			"`http://user:password@proxy.example.com:3128`, or `https://` for one that itself " +
			"speaks TLS. `environment` follows `HTTPS_PROXY` (`HTTP_PROXY` for an http endpoint) " +
			"and `NO_PROXY`, but never for an endpoint on this machine.",
		field: func(c *Config) any { return &c.Transport.Proxy },
	},
}
