package corpus

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func numbered(t *testing.T, n int) []string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteNumbered(&b, n); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func TestNumbered_LinesHaveFormAndChecksum(t *testing.T) {
	form := regexp.MustCompile(`^line (\d{6,}) \[.+\] ([0-9a-f]{8})$`)
	lines := numbered(t, 3000)
	if len(lines) != 3000 {
		t.Fatalf("%d lines", len(lines))
	}
	wide := 0
	for i, line := range lines {
		m := form.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %d: %q", i+1, line)
		}
		if n, _ := strconv.Atoi(m[1]); n != i+1 {
			t.Errorf("line %d has number %d", i+1, n)
		}
		if sum, _ := strconv.ParseUint(m[2], 16, 32); uint32(sum) != crc32.ChecksumIEEE([]byte(line[:len(line)-9])) {
			t.Errorf("line %d: the checksum is wrong", i+1)
		}
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || len(line) > 330 {
			t.Errorf("line %d: %q", i+1, line)
		}
		if len(line) > utf8.RuneCountInString(line) {
			wide++
		}
	}
	if wide < 2500 {
		t.Errorf("only %d lines hold more than ASCII", wide)
	}
}

func TestArrival_OfAllLinesInAnyOrderIsOK(t *testing.T) {
	lines := numbered(t, 2000)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	if a := CheckNumbered(2000, slices.Values(lines)); !a.OK() {
		t.Error(a)
	}
}

func TestNumbered_LinesSurviveJSON(t *testing.T) {
	lines := numbered(t, 500)
	text, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if a := CheckNumbered(500, slices.Values(back)); !a.OK() {
		t.Error(a)
	}
}

func TestArrival_EveryKindOfLossIsFound(t *testing.T) {
	lines := numbered(t, 10)
	cases := []struct {
		name    string
		arrived []string
		missing []int
		doubled []int
		damaged int
	}{
		{"nothing came", nil, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, nil, 0},
		{"one missing", slices.Delete(slices.Clone(lines), 3, 4), []int{4}, nil, 0},
		{"the last missing", lines[:9], []int{10}, nil, 0},
		{"one twice", append(slices.Clone(lines), lines[4]), nil, []int{5}, 0},
		{"one three times", append(slices.Clone(lines), lines[4], lines[4]), nil, []int{5}, 0},
		{"one cut", append(slices.Clone(lines[1:]), lines[0][:20]), []int{1}, nil, 1},
		{"one with another end", append(slices.Clone(lines[1:]), lines[0]+" "), []int{1}, nil, 1},
		{"one intact and once damaged", append(slices.Clone(lines), "x"+lines[0]), nil, nil, 1},
		{"a line of another length of the number", append(slices.Clone(lines), strings.Replace(lines[0], "000001", "1", 1)), nil, nil, 1},
		{"a number beyond the end", append(slices.Clone(lines), string(appendNumbered(nil, 11))), nil, nil, 1},
		{"a foreign line", append(slices.Clone(lines), "", "line", "line x"), nil, nil, 3},
		{"more copies than a byte counts", append(slices.Clone(lines), slices.Repeat(lines[:1], 300)...), nil, []int{1}, 0},
	}
	for _, c := range cases {
		a := CheckNumbered(10, slices.Values(c.arrived))
		if !slices.Equal(a.Missing, c.missing) || !slices.Equal(a.Doubled, c.doubled) || len(a.Damaged) != c.damaged || a.OK() {
			t.Errorf("%s: %v", c.name, a)
		}
	}
}

func TestArrival_StringIsOneLine(t *testing.T) {
	a := CheckNumbered(10, slices.Values([]string{"noise\nnoise"}))
	if want := `10 missing [1 2 3 4 5 ...], 0 doubled [], 1 damaged ["noise\nnoise"]`; a.String() != want {
		t.Errorf("got %s, want %s", a, want)
	}
}
