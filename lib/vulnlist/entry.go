package vulnlist

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The lists.
const (
	CNVD  = "CNVD"
	CNNVD = "CNNVD"
)

// Entry is one vulnerability as a list tells of it. What it does not say is "".
type Entry struct {
	List        string // CNVD or CNNVD
	Number      string // CNVD-2020-60468, CNNVD-201701-225
	CVEs        []string
	Title       string
	Severity    string // in the words of the list: 超危, 高危, 高
	Kind        string // in the words of the list
	Published   string // a day: 2006-01-02
	Modified    string // a day; CNVD says none
	Description string
	Remedy      string // what to do, and the patch where the list names one
	Products    []string
	Links       []string
	Line        int // where it begins
}

// Bounds of what an entry holds; more is cut and told.
const (
	mostTitle    = 500  // characters
	mostWord     = 100  // characters of a severity or a kind
	mostText     = 8000 // characters of a description or remedy
	mostItem     = 500  // characters of a product or link
	mostProducts = 500
	mostLinks    = 100
	mostCVEs     = 100
)

var (
	numberForm = regexp.MustCompile(`^(?:CNVD-(?:C-)?[0-9]{4}-[0-9]{1,8}|CNNVD-[0-9]{6}-[0-9]{1,8})$`)
	cveForm    = regexp.MustCompile(`(?i)\bCVE-[0-9]{4}-[0-9]{4,19}\b`)
)

// Number gives the number of an entry in the form of the lists: in capitals, without space.
// It is false for what is none.
func Number(text string) (string, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	return text, numberForm.MatchString(text)
}

// ListOf is the list that a number is of.
func ListOf(number string) string {
	list, _, _ := strings.Cut(number, "-")
	return list
}

// CVEs are the numbers of CVE in a text, each once, in capitals.
func CVEs(text string) []string {
	var out []string
	for _, cve := range cveForm.FindAllString(text, -1) {
		if cve = strings.ToUpper(cve); !slices.Contains(out, cve) {
			out = append(out, cve)
		}
	}
	return out
}

// Day gives a day in the form 2006-01-02. It reads what the lists and spreadsheets write, with
// or without a time, and is false for what is none.
func Day(text string) (string, bool) {
	text, _, _ = strings.Cut(strings.TrimSpace(text), " ")
	text, _, _ = strings.Cut(text, "T")
	for _, form := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006年1月2日"} {
		if at, err := time.Parse(form, text); err == nil {
			return at.Format(time.DateOnly), true
		}
	}
	return "", text == ""
}

// Reason is why an entry is skipped.
type Reason string

// The reasons.
const (
	NoNumber    Reason = "no_number"    // it has no number
	NumberForm  Reason = "number_form"  // its number is none of its list
	DateForm    Reason = "date_form"    // a date is none
	NotAnEntry  Reason = "not_an_entry" // the element is none that is known
	NumberTwice Reason = "number_twice" // its number is in the file before, as new or newer
)

// Skip is an entry that was skipped.
type Skip struct {
	Line   int
	Reason Reason
	Text   string // the number, date or element as it is, at most 60 characters
}

// Check puts an entry in order, and says whether it can be told from others: its number is one
// of list, "" for any, its dates are days.
func (e *Entry) Check(list string) (Skip, bool) {
	number, is := Number(e.Number)
	switch {
	case number == "":
		return Skip{e.Line, NoNumber, cut(e.Title, 60)}, false
	case !is, list != "" && ListOf(number) != list:
		return Skip{e.Line, NumberForm, cut(number, 60)}, false
	}
	e.Number, e.List = number, ListOf(number)
	for _, day := range []*string{&e.Published, &e.Modified} {
		read, is := Day(*day)
		if !is {
			return Skip{e.Line, DateForm, cut(*day, 60)}, false
		}
		*day = read
	}
	return Skip{}, true
}

// Bound cuts what is longer than is kept, and is true where it did.
func (e *Entry) Bound() (did bool) {
	for _, x := range []struct {
		text *string
		most int
	}{{&e.Title, mostTitle}, {&e.Severity, mostWord}, {&e.Kind, mostWord}, {&e.Description, mostText}, {&e.Remedy, mostText}} {
		short := cut(*x.text, x.most)
		did = did || short != *x.text
		*x.text = short
	}
	for _, x := range []struct {
		list *[]string
		most int
	}{{&e.CVEs, mostCVEs}, {&e.Products, mostProducts}, {&e.Links, mostLinks}} {
		if len(*x.list) > x.most {
			*x.list, did = (*x.list)[:x.most], true
		}
		for i, text := range *x.list {
			short := cut(text, mostItem)
			did = did || short != text
			(*x.list)[i] = short
		}
	}
	return did
}

// cut gives the first n characters of a text.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// Fault is why a file is refused.
type Fault string

// The faults.
const (
	NotAList   Fault = "not_a_list"  // the root element is none of the lists'
	Empty      Fault = "empty"       // it has no entries
	DocType    Fault = "doctype"     // it has a document type, which may hold entities
	TooDeep    Fault = "too_deep"    // elements in elements beyond what lists have
	TooLong    Fault = "too_long"    // an entry without an end
	NotXML     Fault = "not_xml"     // it is not well-formed
	NotText    Fault = "not_text"    // it is neither UTF-8 nor GB 18030
	NotClosed  Fault = "not_closed"  // a block PAV has no end
	OtherWrite Fault = "other_write" // it declares an encoding that is not known here
)

// Error says why a file is refused, and where.
type Error struct {
	Fault Fault
	Line  int
	Text  string // what is there, for some faults
}

// Error implements error.
func (e *Error) Error() string {
	text := map[Fault]string{
		NotAList: "it is no file of CNVD or CNNVD", Empty: "it has no entries", DocType: "it has a document type, which is not read", TooDeep: "elements are nested too deep",
		TooLong: "an entry has more than 8 MiB", NotXML: "it is not well-formed", NotText: "it is neither UTF-8 nor GB 18030", NotClosed: "a block PAV has no end", OtherWrite: "its encoding is not known",
	}[e.Fault]
	if e.Text != "" {
		text += ": " + e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, text)
}
