package platforms

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/klauspost/compress/zstd"
)

// A payload is the entries of a submission as the ledger keeps them. Its first
// byte tells the version:
//
//	2     columns: how many entries, then the series' numbers, the times and the
//	      values, each as the difference to the one before where that is short;
//	      then which entries are of periods
//	0x28  zstd over JSON, which was written before; it is only read
const (
	payloadColumns = 2
	payloadZstd    = 0x28
)

// Flags of a payload of columns.
const (
	flagWhole   = 1 << iota // all values are whole numbers, written short
	flagPeriods             // a bit for each entry follows: it is of a period
)

// wholeLimit is up to where whole numbers are exact in a float64.
const wholeLimit = 1 << 53

// pack writes entries; numbers holds those of series that were new.
func pack(entries []entry, numbers map[*known]int64) []byte {
	flags := flags(entries)
	b := make([]byte, 0, 16+12*len(entries))
	b = binary.AppendUvarint(append(b, payloadColumns, flags), uint64(len(entries)))
	before := int64(0)
	for i := range entries {
		n := entries[i].numberIn(numbers)
		b = binary.AppendVarint(b, n-before)
		before = n
	}
	before = 0
	for i := range entries {
		b = binary.AppendVarint(b, entries[i].At-before)
		before = entries[i].At
	}
	if flags&flagWhole != 0 {
		for i := range entries {
			b = binary.AppendVarint(b, int64(entries[i].Value))
		}
	} else {
		for i := range entries {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(entries[i].Value))
		}
	}
	if flags&flagPeriods == 0 {
		return b
	}
	bits := make([]byte, (len(entries)+7)/8)
	for i := range entries {
		if entries[i].Period {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return append(b, bits...)
}

func flags(entries []entry) (f byte) {
	f = flagWhole
	for i := range entries {
		// Minus zero is no whole number here: it would come back as zero.
		if v := entries[i].Value; v != math.Trunc(v) || math.Abs(v) > wholeLimit || (v == 0 && math.Signbit(v)) {
			f &^= flagWhole
		}
		if entries[i].Period {
			f |= flagPeriods
		}
	}
	return f
}

// packed is one value of a payload. Payloads of columns know its series by
// number, earlier ones by name.
type packed struct {
	number     int64
	code, dims string
	at         int64
	value      float64
	period     bool
}

// unpacker reads payloads one after the other into memory of its own.
type unpacker struct {
	dec  *zstd.Decoder
	list []packed
}

func newUnpacker() (*unpacker, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDecoded))
	if err != nil {
		return nil, fmt.Errorf("make zstd decoder: %w", err)
	}
	return &unpacker{dec: dec}, nil
}

var errPayload = errors.New("the payload is damaged")

// unpack returns the values of a payload, valid until the next call.
func (u *unpacker) unpack(payload []byte) ([]packed, error) {
	switch {
	case len(payload) > 0 && payload[0] == payloadZstd:
		return u.unpackZstd(payload)
	case len(payload) < 3 || payload[0] != payloadColumns:
		return nil, errPayload
	}
	flags, rest := payload[1], payload[2:]
	n, size := binary.Uvarint(rest)
	if size <= 0 || n > uint64(len(rest)) {
		return nil, errPayload
	}
	if uint64(cap(u.list)) < n {
		u.list = make([]packed, n)
	}
	u.list = u.list[:n]
	clear(u.list)
	return u.list, u.columns(flags, rest[size:])
}

// columns reads what follows the number of entries.
func (u *unpacker) columns(flags byte, rest []byte) error {
	number, at := int64(0), int64(0)
	rest, ok := u.column(rest, func(p *packed, v int64) { number += v; p.number = number })
	if ok {
		rest, ok = u.column(rest, func(p *packed, v int64) { at += v; p.at = at })
	}
	switch {
	case ok && flags&flagWhole != 0:
		rest, ok = u.column(rest, func(p *packed, v int64) { p.value = float64(v) })
	case ok && len(rest) >= 8*len(u.list):
		for i := range u.list {
			u.list[i].value = math.Float64frombits(binary.LittleEndian.Uint64(rest[8*i:]))
		}
		rest = rest[8*len(u.list):]
	default:
		ok = false
	}
	switch {
	case !ok:
		return errPayload
	case flags&flagPeriods == 0:
		return nil
	case len(rest) != (len(u.list)+7)/8:
		return errPayload
	}
	for i := range u.list {
		u.list[i].period = rest[i/8]&(1<<(i%8)) != 0
	}
	return nil
}

// column reads a number for each entry.
func (u *unpacker) column(rest []byte, set func(p *packed, v int64)) ([]byte, bool) {
	for i := range u.list {
		v, size := binary.Varint(rest)
		if size <= 0 {
			return nil, false
		}
		set(&u.list[i], v)
		rest = rest[size:]
	}
	return rest, true
}

func (u *unpacker) unpackZstd(payload []byte) ([]packed, error) {
	data, err := u.dec.DecodeAll(payload, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack entries: %w", err)
	}
	var entries []struct {
		Code   string  `json:"c"`
		Dims   string  `json:"d"`
		At     int64   `json:"t"`
		Value  float64 `json:"v"`
		Period bool    `json:"p"`
	}
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("unpack entries: %w", err)
	}
	u.list = u.list[:0]
	for _, e := range entries {
		u.list = append(u.list, packed{code: e.Code, dims: e.Dims, at: e.At, value: e.Value, period: e.Period})
	}
	return u.list, nil
}
