package deliver_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
)

// Judge classifies an answer by its cause. The cause alone decides what happens to the payload.
func ExampleJudge() {
	for _, answer := range []deliver.Answer{
		{Status: 204},
		{Status: 503, Header: http.Header{"Retry-After": {"30"}}},
		{Status: 401},
		{Status: 413},
		{Status: 400, Body: []byte(`{"error":{"code":400,"message":"Constraints violated"}}`)},
	} {
		v := deliver.Judge(answer)
		fmt.Println(answer.Status, v.Kind, v.RetryAfter)
	}
	// Output:
	// 204 accepted 0s
	// 503 transient 30s
	// 401 misconfigured 0s
	// 413 too_large 0s
	// 400 rejected 0s
}

// flaky is a Sender that fails twice and then accepts every payload.
type flaky struct{ calls int }

func (f *flaky) Send(context.Context, *batch.Payload, bool) deliver.Verdict {
	if f.calls++; f.calls < 3 {
		return deliver.Verdict{Kind: deliver.Transient, Message: "busy"}
	}
	return deliver.Verdict{Kind: deliver.Accepted}
}

// Senders form a chain. A Retrier repeats the sender behind it while the verdict is transient and
// the deadline of the context leaves time for another pause.
func ExampleRetrier() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sender := deliver.NewRetrier(&flaky{}, deliver.RetryOptions{
		Initial: time.Millisecond, Max: time.Millisecond,
	})
	v := sender.Send(ctx, &batch.Payload{Body: []byte("[]"), Records: 1}, true)
	fmt.Println(v.Kind, v.Attempts)
	// Output:
	// accepted 3
}
