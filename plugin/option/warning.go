package option

// Warning is about the value of one option that is legal but probably wrong.
type Warning struct {
	// Name is the option, as in a configuration: "tls_verify".
	Name string
	// Text says in one line what is wrong. It holds no secret.
	Text string
}

// String returns the name and the text behind it.
func (w Warning) String() string { return w.Name + ": " + w.Text }
