package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Bounds of the files that are read at start, in bytes.
const (
	maxTokenFile = 64 << 10
	maxPEMFile   = 16 << 20
)

// readFile reads a regular file of at most limit bytes. It never waits, as a pipe would make it do.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read: %w", quote(path), reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("got %s, which is not a file", quote(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read: %w", quote(path), reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read: %w", quote(path), reason(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("got %s, which has more than %s", quote(path), formatSize(limit))
	}
	return data, nil
}

// reason is an error of the file system without the path, which may be a token that was put in the wrong place.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
