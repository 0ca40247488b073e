// Package document reads the JSON in which models, networks and problems are given, and
// compares schemas that are published with the types that they are of.
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Decode reads the one value that data of at most so many octets has to be, which is
// called what in faults; they tell the line. Members that v does not have are a fault.
func Decode(data []byte, most int, what string, v any) error {
	return decode(data, most, what, v, true)
}

// Open reads like Decode, and leaves members out that v does not have.
func Open(data []byte, most int, what string, v any) error {
	return decode(data, most, what, v, false)
}

func decode(data []byte, most int, what string, v any, strict bool) error {
	if len(data) > most {
		return fmt.Errorf("it has %d octets; at most %d can be", len(data), most)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(v); err != nil {
		offset := d.InputOffset()
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = syntax.Offset
		}
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			offset = wrong.Offset
		}
		return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n")), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("something follows the %s; one object is all that it can be", what)
	}
	return nil
}
