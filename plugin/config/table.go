package config

// Group is a part of the table with its heading in docs/options.md.
type Group struct {
	Title   string
	Options []Option
}

// Groups returns the table, in the order of docs/options.md.
func Groups() []Group {
	return []Group{
		{"Destination", destinationRows},
		{"Format and size of requests", formatRows},
		{"Limits of a record", limitRows},
		{"Mapping", mappingRows},
		{"Delivery", deliveryRows},
		{"TLS and proxy", networkRows},
	}
}

// Table returns the rows of all groups.
func Table() []Option {
	var all []Option
	for _, g := range Groups() {
		all = append(all, g.Options...)
	}
	return all
}
