package option

import "fmt"

// Error is a problem of one option. Find it with errors.As.
type Error struct {
	// Name is the option, as in a configuration: "tls_ca_file".
	Name string
	// Err says in one line what the option got and what it takes. It holds no secret.
	Err error
}

// Errorf returns an Error whose Err is made by fmt.Errorf.
func Errorf(name, format string, args ...any) error {
	return &Error{Name: name, Err: fmt.Errorf(format, args...)}
}

// Error returns the name and the text behind it.
func (e *Error) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
