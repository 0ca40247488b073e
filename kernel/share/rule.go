package share

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// State is where a rule is in its life.
type State string

// The states. Only a rule in force shares anything.
const (
	Draft    State = "draft"
	Proposed State = "proposed" // waits for a second person
	InForce  State = "in_force"
	Ended    State = "ended"
)

// Audience is with whom a rule shares: whoever fits one of the three.
type Audience struct {
	Organisations []string        `json:"organisations" nullable:"false" maxItems:"100" doc:"These, and those below them"`
	Kinds         []identity.Kind `json:"kinds" nullable:"false" maxItems:"7" enum:"bureau,enterprise,operator,provider,node,park,responder"`
	Districts     []string        `json:"districts" nullable:"false" maxItems:"30"`
}

func (a Audience) empty() bool { return len(a.Organisations)+len(a.Kinds)+len(a.Districts) == 0 }

// Wanted is what a rule is made from.
type Wanted struct {
	Title    lang.Text           `json:"title"`
	Noun     string              `json:"noun" maxLength:"80" doc:"What is shared, as /api/share/vocabulary lists it"`
	City     bool                `json:"city,omitempty" doc:"About the objects of all organisations; needs share.city and a second person"`
	Filters  map[string][]string `json:"filters,omitempty" doc:"Only objects with one of these values of an attribute; empty: all"`
	Audience Audience            `json:"audience"`
	Purpose  string              `json:"purpose" maxLength:"500" doc:"For what those may use it"`
	Until    time.Time           `json:"until"`
}

// Rule is a named rule.
type Rule struct {
	ID             string    `json:"id" title:"编号|ID"`
	OrganisationID string    `json:"organisation_id"`
	Organisation   lang.Text `json:"organisation" title:"机构|Organisation"`
	Wanted
	State          State     `json:"state" enum:"draft,proposed,in_force,ended" title:"状态|State"`
	Cedar          string    `json:"cedar" doc:"The policy in the language Cedar"`
	Custom         bool      `json:"custom" doc:"The policy was written by hand"`
	ProposedByName string    `json:"proposed_by_name" title:"提交人|Proposed by" audit:"-"`
	ApprovedByName string    `json:"approved_by_name" title:"批准人|Approved by" audit:"-"`
	Reason         string    `json:"reason" title:"说明|Reason"`
	CreatedByName  string    `json:"created_by_name" title:"起草人|Drafted by" audit:"-"`
	CreatedAt      time.Time `json:"created_at"`
	ChangedAt      time.Time `json:"changed_at" title:"更新时间|Changed"`
	Own            bool      `json:"own" doc:"The caller may change it" audit:"-"`
	Version        int64     `json:"version"`

	createdBy, proposedBy, approvedBy string // persons
}

// ETag implements httpd.Versioned.
func (r Rule) ETag() int64 { return r.Version }

// grave rules need a second person: those about the whole city, and those whose
// policy is written by hand.
func (r Rule) grave() bool { return r.City || r.Custom }

// longest is how far ahead a rule may end.
const longest = 3 * 366 * 24 * time.Hour

// check refuses a rule that says too little, naming every fault.
func (w Wanted) check(kind module.Shareable, now time.Time) error {
	f := fault.New(fault.Invalid, "share.rule.invalid", "the rule is incomplete or wrong")
	if w.Title.ZH == "" && w.Title.EN == "" {
		_ = f.At("body.title", "give a name by which people know the rule")
	}
	if strings.TrimSpace(w.Purpose) == "" {
		_ = f.At("body.purpose", "say for what it is shared")
	}
	if w.Audience.empty() {
		_ = f.At("body.audience", "choose organisations, kinds or districts")
	}
	if !w.Until.After(now) || w.Until.Sub(now) > longest {
		_ = f.At("body.until", "choose an end within three years")
	}
	for name, values := range w.Filters {
		i := slices.IndexFunc(kind.Attributes, func(a module.ShareAttribute) bool { return a.Name == name })
		if i < 0 {
			_ = f.At("body.filters."+name, "there is no such attribute")
			continue
		}
		for _, v := range values {
			if !slices.ContainsFunc(kind.Attributes[i].Values, func(x module.ShareValue) bool { return x.Value == v }) {
				_ = f.At("body.filters."+name, "%.40q is none of its values", v)
			}
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (w Wanted) tidy() Wanted {
	w.Title.ZH, w.Title.EN, w.Purpose = strings.TrimSpace(w.Title.ZH), strings.TrimSpace(w.Title.EN), strings.TrimSpace(w.Purpose)
	if w.Title.ZH == "" {
		w.Title.ZH = w.Title.EN
	}
	if w.Title.EN == "" {
		w.Title.EN = w.Title.ZH
	}
	filters := map[string][]string{}
	for name, values := range w.Filters {
		if len(values) > 0 {
			filters[name] = values
		}
	}
	w.Filters, w.Until = filters, w.Until.UTC().Truncate(time.Millisecond)
	w.Audience.Organisations = append([]string{}, w.Audience.Organisations...)
	w.Audience.Kinds = append([]identity.Kind{}, w.Audience.Kinds...)
	w.Audience.Districts = append([]string{}, w.Audience.Districts...)
	return w
}

// edit changes what a rule says. A grave one that was in force waits for a
// second person again; until then it shares nothing.
func (r Rule) edit(w Wanted) (Rule, error) {
	if r.State == Ended {
		return r, conflict("ended", "an ended rule stays as it was; make a new one")
	}
	if w.Noun != r.Noun || w.City != r.City {
		return r, fault.New(fault.Invalid, "share.rule.invalid", "what a rule is about cannot change").At("body.noun", "make a new rule")
	}
	r.Wanted = w
	if r.grave() || r.State == Proposed {
		r.State = Draft
	}
	return r, nil
}

func conflict(what, format string, args ...any) error {
	return fault.New(fault.Conflict, "share.rule."+what, format, args...)
}

// submit puts a rule in force, or before a second person.
func (r Rule) submit(by identity.Identity, now time.Time) (Rule, error) {
	if r.State != Draft {
		return r, conflict("state", "the rule is %s", r.State)
	}
	if !r.Until.After(now) {
		return r, fault.New(fault.Invalid, "share.rule.invalid", "the rule would have ended before it began").At("body.until", "choose a later end")
	}
	r.proposedBy, r.ProposedByName, r.Reason = by.PersonID, by.Name, ""
	r.State = InForce
	if r.grave() {
		r.State = Proposed
	}
	return r, nil
}

// decide is the second person's word.
func (r Rule) decide(by identity.Identity, approve bool, reason string) (Rule, error) {
	if r.State != Proposed {
		return r, conflict("state", "the rule is %s", r.State)
	}
	if !by.IsSecond(r.proposedBy) {
		return r, conflict("four_eyes", "a second person decides, not the one who proposed it")
	}
	if !approve && strings.TrimSpace(reason) == "" {
		return r, fault.New(fault.Invalid, "share.rule.invalid", "say why").At("body.reason", "the one who proposed it should know what to change")
	}
	r.Reason, r.approvedBy, r.ApprovedByName, r.State = strings.TrimSpace(reason), "", "", Draft
	if approve {
		r.approvedBy, r.ApprovedByName, r.State = by.PersonID, by.Name, InForce
	}
	return r, nil
}

func (r Rule) end(reason string) (Rule, error) {
	if r.State == Ended {
		return r, conflict("ended", "the rule has ended")
	}
	r.State, r.Reason = Ended, strings.TrimSpace(reason)
	return r, nil
}
