package machine

import (
	"errors"
	"fmt"
	"time"
)

// settings are the section [machine] of the configuration.
type settings struct {
	Validity span `json:"validity"`
	Grace    span `json:"grace"`
	Backdate span `json:"backdate"`
	Token    span `json:"token"`
}

// span is a time.Duration in the configuration's words.
type span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = span(d)
	return err
}

func (s span) String() string { return time.Duration(s).String() }

func usualSettings() settings {
	return settings{Validity: span(30 * 24 * time.Hour), Grace: span(15 * 24 * time.Hour), Backdate: span(48 * time.Hour), Token: span(7 * 24 * time.Hour)}
}

func (s settings) check() error {
	var errs []error
	between := func(key string, v span, least, most time.Duration) {
		if time.Duration(v) < least || time.Duration(v) > most {
			errs = append(errs, fmt.Errorf("configuration [machine] %s: %s is not between %s and %s", key, v, least, most))
		}
	}
	between("validity", s.Validity, 5*time.Second, 398*24*time.Hour)
	between("grace", s.Grace, 0, 398*24*time.Hour)
	between("backdate", s.Backdate, 0, 7*24*time.Hour)
	between("token", s.Token, time.Minute, 90*24*time.Hour)
	return errors.Join(errs...)
}
