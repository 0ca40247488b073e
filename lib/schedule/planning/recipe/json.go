package recipe

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema of networks.
func Schema() []byte { return bytes.Clone(schema) }

// Decode reads a network in JSON and validates it. Members that it does not know are refused,
// because they would ask for what nothing honours.
func Decode(data []byte) (*Network, error) {
	n := &Network{}
	if err := strict(data, n); err != nil {
		return nil, fmt.Errorf("read the network: %w", err)
	}
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("the network cannot be planned:\n%w", err)
	}
	return n, nil
}

// DecodePlan reads a plan in JSON. Whether it is right is the business of Check.
func DecodePlan(data []byte) (*Plan, error) {
	p := &Plan{}
	if len(data) > MaxText {
		return nil, fmt.Errorf("read the plan: it has %d octets; at most %d can be", len(data), MaxText)
	}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	return p, nil
}

// strict decodes the one value that data has to be, and tells faults by line.
func strict(data []byte, v any) error {
	if len(data) > MaxText {
		return fmt.Errorf("it has %d octets; at most %d can be", len(data), MaxText)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
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
		return errors.New("something follows the network; one object is all that it can be")
	}
	return nil
}
