package config

import (
	"slices"

	"out_dynatrace/plugin/option"
)

// loader is the state of one Load. Its methods refer to an option by the field that it sets, such
// as &l.Flush.Deadline.
type loader struct {
	*Config
	settings map[any]*setting // by field
	problems []error
}

// setting is what was found for one option.
type setting struct {
	name  string
	text  string // as it was given, "" if it was not
	wrong bool   // the field does not hold what was meant
}

// read sets the field of every option to what src has for it, or to its default.
func (l *loader) read(src Source, options []Option) {
	for _, o := range options {
		field := o.field(l.Config)
		text := src.Get(o.Name)
		l.settings[field] = &setting{name: o.Name, text: text}
		if text == "" {
			text = o.Default
		}
		if text == "" {
			continue
		}
		warnings, err := o.set(field, text)
		if err != nil {
			l.fail(field, "%w", err)
		}
		l.warn(field, warnings...)
	}
}

// name returns the name of an option.
func (l *loader) name(field any) string { return l.settings[field].name }

// text returns the value of an option as it was given, "" if it was not.
func (l *loader) text(field any) string { return l.settings[field].text }

// given reports whether an option was given, with whatever value.
func (l *loader) given(field any) bool { return l.settings[field].text != "" }

// wrong reports whether a value of the options could not be used, so that a check of them makes no
// sense.
func (l *loader) wrong(fields ...any) bool {
	return slices.ContainsFunc(fields, func(field any) bool { return l.settings[field].wrong })
}

// fail adds an error of an option. The text must hold no secret and no line break.
func (l *loader) fail(field any, format string, args ...any) {
	v := l.settings[field]
	v.wrong = true
	l.problems = append(l.problems, option.Errorf(v.name, format, args...))
}

// warn adds warnings about an option.
func (l *loader) warn(field any, texts ...string) {
	for _, text := range texts {
		l.Warnings = append(l.Warnings, option.Warning{Name: l.name(field), Text: text})
	}
}
