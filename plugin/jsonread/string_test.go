package jsonread

import (
	"strings"
	"testing"
)

func TestAppend_Strings(t *testing.T) {
	for text, want := range map[string]string{
		`plain`:                      "plain",
		`\"\\\/\b\f\n\r\t`:           "\"\\/\b\f\n\r\t",
		`\u0000\u001f\u007f\u0080`:   "\x00\x1f\x7f\u0080",
		`\u00e9\u00E9\u07ff\u0800`:   "éé\u07ff\u0800",
		`\ud7ff\ue000\uffff`:         "\ud7ff\ue000\uffff",
		`\ud83c\udf89\uD800\uDC00`:   "🎉\U00010000",
		`\udbff\udfff`:               "\U0010ffff",
		`日本語 🎉 ünïcödé`:              "日本語 🎉 ünïcödé",
		`\ud83c`:                     "\ufffd",
		`\udf89`:                     "\ufffd",
		`\ud83cx`:                    "\ufffdx",
		`\ud83c\n`:                   "\ufffd\n",
		`\ud83c\u0041`:               "\ufffdA",
		`\ud83c\ud83c\udf89`:         "\ufffd🎉",
		`\udf89\ud83c`:               "\ufffd\ufffd",
		`\udf89\udf89`:               "\ufffd\ufffd",
		`\ud83cxudf89`:               "\ufffdxudf89",
		`\ud83c\ndf89`:               "\ufffd\ndf89",
		`\ud83c\ue000`:               "\ufffd\ue000",
		"raw \xff and \xc3\\n \xed ": "raw \xff and \xc3\n \xed ",
		"\x7f\u2028/<>&'":            "\x7f\u2028/<>&'",
	} {
		for _, length := range []int{0, 1, 7, 8, 25, 31, 32, 40, 255, 256, 300} {
			fill := strings.Repeat("x", length)
			for _, spare := range []int{0, 1000} {
				out, ok := Append(make([]byte, 0, spare), []byte(object(`"`+fill+text+fill+`"`)))
				if !ok {
					t.Errorf("%s: not ok", text)
				} else if got, want := str(t, out), fill+want+fill; got != want {
					t.Errorf("%s: got %q, want %q", text, got, want)
				}
			}
		}
	}
}

func TestAppend_EveryByteOfString(t *testing.T) {
	for c := range 256 {
		if c < ' ' || c == '"' || c == '\\' {
			continue
		}
		for at := range 40 {
			want := strings.Repeat("x", at) + string([]byte{byte(c)}) + strings.Repeat("y", 40-at)
			if out, ok := Append(make([]byte, 0, 100), []byte(object(`"`+want+`"`))); !ok || str(t, out) != want {
				t.Errorf("byte %#x at %d: %v, %q", c, at, ok, out)
			}
		}
	}
}

func TestAppend_StringSizes(t *testing.T) {
	for _, n := range []int{0, 1, 6, 7, 8, 9, 30, 31, 32, 33, 255, 256, 65520, 65535, 65536, 200_000} {
		for _, escape := range []string{"", `\t`} {
			want := strings.Repeat("y", n) + strings.ReplaceAll(escape, `\t`, "\t")
			for _, rest := range []string{"", `,"l":"` + strings.Repeat("z", 70_000) + `"`} {
				out, ok := Append(nil, []byte(`{"k":"`+strings.Repeat("y", n)+escape+`"`+rest+`}`))
				if !ok {
					t.Errorf("%d bytes: not ok", n)
				} else if got := str(t, out); got != want {
					t.Errorf("%d bytes: got %d, of which the last are %q", n, len(got), got[max(0, len(got)-9):])
				}
			}
		}
	}
}
