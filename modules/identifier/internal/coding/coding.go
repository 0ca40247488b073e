// Package coding has code rules (编码规则): suffixes of identifiers that are built of
// segments, among them one serial number, and a check digit by a standard.
package coding

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Kind is what a segment is.
type Kind string

// The kinds.
const (
	Constant Kind = "constant"
	Date     Kind = "date"
	Serial   Kind = "serial"
	Check    Kind = "check"
	Field    Kind = "field"
)

// Segment is a part of a suffix.
type Segment struct {
	Kind   Kind   `json:"kind" enum:"constant,date,serial,check,field"`
	Text   string `json:"text,omitempty" maxLength:"60" doc:"Of a constant"`
	Format string `json:"format,omitempty" maxLength:"8" doc:"Of a date in China's time: YYYYMMDD, YYMMDD, YYYYMM, YYMM, YYYY, YY or YYDDD (day of the year)"`
	Width  int    `json:"width,omitempty" minimum:"0" maximum:"18" doc:"Digits of a serial number, which is filled up with zeros"`
	Radix  int    `json:"radix,omitempty" minimum:"0" maximum:"36" doc:"Of a serial number: 10, 16 or 36; 0: 10"`
	Method Method `json:"method,omitempty" maxLength:"20" doc:"Of a check digit: iso7064_mod37_36, iso7064_mod11_10 or luhn"`
	Item   string `json:"item,omitempty" maxLength:"64" doc:"Of a field: name of the template's item"`
}

// Rule is how the suffixes of a rule are built.
type Rule struct {
	Segments []Segment `json:"segments" minItems:"1" maxItems:"20" nullable:"false"`
	Daily    bool      `json:"daily,omitempty" doc:"Serial numbers begin at 1 again with every new date of the rule"`
}

func layouts() map[string]string {
	return map[string]string{
		"YYYYMMDD": "20060102", "YYMMDD": "060102", "YYYYMM": "200601", "YYMM": "0601", "YYYY": "2006", "YY": "06", "YYDDD": "06002",
	}
}

// parts are what constants and fields may be.
var parts = regexp.MustCompile(`^[0-9A-Za-z._-]{1,60}$`)

// Check refuses a rule that cannot be, naming every fault. has tells whether the
// rule's template has an item, and has it always.
func (r Rule) Check(has func(item string) bool) error {
	f := fault.New(fault.Invalid, "identifier.code.invalid", "the code rule is incomplete or wrong")
	count := map[Kind]int{}
	for i, s := range r.Segments {
		at := fmt.Sprintf("body.segments[%d].", i)
		if count[s.Kind]++; s.Kind == Check && i != len(r.Segments)-1 {
			_ = f.At(at+"kind", "a check digit stands at the end")
		}
		s.check(at, f, has)
	}
	if count[Serial] != 1 {
		_ = f.At("body.segments", "a rule has one serial number")
	}
	if count[Check] > 1 {
		_ = f.At("body.segments", "a rule has one check digit at the most")
	}
	if r.Daily && count[Date] == 0 {
		_ = f.At("body.daily", "serial numbers that begin again need a date in the rule")
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

func (s Segment) check(at string, f *fault.Error, has func(item string) bool) {
	switch s.Kind {
	case Constant:
		if !parts.MatchString(s.Text) {
			_ = f.At(at+"text", "letters, digits and . _ - make a constant")
		}
	case Date:
		if layouts()[s.Format] == "" {
			_ = f.At(at+"format", "use one of YYYYMMDD, YYMMDD, YYYYMM, YYMM, YYYY, YY, YYDDD")
		}
	case Serial:
		s.checkSerial(at, f)
	case Check:
		if _, err := CheckDigit(s.Method, "1"); err != nil {
			_ = f.At(at+"method", "use one of iso7064_mod37_36, iso7064_mod11_10, luhn")
		}
	case Field:
		if !has(s.Item) {
			_ = f.At(at+"item", "name a required item of the template that everybody may read")
		}
	default:
		_ = f.At(at+"kind", "use one of constant, date, serial, check, field")
	}
}

func (s Segment) checkSerial(at string, f *fault.Error) {
	if s.Width < 1 || s.Width > 18 {
		_ = f.At(at+"width", "from 1 to 18")
	}
	if r := s.radix(); r != 10 && r != 16 && r != 36 {
		_ = f.At(at+"radix", "use one of 10, 16, 36")
	}
}

func (s Segment) radix() int {
	if s.Radix == 0 {
		return 10
	}
	return s.Radix
}

// shanghai is China's time, which knows no summer.
func shanghai(at time.Time) time.Time { return at.In(time.FixedZone("UTC+8", 8*3600)) }

// Scope is what serial numbers are counted within: the dates of a rule whose
// numbers begin again, or all.
func (r Rule) Scope(at time.Time) string {
	if !r.Daily {
		return ""
	}
	var b strings.Builder
	for _, s := range r.Segments {
		if s.Kind == Date {
			b.WriteString(shanghai(at).Format(layouts()[s.Format]))
		}
	}
	return b.String()
}

// Last is the greatest serial number that the rule has room for.
func (r Rule) Last() int64 {
	for _, s := range r.Segments {
		if s.Kind == Serial {
			n := new(big.Int).Exp(big.NewInt(int64(s.radix())), big.NewInt(int64(s.Width)), nil)
			if n.Sub(n, big.NewInt(1)); n.IsInt64() {
				return n.Int64()
			}
		}
	}
	return 1<<63 - 1
}

// Suffix builds the suffix of a serial number.
func (r Rule) Suffix(at time.Time, serial int64, items map[string]string) (string, error) {
	var b strings.Builder
	for _, s := range r.Segments {
		switch s.Kind {
		case Constant:
			b.WriteString(s.Text)
		case Date:
			b.WriteString(shanghai(at).Format(layouts()[s.Format]))
		case Serial:
			digits := strings.ToUpper(strconv.FormatInt(serial, s.radix()))
			b.WriteString(strings.Repeat("0", max(0, s.Width-len(digits))) + digits)
		case Field:
			if !parts.MatchString(items[s.Item]) {
				return "", fault.New(fault.Invalid, "identifier.code.field", "%s stands in the code: letters, digits and . _ - only", s.Item).
					With("item", s.Item).At("body.items."+s.Item, "letters, digits and . _ - only: it stands in the code")
			}
			b.WriteString(items[s.Item])
		case Check:
			digit, err := CheckDigit(s.Method, b.String())
			if err != nil {
				return "", fault.New(fault.Invalid, "identifier.code.check", "no check digit for %s: %v", b.String(), err).With("text", b.String())
			}
			b.WriteString(digit)
		}
	}
	return b.String(), nil
}
