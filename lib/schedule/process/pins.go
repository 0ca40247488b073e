package process

import (
	"linghang/lib/schedule/check"
	"linghang/lib/schedule/model"
)

// Pins returns nil or what the pinned tasks of a valid model break by themselves (check.Pins), wherever all others would be.
func Pins(m *model.Model) error {
	in, err := newInstance(m)
	if err != nil {
		return err
	}
	return in.pinsBreak()
}

func (in *instance) pinsBreak() error {
	if !in.judges {
		return nil
	}
	return check.Pins(in.Model, newDecoder(in).pinnedAlone()) //nolint:wrapcheck // it says what it is
}
