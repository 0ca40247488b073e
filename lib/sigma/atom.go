package sigma

import (
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// atomKind says how an atom is decided.
type atomKind uint8

const (
	atomText     atomKind = iota // a pattern over the value
	atomRegexp                   // a regular expression
	atomCIDR                     // an address within a network
	atomCompare                  // a number, or a part of a date, compared
	atomExists                   // the field is there
	atomNull                     // the field is absent or null
	atomFieldRef                 // the value of another field
)

// atom is one question about one field, shared by all rules that ask it.
type atom struct {
	kind  atomKind
	field int32 // place in the table of fields; keywords for every value
	cased bool
	text  pattern // folded unless cased
	re    *regexp.Regexp
	net   netip.Prefix
	op    string // =, lt, lte, gt, gte
	num   float64
	part  string // of a date
	other int32  // field of atomFieldRef
	wrap  string // contains, startswith, endswith of atomFieldRef
	// literal is a folded text that the folded value has to contain; "" if
	// there is none, so that the atom is decided when a rule asks.
	literal string
	// whole says that the folded value has to be literal.
	whole bool
	uses  int // how many rules use it
}

// keywords is the field of an atom that looks at every value.
const keywords = int32(-1)

// value is one value of a field while an event is looked at.
type value struct {
	field  int32
	null   bool
	text   string // as it is
	folded []byte
	next   int32 // another value of the same field, -1 at the end
}

// holds decides an atom for one value.
func (a *atom) holds(v *value) bool {
	if v.null {
		return a.kind == atomExists
	}
	switch a.kind {
	case atomExists:
		return true
	case atomText:
		if a.cased {
			return a.text.match([]byte(v.text))
		}
		return a.text.match(v.folded)
	case atomRegexp:
		return a.re.MatchString(v.text)
	case atomCIDR:
		return a.inside(v.text)
	case atomCompare:
		return a.compares(v.text)
	default:
		return false
	}
}

func (a *atom) inside(text string) bool {
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return false
	}
	return a.net.Contains(ip.Unmap().WithZone(""))
}

func (a *atom) compares(text string) bool {
	var n float64
	if a.part != "" {
		part, ok := partOfDate(text, a.part)
		if !ok {
			return false
		}
		n = float64(part)
	} else {
		parsed, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(parsed, 0) || math.IsNaN(parsed) {
			return false
		}
		n = parsed
	}
	switch a.op {
	case "lt":
		return n < a.num
	case "lte":
		return n <= a.num
	case "gt":
		return n > a.num
	case "gte":
		return n >= a.num
	default:
		return n == a.num
	}
}

// partOfDate takes a part of a date as it is written: no zone is converted.
// The week is that of ISO 8601.
func partOfDate(text, part string) (int, bool) {
	at, ok := date(text)
	if !ok {
		return 0, false
	}
	switch part {
	case "minute":
		return at.Minute(), true
	case "hour":
		return at.Hour(), true
	case "day":
		return at.Day(), true
	case "week":
		_, week := at.ISOWeek()
		return week, true
	case "month":
		return int(at.Month()), true
	default:
		return at.Year(), true
	}
}

func date(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// refers decides atomFieldRef for a pair of values.
func (a *atom) refers(v, other *value) bool {
	if v.null || other.null {
		return false
	}
	mine, its := string(v.folded), string(other.folded)
	if a.cased {
		mine, its = v.text, other.text
	}
	switch a.wrap {
	case "contains":
		return strings.Contains(mine, its)
	case "startswith":
		return strings.HasPrefix(mine, its)
	case "endswith":
		return strings.HasSuffix(mine, its)
	default:
		return mine == its
	}
}
