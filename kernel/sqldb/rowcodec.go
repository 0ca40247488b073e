package sqldb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// What a value in a packed row begins with.
const (
	packedNull byte = iota
	packedInt
	packedFloat
	packedText
	packedBytes
	packedFalse
	packedTrue
)

// PackRow appends a row to buf in a form that neither engine owns.
func PackRow(buf []byte, values []any) ([]byte, error) {
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			buf = append(buf, packedNull)
		case int64:
			buf = binary.AppendVarint(append(buf, packedInt), v)
		case float64:
			buf = binary.BigEndian.AppendUint64(append(buf, packedFloat), math.Float64bits(v))
		case string:
			buf = append(binary.AppendUvarint(append(buf, packedText), uint64(len(v))), v...)
		case []byte:
			buf = append(binary.AppendUvarint(append(buf, packedBytes), uint64(len(v))), v...)
		case bool:
			tag := packedFalse
			if v {
				tag = packedTrue
			}
			buf = append(buf, tag)
		default:
			return nil, fmt.Errorf("column %d holds a %T, which is not portable", i+1, v)
		}
	}
	return buf, nil
}

var errPacked = errors.New("the packed rows are damaged")

// UnpackRows calls each with every row of so many columns that data holds.
func UnpackRows(data []byte, columns int, each func(values []any) error) error {
	if columns < 1 {
		return errPacked
	}
	for len(data) > 0 {
		values := make([]any, columns)
		for i := range values {
			var err error
			if values[i], data, err = unpack(data); err != nil {
				return err
			}
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return nil
}

func unpack(data []byte) (v any, rest []byte, err error) {
	if len(data) == 0 {
		return nil, nil, errPacked
	}
	tag, data := data[0], data[1:]
	switch tag {
	case packedNull:
		return nil, data, nil
	case packedFalse, packedTrue:
		return tag == packedTrue, data, nil
	case packedInt:
		x, n := binary.Varint(data)
		if n <= 0 {
			return nil, nil, errPacked
		}
		return x, data[n:], nil
	case packedFloat:
		if len(data) < 8 {
			return nil, nil, errPacked
		}
		return math.Float64frombits(binary.BigEndian.Uint64(data)), data[8:], nil
	case packedText, packedBytes:
		size, n := binary.Uvarint(data)
		if n <= 0 || size > uint64(len(data)-n) { //nolint:gosec // n is at most the length of data
			return nil, nil, errPacked
		}
		body, rest := data[n:n+int(size)], data[n+int(size):] //nolint:gosec // it is no longer than data
		if tag == packedText {
			return string(body), rest, nil
		}
		return body, rest, nil
	}
	return nil, nil, errPacked
}
