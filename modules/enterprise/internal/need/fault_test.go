package need

import (
	"errors"

	"linghang/kernel/fault"
)

// locations are the places that a refusal names.
func locations(err error) (out []string) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for _, x := range f.Fields {
			out = append(out, x.Location)
		}
	}
	return out
}
