package coding_test

import (
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/identifier/internal/coding"
)

func TestCheckDigitsAreThoseOfTheStandards(t *testing.T) {
	for _, c := range []struct {
		method     coding.Method
		text, want string
	}{
		{coding.Mod11, "0794", "5"},                // ISO/IEC 7064, example of MOD 11,10
		{coding.Mod37, "A12425GABC1234002", "M"},   // an example of the Global Release Identifier
		{coding.Mod37, "A1-2425G-ABC1234002", "M"}, // separators are not counted
		{coding.Luhn, "7992739871", "3"},           // ISO/IEC 7812
		{coding.Luhn, "4111-1111-1111-111", "1"},   // the usual test number of a card
	} {
		if got, err := coding.CheckDigit(c.method, c.text); err != nil || got != c.want {
			t.Errorf("%s of %s is %s, %v; want %s", c.method, c.text, got, err, c.want)
		}
	}
	for _, m := range []coding.Method{coding.Mod11, coding.Luhn, "none"} {
		if _, err := coding.CheckDigit(m, "A1"); err == nil {
			t.Errorf("%s counts letters", m)
		}
	}
}

// Every digit that is typed wrong shows.
func TestACheckDigitFindsAWrongCharacter(t *testing.T) {
	const digits = "0123456789"
	for _, m := range []coding.Method{coding.Mod11, coding.Mod37, coding.Luhn} {
		right, _ := coding.CheckDigit(m, "20261126")
		for i := range 8 {
			for _, d := range digits {
				wrong := []byte("20261126")
				if wrong[i] == byte(d) {
					continue
				}
				wrong[i] = byte(d)
				if got, _ := coding.CheckDigit(m, string(wrong)); got == right {
					t.Errorf("%s: %s has the check digit of 20261126", m, wrong)
				}
			}
		}
	}
}

func rule() coding.Rule {
	return coding.Rule{Daily: true, Segments: []coding.Segment{
		{Kind: coding.Constant, Text: "B-"},
		{Kind: coding.Field, Item: "model"},
		{Kind: coding.Date, Format: "YYMMDD"},
		{Kind: coding.Serial, Width: 3, Radix: 36},
		{Kind: coding.Check, Method: coding.Mod37},
	}}
}

func any1(string) bool { return true }

func TestASuffixIsBuiltOfItsSegments(t *testing.T) {
	at := time.Date(2026, 3, 8, 17, 0, 0, 0, time.UTC) // the ninth in China
	if err := rule().Check(any1); err != nil {
		t.Fatal(err)
	}
	got, err := rule().Suffix(at, 36, map[string]string{"model": "6204"})
	if err != nil || !strings.HasPrefix(got, "B-6204260309010") || len(got) != 16 {
		t.Errorf("%s, %v", got, err)
	}
	if rule().Scope(at) != "260309" || rule().Last() != 36*36*36-1 {
		t.Errorf("scope %s, last %d", rule().Scope(at), rule().Last())
	}
	for _, item := range []string{"", "62 04", "6204/1", "轴承"} {
		if _, err := rule().Suffix(at, 1, map[string]string{"model": item}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q stands in a code: %v", item, err)
		}
	}
}

func TestARuleThatCannotBeIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*coding.Rule){
		"no serial":    func(r *coding.Rule) { r.Segments = r.Segments[:1] },
		"two serials":  func(r *coding.Rule) { r.Segments[0] = coding.Segment{Kind: coding.Serial, Width: 1} },
		"constant":     func(r *coding.Rule) { r.Segments[0].Text = "B/" },
		"date":         func(r *coding.Rule) { r.Segments[2].Format = "DDMM" },
		"width":        func(r *coding.Rule) { r.Segments[3].Width = 19 },
		"radix":        func(r *coding.Rule) { r.Segments[3].Radix = 7 },
		"method":       func(r *coding.Rule) { r.Segments[4].Method = "crc" },
		"check inside": func(r *coding.Rule) { r.Segments[3], r.Segments[4] = r.Segments[4], r.Segments[3] },
		"kind":         func(r *coding.Rule) { r.Segments[0].Kind = "colour" },
		"no date":      func(r *coding.Rule) { r.Segments[2] = coding.Segment{Kind: coding.Constant, Text: "X"} },
	} {
		r := rule()
		spoil(&r)
		if err := r.Check(any1); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := rule().Check(func(string) bool { return false }); !fault.Is(err, fault.Invalid) {
		t.Errorf("an item that is not there: %v", err)
	}
}
