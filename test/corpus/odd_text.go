package corpus

import "strings"

// oddText are strings that are not what a writer of JSON hopes for, each as the log line, as
// another value and as a key.
func oddText() []Case {
	texts := []struct{ name, text string }{
		// bytes that are no UTF-8: binary output, other encodings, lines cut by a size limit in the
		// middle of a character
		{"a lone continuation byte", "before \x80 after"},
		{"a lead byte without continuation", "before \xc3( after"},
		{"a character cut at the end of the string", "price 12 \xe2\x82"},
		{"an emoji cut at the end of the string", "done \xf0\x9f\x8e"},
		{"UTF-16 surrogates as UTF-8", "before \xed\xa0\xbd\xed\xb8\x80 after"},
		{"an overlong slash", "path \xc0\xaf etc"},
		{"an overlong NUL", "before \xe0\x80\x80 after"},
		{"a code point beyond Unicode", "before \xf4\x90\x80\x80 after"},
		{"bytes that UTF-8 never has", "before \xfe\xff after"},
		{"Latin-1 text", "Stra\xdfe in Z\xfcrich"},
		{"Windows UTF-16 text", "\xff\xfel\x00i\x00n\x00e\x00"},
		{"nothing but invalid bytes", strings.Repeat("\xff", 100)},
		{"invalid bytes at each eight byte border", strings.Repeat("sevenby\xff", 9)},
		// valid, but in need of care
		{"control characters", "nul \x00 bell \a backspace \b escape \x1b[0m delete \x7f"},
		{"quotes and backslashes", `say "hello" \ C:\temp\new \u0041`},
		{"a tab, a CR and an LF at the end", "text\t\r\n"},
		{"HTML characters", `<script>alert("x")</script> & 'y'`},
		{"the replacement character", "before \ufffd after"},
		{"a byte order mark", "\ufefftext"},
		{"line and paragraph separators", "a\u2028b\u2029c"},
		{"noncharacters", "a\uffffb\ufdd0c\U0010ffffd"},
		{"right-to-left overrides", "abc\u202edef\u202c"},
		{"an emoji of several code points", "👩‍💻👨🏽‍🔧🇪🇺"},
		{"a letter with 50 combining marks", "o" + strings.Repeat("\u0308", 50)},
		{"spaces only", "   \t  "},
		{"an empty string", ""},
		{"a string of 31 bytes", strings.Repeat("s", 31)},
		{"a string of 32 bytes", strings.Repeat("s", 32)},
		{"a string of 255 bytes", strings.Repeat("s", 255)},
		{"a string of 256 bytes", strings.Repeat("s", 256)},
		{"a string of 65,535 bytes", strings.Repeat("s", 65_535)},
		{"a string of 65,536 bytes", strings.Repeat("s", 65_536)},
		{"65,536 bytes of three byte characters", strings.Repeat("語", 65_536/3)},
	}
	cases := make([]Case, 0, 2*len(texts)+6)
	for _, t := range texts {
		cases = append(cases,
			among(t.name+" in a value", Map(Str("log"), Str(t.text), Str("other"), Str(t.text), Str("list"), Array(Str(t.text)))))
		if len(t.text) <= 256 {
			cases = append(cases,
				among(t.name+" in a key", Map(Str("log"), Str("x"), Str(t.text), Int(1), Str("in"), Map(Str(t.text), Str("y")))))
		}
	}
	return append(cases,
		// encoders that do not care for the shortest form
		among("short strings with long headers", Map(Str8("log"), Str16("short"), Str16("key"), Str32("value"), Str32(""), Str8(""))),
		// Fluent Bit writes bin for trace and span ids, forward clients in Go for []byte, old Ruby
		// clients for text
		among("bin values", Map(Str("log"), Bin([]byte("text as bin")), Str("id"), Bin([]byte{0, 1, 0xfe, 0xff}), Str("none"), Bin(nil))),
		among("a bin of 300 bytes", Map(Str("log"), Bin(make([]byte, 300)))),
		among("a bin of 70,000 bytes", Map(Str("log"), Bin(make([]byte, 70_000)))),
		among("a key as bin", Map(Bin([]byte("log")), Str("the key is a bin"))),
		among("a key of 10,000 bytes", Fields("log", "x", strings.Repeat("k", 10_000), "long key")),
	)
}
