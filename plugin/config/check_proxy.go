package config

import "out_dynatrace/plugin/endpoint"

func (d *draft) checkProxy() {
	if d.wrong[optProxy] {
		return
	}
	proxy, err := endpoint.ParseProxy(d.proxy)
	if err != nil {
		d.fail(optProxy, "%w", err)
		return
	}
	d.Proxy = proxy
	if proxy.URL() == nil {
		return
	}
	if d.ToOneAgent() {
		d.warn(optProxy, "is "+proxy.String()+", and the OneAgent of this machine is asked through it; set `proxy off`")
	}
	plain, _ := d.plain()
	if proxy.URL().User != nil && !proxy.Secure() && !endpoint.IsLoopback(proxy.URL().Hostname()) && plain {
		d.warn(optProxy, "gets the token, the logs and its own password unencrypted")
	}
}
