package foster

import (
	"context"
	"fmt"
	"slices"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

func (m *Fostering) reviewRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /foster/applications/{id}/reviewers", Permission: mayManage, Summary: "Who may review an application, and who may not because they belong to the applicant", Handler: httpd.JSON(m.listReviewers)},
		{Pattern: "POST /foster/applications/{id}/reviewers", Permission: mayManage, Summary: "Assign reviewers", Handler: httpd.JSON(m.assignReviewers)},
		{Pattern: "PUT /foster/reviews/{id}", Permission: mayReview, Summary: "Save an own review; it need not be complete", Handler: httpd.JSON(m.saveReview)},
		{Pattern: "DELETE /foster/reviews/{id}", Permission: mayManage, Summary: "Take an application from a reviewer who has not submitted", Handler: httpd.JSON(forCity(m.releaseReview))},
		{Pattern: "POST /foster/reviews/{id}/submission", Permission: mayReview, Summary: "Submit an own review; it is final", Handler: httpd.JSON(m.submitReview)},
		{Pattern: "POST /foster/reviews/{id}/recusal", Permission: mayReview, Summary: "Recuse oneself from a review", Handler: httpd.JSON(m.recuseReview)},
	}
}

// Candidate is somebody who holds the permission to review.
type Candidate struct {
	PersonID     string    `json:"person_id"`
	Name         string    `json:"name"`
	Organisation lang.Text `json:"organisation"`
	Partial      bool      `json:"partial" doc:"A member of the applicant: may not review"`
	Assigned     bool      `json:"assigned" doc:"Reviews it already, or recused"`
}

type candidatesView struct {
	Items []Candidate `json:"items" nullable:"false"`
}

// candidatesMost bounds how many persons are offered as reviewers.
const candidatesMost = 500

func (m *Fostering) candidates(ctx context.Context, a Application) ([]Candidate, error) {
	seers, err := m.people.Seers(ctx, identity.SeerParams{Permission: mayReview, Limit: candidatesMost})
	if err != nil {
		return nil, fmt.Errorf("read who may review: %w", err)
	}
	members, err := m.people.Members(ctx, a.organisation, true, "")
	if err != nil {
		return nil, fmt.Errorf("read members of the applicant: %w", err)
	}
	reviews, err := m.reviews.of(ctx, m.reviews.db, a.ID)
	if err != nil {
		return nil, err
	}
	list := []Candidate{}
	for _, s := range seers {
		list = append(list, Candidate{
			PersonID: s.PersonID, Name: s.Name, Organisation: s.Organisation,
			Partial:  slices.ContainsFunc(members, func(r identity.Recipient) bool { return r.PersonID == s.PersonID }),
			Assigned: slices.ContainsFunc(reviews, func(r Review) bool { return r.PersonID == s.PersonID }),
		})
	}
	return list, nil
}

func (m *Fostering) listReviewers(ctx context.Context, in httpd.Object) (candidatesView, error) {
	a, from, err := m.applications.read(ctx, in.ID)
	if err != nil {
		return candidatesView{}, err
	}
	if from != city {
		return candidatesView{}, noSuch("application")
	}
	list, err := m.candidates(ctx, a)
	return candidatesView{list}, err
}

type assignReviewersInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Persons []string `json:"persons" nullable:"false" maxItems:"20"`
	}
}

func (m *Fostering) assignReviewers(ctx context.Context, in assignReviewersInput) (ApplicationDetail, error) {
	a, _, err := m.applications.read(ctx, in.ID)
	if err != nil {
		return ApplicationDetail{}, err
	}
	able, err := m.candidates(ctx, a)
	if err != nil {
		return ApplicationDetail{}, err
	}
	reviews, err := chosen(able, a, in.Body.Persons)
	if err != nil {
		return ApplicationDetail{}, err
	}
	return m.cityChanges(ctx, in.ID, in.IfMatch, func(c Call, a Application, _ map[string]File) (Application, error) {
		return a.review(c, now())
	}, func(tx *sqldb.Tx, a Application) error {
		if err := m.reviews.assign(ctx, tx, a, reviews); err != nil {
			return err
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeTask, Link: "/platforms/fostering/applications/" + a.ID, To: notice.Audience{Persons: in.Body.Persons},
			Title: lang.Text{ZH: "请评审“" + a.Platform.In("zh") + "”的培育申报", EN: "Please review the application of " + a.Platform.In("en")},
			Body:  lang.Text{ZH: "如与申报单位有利害关系，请回避。", EN: "Recuse yourself if you are partial."},
		})
	})
}

// chosen makes reviews of the persons, each of whom may review and is impartial.
func chosen(able []Candidate, a Application, persons []string) ([]Review, error) {
	f := fault.New(fault.Invalid, "platforms.foster.reviewers_invalid", "somebody may not review this application")
	reviews := []Review{}
	for i, id := range persons {
		k := slices.IndexFunc(able, func(c Candidate) bool { return c.PersonID == id })
		switch {
		case k < 0:
			_ = f.At(fmt.Sprintf("body.persons[%d]", i), "choose somebody who may review")
		case able[k].Partial:
			_ = f.At(fmt.Sprintf("body.persons[%d]", i), "a member of the applicant does not review it")
		default:
			reviews = append(reviews, Review{ID: ulid.Make().String(), ApplicationID: a.ID, PersonID: id, Name: able[k].Name, State: Assigned, Marks: []Mark{}, AssignedAt: now(), Version: 1})
		}
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return reviews, nil
}

func (m *Fostering) releaseReview(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.reviews.release(ctx, in.ID)
}

// reviewView is an own review.
type reviewView struct{ Review }

// ETag implements httpd.Versioned.
func (v reviewView) ETag() int64 { return v.Version }

type markReviewInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Marks []Mark `json:"marks" nullable:"false" maxItems:"40"`
		Note  string `json:"note,omitempty" maxLength:"4000"`
	}
}

func (m *Fostering) saveReview(ctx context.Context, in markReviewInput) (reviewView, error) {
	return m.changeReview(ctx, in.ID, in.IfMatch, func(c Call, r Review) (Review, error) { return r.mark(c.Criteria, in.Body.Marks, in.Body.Note) })
}

func (m *Fostering) submitReview(ctx context.Context, in markReviewInput) (reviewView, error) {
	return m.changeReview(ctx, in.ID, in.IfMatch, func(c Call, r Review) (Review, error) {
		r, err := r.mark(c.Criteria, in.Body.Marks, in.Body.Note)
		if err != nil {
			return r, err
		}
		return r.submit(c.Criteria, now())
	})
}

type fosterReasonInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

func (m *Fostering) recuseReview(ctx context.Context, in fosterReasonInput) (reviewView, error) {
	return m.changeReview(ctx, in.ID, in.IfMatch, func(_ Call, r Review) (Review, error) { return r.recuse(in.Body.Reason) })
}

func (m *Fostering) changeReview(ctx context.Context, id string, match httpd.IfMatch, decide func(Call, Review) (Review, error)) (reviewView, error) {
	version, err := match.Expected()
	if err != nil {
		return reviewView{}, err
	}
	r, err := m.reviews.change(ctx, id, version, decide)
	return reviewView{r}, err
}
