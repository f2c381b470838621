package bench

import (
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// ours is the plugin's own pipeline from a chunk to a JSON body, without compression.
type ours struct {
	reader chunk.Reader
	event  chunk.Event
	mapper *mapping.Mapper
	flush  mapping.Flush
	rec    record.Record
	json   encode.JSON
	body   []byte
}

func newOurs() *ours {
	return &ours{mapper: mapping.NewMapper(usualOptions())}
}

func usualOptions() mapping.Options {
	return mapping.Options{
		Limits: record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5},
		ContentKeys: strings.Split("log,@message,@m,@mt,formattedMessage,message,msg,MESSAGE,RenderedMessage,MessageTemplate,short_message,full_message,fields.message,record.message,log.message,log.msg,"+
			"log_processed.message,log_processed.msg,logEvent.message,jsonPayload.message,textPayload,properties.message,event,content,payload,body,_raw,"+
			"text,output,resultDescription,full_log,exec,wasi_stdout,note,State.Message,State.{OriginalFormat},event.message,event.original", ","),
		SummaryBytes: 256,
		LevelKeys: strings.Split("loglevel,severity,level,lvl,log.level,levelname,level_name,@level,@l,log_level,severity_text,severityText,error_severity,severity_label,record.level.name,status,"+
			"syslog.severity,syslogseverity-text,syslogseverity,syslog_severity,log.syslog.severity.name,log.syslog.severity.code,severity_code,levelno,level_number,severity_number,severityNumber", ","),
	}
}

func (o *ours) run(data []byte) []byte {
	o.body = o.json.Open(o.body[:0])
	o.reader.Reset(data)
	o.mapper.Begin(o.flush)
	for first := true; o.reader.Next(&o.event); first = false {
		if !first {
			o.body = o.json.Separate(o.body)
		}
		o.mapper.Map(&o.event, &o.rec)
		o.body = o.json.Append(o.body, &o.rec)
	}
	o.body = o.json.Close(o.body)
	o.mapper.Release()
	return o.body
}

// BenchmarkOurs measures the plugin's pipeline from a chunk to a JSON body.
func BenchmarkOurs(b *testing.B) {
	for _, c := range corpus.All() {
		b.Run(c.Name, func(b *testing.B) {
			o := newOurs()
			o.run(c.Data)
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				o.run(c.Data)
			}
		})
	}
}

// BenchmarkReadOnly measures the chunk reader alone.
func BenchmarkReadOnly(b *testing.B) {
	for _, c := range corpus.All() {
		b.Run(c.Name, func(b *testing.B) {
			o := newOurs()
			b.SetBytes(int64(len(c.Data)))
			for b.Loop() {
				o.reader.Reset(c.Data)
				for o.reader.Next(&o.event) {
				}
			}
		})
	}
}

// BenchmarkReadAndMap measures the chunk reader and the Mapper, without an encoder.
func BenchmarkReadAndMap(b *testing.B) {
	for _, c := range corpus.All() {
		b.Run(c.Name, func(b *testing.B) {
			o := newOurs()
			b.SetBytes(int64(len(c.Data)))
			for b.Loop() {
				o.reader.Reset(c.Data)
				for o.reader.Next(&o.event) {
					o.mapper.Map(&o.event, &o.rec)
				}
				o.mapper.Release()
			}
		})
	}
}
