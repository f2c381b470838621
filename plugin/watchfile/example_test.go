package watchfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"out_dynatrace/plugin/watchfile"
)

// A token in a file must be good at the start. Later the last good one stays in use, and the file
// is read again after a server rejected the token.
func Example() {
	dir, _ := os.MkdirTemp("", "watchfile")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "token")
	_ = os.WriteFile(path, []byte("first\n"), 0o600)

	now := time.Unix(0, 0)
	token := watchfile.New(watchfile.Options[string]{
		Paths: []string{path},
		Load: func() (string, error) {
			data, err := watchfile.ReadFile(path, 4<<10)
			if err != nil {
				return "", err
			}
			if len(data) == 0 {
				return "", errors.New("is empty")
			}
			return strings.TrimSpace(string(data)), nil
		},
		Equal: func(a, b string) bool { return a == b },
		Now:   func() time.Time { return now },
	})
	use := func() {
		changed, err := token.Refresh()
		value, _ := token.Value()
		fmt.Println(value, changed, err)
	}

	use()
	_ = os.WriteFile(path, []byte("second"), 0o600)
	use() // too early for another look
	now = now.Add(time.Second)
	use()
	_ = os.Truncate(path, 0)
	now = now.Add(time.Second)
	use()
	token.Invalidate() // after a 401
	// Output:
	// first true <nil>
	// first false <nil>
	// second true <nil>
	// second false is empty
}

// An optional file starts as missing and may appear later.
func ExampleFile_Value() {
	dir, _ := os.MkdirTemp("", "watchfile")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "token")
	token := watchfile.New(watchfile.Options[string]{
		Paths: []string{path},
		Load: func() (string, error) {
			data, err := watchfile.ReadFile(path, 4<<10)
			return string(data), err
		},
		Interval: -1, // look at every use
	})

	_, err := token.Refresh()
	_, ok := token.Value()
	fmt.Println(ok, watchfile.Missing(err))

	_ = os.WriteFile(path, []byte("late"), 0o600)
	_, _ = token.Refresh()
	value, ok := token.Value()
	fmt.Println(value, ok)
	// Output:
	// false true
	// late true
}
