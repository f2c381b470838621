package deadletter

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFile_StaysWithinCap(t *testing.T) {
	for _, maxBytes := range []int64{300, 1000, 1001, 4096} {
		t.Run(fmt.Sprint(maxBytes), func(t *testing.T) {
			x := newFixture(t, inTemp(t), maxBytes)
			var kept []string
			for i := range 200 {
				name := fmt.Sprint(i, strings.Repeat("x", i*37%int(maxBytes)))
				if x.Keep(entry(name)) {
					kept = append(kept, name)
				} else if sizeOf(entry(name)) <= maxBytes {
					t.Fatalf("an entry of %d bytes was not kept", sizeOf(entry(name)))
				}
				if sum := sizeAt(x.path) + sizeAt(x.path+".1"); sum > maxBytes {
					t.Fatalf("%d bytes on disk after entry %d", sum, i)
				}
			}
			got := contents(t, x.path+".1", x.path)
			if x.rotator.lost.count+int64(len(got)) != int64(len(kept)) {
				t.Errorf("kept %d, of which %d are on file and %d are said to be lost", len(kept), len(got), x.rotator.lost.count)
			}
			if !slices.Equal(got, kept[len(kept)-len(got):]) {
				t.Error("what is on file is not the newest")
			}
		})
	}
}

func TestFile_RotatesAtHalfTheCap(t *testing.T) {
	size := sizeOf(entry("a"))
	x := newFixture(t, inTemp(t), 2*(2*size+1))
	x.mustKeep(t, "a", "b", "c", "d")
	x.expect(t, "a", "b", "c", "d")
	x.expectLog(t, "rotated", 0)
	x.mustKeep(t, "e")
	x.expect(t, "c", "d", "e")
	x.expectLog(t, fmt.Sprintf("lines 2, bytes %d (since the start: lines 2, bytes %d)", 2*size, 2*size), 1)
	x.mustKeep(t, "f", "g")
	x.expect(t, "e", "f", "g")
	x.expectLog(t, "rotated", 1) // folded
	if x.rotator.lost != (lines{4, 4 * size}) {
		t.Errorf("lost: %+v", x.rotator.lost)
	}
}

func TestFile_LoweredCap(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	size := sizeOf(entry("a"))
	for range 10 {
		x.mustKeep(t, "a")
	}
	y := newFixture(t, x.path, 3*size)
	y.mustKeep(t, "b")
	y.expect(t, "b")
	if y.rotator.lost.count != 10 {
		t.Errorf("lost: %+v", y.rotator.lost)
	}
}

func TestFile_PredecessorIsNoFile(t *testing.T) {
	x := newFixture(t, inTemp(t), 2*(sizeOf(entry("a"))+1))
	x.mustKeep(t, "a")
	if err := os.Mkdir(x.path+".1", 0o700); err != nil {
		t.Fatal(err)
	}
	x.mustNotKeep(t, "b")
	x.expectLog(t, "move it away", 1)
	if err := os.Remove(x.path + ".1"); err != nil {
		t.Fatal(err)
	}
	x.mustNotKeep(t, "c") // within the pause
	x.clock.at = x.clock.at.Add(retryPause)
	x.mustKeep(t, "d")
	x.expect(t, "a", "d")
	x.expectLog(t, "2 were not kept since the first failure", 1)
}

func TestFile_PredecessorIsNoFileBeforeRotation(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	if err := os.Mkdir(x.path+".1", 0o700); err != nil {
		t.Fatal(err)
	}
	x.mustKeep(t, "a", "b")
	if got := contents(t, x.path); strings.Join(got, "") != "ab" {
		t.Errorf("on file: %q", got)
	}
}

func TestCountLines(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "\n": 0, "\n\n\n": 0, "a": 1, "a\n": 1, "a\nb": 2, "\na\n\nb\n\n": 2, strings.Repeat("x", 100_000) + "\ny": 2,
	} {
		if n := countLines(strings.NewReader(text)); n != want {
			t.Errorf("%.20q: %d lines, want %d", text, n, want)
		}
	}
}
