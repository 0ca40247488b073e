package criterion

import (
	"math"
	"strconv"
	"strings"

	"linghang/kernel/lang"
)

func titleOf(words Vocabulary, field, code string) lang.Text {
	if t, ok := words(field, code); ok {
		return t
	}
	return lang.Text{ZH: code, EN: code}
}

// figure writes a number as people read it: two decimals at most.
func figure(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// withUnit joins a number and its unit as each language does.
func withUnit(v float64, unit lang.Text) lang.Text {
	n := figure(v)
	if unit.ZH == "%" {
		return lang.Text{ZH: n + "%", EN: n + " %"}
	}
	return lang.Text{ZH: n + " " + unit.ZH, EN: n + english(n, unit.EN)}
}

// english is a unit after its number: 1 person, 99 × 10 000 CNY, and no "2 level", as the
// title of the field says that it is a level.
func english(n, unit string) string {
	switch {
	case unit == "level":
		return ""
	case unit != "" && unit[0] >= '0' && unit[0] <= '9':
		return " × " + unit
	case n == "1":
		return " " + strings.TrimSuffix(unit, "s")
	default:
		return " " + unit
	}
}

func (r Range) text(unit lang.Text) lang.Text {
	of := lang.Text{}
	if r.Of != "" {
		of = lang.Text{ZH: "（" + r.Of + " 年）", EN: " (" + r.Of + ")"}
	}
	least := withUnit(r.Least, unit)
	switch {
	case r.exact():
		return lang.Text{ZH: least.ZH + of.ZH, EN: least.EN + of.EN}
	case math.IsInf(r.Most, 1):
		return lang.Text{ZH: "不低于 " + least.ZH + of.ZH, EN: "at least " + least.EN + of.EN}
	default:
		return lang.Text{ZH: figure(r.Least) + " 至 " + withUnit(r.Most, unit).ZH + "以下" + of.ZH, EN: figure(r.Least) + " to under " + withUnit(r.Most, unit).EN + of.EN}
	}
}

// asks says what a condition asks for.
func (r Rule) asks(x Field, words Vocabulary) lang.Text {
	if r.Number == nil && x.Kind == Number {
		return x.Title
	}
	var zh, en string
	switch r.Op {
	case ">=":
		zh, en = "不低于", "at least"
	case ">":
		zh, en = "高于", "more than"
	case "<=":
		zh, en = "不高于", "at most"
	case "<":
		zh, en = "低于", "less than"
	}
	switch x.Kind {
	case Number:
		v := withUnit(*r.Number, x.Unit)
		return lang.Text{ZH: x.Title.ZH + zh + " " + v.ZH, EN: x.Title.EN + " " + en + " " + v.EN}
	case Day:
		return r.asksDay(x)
	default:
		var list lang.Text
		for i, v := range r.Values {
			t := titleOf(words, r.Field, v)
			if i > 0 {
				list.ZH, list.EN = list.ZH+"、", list.EN+", "
			}
			list.ZH, list.EN = list.ZH+t.ZH, list.EN+t.EN
		}
		if len(r.Values) > 1 {
			return lang.Text{ZH: x.Title.ZH + "为以下之一：" + list.ZH, EN: x.Title.EN + " is one of: " + list.EN}
		}
		return lang.Text{ZH: x.Title.ZH + "：" + list.ZH, EN: x.Title.EN + ": " + list.EN}
	}
}

func (r Rule) asksDay(x Field) lang.Text {
	title := lang.Text{ZH: x.Title.ZH, EN: strings.TrimSuffix(x.Title.EN, " on")}
	switch r.Op {
	case ">=":
		return lang.Text{ZH: title.ZH + "在 " + r.Day + " 及以后", EN: title.EN + " on " + r.Day + " or later"}
	case ">":
		return lang.Text{ZH: title.ZH + "在 " + r.Day + " 之后", EN: title.EN + " after " + r.Day}
	case "<=":
		return lang.Text{ZH: title.ZH + "在 " + r.Day + " 及以前", EN: title.EN + " on " + r.Day + " or earlier"}
	default:
		return lang.Text{ZH: title.ZH + "在 " + r.Day + " 之前", EN: title.EN + " before " + r.Day}
	}
}

// missing says what lacks for a condition to be met, or not to be, and how far it is.
func (f Finding) missing(wanted bool) lang.Text {
	asks := f.Asks
	if !wanted {
		asks = lang.Text{ZH: "不得：" + asks.ZH, EN: "must not be: " + asks.EN}
	}
	switch {
	case f.Outcome == Unknown && f.Has == (lang.Text{}):
		return lang.Text{ZH: asks.ZH + "；档案中没有此项", EN: asks.EN + "; the profile does not tell"}
	case f.Outcome == Unknown:
		return lang.Text{ZH: asks.ZH + "；档案中为" + f.Has.ZH + "，不足以判断", EN: asks.EN + "; the profile says " + f.Has.EN + ", which does not settle it"}
	case f.Has == (lang.Text{}):
		return lang.Text{ZH: asks.ZH + "；档案中没有", EN: asks.EN + "; the profile has none"}
	case f.Gap != nil && wanted && *f.Gap != 0:
		short := withUnit(math.Abs(*f.Gap), f.Unit)
		if *f.Gap < 0 {
			return lang.Text{ZH: asks.ZH + "；现为 " + f.Has.ZH + "，超出 " + short.ZH, EN: asks.EN + "; is " + f.Has.EN + ", " + short.EN + " too many"}
		}
		return lang.Text{ZH: asks.ZH + "；现为 " + f.Has.ZH + "，差 " + short.ZH, EN: asks.EN + "; is " + f.Has.EN + ", " + short.EN + " short"}
	default:
		return lang.Text{ZH: asks.ZH + "；现为 " + f.Has.ZH, EN: asks.EN + "; is " + f.Has.EN}
	}
}
