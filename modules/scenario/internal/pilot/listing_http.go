package pilot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

func (m *Pilots) listingRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /pilot/calls/{id}/objections", Permission: mayObject, Summary: "Object to a choice in its public notice", Handler: httpd.JSON(m.objectTo)},
		{Pattern: "POST /pilot/objections/{id}/answer", Permission: mayManage, Summary: "Answer an objection: upheld, which takes the choice back, or dismissed", Handler: httpd.JSON(forCity(m.answerObjection))},
		{Pattern: "POST /pilot/calls/{id}/publication", Permission: mayManage, Summary: "Publish the list, once the notice is over and nothing is open against it", Handler: httpd.JSON(forCity(m.publish))},
		{Pattern: "GET /pilot/pilots", Permission: mayView, Summary: "Pilots that were published", Handler: httpd.List(m.listPilots)},
		{Pattern: "GET /pilot/listing", Permission: mayView, Summary: "A pilot with its inspections", Handler: httpd.JSON(m.readListing)},
		{Pattern: "POST /pilot/pilots/{id}/inspections", Permission: mayManage, Summary: "Note a yearly inspection, which may remove the pilot", Handler: httpd.JSON(forCity(m.inspectPilot))},
	}
}

type objectToPilotInput struct {
	httpd.Object
	Body struct {
		ApplicationID string `json:"application_id" maxLength:"26"`
		From          string `json:"from,omitempty" maxLength:"200" doc:"Who objects, as an officer records it; others object for their own organisation"`
		Text          string `json:"text" maxLength:"4000"`
	}
}

func (m *Pilots) objectTo(ctx context.Context, in objectToPilotInput) (CallDetail, error) {
	id, at := identity.From(ctx), m.site.Now().UTC()
	from := id.Organisation.Name.In(id.Language)
	if id.Scope.All {
		from = cmp.Or(strings.TrimSpace(in.Body.From), from)
	}
	root, err := m.people.Root(ctx)
	if err != nil {
		return CallDetail{}, fmt.Errorf("find who answers an objection: %w", err)
	}
	o := Objection{
		ID: ulid.Make().String(), CallID: in.ID, ApplicationID: in.Body.ApplicationID, From: from, Text: strings.TrimSpace(in.Body.Text), At: at, State: "open",
		organisation: id.Organisation.ID, author: id.Actor(),
	}
	err = m.calls.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := m.calls.locked(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		a, err := m.applications.get(ctx, tx, o.ApplicationID)
		if err != nil {
			a = Application{} // object says so
		}
		if err := c.object(a, o.organisation, o.Text, at); err != nil {
			return err
		}
		if err := m.listings.object(ctx, tx, o); err != nil {
			return err
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDoubt, Link: "/scenario/pilots/calls/" + c.ID, To: notice.Audience{Organisation: root.ID, Permission: mayManage, Except: o.author},
			Title: lang.Text{ZH: "对试点公示“" + a.Project + "”提出了异议", EN: "An objection to the pilot " + a.Project}, Body: lang.Text{ZH: o.Text, EN: o.Text},
		})
	})
	if err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, in.Object)
}

type answerPilotObjectionInput struct {
	httpd.Object
	Body struct {
		Upheld bool   `json:"upheld"`
		Answer string `json:"answer" maxLength:"4000"`
	}
}

func (m *Pilots) answerObjection(ctx context.Context, in answerPilotObjectionInput) (CallDetail, error) {
	known, err := m.listings.objection(ctx, m.listings.db, in.ID)
	if err != nil {
		return CallDetail{}, err
	}
	by := handOf(ctx)
	err = m.calls.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := m.calls.locked(ctx, tx, known.CallID)
		if err != nil {
			return err
		}
		if err := c.in(CallNoticed); err != nil {
			return err
		}
		before, err := m.listings.objection(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		o, err := before.answer(in.Body.Upheld, in.Body.Answer, m.site.Now())
		if err != nil {
			return err
		}
		o.answerer, o.answeredName = by.actor, by.name
		if err := m.listings.answer(ctx, tx, before, o); err != nil {
			return err
		}
		a, err := m.applications.get(ctx, tx, o.ApplicationID)
		if err != nil {
			return err
		}
		if o.State == "upheld" && a.State == Selected {
			back := a.conclude(false, o.Answer)
			if err := m.applications.save(ctx, tx, a, back); err != nil {
				return err
			}
			if err := m.tellApplicant(ctx, tx, back, lang.Text{ZH: "公示异议成立，取消入选", EN: "An objection was upheld; not chosen"}); err != nil {
				return err
			}
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDoubt, Link: "/scenario/pilots/calls/" + c.ID, To: notice.Audience{Organisation: o.organisation, Permission: mayObject},
			Title: lang.Text{ZH: "对“" + a.Project + "”的异议已答复", EN: "Your objection to " + a.Project + " is answered"}, Body: lang.Text{ZH: o.Answer, EN: o.Answer},
		})
	})
	if err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, httpd.Object{ID: known.CallID})
}

// publish puts what the panel chose and no objection took back on the list, and signs it.
func (m *Pilots) publish(ctx context.Context, in pilotVersioned) (CallDetail, error) {
	signer, err := m.kit.Seal.Signer(ctx, sealPurpose)
	if err != nil {
		return CallDetail{}, fmt.Errorf("find the key for seals: %w", err)
	}
	return m.changeCall(ctx, in.ID, in.IfMatch, func(tx *sqldb.Tx, c Call) (Call, error) {
		now := m.site.Now().UTC()
		open, err := m.listings.open(ctx, tx, c.ID)
		if err != nil {
			return c, err
		}
		after, err := c.publish(open, now)
		if err != nil {
			return c, err
		}
		list, err := m.applications.ofCall(ctx, tx, c.ID, Selected)
		if err != nil {
			return c, err
		}
		slices.SortFunc(list, func(a, b Application) int { return cmp.Or(cmp.Compare(a.Place, b.Place), strings.Compare(a.ID, b.ID)) })
		n, err := m.listings.numbered(ctx, tx, c.Year)
		if err != nil {
			return c, err
		}
		for i, a := range list {
			l := Pilot{
				ID: ulid.Make().String(), CallID: c.ID, ApplicationID: a.ID, Organisation: a.Organisation, USCC: a.USCC, Project: a.Project, Year: c.Year,
				Number: fmt.Sprintf("P%d-%04d", c.Year, n+i+1), PublishedOn: dateOf(now), Version: 1, organisation: a.organisation,
			}
			if err := m.listings.insert(ctx, tx, l); err != nil {
				return c, err
			}
			if err := m.tellApplicant(ctx, tx, a, lang.Text{ZH: "已列入公布名单 " + l.Number, EN: "On the published list as " + l.Number}); err != nil {
				return c, err
			}
		}
		listed, err := m.listings.ofCall(ctx, tx, c.ID)
		if err != nil {
			return c, err
		}
		text, err := c.publishes(listed)
		if err != nil {
			return c, err
		}
		return after, m.keepSigned(ctx, tx, signer, c, c.stated(StageList, text, len(listed), now), nil)
	})
}

func (m *Pilots) listPilots(ctx context.Context, in listingParams) (sqldb.Page[Pilot], error) {
	return m.listings.list(ctx, in)
}

// ListingDetail is a pilot on its own page.
type ListingDetail struct {
	Pilot
	Inspections []Inspection `json:"inspections" nullable:"false" doc:"For the city and the pilot's own people"`
	Acts        []string     `json:"acts" nullable:"false" doc:"What the caller may do now: inspect"`
}

type readListingInput struct {
	Pilot string `query:"pilot" required:"true" minLength:"1" maxLength:"26" doc:"Id of a pilot on the list"`
}

func (m *Pilots) readListing(ctx context.Context, in readListingInput) (ListingDetail, error) {
	return m.readPilot(ctx, httpd.Object{ID: in.Pilot})
}

func (m *Pilots) readPilot(ctx context.Context, in httpd.Object) (ListingDetail, error) {
	l, err := m.listings.get(ctx, m.listings.db, in.ID)
	if err != nil {
		return ListingDetail{}, err
	}
	id := identity.From(ctx)
	v := ListingDetail{Pilot: l.shown(ctx), Inspections: []Inspection{}}
	if id.Scope.Allows(l.organisation) {
		if v.Inspections, err = m.listings.inspections(ctx, l.ID); err != nil {
			return v, err
		}
	}
	if !id.Scope.All {
		for i := range v.Inspections {
			v.Inspections[i].By = "" // an officer's name is the city's affair
		}
	}
	v.Acts = offered(act{"inspect", id.May(mayManage) && id.Scope.All && l.RemovedOn == ""})
	return v, nil
}

type inspectPilotInput struct {
	httpd.Object
	Body struct {
		Year    int    `json:"year"`
		Outcome string `json:"outcome" enum:"kept,warned,removed"`
		Reason  string `json:"reason" maxLength:"4000"`
	}
}

func (m *Pilots) inspectPilot(ctx context.Context, in inspectPilotInput) (ListingDetail, error) {
	by := handOf(ctx)
	i := Inspection{ID: ulid.Make().String(), ListingID: in.ID, Year: in.Body.Year, Outcome: in.Body.Outcome, Reason: strings.TrimSpace(in.Body.Reason), By: by.name, At: m.site.Now().UTC(), actor: by.actor}
	err := m.listings.inspect(ctx, in.ID, i, func(l Pilot) (Pilot, error) { return l.inspect(i, m.site.Now()) }, func(tx *sqldb.Tx, l Pilot) error {
		if i.Outcome == "kept" {
			return nil
		}
		what := lang.Text{ZH: "年度检查：警示", EN: "Yearly inspection: a warning"}
		if i.Outcome == "removed" {
			what = lang.Text{ZH: "年度检查：撤销试点", EN: "Yearly inspection: removed from the list"}
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeNews, Link: "/scenario/pilots/" + l.ID, To: notice.Audience{Organisation: l.organisation, Permission: mayApply},
			Title: lang.Text{ZH: l.Number + " " + what.ZH, EN: l.Number + " " + what.EN}, Body: lang.Text{ZH: i.Reason, EN: i.Reason},
		})
	})
	if err != nil {
		return ListingDetail{}, err
	}
	return m.readPilot(ctx, in.Object)
}
