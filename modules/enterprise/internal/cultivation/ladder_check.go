package cultivation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

// Limits of what the bureau defines.
const (
	mostLadders  = 50
	mostEditions = 50
	mostRungs    = 12
	mostCriteria = 30
	longestTitle = 300  // octets in one language
	longestText  = 3000 // octets in one language
)

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// tidy leaves out blanks and gives a text in one language for the other.
func (c Content) tidy() Content {
	both := func(t lang.Text) lang.Text {
		t = lang.Text{ZH: strings.TrimSpace(t.ZH), EN: strings.TrimSpace(t.EN)}
		return lang.Text{ZH: t.In("zh"), EN: t.In("en")}
	}
	c.Title, c.Source, c.Number, c.Link = both(c.Title), both(c.Source), strings.TrimSpace(c.Number), strings.TrimSpace(c.Link)
	c.Rungs = append([]Rung{}, c.Rungs...)
	for i := range c.Rungs {
		r := &c.Rungs[i]
		r.Title, r.Criteria = both(r.Title), append([]Criterion{}, r.Criteria...)
		for j := range r.Criteria {
			r.Criteria[j].Title, r.Criteria[j].Asks = both(r.Criteria[j].Title), both(r.Criteria[j].Asks)
		}
	}
	return c
}

func long(t lang.Text, most int) bool { return len(t.ZH) > most || len(t.EN) > most }

// check adds every fault of a ladder.
func (c Content) check(f *fault.Error, words criterion.Vocabulary) {
	for _, x := range []struct {
		wrong       bool
		at, message string
	}{
		{c.Title.ZH == "" || long(c.Title, longestTitle), "body.title", "name the ladder, in 300 octets at most"},
		{c.Source.ZH == "" || long(c.Source, longestText), "body.source", "say what the thresholds rest on, in 3000 octets at most"},
		{!slices.Contains([]string{"official", "secondary", "unchecked", "own"}, c.Checked), "body.checked", "say how far they were compared with the official text"},
		{c.Link != "" && !strings.HasPrefix(c.Link, "https://") && !strings.HasPrefix(c.Link, "http://"), "body.link", "begins with http:// or https://"},
		{len(c.Rungs) == 0 || len(c.Rungs) > mostRungs, "body.rungs", "1 to 12 rungs, the lowest first"},
	} {
		if x.wrong {
			_ = f.At(x.at, "%s", x.message)
		}
	}
	seen := map[string]bool{}
	for i, r := range c.Rungs[:min(len(c.Rungs), mostRungs)] {
		at := fmt.Sprintf("body.rungs[%d]", i)
		checkNamed(f, at, r.Code, r.Title, seen)
		if _, ok := words(criterion.Qualification, r.Qualification); r.Qualification != "" && !ok {
			_ = f.At(at+".qualification", "choose a kind of qualification, or none")
		}
		r.checkCriteria(f, at, words)
	}
}

// checkNamed checks code and title; codes are told apart within one list.
func checkNamed(f *fault.Error, at, code string, title lang.Text, seen map[string]bool) {
	if !codeForm.MatchString(code) || seen[code] {
		_ = f.At(at+".code", "small letters, digits and _, each code once")
	}
	seen[code] = true
	if title.ZH == "" || long(title, longestTitle) {
		_ = f.At(at+".title", "give a name, in 300 octets at most")
	}
}

func (r Rung) checkCriteria(f *fault.Error, at string, words criterion.Vocabulary) {
	if len(r.Criteria) == 0 || len(r.Criteria) > mostCriteria {
		_ = f.At(at+".criteria", "1 to 30 criteria")
	}
	seen := map[string]bool{}
	for i, c := range r.Criteria[:min(len(r.Criteria), mostCriteria)] {
		where := fmt.Sprintf("%s.criteria[%d]", at, i)
		checkNamed(f, where, c.Code, c.Title, seen)
		if !slices.Contains([]string{evidenceNone, evidenceOptional, evidenceRequired}, c.Evidence) {
			_ = f.At(where+".evidence", "choose whether evidence is asked for")
		}
		if c.Conditions.Everybody() && c.Evidence != evidenceRequired {
			_ = f.At(where+".conditions", "give conditions, or ask for evidence that alone shows it")
		}
		if long(c.Asks, longestText) {
			_ = f.At(where+".asks", "3000 octets at most")
		}
		c.Conditions.Check(f, where+".conditions", words)
	}
}

// checkDraft refuses a ladder that could not be published, naming every fault. after is
// the first day of the edition before it; empty: there is none.
func (c Content) checkDraft(words criterion.Vocabulary, after string) error {
	f := fault.New(fault.Invalid, "enterprise.cultivation.invalid", "the ladder is incomplete or wrong")
	if _, err := time.Parse(time.DateOnly, c.EffectiveFrom); err != nil {
		_ = f.At("body.effective_from", "a day such as 2026-01-01")
	} else if c.EffectiveFrom <= after {
		_ = f.At("body.effective_from", "a day after that on which the edition before began")
	}
	c.check(f, words)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}
