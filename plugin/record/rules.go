package record

// Rules are what every record of a Builder keeps to.
type Rules struct {
	Limits Limits
	// Stringify turns numbers and booleans into text, LowercaseKeys keys into lower case.
	Stringify, LowercaseKeys bool
	// Include and Exclude select attributes by their keys as Dynatrace gets them, in lower case
	// with LowercaseKeys. An empty Include selects all. Exclude also matches the names that
	// fields have before they are renamed or cut, and maps as a whole.
	Include, Exclude Patterns
	// DropEmpty leaves out attributes without a value: null, "", [] and {}.
	DropEmpty bool
	// Header are attributes that travel in a header of the request. They take precedence: no
	// attribute of a record has a key of theirs.
	Header []Attribute
	// Watch, if not nil, is called for each field that the Builder reads under one of the
	// Watched keys, also if the field is then left out, cut off or renamed. isText reports
	// whether the value is text; null is not reported.
	Watch   func(key int, text []byte, isText bool)
	Watched []string
}
