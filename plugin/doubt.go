package plugin

import "out_dynatrace/plugin/deliver"

// doubt is a record that a server refuses for what need not be the record: it calls it too large at any size, or is perhaps no log ingest
// API at all. What it says of others decides. The server is one endpoint: what another one took proves nothing about it.
type doubt struct {
	part
	v deliver.Verdict
}

// settleDoubt asks once more if the server took others since: then what it says is about the record. If it took none, it is the server.
func (f *flush) settleDoubt() bool {
	switch {
	case f.doubt == nil:
		return true
	case !f.progress.AcceptedBy(f.doubt.v.Endpoint):
		return f.notTheRecord(f.doubt.part, f.doubt.v)
	}
	d := f.doubt
	f.doubt = nil
	return f.askAgain(d.part, d.v)
}

// askAgain sends a record once more that was refused by a server before it took anything: what it says now is about the record.
func (f *flush) askAgain(p part, v deliver.Verdict) bool {
	if p.asked {
		f.refuse(p, v)
		return true
	}
	p.asked = true
	return f.again(p)
}

// refuseOne settles a record that the server refuses alone. One that a web page of an unknown server refuses is in doubt; two are none.
func (f *flush) refuseOne(p part, v deliver.Verdict) bool {
	switch {
	case !v.NotAPI:
		f.refuse(p, v)
	case f.progress.AcceptedBy(v.Endpoint):
		return f.askAgain(p, v)
	case f.doubt == nil:
		f.doubt = &doubt{p, v}
	default:
		return f.notTheRecord(p, v)
	}
	return true
}

// notTheRecord says that a server which takes nothing at all has no objection to a record.
func (f *flush) notTheRecord(p part, v deliver.Verdict) bool {
	if v.Kind == deliver.TooLarge {
		return f.notTheSize(p, v)
	}
	f.in.log.Error("not the record", "%s; the chunk will be tried again as often as Retry_Limit allows", v.Message)
	return false
}

// notTheSize says the same of a size.
func (f *flush) notTheSize(p part, v deliver.Verdict) bool {
	f.in.size.forget()
	f.in.log.Error("not the size", "%s; so is a request of %d bytes: this is not about the logs, check `endpoint` and any gateway or proxy before it; the chunk will be tried again as often as Retry_Limit allows", v.Message, p.raw)
	return false
}
