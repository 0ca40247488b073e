package template

import (
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/lib/handle/wire"
)

// Type is what the values of an item are.
type Type string

// The types.
const (
	Text      Type = "text"
	Integer   Type = "integer"
	Decimal   Type = "decimal"
	Date      Type = "date"
	DateTime  Type = "date_time"
	Boolean   Type = "boolean"
	Link      Type = "link"
	Choice    Type = "enumeration"
	Reference Type = "reference" // another identifier
)

// Option is a value of an enumeration.
type Option struct {
	Value string `json:"value" minLength:"1" maxLength:"100"`
	Title string `json:"title,omitempty" maxLength:"100" doc:"In Chinese, for people"`
}

// Item is a value that identifiers of the template have.
type Item struct {
	Index      int32    `json:"index,omitempty" minimum:"0" maximum:"2999" doc:"From 2000 on; left out: the next"`
	Name       string   `json:"name" maxLength:"64" doc:"In English; the type of the value"`
	Title      string   `json:"title" maxLength:"100" doc:"In Chinese"`
	Type       Type     `json:"type" enum:"text,integer,decimal,date,date_time,boolean,link,enumeration,reference"`
	Length     int      `json:"length,omitempty" minimum:"0" maximum:"10000" doc:"Characters of a text at most; 0: 2000"`
	Min        string   `json:"min,omitempty" maxLength:"40" doc:"Least number or earliest date"`
	Max        string   `json:"max,omitempty" maxLength:"40" doc:"Greatest number or latest date"`
	Required   bool     `json:"required,omitempty"`
	Unit       string   `json:"unit,omitempty" maxLength:"40"`
	Options    []Option `json:"options,omitempty" maxItems:"500" doc:"Of an enumeration"`
	Restricted bool     `json:"restricted,omitempty" doc:"Only administrators read it"`
}

const usualLength = 2000

// Most is how many characters a text has at most; 0 for other types.
func (it Item) Most() int {
	switch {
	case it.Type != Text:
		return 0
	case it.Length == 0:
		return usualLength
	}
	return it.Length
}

// settle drops what the type has no use for.
func (it *Item) settle() {
	it.Name, it.Title = strings.TrimSpace(it.Name), strings.TrimSpace(it.Title)
	if it.Type != Text {
		it.Length = 0
	}
	if !it.bounded() {
		it.Min, it.Max = "", ""
	}
	if it.Type != Choice {
		it.Options = nil
	}
}

func (it Item) bounded() bool {
	return it.Type == Integer || it.Type == Decimal || it.Type == Date
}

var names = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

func (it Item) check(at string, f *fault.Error) {
	if !names.MatchString(it.Name) || strings.HasPrefix(strings.ToUpper(it.Name), "HS_") {
		_ = f.At(at+"name", "up to 64 letters, digits or _, beginning with a letter and not with HS_")
	}
	if it.Title == "" {
		_ = f.At(at+"title", "give the name in Chinese")
	}
	if it.Index < FirstIndex || it.Index > LastIndex {
		_ = f.At(at+"index", "from %d to %d", FirstIndex, LastIndex)
	}
	if it.Type == Choice && len(it.Options) == 0 {
		_ = f.At(at+"options", "give at least one value")
	}
	seen := map[string]bool{}
	for _, o := range it.Options {
		if seen[o.Value] {
			_ = f.At(at+"options", "the value %q is there twice", o.Value)
		}
		seen[o.Value] = true
	}
	it.checkBounds(at, f)
}

func (it Item) checkBounds(at string, f *fault.Error) {
	for _, x := range [][2]string{{"min", it.Min}, {"max", it.Max}} {
		if x[1] != "" && it.form(x[1]) != nil {
			_ = f.At(at+x[0], "write it as values of the type are written")
		}
	}
	if it.Min != "" && it.Max != "" && it.form(it.Min) == nil && it.form(it.Max) == nil && it.less(it.Max, it.Min) {
		_ = f.At(at+"max", "not below the least value")
	}
}

var (
	wholeForm   = regexp.MustCompile(`^[+-]?\d{1,40}$`)
	decimalForm = regexp.MustCompile(`^[+-]?\d{1,40}(\.\d{1,40})?$`)
)

func said(zh, en string, args ...any) *lang.Text {
	return &lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// Examine says why a text is no value of the item; nil for one that is.
func (it Item) Examine(text string) *lang.Text {
	if !utf8.ValidString(text) {
		return said("不是 UTF-8 文本", "it is no text in UTF-8")
	}
	if why := it.form(text); why != nil {
		return why
	}
	switch {
	case it.Min != "" && it.less(text, it.Min):
		return said("不能小于 %s", "not below %s", it.Min)
	case it.Max != "" && it.less(it.Max, text):
		return said("不能大于 %s", "not above %s", it.Max)
	}
	return nil
}

// shape is how the values of a type are written.
type shape struct {
	fits   func(text string) bool
	zh, en string
}

func shapes() map[Type]shape {
	return map[Type]shape{
		Integer:   {wholeForm.MatchString, "应为整数，例如 12", "write a whole number, as 12"},
		Decimal:   {decimalForm.MatchString, "应为数值，例如 12.5", "write a number, as 12.5"},
		Date:      {isTime(time.DateOnly), "应为日期，例如 2026-03-09", "write a date, as 2026-03-09"},
		DateTime:  {isTime(time.RFC3339, "2006-01-02T15:04:05"), "应为时间，例如 2026-03-09T13:30:00+08:00", "write a time, as 2026-03-09T13:30:00+08:00"},
		Boolean:   {isTruth, "应为 true 或 false", "write true or false"},
		Link:      {isLink, "应为网址，例如 https://example.cn/T001", "write a web address, as https://example.cn/T001"},
		Reference: {isHandle, "应为标识，例如 88.101.5/T001", "write an identifier, as 88.101.5/T001"},
	}
}

func isTime(layouts ...string) func(string) bool {
	return func(text string) bool {
		return slices.ContainsFunc(layouts, func(layout string) bool { _, err := time.Parse(layout, text); return err == nil })
	}
}

func isTruth(text string) bool {
	return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
}

func isLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func isHandle(text string) bool { return strings.Contains(text, "/") && wire.CheckHandle(text) == nil }

// form says why a text is not written as values of the type are.
func (it Item) form(text string) *lang.Text {
	switch it.Type {
	case Text:
		most := it.Length
		if most == 0 {
			most = usualLength
		}
		if n := utf8.RuneCountInString(text); n > most {
			return said("%d 个字符，最多 %d 个", "%d characters are more than %d", n, most)
		}
		return nil
	case Choice:
		return it.option(text)
	default:
	}
	if s, ok := shapes()[it.Type]; ok && !s.fits(text) {
		return &lang.Text{ZH: s.zh, EN: s.en}
	}
	return nil
}

func (it Item) option(text string) *lang.Text {
	values := make([]string, 0, 6)
	for _, o := range it.Options {
		if o.Value == text {
			return nil
		}
		if len(values) < cap(values) {
			values = append(values, o.Value)
		}
	}
	list := strings.Join(values, ", ")
	if len(it.Options) > len(values) {
		list += " …"
	}
	return said("只能是：%s", "use one of %s", list)
}

// less compares values of a bounded type that are well written.
func (it Item) less(a, b string) bool {
	if it.Type == Date {
		return a < b
	}
	x, ok := new(big.Rat).SetString(a)
	y, fine := new(big.Rat).SetString(b)
	return ok && fine && x.Cmp(y) < 0
}
