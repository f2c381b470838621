// Package golden shows how records are stored in Dynatrace: it holds captured chunks, and the
// records that the local Dynatrace (test/ingest) stored after the plugin delivered the chunk. It
// has tests only.
//
// testdata has a folder for each source, with a folder for each case. A case serves as
// documentation, too:
//
//   - fluent-bit.conf or .yaml: the configuration of the Fluent Bit that produced the chunk,
//     without its output;
//   - chunk.msgpack: the bytes that Fluent Bit passed to its output, as its file output with
//     "format msgpack" writes them;
//   - input.json: the chunk in readable form. Keys keep their order and their duplicates, whole
//     floats have a fraction, bytes are {"$bin": base64}. A record without metadata has the form
//     of Fluent Bit before 2.1. group is the content of the marker before a group of OTLP records;
//   - output.conf: the tag, and the options of the [OUTPUT] section except those that every case
//     has (see config). "env NAME value" sets a variable, ${CASE} is the folder, and a comment
//     explains the case;
//   - stored.json: the stored records, with sorted keys, without the attributes that the server
//     itself adds.
//
// A case without chunk.msgpack is made by hand: its chunk is built from input.json. A task.json is
// served as the response of the ECS task metadata endpoint. Other files in the folder are named by
// options of the case.
//
// Every case is stored alike with the data models raw and flattened.
//
//	go test ./test/golden -update
//
// writes stored.json, input.json of the captured chunks, and the examples in docs/mapping.md.
// Review the difference before you commit it: it is what users will see.
package golden
