package highs

import (
	"context"
	"encoding/binary"
	"math"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// runKey is where the context of a call carries its run.
type runKey struct{}

// run is what the functions that HiGHS calls share with Solve.
type run struct {
	start time.Time
	// late makes the clock of HiGHS jump, so that it ends as at its time limit, with the best
	// solution that it has.
	late atomic.Bool
	// dead makes the next look at the clock, which HiGHS takes in all of its loops, end the instance.
	dead atomic.Bool
	log  *progressLog // nil if nobody listens
	grow uint32       // pages that were refused, to tell why memory ran out
}

const (
	lateSeconds = 1e9
	errNoSys    = 52 // of WASI and of Emscripten's system calls, negative there
	errBadFile  = 8
)

func (r *run) seconds() float64 {
	if r.dead.Load() {
		panic(trap("HiGHS did not end in order and was stopped"))
	}
	s := time.Since(r.start).Seconds()
	if r.late.Load() {
		s += lateSeconds
	}
	return s
}

// trap ends the instance: wazero makes an error of the panic.
type trap string

func (t trap) Error() string { return string(t) }

// hostFunction is what the binary calls under this name, or nil. There is no file system and no
// environment, so what concerns them says so.
func hostFunction(name string) api.GoModuleFunction {
	switch name {
	case "emscripten_get_now", "emscripten_date_now": // milliseconds
		return hostFunc(func(r *run, _ api.Module, s []uint64) { s[0] = math.Float64bits(r.seconds() * 1e3) })
	case "clock_time_get": // nanoseconds, written to the third argument
		return hostFunc(func(r *run, m api.Module, s []uint64) {
			m.Memory().WriteUint64Le(uint32(s[2]), uint64(r.seconds()*1e9)) //nolint:gosec // an address of 32 bits
			s[0] = 0
		})
	case "emscripten_resize_heap":
		return hostFunc(func(r *run, m api.Module, s []uint64) { s[0] = grow(r, m, uint64(api.DecodeU32(s[0]))) })
	case "fd_write":
		return hostFunc(func(r *run, m api.Module, s []uint64) { s[0] = write(r, m, s) })
	case "environ_get":
		return hostFunc(func(_ *run, _ api.Module, s []uint64) { s[0] = 0 })
	case "environ_sizes_get":
		return hostFunc(func(_ *run, m api.Module, s []uint64) {
			m.Memory().WriteUint32Le(uint32(s[0]), 0) //nolint:gosec // an address of 32 bits
			m.Memory().WriteUint32Le(uint32(s[1]), 0) //nolint:gosec // an address of 32 bits
			s[0] = 0
		})
	case "fd_close", "fd_read", "fd_seek":
		return hostFunc(func(_ *run, _ api.Module, s []uint64) { s[0] = errBadFile })
	case "syscall_openat", "syscall_fcntl64", "syscall_ioctl":
		return hostFunc(func(_ *run, _ api.Module, s []uint64) { s[0] = api.EncodeI32(-errNoSys) })
	case "setitimer_js":
		return hostFunc(func(_ *run, _ api.Module, s []uint64) { s[0] = 0 })
	case "tzset_js", "emscripten_runtime_keepalive_clear":
		return hostFunc(func(*run, api.Module, []uint64) {})
	case "abort_js", "exit", "proc_exit", "cxa_throw":
		return hostFunc(func(r *run, _ api.Module, _ []uint64) {
			if r.grow > 0 {
				panic(trap("the memory of the instance is not enough"))
			}
			panic(trap("HiGHS gave up: " + name))
		})
	}
	return nil
}

func hostFunc(f func(r *run, m api.Module, stack []uint64)) api.GoModuleFunction {
	return api.GoModuleFunc(func(ctx context.Context, m api.Module, stack []uint64) {
		r, ok := ctx.Value(runKey{}).(*run)
		if !ok {
			panic(trap("a call without a run"))
		}
		f(r, m, stack)
	})
}

// grow makes the memory as large as is asked, with a fifth to spare where that fits; 1 is success.
func grow(r *run, m api.Module, size uint64) uint64 {
	now := uint64(m.Memory().Size())
	for _, wanted := range []uint64{max(size, now+now/5), size} {
		pages := (max(wanted, now) - now + pageSize - 1) / pageSize
		if _, ok := m.Memory().Grow(uint32(pages)); ok { //nolint:gosec // fewer than 2^16
			return 1
		}
	}
	r.grow++
	return 0
}

// write takes what HiGHS prints, in pieces of (address, length).
func write(r *run, m api.Module, s []uint64) uint64 {
	pieces, ok := m.Memory().Read(uint32(s[1]), 8*uint32(s[2])) //nolint:gosec // an address of 32 bits
	if !ok {
		return errBadFile
	}
	var sum uint32
	for ; len(pieces) >= 8; pieces = pieces[8:] {
		length := binary.LittleEndian.Uint32(pieces[4:])
		sum += length
		if text, ok := m.Memory().Read(binary.LittleEndian.Uint32(pieces), length); ok && r.log != nil {
			r.log.add(text)
		}
	}
	m.Memory().WriteUint32Le(uint32(s[3]), sum) //nolint:gosec // an address of 32 bits
	return 0
}
