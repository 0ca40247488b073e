package cultivation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/criterion"
)

const noticeJudged = "enterprise.cultivation.judged"

// Notices are the kinds of notices that cultivation sends.
func Notices() []notice.Kind {
	return []notice.Kind{{ID: noticeJudged, Title: lang.Text{ZH: "梯度培育佐证材料评审结果", EN: "Evidence of cultivation was assessed"}, Gravity: notice.Important, Mail: notice.Daily}}
}

func (m *Cultivation) proofRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /cultivation/proofs", Permission: mayView, Summary: "Evidence beside criteria: all to the bureau, an enterprise's own to itself", Handler: httpd.List(m.listProofs)},
		{
			Pattern: "POST /cultivation/proofs", Permission: mayProve, MaxBody: fileLimit + 1,
			Summary: "Give a file as evidence: ?entry=, ?ladder=, ?year=, ?rung=, ?criterion= it proves, ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveProof)),
		},
		{Pattern: "POST /cultivation/proofs/qualification", Permission: mayProve, Summary: "Give a qualification that the directory has as evidence", Handler: httpd.Created(m.giveQualification)},
		{Pattern: "GET /cultivation/proofs/{id}/content", Permission: mayView, Summary: "The content of a file that was given as evidence", Handler: httpd.Raw("", http.HandlerFunc(m.serveContent))},
		{Pattern: "DELETE /cultivation/proofs/{id}", Permission: mayProve, Summary: "Take evidence back that nobody has assessed; its content is kept", Handler: httpd.JSON(m.takeBack)},
		{Pattern: "POST /cultivation/proofs/{id}/verdict", Permission: mayRun, Summary: "Say whether evidence is accepted, and why", Handler: httpd.JSON(m.judge)},
	}
}

func (m *Cultivation) listProofs(ctx context.Context, in proofParams) (sqldb.Page[Proof], error) {
	return m.store.proofs(ctx, in)
}

// Place is the criterion beside which evidence goes.
type Place struct {
	Entry     string `json:"entry" maxLength:"26" doc:"An own enterprise"`
	Ladder    string `json:"ladder" maxLength:"40"`
	Year      int    `json:"year" doc:"This year or the one before"`
	Rung      string `json:"rung" maxLength:"40"`
	Criterion string `json:"criterion" maxLength:"40"`
}

// beside begins evidence beside a criterion of the edition by which its year is assessed.
func (m *Cultivation) beside(ctx context.Context, at Place) (Proof, criterion.Subject, error) {
	list, err := m.directory.OwnSubjects(ctx)
	if err != nil {
		return Proof{}, criterion.Subject{}, err
	}
	i := slices.IndexFunc(list, func(s criterion.Subject) bool { return s.ID == at.Entry })
	if i < 0 {
		return Proof{}, criterion.Subject{}, fault.New(fault.Invalid, "enterprise.cultivation.not_own", "this is no accepted enterprise of yours").At("body.entry", "choose an enterprise of yours that the directory has accepted")
	}
	s := list[i]
	if this := day(time.Now()).Year(); at.Year != this && at.Year != this-1 {
		return Proof{}, s, fault.New(fault.Invalid, "enterprise.cultivation.proof_year", "evidence is taken for this year and the one before").At("body.year", "this year or the one before")
	}
	l, err := m.ladderOf(ctx, at.Ladder, at.Year)
	if err != nil {
		return Proof{}, s, err
	}
	c, ok := l.criterion(at.Rung, at.Criterion)
	if !ok || c.Evidence == evidenceNone {
		return Proof{}, s, fault.New(fault.Invalid, "enterprise.cultivation.criterion", "no criterion of the ladder takes this evidence").At("body.criterion", "a criterion of the rung that takes evidence")
	}
	rung := l.Rungs[slices.IndexFunc(l.Rungs, func(r Rung) bool { return r.Code == at.Rung })]
	who := identity.From(ctx)
	return Proof{
		ID: ulid.Make().String(), Ladder: l.ID, Year: at.Year, Edition: l.Edition, Rung: rung.Code, RungTitle: rung.Title, Criterion: c.Code, CriterionTitle: c.Title,
		EntryID: s.ID, Enterprise: s.Name, Synthetic: s.Synthetic, By: who.Name, At: now(), State: waiting, Version: 1, organisation: s.OrganisationID, actor: who.Actor(),
	}, s, nil
}

func (m *Cultivation) serveProof(w http.ResponseWriter, r *http.Request) {
	p, err := m.takeProof(r)
	httpd.Answer(w, r, http.StatusCreated, p, err)
}

func (m *Cultivation) takeProof(r *http.Request) (Proof, error) {
	ctx, query := r.Context(), r.URL.Query()
	year, _ := strconv.Atoi(query.Get("year")) // what is no number is no year that takes evidence
	p, _, err := m.beside(ctx, Place{query.Get("entry"), query.Get("ladder"), year, query.Get("rung"), query.Get("criterion")})
	if err != nil {
		return Proof{}, err
	}
	f, err := m.kit.Files.Take(ctx, module.Upload{Name: query.Get("name"), Declared: r.Header.Get("Content-Type"), Limit: fileLimit}, r.Body)
	if err != nil {
		return Proof{}, err
	}
	p.ID, p.Name, p.MediaType, p.Size, p.SHA256 = f.ID, f.Name, f.MediaType, f.Size, f.SHA256
	return p, m.store.give(ctx, p)
}

type provenByInput struct {
	Body struct {
		Place
		Qualification string `json:"qualification" maxLength:"26" doc:"ID of a qualification of the enterprise's entry"`
	}
}

func (m *Cultivation) giveQualification(ctx context.Context, in provenByInput) (Proof, error) {
	p, s, err := m.beside(ctx, in.Body.Place)
	if err != nil {
		return Proof{}, err
	}
	i := slices.IndexFunc(qualificationsOf(s), func(q Held) bool { return q.ID == in.Body.Qualification })
	if i < 0 {
		return Proof{}, fault.New(fault.Invalid, "enterprise.cultivation.qualification", "the enterprise's entry has no such qualification").At("body.qualification", "one of the qualifications of the enterprise's entry")
	}
	q := qualificationsOf(s)[i]
	p.QualificationID, p.Name = q.ID, q.Title.ZH
	return p, m.store.give(ctx, p)
}

// Held is a qualification of an enterprise's entry.
type Held struct {
	ID    string    `json:"id"`
	Title lang.Text `json:"title" doc:"With its number and until when it is valid"`
}

// qualificationsOf are those of an enterprise's entry, as its profile writes them.
func qualificationsOf(s criterion.Subject) []Held {
	list := []Held{}
	for _, l := range s.Lines {
		if id, ok := strings.CutPrefix(l.Key, "qualification_"); ok {
			title := lang.Text{ZH: strings.TrimPrefix(l.Title.ZH, "资质：") + " " + l.Value.ZH, EN: strings.TrimPrefix(l.Title.EN, "Qualification: ") + " " + l.Value.EN}
			list = append(list, Held{id, title})
		}
	}
	return list
}

// seen returns evidence that the caller may see: of an own enterprise, or any to the bureau,
// whose look stands in the enterprise's access log.
func (m *Cultivation) seen(ctx context.Context, id string) (Proof, error) {
	p, err := m.store.proof(ctx, m.store.db, id)
	if err != nil {
		return p, err
	}
	if _, err := m.directory.SubjectOf(ctx, p.EntryID); err != nil {
		return Proof{}, err
	}
	return p, nil
}

func (m *Cultivation) serveContent(w http.ResponseWriter, r *http.Request) {
	p, err := m.seen(r.Context(), r.PathValue("id"))
	if err == nil && p.QualificationID != "" {
		err = noProof()
	}
	if err == nil {
		err = m.directory.LookedAtEvidence(r.Context(), p.EntryID)
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: p.SHA256, Name: p.Name, MediaType: p.MediaType, Size: p.Size})
}

func (m *Cultivation) takeBack(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	p, err := m.seen(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	who := identity.From(ctx)
	if who.Scope.All || p.organisation != who.Organisation.ID && !who.Scope.Allows(p.organisation) {
		return httpd.Nothing{}, noProof()
	}
	_, err = m.store.alter(ctx, in.ID, 0, func(p Proof) (Proof, error) {
		if p.State != waiting {
			return p, fault.New(fault.Conflict, "enterprise.cultivation.proof_judged", "evidence that was assessed stays; give another")
		}
		p.State = removed
		return p, nil
	}, func(context.Context, *sqldb.Tx, Proof) error { return nil })
	return httpd.Nothing{}, err
}

type provenVerdictInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Accepted bool   `json:"accepted"`
		Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"The enterprise reads it; needed where it is not accepted"`
	}
}

func (m *Cultivation) judge(ctx context.Context, in provenVerdictInput) (Proof, error) {
	version, err := in.Expected()
	if err != nil {
		return Proof{}, err
	}
	if err := forCity(ctx); err != nil {
		return Proof{}, err
	}
	if _, err := m.seen(ctx, in.ID); err != nil {
		return Proof{}, err
	}
	who := identity.From(ctx)
	return m.store.alter(ctx, in.ID, version, func(p Proof) (Proof, error) {
		p, err := p.say(in.Body.Accepted, strings.TrimSpace(in.Body.Reason))
		at := now()
		p.JudgedAt, p.JudgedBy, p.judge = &at, who.Name, who.Actor()
		return p, err
	}, m.tellVerdict)
}

func (m *Cultivation) tellVerdict(ctx context.Context, tx *sqldb.Tx, p Proof) error {
	if p.organisation == "" || p.Synthetic {
		return nil
	}
	said := lang.Text{ZH: "佐证材料已采信", EN: "evidence was accepted"}
	if p.State == refused {
		said = lang.Text{ZH: "佐证材料未采信", EN: "evidence was not accepted"}
	}
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: noticeJudged, Link: "/enterprise/cultivation?tab=standing", To: notice.Audience{Organisation: p.organisation, Permission: mayProve},
		Title: lang.Text{ZH: p.RungTitle.ZH + " · " + p.CriterionTitle.ZH + "：" + said.ZH, EN: p.RungTitle.EN + " · " + p.CriterionTitle.EN + ": " + said.EN},
		Body:  lang.Text{ZH: p.Reason, EN: p.Reason},
	})
}
