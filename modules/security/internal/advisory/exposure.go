package advisory

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/csaf"
)

// The answers.
const (
	answerAffected    = "affected"
	answerCannotTell  = "cannot_tell"
	answerNotAffected = "not_affected"
)

// The states of an exposure, and the kinds of decisions.
const (
	stateOpen     = "open"
	mended        = "mended"
	accepted      = "accepted"
	notApplicable = "not_applicable"
)

// The reaches of a decision.
const (
	reachAsset        = "asset"
	reachProduct      = "product"
	reachOrganisation = "organisation"
)

// Bounds of what is kept of one advisory about one product.
const (
	mostVerdicts    = 100
	mostRemediation = 40
)

func answerOf(a csaf.Answer) string {
	switch a {
	case csaf.Affected:
		return answerAffected
	case csaf.NotAffected:
		return answerNotAffected
	default:
		return answerCannotTell
	}
}

// Said is what an advisory says of an asset about one vulnerability.
type Said struct {
	CVE       string  `json:"cve"`
	Title     string  `json:"title"`
	Answer    string  `json:"answer" enum:"affected,cannot_tell,not_affected"`
	Reason    string  `json:"reason" doc:"A code of why"`
	Why       string  `json:"why"`
	Sentence  string  `json:"sentence" doc:"The product as the advisory names it"`
	Status    string  `json:"status"`
	Statement string  `json:"statement,omitempty" doc:"Why it is not affected, as the advisory says"`
	Threat    *Threat `json:"threat,omitempty"`

	Listed []Listed `json:"listed,omitempty" doc:"What national lists say of it"`
}

// Remediation is what the advisory says to do.
type Remediation struct {
	Category string `json:"category"`
	Details  string `json:"details"`
	URL      string `json:"url,omitempty"`
	Date     string `json:"date,omitempty"`
}

// detail is what is kept of one advisory about one product in use.
type detail struct {
	Said        []Said        `json:"said"`
	More        int           `json:"more,omitempty"` // vulnerabilities that are not kept one by one
	Remediation []Remediation `json:"remediation"`
	Threat      Factor        `json:"threat"`
}

// verdict is what one advisory says of one product in use.
type verdict struct {
	advisory string // ID
	answer   string
	threat   float64
	digest   string
	list     []csaf.Verdict
	factor   Factor
}

// use is a product in use with its key.
func useKey(u csaf.InUse) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{u.Vendor, u.Name, u.Model, u.OrderNumber, u.Version}, "\x1f")))
	return hex.EncodeToString(sum[:16])
}

// conclude makes one verdict of those about one advisory, which are the gravest first.
func conclude(advisory, revision string, list []csaf.Verdict, threats map[string]Threat) verdict {
	v := verdict{advisory: advisory, answer: answerOf(list[0].Answer), list: list, factor: Factor{Name: "threat", Value: 0.15, Why: "nothing_known"}}
	sum := sha256.New()
	_, _ = sum.Write([]byte(revision)) // a hash takes everything
	for _, x := range list {
		_, _ = sum.Write([]byte(x.CVE + "\x1f" + x.Answer.String() + "\x1f" + string(x.Reason) + "\x1f" + x.Sentence + "\x1e"))
		if x.Answer == csaf.NotAffected {
			continue
		}
		t, known := threats[x.CVE]
		if !known {
			continue
		}
		if value, why := t.factor(); value > v.factor.Value || v.factor.CVE == "" {
			v.factor.Value, v.factor.Why, v.factor.CVE = max(value, v.factor.Value), why, x.CVE
		}
	}
	v.threat, v.digest = v.factor.Value, hex.EncodeToString(sum.Sum(nil)[:16])
	return v
}

// detail writes out a verdict.
func (v verdict) detail(threats map[string]Threat) detail {
	d := detail{Said: []Said{}, Remediation: []Remediation{}, Threat: v.factor}
	for _, x := range v.list {
		if len(d.Said) == mostVerdicts {
			d.More++
			continue
		}
		s := Said{CVE: x.CVE, Title: x.Title, Answer: answerOf(x.Answer), Reason: string(x.Reason), Why: x.Why, Sentence: x.Sentence, Status: x.Status, Statement: x.Statement}
		if t, known := threats[x.CVE]; known {
			s.Threat = &t
		}
		d.Said = append(d.Said, s)
		for _, r := range x.Remediation {
			one := Remediation{r.Category, r.Details, r.URL, r.Date}
			if len(d.Remediation) < mostRemediation && !slices.Contains(d.Remediation, one) {
				d.Remediation = append(d.Remediation, one)
			}
		}
	}
	slices.SortStableFunc(d.Remediation, func(a, b Remediation) int { return urgency(a.Category) - urgency(b.Category) })
	return d
}

// urgency orders remediations: what mends before what only helps.
func urgency(category string) int {
	i := slices.Index([]string{"vendor_fix", "optional_patch", "workaround", "mitigation", "fix_planned", "no_fix_planned", "none_available"}, category)
	if i < 0 {
		return 7
	}
	return i
}

// decision is one of an enterprise.
type decision struct {
	ID, organisation, advisory, asset string
	Reach, vendor, product, model     string
	Kind, Reason, digest              string
	Until, At                         time.Time
}

// subject is the asset of an exposure, as decisions look at it.
type subject struct {
	asset, vendor, product, model string
}

// covers tells whether a decision is about an exposure: taken is when the advisory was given
// in the revision that stands. What is mended and what is not applicable was said of the
// revision that stood then; an acceptance stands until its day.
func (d decision) covers(s subject, digest string, taken, now time.Time) bool {
	switch d.Reach {
	case reachAsset:
		if d.asset != s.asset {
			return false
		}
	case reachProduct:
		if d.vendor != s.vendor || d.product != s.product || d.model != s.model {
			return false
		}
	}
	switch d.Kind {
	case accepted:
		return now.Before(d.Until)
	case mended:
		return d.digest == digest
	default:
		return !d.At.Before(taken)
	}
}

// mostAccepted is how long a risk may be accepted.
const mostAccepted = 366 * 24 * time.Hour

// check says what is wrong with a decision.
func (d decision) check(now time.Time) error {
	bad := fault.New(fault.Invalid, "security.decision.invalid", "the decision is incomplete or wrong")
	if n := len([]rune(strings.TrimSpace(d.Reason))); n < 2 || n > 1000 {
		switch d.Kind {
		case mended:
			bad = bad.At("body.reason", "say what was done and what shows it, in 2 to 1000 characters")
		default:
			bad = bad.At("body.reason", "give a reason of 2 to 1000 characters")
		}
	}
	if d.Kind == accepted && (!d.Until.After(now) || d.Until.After(now.Add(mostAccepted))) {
		bad = bad.At("body.until", "a time to come, within a year")
	}
	if d.Kind != accepted && !d.Until.IsZero() {
		bad = bad.At("body.until", "only a risk that is accepted has an end")
	}
	if d.Kind == mended && d.Reach != reachAsset {
		bad = bad.At("body.reach", "what is mended is mended asset by asset")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}
