package resolver

import (
	"encoding/binary"
	"slices"
	"sync/atomic"
	"time"

	"linghang/lib/handle/wire"
)

// entry is a record that is kept, or the code that there is none. What is not
// atomic, or under the shard's lock, never changes.
type entry struct {
	next  atomic.Pointer[entry] // in its bucket
	newer *entry                // in the queue, under the shard's lock
	older *entry

	hash   uint64
	octets []byte // the key, the handle if it is spelled otherwise, then the values: a length and octets each, or a message
	stored int64  // milliseconds since 1970
	until  int64
	retry  atomic.Int64 // when its service, which was silent, is asked again
	code   wire.Code
	key    uint16 // octets of the key
	named  uint16 // octets of the handle
	count  uint16 // values

	signature bool        // one of the values is an HS_SIGNATURE
	checked   bool        // it was looked for what signatures hold
	seen      atomic.Bool // since the hand of the queue passed
	queued    atomic.Bool // to be fetched again
	hits      atomic.Uint32
}

// entryOverhead is the memory of an entry beside its octets: the struct, its
// place in the table, and what the allocator rounds up.
const entryOverhead = 160

// bitSigned in a value's length says that a signature of it holds.
const bitSigned = 1 << 31

// popular is how often a record must be asked for to be fetched again before it
// expires; hits are counted up to it.
const popular = 2

// record is what an entry is made of.
type record struct {
	handle  string // as it was asked for
	key     string
	hash    uint64
	code    wire.Code
	message string       // of a failure
	values  []wire.Value // public ones
	signed  func(index int32) bool
	stored  time.Time
	until   time.Time
}

func newEntry(r *record) *entry {
	e := &entry{
		hash: r.hash, code: r.code, key: uint16(len(r.key)), count: uint16(len(r.values)), //nolint:gosec // a handle, and at most MaxValues
		stored: r.stored.UnixMilli(), until: r.until.UnixMilli(), checked: r.signed != nil,
	}
	octets := append(make([]byte, 0, 2*len(r.key)+128*len(r.values)), r.key...)
	if r.handle != r.key {
		e.named = uint16(len(r.handle)) //nolint:gosec // a handle
		octets = append(octets, r.handle...)
	}
	if r.code != wire.CodeSuccess {
		e.octets = slices.Clone(append(octets, r.message...))
		return e
	}
	for i := range r.values {
		v := &r.values[i]
		at := len(octets)
		octets = v.Append(append(octets, 0, 0, 0, 0))
		head := uint32(len(octets) - at - 4) //nolint:gosec // of a message
		if wire.Equal(v.Type, wire.TypeSignature) {
			e.signature = true
		}
		if e.checked && r.signed(v.Index) {
			head |= bitSigned
		}
		binary.BigEndian.PutUint32(octets[at:], head)
	}
	e.octets = slices.Clone(octets)
	return e
}

func (e *entry) size() int64 { return int64(len(e.octets)) + entryOverhead }

func (e *entry) name() []byte { return e.octets[:e.key] }

// handle returns the handle as it was asked for.
func (e *entry) handle() string {
	if e.named == 0 {
		return string(e.name())
	}
	return string(e.octets[e.key : int(e.key)+int(e.named)])
}

// rest returns what is after the names.
func (e *entry) rest() []byte { return e.octets[int(e.key)+int(e.named):] }

// message returns what a failure says.
func (e *entry) message() string {
	if e.code == wire.CodeSuccess {
		return ""
	}
	return string(e.rest())
}

// fresh tells whether the entry may be served as it is.
func (e *entry) fresh(now int64) bool { return now < e.until }

// usable tells whether the entry may still be served when its service is silent.
func (e *entry) usable(now int64, maxStale time.Duration) bool {
	return now < e.until+maxStale.Milliseconds() && (e.code == wire.CodeSuccess || now < e.until)
}

// cut returns the first of the values in rest, and the others.
func cut(rest []byte) (value wire.Encoded, signed bool, others []byte) {
	head := binary.BigEndian.Uint32(rest)
	end := 4 + head&^bitSigned
	return wire.Encoded(rest[4:end:end]), head&bitSigned != 0, rest[end:]
}

// serving says with which TTL values are served.
type serving struct {
	age   int32 // seconds that are taken off
	stale int32 // seconds that all say instead, if it is not zero
}

// serve is how an entry is served that is not stale.
func (e *entry) serve(now int64) serving {
	return serving{age: int32(min(max(now-e.stored, 0)/1000, 1<<30))}
}

func staleServing(ttl time.Duration) serving {
	return serving{stale: int32(min(max(ttl/time.Second, 1), 1<<30))}
}

// apply writes the TTL of what is served.
func (s serving) apply(v wire.Encoded) {
	kind, ttl := v.TTL()
	switch {
	case s.stale > 0:
		v.SetTTL(wire.TTLRelative, s.stale)
	case kind == wire.TTLRelative && s.age > 0:
		v.SetTTL(kind, max(ttl-s.age, 0))
	}
}

// answer appends the body of an answer: the handle as it was asked for, and the
// values that are wanted. It returns how many these are, and whether signatures
// hold for all of them.
func (e *entry) answer(dst, handle []byte, q *wire.Query, s serving) (body []byte, n int, trusted bool) {
	dst = wire.AppendBytes(dst, handle)
	place := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	trusted = e.checked
	for rest := e.rest(); len(rest) > 0; {
		var v wire.Encoded
		var signed bool
		v, signed, rest = cut(rest)
		typ := v.Type()
		if !q.Wants(v.Index(), typ) {
			continue
		}
		n++
		trusted = trusted && (signed || wire.Equal(typ, wire.TypeSignature))
		at := len(dst)
		dst = append(dst, v...)
		if !e.signature {
			s.apply(wire.Encoded(dst[at:]))
		}
	}
	binary.BigEndian.PutUint32(dst[place:], uint32(n))
	return dst, n, trusted && n > 0
}

// values returns the values with the TTL they are served with.
func (e *entry) values(s serving) []wire.Value {
	if e.code != wire.CodeSuccess {
		return nil
	}
	list := make([]wire.Value, 0, e.count)
	for rest := slices.Clone(e.rest()); len(rest) > 0; {
		var v wire.Encoded
		v, _, rest = cut(rest)
		if !e.signature {
			s.apply(v)
		}
		value, err := v.Decode()
		if err != nil {
			continue // it was read before it was kept
		}
		list = append(list, value)
	}
	return list
}

// publicOnly returns the values that everybody may read.
func publicOnly(values []wire.Value) []wire.Value {
	return slices.DeleteFunc(slices.Clone(values), func(v wire.Value) bool { return v.Permissions&wire.PublicRead == 0 })
}

// lifetime returns until when values may be kept: the smallest TTL of theirs.
func lifetime(values []wire.Value, now time.Time, most time.Duration) time.Time {
	until := now.Add(most)
	for i := range values {
		if t := values[i].Until(now); t.Before(until) {
			until = t
		}
	}
	if until.Before(now) {
		return now
	}
	return until
}
