package source

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/record"
)

// The file source maps the path that tail adds under path_key.

const filePath Slot = "path"

func fileFields(o *Options) (list []Field) {
	for _, key := range o.PathKeys {
		list = append(list, Field{Key: key, Use: Hold, Slot: filePath, Accept: nameThat(isPath)})
	}
	return list
}

// isPath reports whether a text is an absolute path, of Unix or of Windows.
func isPath(d []byte) bool {
	return d[0] == '/' ||
		len(d) > 3 && ascii.IsLetter(d[0]) && d[1] == ':' && (d[2] == '\\' || d[2] == '/')
}

// mapFile adds the path of the file that a line was read from.
func mapFile(in *Input, out *record.Builder) {
	path := in.Text(filePath)
	out.Put("log.file.path", path)
	out.Put("log.file.name", path[bytes.LastIndexAny(path, `/\`)+1:])
}

func fileSource(in *Input) []byte { return in.Text(filePath) }
