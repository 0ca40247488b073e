package recipe

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"fmt"

	"linghang/lib/schedule/internal/document"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema of networks.
func Schema() []byte { return bytes.Clone(schema) }

// Decode reads a network in JSON and validates it. Members that it does not know are refused,
// because they would ask for what nothing honours.
func Decode(data []byte) (*Network, error) {
	n := &Network{}
	if err := document.Decode(data, MaxText, "network", n); err != nil {
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
