package module

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// DecodeStrict reads JSON into c and refuses keys that c does not have.
func DecodeStrict(data []byte, c any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(c); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}
