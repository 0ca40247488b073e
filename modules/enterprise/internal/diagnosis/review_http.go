package diagnosis

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/assessment"
)

func (m *Diagnosis) reviewRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /diagnosis/sheets/{id}/experts", Permission: mayAssign, Summary: "Who may review a diagnosis, and who may not because they belong to the enterprise", Handler: httpd.JSON(m.listExperts)},
		{Pattern: "POST /diagnosis/sheets/{id}/review", Permission: mayAssign, Summary: "Assign an expert", Handler: httpd.JSON(m.assignExpert)},
		{Pattern: "DELETE /diagnosis/sheets/{id}/review", Permission: mayAssign, Summary: "Take a diagnosis from an expert who has not given a review", Handler: httpd.JSON(m.releaseExpert)},
		{Pattern: "PUT /diagnosis/sheets/{id}/verdicts/{question}", Permission: mayReview, Summary: "Confirm an answer, or change it with a reason; If-Match is the verdict's version, 0 of a new one", Handler: httpd.JSON(m.saveVerdict)},
		{Pattern: "POST /diagnosis/sheets/{id}/review/submission", Permission: mayReview, Summary: "Give the review; the result follows from it. If-Match is the review's version", Handler: httpd.JSON(m.giveReview)},
	}
}

// Candidate is somebody who holds the permission to review.
type Candidate struct {
	PersonID     string    `json:"person_id"`
	Name         string    `json:"name"`
	Organisation lang.Text `json:"organisation"`
	Partial      bool      `json:"partial" doc:"A member of the enterprise: may not review"`
}

type candidatesView struct {
	Items []Candidate `json:"items" nullable:"false"`
}

// candidatesMost bounds how many persons are offered as experts.
const candidatesMost = 50

// forCity returns a sheet to the bureau, whose answers it shares.
func (m *Diagnosis) forCity(ctx context.Context, id string) (Sheet, error) {
	x, _, err := m.store.read(ctx, id)
	if err != nil {
		return x, err
	}
	who := identity.From(ctx)
	if !who.Scope.All || mine(who, x.organisation) {
		return x, noSuch("diagnosis")
	}
	if x.Share != ShareAnswers {
		return x, fault.New(fault.Conflict, "enterprise.diagnosis.not_shared", "the enterprise shares its result, not its answers: there is nothing to review")
	}
	return x, nil
}

// candidates are those who may review; persons and name narrow them.
func (m *Diagnosis) candidates(ctx context.Context, x Sheet, persons []string, name string) ([]Candidate, error) {
	seers, err := m.people.Seers(ctx, identity.SeerParams{Permission: mayReview, Persons: persons, Name: name, Limit: candidatesMost})
	if err != nil {
		return nil, fmt.Errorf("read who may review: %w", err)
	}
	members, err := m.people.Members(ctx, x.organisation, true, "")
	if err != nil {
		return nil, fmt.Errorf("read members of the enterprise: %w", err)
	}
	list := []Candidate{}
	for _, s := range seers {
		list = append(list, Candidate{s.PersonID, s.Name, s.Organisation, slices.ContainsFunc(members, func(r identity.Recipient) bool { return r.PersonID == s.PersonID })})
	}
	return list, nil
}

type expertsInput struct {
	httpd.Object
	Name string `query:"name" maxLength:"100" doc:"A part of the name"`
}

func (m *Diagnosis) listExperts(ctx context.Context, in expertsInput) (candidatesView, error) {
	x, err := m.forCity(ctx, in.ID)
	if err != nil {
		return candidatesView{}, err
	}
	list, err := m.candidates(ctx, x, nil, in.Name)
	return candidatesView{list}, err
}

type assignInput struct {
	httpd.Object
	Body struct {
		PersonID string `json:"person_id" maxLength:"26"`
	}
}

func (m *Diagnosis) assignExpert(ctx context.Context, in assignInput) (Detail, error) {
	x, err := m.forCity(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	list, err := m.candidates(ctx, x, []string{in.Body.PersonID}, "")
	if err != nil {
		return Detail{}, err
	}
	i := slices.IndexFunc(list, func(c Candidate) bool { return c.PersonID == in.Body.PersonID })
	if i < 0 || list[i].Partial {
		return Detail{}, fault.New(fault.Invalid, "enterprise.diagnosis.expert", "this person may not review the diagnosis").At("body.person_id", "choose somebody who may review and is not of the enterprise")
	}
	r := Review{PersonID: list[i].PersonID, Name: list[i].Name, State: Assigned, AssignedAt: now(), Version: 1}
	err = m.store.assign(ctx, x, r, func(tx *sqldb.Tx) error {
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeTask, Link: "/enterprise/diagnosis/" + x.ID, To: notice.Audience{Persons: []string{r.PersonID}},
			Title: lang.Text{ZH: "请评审“" + x.Name.In("zh") + "”的数字化诊断", EN: "Please review the diagnosis of " + x.Name.In("en")},
			Body:  lang.Text{ZH: "请对照佐证材料确认或更正答案，更正须说明理由。", EN: "Look at answers and evidence; confirm answers or change them with a reason."},
		})
	})
	if err != nil {
		return Detail{}, err
	}
	return m.readSheet(ctx, in.Object)
}

func (m *Diagnosis) releaseExpert(ctx context.Context, in httpd.Object) (Detail, error) {
	if _, err := m.forCity(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	if err := m.store.release(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	return m.readSheet(ctx, in)
}

// forExpert returns a sheet to the one who reviews it.
func (m *Diagnosis) forExpert(ctx context.Context, id string) (*assessment.Template, error) {
	x, from, err := m.store.read(ctx, id)
	if err != nil {
		return nil, err
	}
	if from != expert {
		return nil, fault.New(fault.Forbidden, "enterprise.diagnosis.expert_only", "only the assigned expert does this")
	}
	t, ok := m.library.Edition(x.Template, x.Edition)
	if !ok {
		return nil, noSuch("questionnaire")
	}
	return t, nil
}

type verdictInput struct {
	httpd.Object
	httpd.IfMatch
	Question string `path:"question" maxLength:"60"`
	Body     struct {
		Kind   string             `json:"kind" enum:"confirmed,changed"`
		Answer *assessment.Answer `json:"answer,omitempty" doc:"Of a changed one"`
		Reason string             `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (m *Diagnosis) saveVerdict(ctx context.Context, in verdictInput) (Verdict, error) {
	t, err := m.forExpert(ctx, in.ID)
	if err != nil {
		return Verdict{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Verdict{}, err
	}
	answer := assessment.Answer{}
	if in.Body.Answer != nil {
		answer = *in.Body.Answer
	}
	id := identity.From(ctx)
	return m.store.say(ctx, in.ID, version, hand{id.PersonID, id.Name}, now(), func(r Review) (Verdict, error) {
		if r.PersonID != id.PersonID {
			return Verdict{}, stale() // another reviews it by now
		}
		return r.verdict(t, in.Question, in.Body.Kind, answer, in.Body.Reason)
	})
}

type giveInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Note string `json:"note,omitempty" maxLength:"4000" doc:"What the enterprise should know"`
	}
}

func (m *Diagnosis) giveReview(ctx context.Context, in giveInput) (Detail, error) {
	t, err := m.forExpert(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	person := identity.From(ctx).PersonID
	err = m.store.give(ctx, in.ID, version, func(x Sheet, r Review, answers []Answered, verdicts []Verdict) (Sheet, Review, error) {
		if r.PersonID != person {
			return x, r, stale()
		}
		r, err := r.give(in.Body.Note, now())
		if err != nil {
			return x, r, err
		}
		x.ReviewedAt = r.GivenAt
		return x.comesTo(t.Evaluate(reviewed(sheetOf(answers), verdicts))), r, nil
	}, func(tx *sqldb.Tx, x Sheet) error {
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeNews, Link: "/enterprise/diagnosis/" + x.ID, To: notice.Audience{Organisation: x.organisation, Permission: maySubmit},
			Title: lang.Text{ZH: "“" + x.Name.In("zh") + "”的数字化诊断已评审", EN: "The diagnosis of " + x.Name.In("en") + " was reviewed"},
			Body:  lang.Text{ZH: in.Body.Note, EN: in.Body.Note},
		})
	})
	if err != nil {
		return Detail{}, err
	}
	return m.readSheet(ctx, in.Object)
}
