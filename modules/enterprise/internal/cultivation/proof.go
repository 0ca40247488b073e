package cultivation

import (
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

// The states of evidence, and of a criterion by its evidence.
const (
	missing  = "missing" // of a criterion that needs evidence and has none
	waiting  = "waiting"
	accepted = "accepted"
	refused  = "refused"
	removed  = "removed"
)

// Limits of evidence.
const (
	fileLimit  = 20 << 20 // octets
	proofsMost = 100      // of an enterprise on a ladder in a year; removed ones count, too: their content is kept
)

// Proof is evidence that an enterprise gave beside a criterion: a file, or a qualification
// that the directory has.
type Proof struct {
	ID              string     `json:"id"`
	Ladder          string     `json:"ladder" title:"梯度|Ladder"`
	Year            int        `json:"year" title:"年度|Year"`
	Edition         int        `json:"edition" title:"梯度版本|Edition"`
	Rung            string     `json:"rung"`
	RungTitle       lang.Text  `json:"rung_title" title:"层级|Rung"`
	Criterion       string     `json:"criterion"`
	CriterionTitle  lang.Text  `json:"criterion_title" title:"条件|Criterion"`
	EntryID         string     `json:"entry_id"`
	Enterprise      lang.Text  `json:"enterprise" title:"企业|Enterprise"`
	Synthetic       bool       `json:"synthetic" title:"合成数据|Synthetic"`
	QualificationID string     `json:"qualification_id" doc:"Of the enterprise's entry; empty: it is a file"`
	Name            string     `json:"name" doc:"Of the file, or what the qualification was when it was given" title:"佐证|Evidence"`
	MediaType       string     `json:"media_type"`
	Size            int64      `json:"size" doc:"Octets"`
	SHA256          string     `json:"sha256"`
	By              string     `json:"by" doc:"Name of who gave it"`
	At              time.Time  `json:"at" title:"提交时间|Given"`
	State           string     `json:"state" enum:"waiting,accepted,refused" title:"状态|State"`
	Reason          string     `json:"reason" title:"意见|Reason"`
	JudgedBy        string     `json:"judged_by" title:"评审人|Assessor"`
	JudgedAt        *time.Time `json:"judged_at,omitempty" title:"评审时间|Assessed"`
	Version         int64      `json:"version"`

	organisation, actor, judge string
}

// ETag implements httpd.Versioned.
func (p Proof) ETag() int64 { return p.Version }

func (p Proof) of(rung, code string) bool { return p.Rung == rung && p.Criterion == code }

// proven is how evidence stands: the best of it holds.
func proven(list []Proof) (state, reason string) {
	for _, p := range list {
		switch {
		case p.State == accepted:
			return accepted, ""
		case p.State == waiting:
			state, reason = waiting, ""
		case state == "":
			state, reason = refused, p.Reason
		}
	}
	return state, reason
}

// with is what a criterion comes to with its evidence. One that needs evidence is met only
// once some was accepted. Where evidence was given, refused, and no other given, what the
// profile says is not shown: it is unknown, or unmet where evidence is needed.
func (j Judged) with(list []Proof) Judged {
	state, reason := proven(list)
	if state == "" && j.Evidence == evidenceRequired {
		state = missing
	}
	j.Proven = state
	needs := j.Evidence == evidenceRequired
	if j.Outcome != criterion.Met || state == accepted || state == "" || state == waiting && !needs {
		return j
	}
	l := criterion.Lack{Field: "evidence", Outcome: criterion.Unknown}
	switch state {
	case missing:
		l.Text = lang.Text{ZH: j.Title.ZH + "：缺少佐证材料", EN: j.Title.EN + ": evidence is missing"}
	case waiting:
		l.Text = lang.Text{ZH: j.Title.ZH + "：佐证材料待评审", EN: j.Title.EN + ": evidence waits for an assessor"}
	default:
		l.Text = lang.Text{ZH: j.Title.ZH + "：佐证材料未被采信（" + reason + "）", EN: j.Title.EN + ": evidence was not accepted (" + reason + ")"}
		if needs {
			l.Outcome = criterion.Unmet
		}
	}
	j.Outcome, j.Lacks = l.Outcome, []criterion.Lack{l}
	return j
}

// settle is what a rung comes to with the evidence beside its criteria.
func settle(rung string, list []Judged, proofs []Proof) ([]Judged, criterion.Outcome, []criterion.Lack) {
	out := make([]Judged, len(list))
	for i, j := range list {
		var beside []Proof
		for _, p := range proofs {
			if p.of(rung, j.Code) {
				beside = append(beside, p)
			}
		}
		out[i] = j.with(beside)
	}
	outcome, lacks := together(out)
	return out, outcome, lacks
}

// say is an assessor's word on evidence.
func (p Proof) say(accept bool, reason string) (Proof, error) {
	if p.State == removed {
		return p, noProof()
	}
	if !accept && reason == "" {
		return p, fault.New(fault.Invalid, "enterprise.cultivation.verdict", "say why").At("body.reason", "tell the enterprise why, and what would do")
	}
	p.State, p.Reason = refused, reason
	if accept {
		p.State = accepted
	}
	return p, nil
}

func noProof() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such evidence, or it is not yours to see")
}
