package deliver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/telemetry"
)

const (
	firstToken  = "dt0c01.AAAAAAAAAAAAAAAAAAAAAAAA.BCDEFGHBCDEFGHBCDEFGHBCDEFGHBCDEFGHBCDEFGHBCDEFGHBCDEFGHBCDEFGHB"
	secondToken = "dt0s16.CCCCCCCCCCCCCCCCCCCCCCCC.DEFGHIJDEFGHIJDEFGHIJDEFGHIJDEFGHIJDEFGHIJDEFGHIJDEFGHIJDEFGHIJD"
)

func TestStaticToken_GivesTheConfiguredOne(t *testing.T) {
	parsed, _, err := secret.Parse(firstToken)
	if err != nil {
		t.Fatal(err)
	}
	if value, err := (StaticToken{parsed}).Authorization(); value != "Api-Token "+firstToken || err != nil {
		t.Errorf("%q, %v", value, err)
	}
	if value, err := (StaticToken{}).Authorization(); value != "" || err != nil {
		t.Errorf("no token gives %q, %v", value, err)
	}
}

func TestFileToken(t *testing.T) {
	const first, second = "Api-Token " + firstToken, "Bearer " + secondToken
	for _, c := range []struct {
		name  string
		later time.Duration
		do    func(t *testing.T, path string, token *FileToken)
		want  string
		says  string
	}{
		{"keeps what did not change", time.Hour, func(*testing.T, string, *FileToken) {}, first, ""},
		{"notices a changed file", time.Second, func(t *testing.T, path string, _ *FileToken) {
			write(t, path, secondToken+"\n")
		}, second, "the token changed to dt0s16.CCCCCCCCCCCCCCCCCCCCCCCC"},
		{"does not look more than once a second", 999 * time.Millisecond, func(t *testing.T, path string, _ *FileToken) {
			write(t, path, secondToken)
		}, first, ""},
		{"notices a file put in its place with the same size and time", time.Second, func(t *testing.T, path string, _ *FileToken) {
			was := stat(t, path)
			write(t, path+".new", secondToken)
			if err := os.Chtimes(path+".new", was.ModTime(), was.ModTime()); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}, second, "changed"},
		{"does not notice a change that hides, until the server rejects the token", time.Second, hide, first, ""},
		{"reads the file again after the server rejected the token", time.Second, func(t *testing.T, path string, token *FileToken) {
			hide(t, path, token)
			token.TokenRejected()
		}, second, "changed"},
		{"keeps the last good token while the file is gone", time.Hour, func(t *testing.T, path string, _ *FileToken) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, first, "the last good token stays in use"},
		{"keeps the last good token while the file is half written", time.Hour, func(t *testing.T, path string, _ *FileToken) {
			write(t, path, "")
		}, first, "the last good token stays in use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			write(t, path, firstToken)
			synctest.Test(t, func(t *testing.T) {
				logger := &recorder{}
				token, err := NewFileToken(path, telemetry.NewLog(logger, nil, 0))
				if err != nil {
					t.Fatal(err)
				}
				expectToken(t, token, first)
				c.do(t, path, token)
				time.Sleep(c.later)
				expectToken(t, token, c.want)
				expectToken(t, token, c.want)
				said := strings.Join(logger.lines, "\n")
				if !strings.Contains(said, c.says) || (said == "") != (c.says == "") {
					t.Errorf("logged %q, want %q", said, c.says)
				}
				if strings.Contains(said, "DEFGH") {
					t.Errorf("logged the secret: %q", said)
				}
			})
		})
	}
}

func TestFileToken_ComesBackAfterTheFileWasGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, firstToken)
	synctest.Test(t, func(t *testing.T) {
		token, err := NewFileToken(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(path)
		time.Sleep(time.Second)
		expectToken(t, token, "Api-Token "+firstToken)
		write(t, path, secondToken)
		time.Sleep(time.Second)
		expectToken(t, token, "Bearer "+secondToken)
	})
}

func TestFileToken_MustBeGoodAtTheStart(t *testing.T) {
	dir := t.TempDir()
	if _, err := NewFileToken(filepath.Join(dir, "missing"), nil); err == nil {
		t.Error("a missing file is taken")
	}
	empty := filepath.Join(dir, "empty")
	write(t, empty, "\n")
	if _, err := NewFileToken(empty, nil); err == nil {
		t.Error("an empty file is taken")
	}
}

// hide changes the token in place and gives the file its old time back.
func hide(t *testing.T, path string, _ *FileToken) {
	was := stat(t, path)
	write(t, path, secondToken)
	if err := os.Chtimes(path, was.ModTime(), was.ModTime()); err != nil {
		t.Fatal(err)
	}
}

func expectToken(t *testing.T, token *FileToken, want string) {
	t.Helper()
	if value, err := token.Authorization(); value != want || err != nil {
		t.Errorf("gives %.30q, %v; want %.30q", value, err, want)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
