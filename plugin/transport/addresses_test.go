package transport_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"syscall"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/transport"
)

// nameServer answers each question with the addresses it has at the time, in their order.
type nameServer struct {
	mu        sync.Mutex
	addresses []net.IP
	asked     int
}

func (s *nameServer) set(addresses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addresses = nil
	for _, address := range addresses {
		s.addresses = append(s.addresses, net.ParseIP(address).To4())
	}
}

// resolver asks the server alone.
func (s *nameServer) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if n > 12 {
				_, _ = conn.WriteTo(s.answer(buf[:n]), from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// answer is what RFC 1035, section 4.1 makes of it: addresses for a question of type A, none for any other.
func (s *nameServer) answer(question []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	var addresses []net.IP
	if binary.BigEndian.Uint16(question[end-4:]) == 1 {
		addresses = s.addresses
	}
	out := append([]byte{}, question[:2]...)
	out = append(out, 0x81, 0x80, 0, 1, 0, byte(len(addresses)), 0, 0, 0, 0)
	out = append(out, question[12:end]...)
	for _, ip := range addresses {
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, ip...)
	}
	return out
}

// deadAddress makes a port of an address of this machine one where connections are neither taken nor refused: its queue is full.
func deadAddress(t *testing.T, address string, port int) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	at := &syscall.SockaddrInet4{Port: port, Addr: [4]byte(net.ParseIP(address).To4())}
	if err := syscall.Bind(fd, at); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	target := net.TCPAddr{IP: net.ParseIP(address), Port: port}
	for range 4 {
		conn, err := net.DialTimeout("tcp", target.String(), 200*time.Millisecond)
		if err != nil {
			return
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Skip("this system takes more connections than its backlog")
}

// named makes a URL lead to a name that servers of the test alone know.
func named(t *testing.T, s *nameServer, target string) (*transport.Transport, string) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = net.JoinHostPort("server.example", u.Port())
	tr := transportTo(t, u.String())
	tr.Dialer().Resolver = s.resolver(t)
	tr.Renew()
	return tr, u.String()
}

func TestTransport_DeadAddressLeavesTimeForTheNext(t *testing.T) {
	server := httptest.NewServer(answer(204, ""))
	defer server.Close()
	deadAddress(t, "127.0.0.2", server.Listener.Addr().(*net.TCPAddr).Port)
	names := new(nameServer)
	names.set("127.0.0.2", "127.0.0.1")
	tr, target := named(t, names, server.URL)
	tr.Dialer().Timeout = transport.NewDialer(9*time.Second, false).Timeout // net gives an address 2 s at least
	client := quick(t, target, through(tr), timeout(9*time.Second))
	expectVerdict(t, client.Send(t.Context(), payload, true), deliver.Accepted, deliver.ReasonAccepted, "")
}

func TestTransport_DeadServerIsATimeout(t *testing.T) {
	server := httptest.NewServer(answer(204, ""))
	port := server.Listener.Addr().(*net.TCPAddr).Port
	server.Close()
	deadAddress(t, "127.0.0.1", port)
	tr := transportTo(t, server.URL)
	tr.Dialer().Timeout = 100 * time.Millisecond
	v := quick(t, server.URL, through(tr)).Send(t.Context(), payload, true)
	expectVerdict(t, v, deliver.Transient, deliver.ReasonTimeout, "no response in time; retrying")
}

func TestTransport_FollowsANameThatMoves(t *testing.T) {
	var from sync.Map
	where := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			count, _ := from.LoadOrStore(name, new(int))
			*count.(*int)++
			answer(204, "")(w, r)
		}
	}
	first := httptest.NewUnstartedServer(where("first"))
	first.Start()
	defer first.Close()
	port := first.Listener.Addr().(*net.TCPAddr).Port
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.ParseIP("127.0.0.3"), Port: port})
	if err != nil {
		t.Skip("no second address of this machine: ", err)
	}
	second := httptest.NewUnstartedServer(where("second"))
	second.Listener.Close()
	second.Listener = listener
	second.Start()
	defer second.Close()

	names := new(nameServer)
	names.set("127.0.0.1")
	tr, target := named(t, names, first.URL)
	var time clock
	tr.SetNow(time.now)
	client := quick(t, target, through(tr))
	send := func(want string, n int) {
		t.Helper()
		expectVerdict(t, client.Send(t.Context(), payload, true), deliver.Accepted, deliver.ReasonAccepted, "")
		if count, ok := from.Load(want); !ok || *count.(*int) != n {
			t.Errorf("want request %d at the %s server", n, want)
		}
	}
	send("first", 1)
	names.set("127.0.0.3")
	send("first", 2) // on the connection that is there
	time.Add(int64(2 * transport.MaxAge))
	send("second", 1)
	names.set("127.0.0.1")
	second.Close() // with its connections
	if v := client.Send(t.Context(), payload, true); v.Kind == deliver.Transient {
		send("first", 3)
	} else if v.Kind != deliver.Accepted {
		t.Errorf("%s: %s", v.Kind, v.Message)
	}
}
