package deliver

import (
	"errors"
	"io"
	"sync"
)

// errReleased is the result of reading a body whose attempt is over.
var errReleased = errors.New("the attempt is over")

// requestBody lends the bytes of a payload to net/http for one attempt. net/http may still be
// writing a body after it has returned the answer (an early 413, a timeout), while the payload's
// buffer goes back to its pool: after release no byte is read any more. Safe for concurrent use.
type requestBody struct {
	mu   sync.Mutex
	data []byte // nil once released
}

// open returns a reader from the start. It has the signature of http.Request.GetBody, with which
// the transport starts again on a new connection when it finds an idle one closed.
func (b *requestBody) open() (io.ReadCloser, error) { return &bodyReader{body: b}, nil }

// release takes the bytes back. No Read runs or begins to copy once it has returned.
func (b *requestBody) release() {
	b.mu.Lock()
	b.data = nil
	b.mu.Unlock()
}

// bodyReader is one reading of a requestBody.
type bodyReader struct {
	body *requestBody
	at   int
}

func (r *bodyReader) Read(into []byte) (int, error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.data == nil {
		return 0, errReleased
	}
	n := copy(into, r.body.data[r.at:])
	r.at += n
	if n == 0 && len(into) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close does nothing; release ends the reading.
func (r *bodyReader) Close() error { return nil }
