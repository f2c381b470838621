package secret

import (
	"errors"
	"fmt"
	"strings"

	"out_dynatrace/plugin/watchfile"
)

// maxFile bounds a token file, in bytes.
const maxFile = 64 << 10

// ReadFile reads the token in a file (option api_token_file): a regular file of at most 64 KiB.
// The warnings are those of Parse; the error is one line. Neither names the option.
func ReadFile(path string) (Secret, []string, error) {
	if HoldsToken(path) {
		return Secret{}, nil, errors.New(
			"got a token, takes the path of a file that holds one; a token goes into `api_token`")
	}
	data, err := ReadBounded(path, maxFile)
	if err != nil && !strings.ContainsAny(path, `/\`) {
		// Not shown: it may be a token of the older form, which nothing distinguishes from a name.
		return Secret{}, nil, fmt.Errorf("got a name of %d characters that is not a readable file, "+
			"takes the path of a file that holds a token; a token goes into `api_token`", len(path))
	}
	if err != nil {
		return Secret{}, nil, err
	}
	secret, warnings, err := Parse(string(data))
	if err != nil {
		return Secret{}, nil, fmt.Errorf("the file %s: %w", Quote(path), err)
	}
	return secret, warnings, nil
}

// ReadBounded reads a regular file of at most limit bytes. It never blocks, as opening a pipe
// would. The error is one line and quotes the path with Quote, since a token may have been put in
// its place.
func ReadBounded(path string, limit int64) ([]byte, error) {
	data, err := watchfile.ReadFile(path, limit)
	var tooLarge *watchfile.TooLargeError
	switch {
	case err == nil:
		return data, nil
	case errors.Is(err, watchfile.ErrNotRegular) || errors.As(err, &tooLarge):
		return nil, fmt.Errorf("got %s, which %w", Quote(path), err)
	default:
		return nil, fmt.Errorf("got %s, which cannot be read: %w", Quote(path), err)
	}
}
