package service

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// State is where a service is in its life.
type State string

// The states of services.
const (
	Waiting   State = "waiting" // for the enterprise
	Confirmed State = "confirmed"
	Objected  State = "objected"
	Silent    State = "silent" // the enterprise said nothing in time
	Withdrawn State = "withdrawn"
)

// What auditors find.
const (
	Upheld   = "upheld"
	Rejected = "rejected"
)

// act is what becomes of a service.
type act string

const (
	confirm  act = "confirm"
	object   act = "object"
	lapse    act = "lapse"
	withdraw act = "withdraw"
)

// next is the state that an act leads to; empty where it may not be done.
func (s State) next(a act) State {
	switch {
	case a == confirm && (s == Waiting || s == Silent || s == Objected):
		return Confirmed
	case a == object && (s == Waiting || s == Silent):
		return Objected
	case a == lapse && s == Waiting:
		return Silent
	case a == withdraw && (s == Waiting || s == Silent || s == Objected):
		return Withdrawn
	default:
		return ""
	}
}

// How a service came in.
const (
	byForm      = "form"
	byAPI       = "api"
	byFile      = "import"
	byDiagnosis = "diagnosis"
	byAgreement = "agreement"
	byOpening   = "opening"
)

// City is the provider of services of the city itself.
const City = "city"

// Bounds of what one service holds.
const (
	mostAbout    = 500
	mostEvidence = 20
	earliest     = "2020-01-01"
)

// Enterprise is who was served, as the directory has it.
type Enterprise struct {
	ID             string
	Code           string
	Name           lang.Text
	District       string
	Industry       string
	OrganisationID string // that keeps the entry; empty: the bureau does
	Synthetic      bool
}

// Service is one service to one enterprise. Code, name, district and industry are those
// that the enterprise had when the service was recorded.
type Service struct {
	ID           string     `json:"id"`
	EntryID      string     `json:"entry_id" doc:"Of the enterprise; after a merge the survivor's"`
	Code         string     `json:"code" title:"统一社会信用代码|Unified social credit code"`
	Name         lang.Text  `json:"name" title:"企业|Enterprise"`
	District     string     `json:"district" title:"区市|District"`
	Industry     string     `json:"industry" title:"行业|Industry"`
	Provider     string     `json:"provider" doc:"Unified social credit code; city: the city itself" title:"服务方代码|Provider's code"`
	ProviderName lang.Text  `json:"provider_name" title:"服务方|Provider"`
	Matter       string     `json:"matter" title:"事项|Matter"`
	About        string     `json:"about" title:"服务内容|About"`
	StartedOn    string     `json:"started_on" title:"开始日期|First day"`
	EndedOn      string     `json:"ended_on" title:"结束日期|Last day"`
	Quarter      string     `json:"quarter" doc:"Of the first day, as 2026Q4" title:"季度|Quarter"`
	State        State      `json:"state" enum:"waiting,confirmed,objected,silent,withdrawn" title:"状态|State"`
	Counted      bool       `json:"counted" title:"计入家次|Counted"`
	DuplicateOf  string     `json:"duplicate_of" doc:"ID of the service that it is one with, since a merge"`
	Verdict      string     `json:"verdict" enum:",upheld,rejected" doc:"Of the auditors" title:"抽查|Audit"`
	Reason       string     `json:"reason" doc:"Why the enterprise objects, or it was withdrawn" title:"理由|Reason"`
	Origin       string     `json:"origin" enum:"form,api,import,diagnosis,agreement,opening" title:"来源|Origin"`
	Source       string     `json:"source" doc:"What it follows from, as diagnosis/01J…, need/01J… or opening/01J…"`
	Rule         int        `json:"rule" doc:"Version of the rule that it was recorded under" title:"规则版本|Rule"`
	RecordedAt   time.Time  `json:"recorded_at" title:"登记时间|Recorded"`
	RecordedName string     `json:"recorded_name" title:"登记人|Recorded by"`
	DueAt        time.Time  `json:"due_at" doc:"Until when the enterprise is waited for" title:"确认期限|Due"`
	AnsweredAt   *time.Time `json:"answered_at,omitempty" title:"答复时间|Answered"`
	AnsweredName string     `json:"answered_name" title:"答复人|Answered by"`
	Synthetic    bool       `json:"synthetic"`
	Version      int64      `json:"version"`

	recorder, recordedBy, answeredBy string
	window                           int
	evidence                         []string
}

// ETag implements httpd.Versioned.
func (s Service) ETag() int64 { return s.Version }

// mostSearched is how many characters of each name lists search: PostgreSQL's indexes
// hold no longer ones.
const mostSearched = 100

// matches are what lists search.
func (s Service) matches() string {
	words := []string{strings.ToLower(s.Code)}
	for _, name := range []string{s.Name.ZH, s.Name.EN, s.ProviderName.ZH, s.ProviderName.EN} {
		text := []rune(strings.ToLower(name))
		words = append(words, string(text[:min(len(text), mostSearched)]))
	}
	return strings.Join(words, " ")
}

func (s Service) claim() claim {
	return claim{s.ID, s.Provider, s.Matter, s.StartedOn, s.window, s.RecordedAt.UnixMilli(), s.State, s.Verdict}
}

// draft is what somebody records.
type draft struct {
	code, provider string
	providerName   string
	matter, about  string
	started, ended string
	evidence       []string
}

// tidy fills what follows from the rest.
func (d draft) tidy() draft {
	d.code, d.provider = strings.ToUpper(strings.TrimSpace(d.code)), strings.TrimSpace(d.provider)
	if d.provider != City {
		d.provider = strings.ToUpper(d.provider)
	}
	d.providerName, d.about = strings.TrimSpace(d.providerName), strings.TrimSpace(d.about)
	if d.ended == "" {
		d.ended = d.started
	}
	slices.Sort(d.evidence)
	d.evidence = slices.Compact(d.evidence)
	return d
}

// check refuses what cannot be recorded, naming every fault.
func (d draft) check(validCode func(string) bool, today string) error {
	f := fault.New(fault.Invalid, "enterprise.service.invalid", "the service is incomplete or wrong")
	if !validCode(d.code) {
		_ = f.At("body.code", "the unified social credit code of the enterprise: 18 characters with a check character")
	}
	d.checkProvider(f, validCode)
	if _, ok := matterOf(d.matter); !ok {
		_ = f.At("body.matter", "choose a matter")
	}
	if d.about == "" || len([]rune(d.about)) > mostAbout {
		_ = f.At("body.about", "say what was done, in 500 characters at most")
	}
	switch {
	case !isDay(d.started) || d.started < earliest || d.started > today:
		_ = f.At("body.started_on", "a day since 2020 that has been, as 2026-03-31")
	case !isDay(d.ended) || d.ended < d.started || d.ended > today:
		_ = f.At("body.ended_on", "a day that has been, not before the first one")
	}
	if len(d.evidence) == 0 || len(d.evidence) > mostEvidence {
		_ = f.At("body.evidence", "attach evidence: 1 to 20 files")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// checkProvider finds what is wrong with who serves.
func (d draft) checkProvider(f *fault.Error, validCode func(string) bool) {
	if d.provider == City {
		return
	}
	if !validCode(d.provider) {
		_ = f.At("body.provider", "the provider's unified social credit code, or city")
	}
	if d.providerName == "" {
		_ = f.At("body.provider_name", "name the provider")
	}
	if d.provider == d.code {
		_ = f.At("body.provider", "an enterprise does not serve itself")
	}
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// todayOf is the day in the city.
func todayOf(now time.Time) string {
	return now.In(time.FixedZone("UTC+8", 8*60*60)).Format(time.DateOnly)
}

// hand is who does something, and for whom.
type hand struct{ actor, name, organisation string }

// record makes a service of what was checked.
func (d draft) record(id string, e Enterprise, provider lang.Text, origin, source string, rule Rule, by hand, now time.Time) Service {
	return Service{
		ID: id, EntryID: e.ID, Code: e.Code, Name: e.Name, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic, Provider: d.provider, ProviderName: provider,
		Matter: d.matter, About: d.about, StartedOn: d.started, EndedOn: d.ended, Quarter: quarterText(quarterOf(d.started)), State: Waiting, Origin: origin, Source: source, Rule: rule.Version,
		RecordedAt: now, RecordedName: by.name, DueAt: now.Add(time.Duration(rule.AnswerDays) * 24 * time.Hour), Version: 1,
		recorder: by.organisation, recordedBy: by.actor, window: rule.WindowDays, evidence: d.evidence,
	}
}

// do does an act, with its reason where it needs one.
func (s Service) do(a act, reason string, by hand, now time.Time) (Service, error) {
	to := s.State.next(a)
	if to == "" {
		return s, fault.New(fault.Conflict, "enterprise.service.state", "this cannot be done with a service that is %s", s.State).With("state", string(s.State))
	}
	reason = strings.TrimSpace(reason)
	if (a == object || a == withdraw) && reason == "" {
		return s, fault.New(fault.Invalid, "enterprise.service.reason", "say why").At("body.reason", "say why; the other side reads it")
	}
	s.State, s.Reason = to, reason
	if a == confirm || a == object {
		s.AnsweredAt, s.answeredBy, s.AnsweredName = &now, by.actor, by.name
	}
	return s, nil
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}
