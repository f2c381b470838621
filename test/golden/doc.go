// Package golden holds what becomes of a record on its way to Dynatrace: captured chunks, and the records that the local
// Dynatrace (test/ingest) has stored after the plugin delivered them. It has tests only.
//
// testdata has a folder for each source and in it one for each case, to be read as documentation:
//
//   - fluent-bit.conf or .yaml: the configuration of the Fluent Bit that made the chunk, without its output;
//   - chunk.msgpack: the bytes that it handed to its output, as its file output with "format msgpack" writes them;
//   - input.json: the same to read. Keys stand in their order and as often as in the chunk, whole floats have a fraction, bytes
//     are {"$bin": base64}. A record without metadata is one of the form that Fluent Bit had before 2.1; group is what the
//     marker before a group of OTLP records holds;
//   - output.conf: the tag, and the options of the [OUTPUT] section besides those that every case has (see config). "env NAME
//     value" sets a variable, ${CASE} is the folder, a comment says what the case is about;
//   - stored.json: the records as stored, with sorted keys, without those that the server adds by itself.
//
// A case without chunk.msgpack is made by hand: its chunk is made of input.json. A task.json is served as the answer of the ECS
// task metadata endpoint. Whatever else lies in the folder is there for the options to name.
//
// The data models raw and flattened store the same, for every case.
//
//	go test ./test/golden -update
//
// writes input.json of the captured chunks, stored.json, and the examples in docs/mapping.md. Look at the difference before you
// commit it: it is what users will see.
package golden
