package attraction

import (
	"cmp"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Stage is how far a company is.
type Stage string

// The stages of leads.
const (
	Found     Stage = "lead"
	Visited   Stage = "visited"
	Committed Stage = "committed"
	Landed    Stage = "landed"
	Lost      Stage = "lost"
)

// What becomes of a lead.
const (
	visit  = "visit"
	commit = "commit"
	land   = "land"
	lose   = "lose"
	reopen = "reopen"

	added  = "added"
	edited = "edited"
)

// next is the stage that an act leads to; empty where it may not be done. What has landed
// stays: it was counted.
func (s Stage) next(act string) Stage {
	return map[Stage]map[string]Stage{
		Found:     {visit: Visited, commit: Committed, lose: Lost},
		Visited:   {visit: Visited, commit: Committed, lose: Lost},
		Committed: {visit: Committed, land: Landed, lose: Lost},
		Lost:      {reopen: Found},
	}[s][act]
}

// acts are what may be done in a stage.
func (s Stage) acts() []string {
	list := []string{}
	for _, a := range []string{visit, commit, land, lose, reopen} {
		if s.next(a) != "" {
			list = append(list, a)
		}
	}
	return list
}

// mostFiles is how many files of evidence a lead has.
const mostFiles = 50

// Lead is a company from elsewhere that may come to the city.
type Lead struct {
	ID         string    `json:"id"`
	Name       lang.Text `json:"name" title:"企业|Company"`
	Origin     string    `json:"origin" doc:"Where it is now" title:"来源地|Origin"`
	Industry   string    `json:"industry" doc:"Division of GB/T 4754" title:"行业|Industry"`
	Chain      string    `json:"chain" title:"产业链|Chain"`
	Gap        string    `json:"gap" doc:"Stage of the chain that it would fill" title:"补链环节|Gap"`
	Source     string    `json:"source" enum:"city,partner,analysis,company" title:"线索来源|Source"`
	Stage      Stage     `json:"stage" enum:"lead,visited,committed,landed,lost" title:"阶段|Stage"`
	Reason     string    `json:"reason" doc:"Why it was lost" title:"流失原因|Reason"`
	Investment float64   `json:"investment" doc:"That is planned, in 10 000 CNY; 0: not known" title:"计划投资（万元）|Investment (10 000 CNY)"`
	OwnerID    string    `json:"owner_id"`
	OwnerName  string    `json:"owner_name" doc:"Who follows it" title:"跟进人|Owner"`
	NextOn     string    `json:"next_on" doc:"Day of the next step; empty: none" title:"下次跟进|Next"`
	EntryID    string    `json:"entry_id" doc:"In the directory, once landed"`
	Code       string    `json:"code" doc:"Unified social credit code, once landed" title:"统一社会信用代码|Unified social credit code"`
	LandedOn   string    `json:"landed_on" title:"落地日期|Landed"`
	Evidence   int       `json:"evidence" doc:"How many files" title:"佐证|Evidence"`
	Synthetic  bool      `json:"synthetic"`
	CreatedAt  time.Time `json:"created_at" title:"登记时间|Added"`
	UpdatedAt  time.Time `json:"updated_at" title:"更新时间|Changed"`
	Version    int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (l Lead) ETag() int64 { return l.Version }

// tidy fills what follows from the rest.
func (l Lead) tidy() Lead {
	zh, en := strings.TrimSpace(l.Name.ZH), strings.TrimSpace(l.Name.EN)
	l.Name = lang.Text{ZH: cmp.Or(zh, en), EN: cmp.Or(en, zh)}
	l.Origin, l.Chain, l.Gap = strings.TrimSpace(l.Origin), strings.TrimSpace(l.Chain), strings.TrimSpace(l.Gap)
	return l
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// check refuses what cannot be followed, naming every fault.
func (l Lead) check(industry func(string) bool) error {
	f := fault.New(fault.Invalid, "enterprise.lead.invalid", "the lead is incomplete or wrong")
	if l.Name.ZH == "" {
		_ = f.At("body.name", "name the company")
	}
	if l.Origin == "" {
		_ = f.At("body.origin", "say where the company is now")
	}
	if !industry(l.Industry) {
		_ = f.At("body.industry", "choose an industry")
	}
	if l.Investment < 0 || l.Investment > 1e9 {
		_ = f.At("body.investment", "0 to 1 000 000 000 times 10 000 CNY")
	}
	if l.NextOn != "" && !isDay(l.NextOn) {
		_ = f.At("body.next_on", "a day as 2026-03-31, or none")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// doing is an act with what it needs.
type doing struct{ act, day, note, next, code string }

// check refuses what an act lacks, naming every fault.
func (d doing) check(entry Enterprise, today string) error {
	f := fault.New(fault.Invalid, "enterprise.lead.invalid", "the lead is incomplete or wrong")
	if strings.TrimSpace(d.note) == "" {
		_ = f.At("body.note", "say what was agreed, or why")
	}
	if d.act != lose && d.act != reopen && (!isDay(d.day) || d.day > today) {
		_ = f.At("body.day", "a day that has been, as 2026-03-31")
	}
	if d.next != "" && !isDay(d.next) {
		_ = f.At("body.next_on", "a day as 2026-03-31, or none")
	}
	if d.act == land && entry.ID == "" {
		_ = f.At("body.code", "the code of an enterprise that the directory has accepted")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// do does an act. entry is what the directory has of the code, where it lands.
func (l Lead) do(d doing, entry Enterprise, today string) (Lead, error) {
	to := l.Stage.next(d.act)
	if to == "" {
		return l, fault.New(fault.Conflict, "enterprise.lead.stage", "this cannot be done with a lead in the stage %s", l.Stage).With("stage", string(l.Stage))
	}
	if err := d.check(entry, today); err != nil {
		return l, err
	}
	if d.act == land && l.Evidence == 0 {
		return l, fault.New(fault.Conflict, "enterprise.lead.no_evidence", "what has landed needs evidence: attach it first")
	}
	l.Stage, l.NextOn, l.Reason = to, d.next, ""
	switch to {
	case Landed:
		l.EntryID, l.Code, l.LandedOn, l.NextOn, l.Synthetic = entry.ID, entry.Code, d.day, "", l.Synthetic || entry.Synthetic
	case Lost:
		l.Reason, l.NextOn = strings.TrimSpace(d.note), ""
	default:
	}
	return l, nil
}

// todayOf is the day in the city.
func todayOf(now time.Time) string {
	return now.In(time.FixedZone("UTC+8", 8*60*60)).Format(time.DateOnly)
}
