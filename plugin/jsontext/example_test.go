package jsontext_test

import (
	"fmt"

	"out_dynatrace/plugin/jsontext"
)

// The result is valid JSON in valid UTF-8, whatever the bytes are.
func ExampleAppendString() {
	dst := []byte(`{"content":`)
	dst = jsontext.AppendString(dst, []byte("tab\tquote\" not UTF-8: \xff"))
	dst = append(dst, '}')
	fmt.Println(string(dst))
	// Output:
	// {"content":"tab\tquote\" not UTF-8: �"}
}

// A whole float stays a float, and what JSON has no number for becomes a string.
func ExampleAppendFloat() {
	dst := jsontext.AppendFloat(nil, 3, 64)
	dst = append(dst, ' ')
	dst = jsontext.AppendFloat(dst, float64(float32(0.1)), 32)
	fmt.Println(string(dst))
	// Output:
	// 3.0 0.1
}

// Fit cuts a text so that its JSON fits, without cutting a character.
func ExampleFit() {
	text := []byte("a\nü")
	fmt.Println(jsontext.Fit(text, 2), jsontext.Fit(text, 3), jsontext.Fit(text, 4), jsontext.Fit(text, 5))
	// Output:
	// 1 2 2 4
}
