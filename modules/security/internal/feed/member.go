package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// members reads an object: each reads the value of the member whose name it is given. There is none
// where null stands. Names that are written with escapes, which no writer does, are passed on as
// they stand, and so are unknown.
func members(d *jsontext.Decoder, each func(name []byte) error) (there bool, err error) {
	switch d.PeekKind() {
	case 'n':
		return false, d.SkipValue() //nolint:wrapcheck // it says where
	case '{':
	default:
		return false, other(d, "an object")
	}
	if _, err := d.ReadToken(); err != nil {
		return false, err //nolint:wrapcheck // it says where
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return false, err //nolint:wrapcheck // it says where
		}
		if err := each(name[1 : len(name)-1]); err != nil {
			return false, err
		}
	}
	_, err = d.ReadToken()
	return true, err //nolint:wrapcheck // it says where
}

// text reads a text; null changes nothing.
func text(d *jsontext.Decoder, into *string) error {
	v, err := d.ReadValue()
	switch {
	case err != nil:
		return err //nolint:wrapcheck // it says where
	case v.Kind() == 'n':
		return nil
	case v.Kind() != '"':
		return wanted(d, "a text")
	}
	if bytes.IndexByte(v, '\\') < 0 {
		*into = string(v[1 : len(v)-1])
		return nil
	}
	s, err := jsontext.AppendUnquote(nil, v)
	*into = string(s)
	return err //nolint:wrapcheck // it says what
}

// whole reads a whole number that is not negative; null changes nothing.
func whole[N uint16 | uint64](d *jsontext.Decoder, into *N) error {
	v, err := d.ReadValue()
	if err != nil {
		return err //nolint:wrapcheck // it says where
	}
	if v.Kind() == 'n' {
		return nil
	}
	n, err := strconv.ParseUint(string(v), 10, 64)
	if *into = N(n); err != nil || uint64(*into) != n {
		return wanted(d, fmt.Sprintf("a whole number to %d", ^N(0)))
	}
	return nil
}

// raw keeps a value as it stands.
func raw(d *jsontext.Decoder, into *json.RawMessage) error {
	v, err := d.ReadValue()
	*into = append((*into)[:0], v...)
	return err //nolint:wrapcheck // it says where
}

// other reads what stands where something else is wanted.
func other(d *jsontext.Decoder, what string) error {
	if err := d.SkipValue(); err != nil {
		return err //nolint:wrapcheck // it says where
	}
	return wanted(d, what)
}

// wanted says what should stand where something else was read.
func wanted(d *jsontext.Decoder, what string) error {
	return fmt.Errorf("%s: %s is wanted", d.StackPointer(), what)
}
