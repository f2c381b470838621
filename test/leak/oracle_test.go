package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/record"
)

// oracle says which fields of an event may be sent.
type oracle struct {
	cfg *config.Config
	// forbidden are values that may not be sent, allowed those that may, with the paths of
	// their fields.
	forbidden, allowed []found
	// levels is how many fields that may name the level are sent. contents is how many fields
	// may hold the message.
	levels, contents int
}

type found struct {
	path string
	node *node
}

// excludes reports whether the option excludes a field of that name.
func (o *oracle) excludes(path string) bool {
	if o.cfg.Mapping.LowercaseKeys {
		path = strings.ToLower(path)
	}
	return path != "" && o.cfg.Mapping.Exclude.Match([]byte(path))
}

// look finds the values of n. A field below an excluded one is excluded. A JSON line in the field
// log is the content: its fields have names of their own.
func (o *oracle) look(path string, n *node, excluded bool) {
	excluded = excluded || o.excludes(path)
	last := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case n.line != nil:
		o.contents++
		o.look("", n.line, excluded)
	case n.mark != "" && excluded:
		o.forbidden = append(o.forbidden, found{path, n})
	case n.mark != "":
		o.allowed = append(o.allowed, found{path, n})
	}
	if n.kind != object && n.kind != array && n.kind != null && !excluded && o.isLevel(path, last) {
		o.levels++
	}
	if path != "" && (slices.Contains(contentKeys, last) || slices.Contains(o.cfg.Mapping.ContentKeys, path)) {
		o.contents++
	}
	for i := range n.pairs {
		below := n.pairs[i].key
		if path != "" {
			below = path + "." + below
		}
		o.look(below, &n.pairs[i].value, excluded)
	}
	for i := range n.items {
		o.look(path, &n.items[i], excluded)
	}
}

func (o *oracle) isLevel(path, last string) bool {
	fold := func(key string) bool { return strings.EqualFold(key, last) || strings.EqualFold(key, path) }
	return slices.ContainsFunc(levelKeys, fold) || slices.ContainsFunc(o.cfg.Mapping.LevelKeys, fold) || last == "type"
}

// contentIsLine reports whether a JSON line in the field log is the content: no other field can be.
func (o *oracle) contentIsLine(e *event) bool {
	if o.cfg.Mapping.ContentKeys[0] != "log" {
		return false
	}
	logs := 0
	for _, p := range e.fields.pairs {
		if strings.EqualFold(p.key, "log") {
			logs++
		}
	}
	return logs == 1
}

// isIn reports whether the value of a node is in the bytes of a request, in one of the forms that a
// format gives it.
func (f *found) isIn(payload []byte) bool {
	n := f.node
	if bytes.Contains(payload, []byte(n.mark)) {
		return true
	}
	switch {
	case n.kind == number:
		return bytes.Contains(payload, binary.AppendUvarint(nil, uint64(n.num))) ||
			bytes.Contains(payload, []byte(strconv.FormatInt(n.num, 10)))
	case n.kind == blob:
		whole := base64.StdEncoding.EncodeToString([]byte(n.text))
		return bytes.Contains(payload, []byte(whole[:12])) || bytes.Contains(payload, []byte(n.text))
	default:
		id, err := hex.DecodeString(n.id) // OTLP has the bytes
		return err == nil && len(id) > 0 && bytes.Contains(payload, id)
	}
}

// isPlain reports whether a field is one that no mapping knows. Of two fields that a mapping knows,
// it may use one.
func (f *found) isPlain() bool {
	return slices.ContainsFunc(plainKeys, func(key string) bool {
		return f.path == key || strings.HasPrefix(f.path, key+".")
	})
}

// sends reports whether include and exclude let an attribute of that name through.
func (o *oracle) sends(key []byte) bool {
	m := &o.cfg.Mapping
	return !m.Exclude.Match(key) && (!m.Include.Any() || m.Include.Match(key))
}

// keysOf returns the names of the attributes that are sent with a record.
func keysOf(r *record.Record) (keys [][]byte) {
	add := func(list []record.Attribute) {
		for i := range list {
			keys = append(keys, list[i].Key)
		}
	}
	add(r.Attributes)
	for i := range r.Runs {
		add(r.Runs[i].Attributes)
	}
	if r.Group != nil {
		add(r.Group.Resource)
		add(r.Group.Scope)
	}
	return keys
}
