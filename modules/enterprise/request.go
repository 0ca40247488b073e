package enterprise

import (
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// What an enterprise asks.
const (
	askCorrection = "correction"
	askDeletion   = "deletion"
)

// Where a request is in its life.
const (
	requestOpen      = "open"
	requestDone      = "done"
	requestRefused   = "refused"
	requestWithdrawn = "withdrawn"
)

// decideWithin is how long the bureau has for a request; warnBefore is when it is reminded.
const (
	decideWithin = 15 * 24 * time.Hour
	warnBefore   = 3 * 24 * time.Hour
)

// Correction is one field as it is and as it is to be.
type Correction struct {
	Field  string `json:"field" enum:"code,name_zh,name_en,district,industry,size,address,founded_on,capital,website,description"`
	Before string `json:"before" doc:"While the request is open: now; then: when it was done"`
	After  string `json:"after" maxLength:"2000"`
}

// Part is so many records of one kind.
type Part struct {
	What   string `json:"what" enum:"profile,contacts,evidence,merged,diagnoses,needs,applications,results,provider,services,agreements,decisions,offers,landed"`
	Number int    `json:"number"`
}

// Outcome is what deleting an entry came to.
type Outcome struct {
	Removed []Part `json:"removed" nullable:"false"`
	Kept    []Part `json:"kept" nullable:"false" doc:"What has to stay: records of others, and what the city's figures and public money rest on"`
}

// Request is what an enterprise asks the bureau about its entry.
type Request struct {
	ID             string       `json:"id"`
	EntryID        string       `json:"entry_id"`
	Kind           string       `json:"kind" enum:"correction,deletion" title:"请求|Request"`
	Code           string       `json:"code" doc:"When it was asked" title:"统一社会信用代码|Unified social credit code"`
	Name           lang.Text    `json:"name" doc:"When it was asked" title:"企业名称|Enterprise"`
	Changes        []Correction `json:"changes" nullable:"false"`
	Text           string       `json:"text" doc:"Why" title:"理由|Why"`
	State          string       `json:"state" enum:"open,done,refused,withdrawn" title:"状态|State"`
	Answer         string       `json:"answer" doc:"Of the bureau" title:"答复|Answer"`
	Outcome        *Outcome     `json:"outcome,omitempty" doc:"Of a deletion that was done"`
	FiledAt        time.Time    `json:"filed_at" title:"提出时间|Asked"`
	FiledName      string       `json:"filed_name" audit:"-" title:"提出人|By"`
	DueAt          time.Time    `json:"due_at" doc:"Until when the bureau decides" title:"处理期限|Decided until"`
	DecidedAt      *time.Time   `json:"decided_at,omitempty" title:"处理时间|Decided"`
	DecidedName    string       `json:"decided_name" audit:"-" title:"处理人|Decided by"`
	Overdue        bool         `json:"overdue" audit:"-"`
	Synthetic      bool         `json:"synthetic" doc:"About an entry that was made up" title:"合成数据|Synthetic"`
	Acts           []string     `json:"acts" nullable:"false" audit:"-" enum:"decide,withdraw" doc:"What the caller may do now"`
	Version        int64        `json:"version"`
	OrganisationID string       `json:"-"`

	filedBy, decidedBy string
}

// ETag implements httpd.Versioned.
func (r Request) ETag() int64 { return r.Version }

// field is what an entry says in a field that is corrected.
func (e Entry) field(name string) string {
	switch name {
	case "code":
		return e.Code
	case "name_zh":
		return e.Name.ZH
	case "name_en":
		return e.Name.EN
	case "district":
		return e.District
	case "industry":
		return e.Industry
	case "size":
		return e.Size
	case "address":
		return e.Profile.Address
	case "founded_on":
		return e.Profile.FoundedOn
	case "capital":
		if e.Profile.Capital == nil {
			return ""
		}
		return strconv.FormatFloat(*e.Profile.Capital, 'f', -1, 64)
	case "website":
		return e.Profile.Website
	default:
		return e.Profile.Description
	}
}

// with is the entry with another value in a field.
func (e Entry) with(name, value string) (Entry, error) {
	value = strings.TrimSpace(value)
	switch name {
	case "code":
		e.Code = strings.ToUpper(value)
	case "name_zh":
		e.Name.ZH = value
	case "name_en":
		e.Name.EN = value
	case "district":
		e.District = value
	case "industry":
		e.Industry, e.Profile.IndustryClass = value, ""
	case "size":
		e.Size = value
	case "address":
		e.Profile.Address = value
	case "founded_on":
		e.Profile.FoundedOn = value
	case "capital":
		if e.Profile.Capital = nil; value == "" {
			return e, nil
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return e, fault.New(fault.Invalid, "enterprise.entry.invalid", "the registered capital is a number").At("body.profile.capital", "0 to 1 000 000 000 times 10 000 CNY")
		}
		e.Profile.Capital = &n
	case "website":
		e.Profile.Website = value
	default:
		e.Profile.Description = value
	}
	return e, nil
}

// correct is the entry with all that was asked, and what each field said before. What
// would change nothing, or make a wrong entry, is refused.
func (e Entry) correct(asked []Correction, valid func(code string) bool, now time.Time) (Entry, []Correction, error) {
	after, done, seen := e, []Correction{}, map[string]bool{}
	var err error
	for _, c := range asked {
		if seen[c.Field] {
			return e, nil, fault.New(fault.Invalid, "enterprise.request.twice", "the field %s is asked for twice", c.Field).At("body.changes", "each field once")
		}
		seen[c.Field] = true
		if after, err = after.with(c.Field, c.After); err != nil {
			return e, nil, err
		}
		if before, now := e.field(c.Field), after.field(c.Field); before != now {
			done = append(done, Correction{c.Field, before, now})
		}
	}
	if len(done) == 0 {
		return e, nil, fault.New(fault.Invalid, "enterprise.request.nothing", "the entry says all of this already").At("body.changes", "say what is to be another")
	}
	if err := after.check(valid(after.Code), now); err != nil {
		return e, nil, err
	}
	after.UpdatedAt = now
	return after, done, nil
}

// answer decides on a request; what is done is what was asked.
func (r Request) answer(accept bool, reason string, by decider, now time.Time) (Request, error) {
	if r.State != requestOpen {
		return r, fault.New(fault.Conflict, "enterprise.request.decided", "this request is %s", r.State).With("state", r.State)
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return r, fault.New(fault.Invalid, "enterprise.request.reason", "say why").At("body.reason", "tell the enterprise why")
	}
	r.State = requestRefused
	if accept {
		r.State = requestDone
	}
	r.Answer, r.DecidedAt, r.DecidedName, r.decidedBy = reason, &now, by.name, by.actor
	return r, nil
}

// withdraw takes a request back.
func (r Request) withdraw(by decider, now time.Time) (Request, error) {
	if r.State != requestOpen {
		return r, fault.New(fault.Conflict, "enterprise.request.decided", "this request is %s", r.State).With("state", r.State)
	}
	r.State, r.DecidedAt, r.DecidedName, r.decidedBy = requestWithdrawn, &now, by.name, by.actor
	return r, nil
}

// reminder is which reminder the bureau is due of an open request; empty: none.
func (r Request) reminder(now time.Time) string {
	switch {
	case now.After(r.DueAt):
		return "over"
	case now.After(r.DueAt.Add(-warnBefore)):
		return "soon"
	}
	return ""
}

// running says what has to end before an entry is deleted.
func running(list []string) error {
	return fault.New(fault.Conflict, "enterprise.request.running", "the enterprise is in the middle of something that others rely on: %s; end it first, or refuse the request", strings.Join(list, ", ")).With("what", strings.Join(list, ", "))
}
