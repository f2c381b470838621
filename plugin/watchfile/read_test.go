package watchfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadFile_Limit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, strings.Repeat("x", 100))
	if data, err := ReadFile(path, 100); len(data) != 100 || err != nil {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	var large *TooLargeError
	if _, err := ReadFile(path, 99); !errors.As(err, &large) || large.Limit != 99 {
		t.Errorf("got %v", err)
	}
}

func TestReadFile_OnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe, os.DevNull} {
		if _, err := ReadFile(path, 100); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestReadFile_ErrorsHideThePath(t *testing.T) {
	dir := t.TempDir()
	file, loop := filepath.Join(dir, "secret"), filepath.Join(dir, "secret-loop")
	write(t, file, "x")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path    string
		missing bool
	}{{file + "-gone", true}, {file + "/below", true}, {loop, false}} {
		_, err := ReadFile(c.path, 100)
		if err == nil || Missing(err) != c.missing || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, missing %v", c.path, err, Missing(err))
		}
	}
}
