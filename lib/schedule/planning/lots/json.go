package lots

import (
	_ "embed"
	"fmt"

	"linghang/lib/schedule/internal/document"
)

// MaxText is how many octets of JSON a problem may have.
const MaxText = 16 << 20

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of a problem.
func Schema() []byte { return append([]byte(nil), schema...) }

// Decode reads a problem in JSON and validates it. Members that it does not know are refused.
func Decode(data []byte) (*Problem, error) {
	p := &Problem{}
	if err := document.Decode(data, MaxText, "problem", p); err != nil {
		return nil, fmt.Errorf("read the problem: %w", err)
	}
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("the problem cannot be solved:\n%w", err)
	}
	return p, nil
}
