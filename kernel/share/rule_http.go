package share

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/district"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

type nothing struct{}

type kindView struct {
	Noun       string                  `json:"noun"`
	Title      lang.Text               `json:"title"`
	Attributes []module.ShareAttribute `json:"attributes" nullable:"false"`
}

// organisationView is an organisation to share with.
type organisationView struct {
	ID   string        `json:"id"`
	Name lang.Text     `json:"name"`
	Kind identity.Kind `json:"kind"`
}

type vocabularyView struct {
	Kinds         []kindView          `json:"kinds" nullable:"false"`
	Organisations []organisationView  `json:"organisations" nullable:"false" doc:"Those within the caller's scope, for those who make rules; others are found by their whole name or code"`
	Districts     []district.District `json:"districts" nullable:"false"`
}

func (m *Room) vocabulary(ctx context.Context, _ nothing) (vocabularyView, error) {
	v := vocabularyView{Kinds: []kindView{}, Organisations: []organisationView{}, Districts: district.All()}
	id := identity.From(ctx)
	for _, k := range m.kinds() {
		if id.May(k.Permission) || id.May("share.manage") {
			v.Kinds = append(v.Kinds, kindView{k.name(), k.Title, append([]module.ShareAttribute{}, k.Attributes...)})
		}
	}
	if !id.May("share.manage") && !id.May("share.explain") {
		return v, nil
	}
	params := identity.OrganisationParams{ListParams: sqldb.ListParams{Limit: 500}}
	for {
		page, err := m.directory.Organisations(ctx, params)
		if err != nil {
			return v, err
		}
		for _, o := range page.Items {
			v.Organisations = append(v.Organisations, organisationView{o.ID, o.Name, o.Kind})
		}
		if params.Cursor = page.NextCursor; params.Cursor == "" || len(v.Organisations) >= 5000 {
			return v, nil
		}
	}
}

type partnerInput struct {
	Q string `query:"q" required:"true" minLength:"2" maxLength:"200" doc:"The whole name, or the unified social credit code"`
}

type partnersView struct {
	Items []organisationView `json:"items" nullable:"false"`
}

// partners finds whom one knows already: nobody leafs through the organisations
// of others.
func (m *Room) partners(ctx context.Context, in partnerInput) (partnersView, error) {
	q := strings.TrimSpace(in.Q)
	everybody := identity.With(ctx, identity.Identity{Scope: identity.Scope{All: true}})
	page, err := m.directory.Organisations(everybody, identity.OrganisationParams{ListParams: sqldb.ListParams{Limit: 50, Q: q}})
	v := partnersView{Items: []organisationView{}}
	for _, o := range page.Items {
		if o.USCC == q && q != "" || o.Name.ZH == q || strings.EqualFold(o.Name.EN, q) {
			v.Items = append(v.Items, organisationView{o.ID, o.Name, o.Kind})
		}
	}
	return v, err
}

func (m *Room) list(ctx context.Context, in ruleParams) (sqldb.Page[Rule], error) {
	page, err := m.rules.list(ctx, in, m.now())
	for i := range page.Items {
		page.Items[i].Own = changes(identity.From(ctx), page.Items[i])
	}
	return page, err
}

// changes reports whether somebody may change a rule: the organisation's own is
// its manager's, what is grave the security administrator's.
func changes(id identity.Identity, r Rule) bool {
	if r.grave() {
		return id.May("share.city")
	}
	return id.May("share.manage") && (id.Organisation.ID == r.OrganisationID || id.May("share.city"))
}

func mayChange(ctx context.Context, r Rule) error {
	if changes(identity.From(ctx), r) {
		return nil
	}
	return fault.New(fault.Forbidden, "share.rule.others", "this rule is changed by the manager of its organisation, or by the security administrator where it is about the city")
}

type ruleDraftInput struct {
	Body struct {
		Wanted
		OrganisationID string `json:"organisation_id,omitempty" maxLength:"26" doc:"Whose objects; empty: the caller's own organisation"`
	}
}

func (m *Room) draft(ctx context.Context, in ruleDraftInput) (Rule, error) {
	id := identity.From(ctx)
	k, ok := m.kind(in.Body.Noun)
	if !ok {
		return Rule{}, fault.New(fault.Invalid, "share.rule.invalid", "there is no kind %.80q", in.Body.Noun).At("body.noun", "choose one that /api/share/vocabulary lists")
	}
	organisation := in.Body.OrganisationID
	if organisation == "" {
		organisation = id.Organisation.ID
	}
	if err := id.Scope.Check(organisation); err != nil {
		return Rule{}, err
	}
	o, err := m.directory.Organisation(ctx, organisation)
	if err != nil {
		return Rule{}, err
	}
	now := m.now().UTC().Truncate(time.Millisecond)
	r := Rule{
		ID: ulid.Make().String(), OrganisationID: o.ID, Organisation: o.Name, Wanted: in.Body.tidy(), State: Draft, createdBy: id.PersonID, CreatedByName: id.Name, CreatedAt: now, ChangedAt: now, Version: 1, Own: true,
	}
	if err := mayChange(ctx, r); err != nil {
		return Rule{}, err
	}
	if err := r.check(k.Shareable, now); err != nil {
		return Rule{}, err
	}
	if err := m.knownAudience(ctx, r.Audience); err != nil {
		return Rule{}, err
	}
	r.Cedar = write(r)
	if err := m.rules.insert(ctx, r); err != nil {
		return Rule{}, err
	}
	m.changed(r)
	return r, nil
}

// knownAudience refuses organisations that do not exist.
func (m *Room) knownAudience(ctx context.Context, a Audience) error {
	for _, id := range a.Organisations {
		_, err := m.directory.Organisation(ctx, id)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "share.rule.invalid", "there is no organisation %.40q", id).At("body.audience.organisations", "choose organisations that exist")
		}
		if err != nil {
			return err
		}
	}
	for _, d := range a.Districts {
		if !district.Known(d) {
			return fault.New(fault.Invalid, "share.rule.invalid", "there is no district %.40q", d).At("body.audience.districts", "choose districts of the city")
		}
	}
	return nil
}

func (m *Room) changed(r Rule) {
	m.kit.Notify(topicRules, r.ID, r.OrganisationID)
	m.kit.Notify(topicObjects, "", "")
}

type ruleView struct {
	Rule
	Versions []Version    `json:"versions" nullable:"false"`
	Objects  []objectView `json:"objects" nullable:"false" doc:"What it is about now, 100 at most"`
	Total    int          `json:"total" doc:"How many objects it is about now"`
	With     []lang.Text  `json:"with" nullable:"false" doc:"Names of the organisations it names"`
}

func (m *Room) rule(ctx context.Context, in httpd.Object) (ruleView, error) {
	r, err := m.rules.read(ctx, in.ID, m.now())
	if err != nil {
		return ruleView{}, err
	}
	r.Own = changes(identity.From(ctx), r)
	v := ruleView{Rule: r, Objects: []objectView{}, With: []lang.Text{}}
	for _, id := range r.Audience.Organisations {
		name := lang.Text{ZH: id, EN: id}
		if o, err := m.directory.Organisation(ctx, id); err == nil {
			name = o.Name
		}
		v.With = append(v.With, name)
	}
	if v.Versions, err = m.rules.history(ctx, r.ID); err != nil {
		return v, err
	}
	return v, m.covers(ctx, &v)
}

// covers lists the objects that a rule's form is about.
func (m *Room) covers(ctx context.Context, v *ruleView) error {
	k, ok := m.kind(v.Noun)
	if !ok {
		return nil
	}
	return k.Walk(ctx, func(o module.ShareObject) error {
		if !v.City && o.Organisation != v.OrganisationID || !v.passes(o) {
			return nil
		}
		if v.Total++; len(v.Objects) < 100 {
			v.Objects = append(v.Objects, objectView{ID: o.ID, Kind: k.name(), Title: o.Title, Path: o.Path, OwnerID: o.Organisation})
		}
		return nil
	})
}

func (r Rule) passes(o module.ShareObject) bool {
	for name, values := range r.Filters {
		if !slices.Contains(values, o.Attributes[name]) {
			return false
		}
	}
	return true
}

type editRuleInput struct {
	httpd.Object
	httpd.IfMatch
	Body Wanted
}

func (m *Room) edit(ctx context.Context, in editRuleInput) (Rule, error) {
	k, ok := m.kind(in.Body.Noun)
	if !ok {
		return Rule{}, fault.New(fault.Invalid, "share.rule.invalid", "there is no kind %.80q", in.Body.Noun).At("body.noun", "keep it as it is")
	}
	w := in.Body.tidy()
	if err := w.check(k.Shareable, m.now()); err != nil {
		return Rule{}, err
	}
	if err := m.knownAudience(ctx, w.Audience); err != nil {
		return Rule{}, err
	}
	return m.change(ctx, in.ID, in.IfMatch, "edited", func(r Rule) (Rule, error) {
		r, err := r.edit(w)
		if !r.Custom {
			r.Cedar = write(r)
		}
		return r, err
	})
}

type rulePolicyInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Cedar string `json:"cedar" maxLength:"8000" doc:"Empty: the one that the form makes"`
	}
}

func (m *Room) editPolicy(ctx context.Context, in rulePolicyInput) (Rule, error) {
	before, err := m.rules.read(ctx, in.ID, m.now())
	if err != nil {
		return before, err
	}
	k, ok := m.kind(before.Noun)
	if !ok {
		return before, conflict("state", "the kind %s is of a room that is not here", before.Noun)
	}
	text := strings.TrimSpace(in.Body.Cedar)
	if text != "" {
		if _, err := read(text, k.Shareable, before.Noun); err != nil {
			return before, err
		}
	}
	return m.change(ctx, in.ID, in.IfMatch, "policy", func(r Rule) (Rule, error) {
		if r.State == Ended {
			return r, conflict("ended", "an ended rule stays as it was; make a new one")
		}
		r.Custom, r.Cedar, r.State = text != "", text+"\n", Draft
		if text == "" {
			r.Cedar = write(r)
		}
		return r, nil
	})
}

func (m *Room) change(ctx context.Context, id string, match httpd.IfMatch, act string, decide func(Rule) (Rule, error)) (Rule, error) {
	version, err := match.Expected()
	if err != nil {
		return Rule{}, err
	}
	return m.move(ctx, id, version, act, decide)
}

func (m *Room) move(ctx context.Context, id string, version int64, act string, decide func(Rule) (Rule, error)) (Rule, error) {
	before, err := m.rules.read(ctx, id, m.now())
	if err != nil {
		return before, err
	}
	if act != "approved" && act != "returned" {
		if err := mayChange(ctx, before); err != nil {
			return before, err
		}
	}
	r, err := m.rules.change(ctx, id, version, act, m.now(), decide)
	if err != nil {
		return r, err
	}
	r.Own = changes(identity.From(ctx), r)
	m.changed(r)
	return r, nil
}

func (m *Room) submit(ctx context.Context, in httpd.Object) (Rule, error) {
	return m.move(ctx, in.ID, 0, "submitted", func(r Rule) (Rule, error) { return r.submit(identity.From(ctx), m.now()) })
}

type ruleDecisionInput struct {
	httpd.Object
	Body struct {
		Approve bool   `json:"approve"`
		Reason  string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (m *Room) decide(ctx context.Context, in ruleDecisionInput) (Rule, error) {
	act := "returned"
	if in.Body.Approve {
		act = "approved"
	}
	return m.move(ctx, in.ID, 0, act, func(r Rule) (Rule, error) { return r.decide(identity.From(ctx), in.Body.Approve, in.Body.Reason) })
}

type ruleEndInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (m *Room) end(ctx context.Context, in ruleEndInput) (Rule, error) {
	return m.move(ctx, in.ID, 0, "ended", func(r Rule) (Rule, error) { return r.end(in.Body.Reason) })
}

type policyCheckInput struct {
	Body struct {
		Noun  string `json:"noun" maxLength:"80"`
		Cedar string `json:"cedar" maxLength:"8000"`
	}
}

func (m *Room) check(_ context.Context, in policyCheckInput) (httpd.Nothing, error) {
	k, ok := m.kind(in.Body.Noun)
	if !ok {
		return httpd.Nothing{}, fault.New(fault.Invalid, "share.rule.invalid", "there is no kind %.80q", in.Body.Noun).At("body.noun", "choose one that /api/share/vocabulary lists")
	}
	_, err := read(in.Body.Cedar, k.Shareable, in.Body.Noun)
	return httpd.Nothing{}, err
}
