package option_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"out_dynatrace/plugin/option"
)

func TestError_NamesTheOptionAndKeepsTheCause(t *testing.T) {
	err := fmt.Errorf("start: %w", option.Errorf("tls_ca_file", "got %q: %w", "x", fs.ErrNotExist))
	if got, want := err.Error(), `start: tls_ca_file: got "x": file does not exist`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var found *option.Error
	if !errors.As(err, &found) || found.Name != "tls_ca_file" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %+v", found)
	}
}
