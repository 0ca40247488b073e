package station_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// flood sends queries over one socket and reads the answers, many by one system
// call, so that it asks more than the fastest server answers.
type flood struct {
	fd      int
	out, in [burst]floodMessage
	outVec  [burst]unix.Iovec
	inVec   [burst]unix.Iovec
	inRoom  [burst][2048]byte
}

// floodMessage is struct mmsghdr of recvmmsg(2).
type floodMessage struct {
	head unix.Msghdr
	n    uint32
}

const (
	burst  = 64
	flight = 128 // queries that wait for their answers
)

func newFlood(b *testing.B, to netip.AddrPort) *flood {
	b.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		b.Fatal(err)
	}
	f := &flood{fd: fd}
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}),
		unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}),
	)
	if err != nil {
		b.Fatal(err)
	}
	for i := range burst {
		f.inVec[i].Base = &f.inRoom[i][0]
		f.inVec[i].SetLen(len(f.inRoom[i]))
		f.in[i].head.Iov, f.out[i].head.Iov = &f.inVec[i], &f.outVec[i]
		f.in[i].head.SetIovlen(1)
		f.out[i].head.SetIovlen(1)
	}
	b.Cleanup(func() { _ = unix.Close(fd) })
	return f
}

// run sends all queries and returns how long it took until the last answer, and
// how many were not answered.
func (f *flood) run(queries [][]byte, right func(answer []byte) bool) (took time.Duration, lost int, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := time.Now()
	sent, received := 0, 0
	for received+lost < len(queries) {
		room := min(burst/2, flight-(sent-received-lost), len(queries)-sent)
		if room > 0 {
			n, err := f.send(queries[sent : sent+room])
			if err != nil {
				return 0, lost, err
			}
			sent += n
		}
		n, err := f.receive(right)
		switch {
		case errors.Is(err, unix.EAGAIN): // for as long as no answer comes any more
			lost = sent - received
		case err != nil:
			return 0, lost, fmt.Errorf("after %d answers to %d queries: %w", received, sent, err)
		}
		received += n
	}
	return time.Since(start), lost, nil
}

func (f *flood) send(queries [][]byte) (int, error) {
	for i, q := range queries {
		f.outVec[i].Base = &q[0]
		f.outVec[i].SetLen(len(q))
	}
	return f.call(unix.SYS_SENDMMSG, &f.out[0], len(queries), 0)
}

// call makes a system call with many messages, again when a signal came between.
func (f *flood) call(number uintptr, first *floodMessage, n, flags int) (int, error) {
	for {
		done, _, fault := unix.Syscall6(number, uintptr(f.fd), uintptr(unsafe.Pointer(first)), uintptr(n), uintptr(flags), 0, 0)
		if fault == 0 {
			return int(done), nil
		}
		if fault != unix.EINTR {
			return 0, fault
		}
	}
}

var errWrong = errors.New("an answer is wrong")

func (f *flood) receive(right func(answer []byte) bool) (int, error) {
	n, err := f.call(unix.SYS_RECVMMSG, &f.in[0], burst, unix.MSG_WAITFORONE)
	if err != nil {
		return 0, err
	}
	for i := range n {
		if !right(f.inRoom[i][:f.in[i].n]) {
			return 0, fmt.Errorf("%w: %x", errWrong, f.inRoom[i][:f.in[i].n])
		}
	}
	return n, nil
}

// asked is which of n names are asked for.
type asked struct {
	name string
	hit  bool
	pick func(r *rand.Rand, n int) func() int
}

// askings are how names are asked for. Few names are asked for most of the time
// (Zipf, exponent 1.1), and they are not neighbours.
func askings() []asked {
	uniform := func(r *rand.Rand, n int) func() int { return func() int { return r.IntN(n) } }
	zipf := func(r *rand.Rand, n int) func() int {
		z := rand.NewZipf(r, 1.1, 1, uint64(n-1))
		return func() int { return int(z.Uint64() * 2_654_435_761 % uint64(n)) }
	}
	return []asked{{"uniform", true, uniform}, {"Zipf", true, zipf}, {"miss", false, uniform}}
}

// numbers are those of the names that are asked for; names that are not there
// follow those that are.
func (a asked) numbers(n, count int, seed uint64) []int {
	pick := a.pick(rand.New(rand.NewPCG(seed, 0)), n)
	list := make([]int, count)
	for i := range list {
		list[i] = pick()
		if !a.hit {
			list[i] += n
		}
	}
	return list
}

// dnsQuery asks for the text of a name.
func dnsQuery(i, number int) []byte {
	q := binary.BigEndian.AppendUint16(nil, uint16(i))
	q = append(q, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	for _, label := range []string{fmt.Sprintf("t%09d", number), "bench", "example"} {
		q = append(append(q, byte(len(label))), label...)
	}
	return append(q, 0, 0, 16, 0, 1)
}

// dnsRight tells whether an answer has one record, or says that there is no name.
func dnsRight(hit bool) func([]byte) bool {
	code, records := byte(3), uint16(0)
	if hit {
		code, records = 0, 1
	}
	return func(a []byte) bool {
		return len(a) > 12 && a[3]&15 == code && binary.BigEndian.Uint16(a[6:]) == records
	}
}
