package csaf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// version is a version of a document: integer or semantic versioning.
type docVersion struct {
	semantic bool
	numbers  [3]uint64
	pre      string
	text     string // without build metadata
}

// parseDocVersion reads the type version_t of the standard.
func parseDocVersion(text string) (docVersion, bool) {
	v := docVersion{}
	v.text, _, _ = strings.Cut(text, "+")
	core, pre, _ := strings.Cut(v.text, "-")
	v.pre = pre
	parts := strings.Split(core, ".")
	if len(parts) != 1 && len(parts) != 3 {
		return v, false
	}
	v.semantic = len(parts) == 3
	for i, p := range parts {
		if p == "" || len(p) > 18 {
			return v, false
		}
		for _, r := range p {
			if !digit(r) {
				return v, false
			}
			v.numbers[i] = v.numbers[i]*10 + uint64(r-'0') //nolint:gosec // a digit
		}
	}
	return v, v.semantic || v.pre == ""
}

func (v docVersion) compare(o docVersion) int {
	for i := range v.numbers {
		if c := cmp.Compare(v.numbers[i], o.numbers[i]); c != 0 {
			return c
		}
	}
	return comparePre(v.pre, o.pre)
}

// comparePre orders pre-releases: none is last; numbers by value, before letters.
func comparePre(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, xn := wholeNumber(as[i])
		y, yn := wholeNumber(bs[i])
		var c int
		switch {
		case xn && yn:
			c = cmp.Compare(x, y)
		case xn:
			c = -1
		case yn:
			c = 1
		default:
			c = cmp.Compare(as[i], bs[i])
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

func wholeNumber(text string) (uint64, bool) {
	if text == "" || len(text) > 18 {
		return 0, false
	}
	var n uint64
	for _, r := range text {
		if !digit(r) {
			return 0, false
		}
		n = n*10 + uint64(r-'0') //nolint:gosec // a digit
	}
	return n, true
}

// revision is one item of the revision history.
type revision struct {
	at     *node // its number
	when   time.Time
	number docVersion
	ok     bool
}

// history gives the revision history by date. Items of one date are by number,
// so that those who were released together are not out of order by being written
// in another one.
func (d *Document) history() []revision {
	var out []revision
	for _, r := range d.root.at("document", "tracking").items("revision_history") {
		when, err := time.Parse(time.RFC3339Nano, r.value("date"))
		number, ok := parseDocVersion(r.value("number"))
		at := r.get("number")
		if at == nil {
			at = r
		}
		out = append(out, revision{at, when, number, ok && err == nil})
	}
	slices.SortStableFunc(out, func(a, b revision) int {
		if c := a.when.Compare(b.when); c != 0 {
			return c
		}
		return a.number.compare(b.number)
	})
	return out
}

func (c *checker) tracking() *node { return c.d.root.at("document", "tracking") }

func (c *checker) historySorted() {
	all := c.d.history()
	for i := 1; i < len(all); i++ {
		if all[i].ok && all[i-1].ok && all[i].number.compare(all[i-1].number) < 0 {
			c.fail(all[i].at, fmt.Sprintf("the revision %s is later than %s and has a smaller number", all[i].number.text, all[i-1].number.text))
		}
	}
}

func (c *checker) latestVersion() {
	all := c.d.history()
	version, ok := parseDocVersion(c.d.Revision())
	if len(all) == 0 || !ok || !all[len(all)-1].ok {
		return
	}
	last := all[len(all)-1].number
	if c.d.Status() == "draft" {
		version.pre, last.pre = "", ""
	}
	if version.semantic != last.semantic || version.compare(last) != 0 {
		c.fail(c.tracking().get("version"), fmt.Sprintf("the version is %s, and the last item of the revision history %s", version.text, last.text))
	}
}

func (c *checker) statusDraft() {
	v, ok := parseDocVersion(c.d.Revision())
	if ok && c.d.Status() != "draft" && (v.numbers[0] == 0 || v.pre != "") {
		c.fail(c.tracking().get("status"), fmt.Sprintf("the version %s is one of a draft, and the status is %q", v.text, c.d.Status()))
	}
}

func (c *checker) released() bool { return c.d.Status() == "final" || c.d.Status() == "interim" }

func (c *checker) historyReleased() {
	if !c.released() {
		return
	}
	for _, r := range c.d.history() {
		if r.ok && r.number.numbers[0] == 0 {
			c.fail(r.at, fmt.Sprintf("the status is %s, and the revision history has the number %s", c.d.Status(), r.number.text))
		}
	}
}

func (c *checker) historyPrerelease() {
	for _, r := range c.d.history() {
		if r.number.pre != "" {
			c.fail(r.at, fmt.Sprintf("the number %s is one of a pre-release", r.number.text))
		}
	}
}

func (c *checker) versionNotDraft() {
	if v, ok := parseDocVersion(c.d.Revision()); ok && c.released() && v.pre != "" {
		c.fail(c.tracking().get("version"), fmt.Sprintf("the status is %s, and the version %s is one of a pre-release", c.d.Status(), v.text))
	}
}

func (c *checker) historyWhole() {
	all := c.d.history()
	for i, r := range all {
		if !r.ok {
			continue
		}
		major := r.number.numbers[0]
		if i == 0 {
			if major > 1 {
				c.fail(r.at, fmt.Sprintf("the first revision is %s, neither 0 nor 1", r.number.text))
			}
			continue
		}
		if before := all[i-1].number.numbers[0]; all[i-1].ok && major > before+1 {
			c.fail(r.at, fmt.Sprintf("between the revisions %s and %s there is one missing", all[i-1].number.text, r.number.text))
		}
	}
}

func (c *checker) historyOnce() {
	seen := map[string]bool{}
	for _, r := range c.d.history() {
		if seen[r.number.text] {
			c.fail(r.at, fmt.Sprintf("the number %s is given twice", r.number.text))
		}
		seen[r.number.text] = true
	}
}

func (c *checker) versionsAlike() {
	v, ok := parseDocVersion(c.d.Revision())
	if !ok {
		return
	}
	for _, r := range c.d.history() {
		if r.number.text != "" && r.ok && r.number.semantic != v.semantic {
			c.fail(r.at, fmt.Sprintf("the number %s and the version %s are of different kinds of versioning", r.number.text, v.text))
		}
	}
}
