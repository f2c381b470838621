package mapping_test

import (
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func TestMapper_RecordsOfAMachineAreTiedToIt(t *testing.T) {
	host := func(o *mapping.Options) { o.Hostname = "here.example.com" }
	facts := &metadata.Facts{Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "HERE"}, {Key: "cpus", Value: int64(4)}}}
	for name, c := range map[string]struct {
		body  corpus.Value
		flush mapping.Flush
		set   func(*mapping.Options)
		want  attributes
	}{
		"journald": {text("MESSAGE", "x", "PRIORITY", "3", "_SYSTEMD_UNIT", "nginx.service", "SYSLOG_IDENTIFIER", "nginx", "_HOSTNAME", "web-1", "_PID", "42", "_COMM", "nginx", "_EXE", "/usr/sbin/nginx",
			"_CMDLINE", "nginx -g", "_UID", "0", "_TRANSPORT", "stdout", "_BOOT_ID", "b", "_MACHINE_ID", "m", "_SOURCE_REALTIME_TIMESTAMP", "1700000000000000", "_AUDIT_FIELD_X", "y", "SYSLOG_FACILITY", "3"), mapping.Flush{}, nil,
			attributes{"content": "x", "loglevel": "ERROR", "log.raw_level": "3", "journald.unit": "nginx.service", "log.source": "nginx", "host.name": "web-1", "process.pid": "42",
				"process.executable.name": "nginx", "process.executable.path": "/usr/sbin/nginx", "SYSLOG_FACILITY": "3"}},
		"journald in lower case, without underscores": {text("message", "x", "priority", "4", "systemd_unit", "a.service", "hostname", "web-1", "pid", "42", "uid", "0", "boot_id", "5f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6", "transport", "stdout"), mapping.Flush{}, nil,
			attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "4", "journald.unit": "a.service", "log.source": "a.service", "host.name": "web-1", "process.pid": "42"}},
		"syslog of nobody": {text("pri", "34", "host", "-", "ident", "su", "message", "x"), mapping.Flush{Facts: facts}, host,
			attributes{"content": "x", "loglevel": "CRITICAL", "log.raw_level": "34", "log.source": "su"}},
		"the facts of the host and names of others that are not sent": {text("log", "x", "host.name", "there"), mapping.Flush{Facts: facts}, func(o *mapping.Options) { o.Exclude = record.NewPatterns([]string{"host.name"}) },
			attributes{"content": "x"}},
		"the facts of the host and its own name that is not sent": {text("log", "x", "host.name", "here"), mapping.Flush{Facts: facts}, func(o *mapping.Options) { o.Exclude = record.NewPatterns([]string{"host.name"}) },
			attributes{"content": "x", "dt.entity.host": "HOST-1", "cpus": 4.0}},
		"the facts of the host and syslog of another, by include": {text("pri", "34", "host", "there", "ident", "su", "message", "x"), mapping.Flush{Facts: facts}, func(o *mapping.Options) { o.Include = record.NewPatterns([]string{"dt.*"}) },
			attributes{"content": "x", "loglevel": "CRITICAL"}},
		"hosts of one name in two domains": {text("log", "x", "host.name", "here.example.org"), mapping.Flush{Facts: &metadata.Facts{Host: []metadata.Fact{{Key: "host.name", Value: "here.example.com"}, {Key: "a", Value: "b"}}}}, nil,
			attributes{"content": "x", "host.name": "here.example.org"}},
		"the facts of the pod are not those of the host's journal": {text("MESSAGE", "x", "_SYSTEMD_UNIT", "kubelet.service"), mapping.Flush{Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}}}}, nil,
			attributes{"content": "x", "journald.unit": "kubelet.service", "log.source": "kubelet.service"}},
		"nor those of a record that names another pod": {text("log", "x", "k8s.pod.name", "other"), mapping.Flush{Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}, {Key: "k8s.pod.uid", Value: "u"}, {Key: "team", Value: "t"}}}}, nil,
			attributes{"content": "x", "k8s.pod.name": "other"}},
		"the facts of a host that somebody has named": {text("MESSAGE", "x", "_HOSTNAME", "vm1", "_SYSTEMD_UNIT", "u"), mapping.Flush{Facts: facts}, func(o *mapping.Options) { o.Machine = "vm1.internal" },
			attributes{"content": "x", "host.name": "vm1", "journald.unit": "u", "log.source": "u", "dt.entity.host": "HOST-1", "cpus": 4.0}},
		"the facts of the host and an annotation of another": {podRecord(pod(corpus.Str("annotations"), text("metadata.dynatrace.com/host.name", "there"))), mapping.Flush{Facts: facts}, nil,
			plus(podAttributes(), "host.name", "there")},
		"the process is better than a static one": {text("MESSAGE", "x", "_PID", "42", "_HOSTNAME", "vm1"), mapping.Flush{}, func(o *mapping.Options) { o.Static = []metadata.Fact{{Key: "process.pid", Value: "static"}} },
			attributes{"content": "x", "host.name": "vm1", "log.source": "journald", "process.pid": "42"}},
		"a message of the kernel": {text("MESSAGE", "x", "PRIORITY", "7", "_TRANSPORT", "kernel", "_KERNEL_X", "y"), mapping.Flush{}, nil,
			attributes{"content": "x", "loglevel": "DEBUG", "log.raw_level": "7", "log.source": "journald"}},
		"syslog": {text("pri", "34", "host", "fw-1", "ident", "su", "pid", "230", "message", "x", "msgid", "ID47"), mapping.Flush{Facts: facts}, host,
			attributes{"content": "x", "loglevel": "CRITICAL", "log.raw_level": "34", "host.name": "fw-1", "log.source": "su", "process.pid": "230", "msgid": "ID47"}},
		"the aws filter": {text("log", "x", "az", "eu-west-1a", "ec2_instance_id", "i-0123abcd", "account_id", "111122223333", "hostname", "ip-10-0-0-1", "private_ip", "10.0.0.1", "vpc_id", "vpc-1", "ami_id", "ami-1", "ec2_instance_type", "t3.micro"), mapping.Flush{}, nil,
			attributes{"content": "x", "aws.availability_zone": "eu-west-1a", "aws.region": "eu-west-1", "aws.resource.id": "i-0123abcd", "aws.account.id": "111122223333", "host.name": "ip-10-0-0-1", "host.ip": "10.0.0.1",
				"cloud.provider": "aws", "vpc_id": "vpc-1", "ami_id": "ami-1", "ec2_instance_type": "t3.micro"}},
		"a local zone": {text("log", "x", "az", "us-west-2-lax-1a"), mapping.Flush{}, nil,
			attributes{"content": "x", "aws.availability_zone": "us-west-2-lax-1a", "aws.region": "us-west-2", "cloud.provider": "aws"}},
		"a file": {text("log", "x", "filename", "/var/log/app/web.log"), mapping.Flush{}, host,
			attributes{"content": "x", "log.file.path": "/var/log/app/web.log", "log.file.name": "web.log", "log.source": "/var/log/app/web.log", "host.name": "here.example.com"}},
		"a file of Windows": {text("log", "x", "filename", `C:\logs\web.log`), mapping.Flush{}, nil,
			attributes{"content": "x", "log.file.path": `C:\logs\web.log`, "log.file.name": "web.log", "log.source": `C:\logs\web.log`}},
		"the facts of the host": {text("log", "x"), mapping.Flush{Facts: facts}, host,
			attributes{"content": "x", "dt.entity.host": "HOST-1", "host.name": "HERE", "cpus": 4.0}},
		"the facts of the host and a record of the same": {text("log", "x", "host.name", "here.local"), mapping.Flush{Facts: facts}, host,
			attributes{"content": "x", "dt.entity.host": "HOST-1", "host.name": "here.local", "cpus": 4.0}},
		"the facts of the host and a record of another": {text("log", "x", "host.name", "there"), mapping.Flush{Facts: facts}, host,
			attributes{"content": "x", "host.name": "there"}},
		"the facts of the host, static attributes and a record of another": {text("log", "x", "host.name", "there"), mapping.Flush{Facts: facts}, func(o *mapping.Options) {
			o.Static = []metadata.Fact{{Key: "dt.entity.host", Value: "static"}, {Key: "host.name", Value: "static"}, {Key: "stage", Value: "test"}}
		}, attributes{"content": "x", "host.name": "there", "dt.entity.host": "static", "stage": "test"}},
		"the facts of the host and a journal of another": {text("MESSAGE", "x", "_HOSTNAME", "there"), mapping.Flush{Facts: facts}, host,
			attributes{"content": "x", "host.name": "there", "log.source": "journald"}},
		"the facts of the host in a DaemonSet": {podRecord(pod()), mapping.Flush{Facts: facts}, host,
			plus(podAttributes(), "dt.entity.host", "HOST-1", "host.name", "HERE", "cpus", 4.0)},
		"the facts of the pod in a sidecar": {text("log", "x"), mapping.Flush{Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}}}}, nil,
			attributes{"content": "x", "k8s.pod.name": "p"}},
		"the facts of the pod are not those of other pods": {podRecord(pod()), mapping.Flush{Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}, {Key: "dt.x", Value: "p"}}}}, nil, podAttributes()},
		"nor of their files": {text("log", "x"), mapping.Flush{Tag: []byte("kube.var.log.containers.x.log"), Facts: &metadata.Facts{Pod: []metadata.Fact{{Key: "k8s.pod.name", Value: "p"}}}}, nil,
			attributes{"content": "x"}},
		"static attributes come last": {text("log", "x", "team", "own", "filename", "/a/b"), mapping.Flush{Facts: facts}, func(o *mapping.Options) {
			o.Static = []metadata.Fact{{Key: "team", Value: "static"}, {Key: "host.name", Value: "static"}, {Key: "log.file.name", Value: "static"}, {Key: "stage", Value: "test"}}
		}, attributes{"content": "x", "team": "own", "dt.entity.host": "HOST-1", "host.name": "HERE", "cpus": 4.0, "log.file.path": "/a/b", "log.file.name": "b", "log.source": "/a/b", "stage": "test"}},
		"static attributes in the header make their fields give way": {text("log", "x", "team", "own", "filename", "/a/b"), mapping.Flush{}, func(o *mapping.Options) {
			o.Static, o.InHeader = []metadata.Fact{{Key: "team", Value: "static"}, {Key: "log.source", Value: "static"}}, true
		}, attributes{"content": "x", "overwritten1.team": "own", "log.file.path": "/a/b", "log.file.name": "b"}},
		"static attributes with everything off": {text("log", "x", "stream", "stdout"), mapping.Flush{Facts: facts}, func(o *mapping.Options) {
			o.Sources, o.Static = 0, []metadata.Fact{{Key: "team", Value: "static"}}
		}, attributes{"content": "x", "stream": "stdout", "team": "static"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := mappingOptions()
			if c.set != nil {
				c.set(&o)
			}
			wantAttributes(t, mapOne(t, o, c.flush, c.body), c.want)
		})
	}
}

func TestMapper_AKernelMessageIsKnownByTheBootID(t *testing.T) {
	got := mapOne(t, mappingOptions(), mapping.Flush{}, text("boot_id", "5f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6", "transport", "kernel", "syslog_identifier", "kernel", "priority", "4", "hostname", "h", "message", "x"))
	wantAttributes(t, got, attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "4", "log.source": "kernel", "host.name": "h"})
}
