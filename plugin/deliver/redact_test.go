package deliver

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"out_dynatrace/plugin/secret"
)

// TestJudge_HidesEveryFormOfAValue: an answer may write it in any way.
func TestJudge_HidesEveryFormOfAValue(t *testing.T) {
	for _, value := range []string{"s3cret", `a"key<&>`, "two  blanks", "path/and?query=%20", "äöü-schlüssel"} {
		hidden := newHidden([]string{"short", value})
		plain := oneBlank(value)
		for _, c := range []struct {
			name   string
			answer Answer
		}{
			{"text", status(400, "you sent "+value)},
			{"one line of it", status(400, "you sent "+plain)},
			{"an envelope", status(400, fmt.Sprintf(`{"error":{"message":%q}}`, value))},
			{"JSON of another kind", status(500, fmt.Sprintf(`{"you sent":%q}`, value))},
			{"a web page", status(403, "<html><title>"+strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&#34;").Replace(value)+"</title>")},
			{"text that was made for a page", status(400, "you sent "+strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(value))},
			{"a redirect", status(302, "", "Location", (&redirect{value}).url())},
			{"at the end of what is shown", status(400, strings.Repeat("x", maxSaid-3)+value)},
			{"a protobuf answer", otlp(status(200, partial(1, value)))},
		} {
			c.answer.Hidden = hidden
			got := Judge(c.answer).Message
			if strings.Contains(got, value) || strings.Contains(got, plain) || strings.Contains(got, value[:4]) && c.name != "text" && !strings.Contains(got, secret.Redacted) {
				t.Errorf("%q in %s: %s", value, c.name, got)
			}
			if c.name != "at the end of what is shown" && !strings.Contains(got, secret.Redacted) {
				t.Errorf("%q in %s: nothing is taken out of %s", value, c.name, got)
			}
		}
	}
	if got := Judge(status(http.StatusBadRequest, "you sent short")).Message; !strings.Contains(got, "short") {
		t.Errorf("got %s", got)
	}
}

type redirect struct{ path string }

func (r *redirect) url() string {
	return "https://elsewhere.example/" + strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(r.path, "%", "%25"), "?", "%3F"), " ", "%20")
}
