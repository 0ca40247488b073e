package pilot

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Pilots) reviewRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /pilot/reviews", Permission: mayReview, Summary: "One's own reviews, by pseudonym", Handler: httpd.List(m.listReviews)},
		{Pattern: "GET /pilot/reviewing", Permission: mayReview, Summary: "An own review with what is reviewed; in a blind call nobody is named", Handler: httpd.JSON(m.readOwnReview)},
		{Pattern: "GET /pilot/reviewing/file", Permission: mayReview, Summary: "A file of what one reviews, under a name that tells nobody", Handler: raw(m.serveReviewed)},
		{Pattern: "PUT /pilot/reviews/{id}", Permission: mayReview, Summary: "Save an own review; it need not be complete", Handler: httpd.JSON(m.saveReview)},
		{Pattern: "POST /pilot/reviews/{id}/submission", Permission: mayReview, Summary: "Submit an own review; it is final", Handler: httpd.JSON(m.submitReview)},
		{Pattern: "POST /pilot/reviews/{id}/recusal", Permission: mayReview, Summary: "Recuse oneself from a review", Handler: httpd.JSON(m.recuseReview)},
	}
}

func (m *Pilots) listReviews(ctx context.Context, in reviewParams) (sqldb.Page[ReviewTask], error) {
	return m.reviews.list(ctx, in)
}

// ReviewDetail is an own review, with what is reviewed.
type ReviewDetail struct {
	Review
	Alias        string      `json:"alias"`
	Organisation *lang.Text  `json:"organisation,omitempty" doc:"In a call that is not blind"`
	Project      string      `json:"project"`
	Fields       []string    `json:"fields" nullable:"false"`
	Call         lang.Text   `json:"call"`
	Blind        bool        `json:"blind"`
	Open         bool        `json:"open" doc:"The review can be changed"`
	Criteria     []Criterion `json:"criteria" nullable:"false"`
	Answers      []Shown     `json:"answers" nullable:"false"`
	Supplement   string      `json:"supplement"`
	Files        []ShownFile `json:"files" nullable:"false" doc:"Of the supplement"`
}

// ETag implements httpd.Versioned.
func (v ReviewDetail) ETag() int64 { return v.Version }

// Shown is an answer as a reviewer sees it.
type Shown struct {
	Code  string      `json:"code"`
	Text  string      `json:"text"`
	Files []ShownFile `json:"files" nullable:"false"`
}

// ShownFile is a file as a reviewer sees it: without its name, id or digest.
type ShownFile struct {
	N         int    `json:"n"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`

	sha256 string
}

var extension = regexp.MustCompile(`^\.[a-z0-9]{1,5}$`)

// shownFiles numbers the files of an application in an order that depends on nothing but
// where they are attached, and names them by the pseudonym.
func shownFiles(a Application, files map[string]File) (byAnswer map[string][]ShownFile, added []ShownFile) {
	byAnswer, n := map[string][]ShownFile{}, 0
	next := func(f File) ShownFile {
		n++
		ext := strings.ToLower(path.Ext(f.Name))
		if !extension.MatchString(ext) {
			ext = ""
		}
		return ShownFile{n, fmt.Sprintf("%s-%d%s", a.Alias, n, ext), f.MediaType, f.Size, f.SHA256}
	}
	for _, x := range a.Answers {
		byAnswer[x.Code] = []ShownFile{}
		for _, id := range x.Files {
			byAnswer[x.Code] = append(byAnswer[x.Code], next(files[id]))
		}
	}
	ids := []string{}
	for id, f := range files {
		if f.Part == partSupplement {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	added = []ShownFile{}
	for _, id := range ids {
		added = append(added, next(files[id]))
	}
	return byAnswer, added
}

type readPilotReviewInput struct {
	Review string `query:"review" required:"true" minLength:"1" maxLength:"26" doc:"Id of an own review"`
}

func (m *Pilots) readOwnReview(ctx context.Context, in readPilotReviewInput) (ReviewDetail, error) {
	return m.readReview(ctx, httpd.Object{ID: in.Review})
}

func (m *Pilots) readReview(ctx context.Context, in httpd.Object) (ReviewDetail, error) {
	r, err := m.reviews.own(ctx, m.reviews.db, in.ID)
	if err != nil {
		return ReviewDetail{}, err
	}
	c, err := m.calls.read(ctx, m.calls.db, r.CallID)
	if err != nil {
		return ReviewDetail{}, err
	}
	a, err := m.applications.get(ctx, m.applications.db, r.application)
	if err != nil {
		return ReviewDetail{}, err
	}
	files, err := m.applications.files(ctx, m.applications.db, a.ID)
	if err != nil {
		return ReviewDetail{}, err
	}
	v := ReviewDetail{
		Review: r, Alias: a.Alias, Project: a.Project, Fields: a.Fields, Call: c.Title, Blind: c.Blind, Open: r.State == Assigned && c.State == CallReviewing,
		Criteria: c.Criteria, Answers: []Shown{}, Supplement: a.Supplement,
	}
	if !c.Blind {
		v.Organisation = &a.Organisation
	}
	var by map[string][]ShownFile
	by, v.Files = shownFiles(a, files)
	for _, x := range a.Answers {
		v.Answers = append(v.Answers, Shown{x.Code, x.Text, by[x.Code]})
	}
	return v, nil
}

func (m *Pilots) serveReviewed(w http.ResponseWriter, r *http.Request) error {
	review, err := m.reviewAsked(r)
	if err != nil {
		return err
	}
	v, err := m.readReview(r.Context(), httpd.Object{ID: review})
	if err != nil {
		return err
	}
	all := slices.Clone(v.Files)
	for _, x := range v.Answers {
		all = append(all, x.Files...)
	}
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	k := slices.IndexFunc(all, func(f ShownFile) bool { return f.N == n })
	if err != nil || k < 0 {
		return noSuch("file")
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: all[k].sha256, Name: all[k].Name, MediaType: all[k].MediaType, Size: all[k].Size})
	return nil
}

// reviewAsked is the review that a download names.
func (m *Pilots) reviewAsked(r *http.Request) (string, error) {
	id := r.URL.Query().Get("review")
	if id == "" {
		return "", fault.New(fault.Invalid, "scenario.pilot.review", "name an own review").At("query.review", "the id of an own review")
	}
	return id, nil
}

type markPilotInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Marks []Points `json:"marks" nullable:"false" maxItems:"40"`
		Note  string   `json:"note,omitempty" maxLength:"4000"`
	}
}

func (m *Pilots) saveReview(ctx context.Context, in markPilotInput) (ReviewDetail, error) {
	return m.changeReview(ctx, in.Object, in.IfMatch, func(c Call, r Review) (Review, error) { return r.mark(c.Criteria, in.Body.Marks, in.Body.Note) })
}

func (m *Pilots) submitReview(ctx context.Context, in markPilotInput) (ReviewDetail, error) {
	return m.changeReview(ctx, in.Object, in.IfMatch, func(c Call, r Review) (Review, error) {
		r, err := r.mark(c.Criteria, in.Body.Marks, in.Body.Note)
		if err != nil {
			return r, err
		}
		return r.submit(c.Criteria, m.site.Now())
	})
}

type pilotReasonInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
}

func (m *Pilots) recuseReview(ctx context.Context, in pilotReasonInput) (ReviewDetail, error) {
	return m.changeReview(ctx, in.Object, in.IfMatch, func(_ Call, r Review) (Review, error) { return r.recuse(in.Body.Reason) })
}

func (m *Pilots) changeReview(ctx context.Context, in httpd.Object, match httpd.IfMatch, decide func(Call, Review) (Review, error)) (ReviewDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return ReviewDetail{}, err
	}
	if err := m.reviews.change(ctx, in.ID, version, decide); err != nil {
		return ReviewDetail{}, err
	}
	return m.readReview(ctx, in)
}
