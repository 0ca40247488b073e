package system

import (
	"context"
	"net/http"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func auditSubscription(log *audit.Log) module.Subscription { return bus.OnMany(log.Receive) }

func (m *Room) adminRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /organisations", Permission: "system.organisation.view", Summary: "Organisations within one's scope", Handler: httpd.List(m.directory.Organisations)},
		{Pattern: "POST /organisations", Permission: "system.organisation.edit", Summary: "Add an organisation", Handler: httpd.Created(m.createOrganisation)},
		{Pattern: "GET /organisations/{id}", Permission: "system.organisation.view", Summary: "One organisation", Handler: httpd.JSON(m.organisation)},
		{Pattern: "PUT /organisations/{id}", Permission: "system.organisation.edit", Summary: "Edit an organisation", Handler: httpd.JSON(m.editOrganisation)},
		{Pattern: "DELETE /organisations/{id}", Permission: "system.organisation.edit", Summary: "Remove an organisation of the demonstration city", Handler: httpd.JSON(m.removeOrganisation)},
		{Pattern: "GET /persons", Permission: "system.person.view", Sensitive: true, Summary: "Persons within one's scope", Handler: httpd.List(m.directory.Persons)},
		{Pattern: "POST /persons", Permission: "system.person.edit", Summary: "Add a person", StepUp: true, Handler: httpd.Created(m.createPerson)},
		{Pattern: "GET /persons/{id}", Permission: "system.person.view", Sensitive: true, Summary: "One person", Handler: httpd.JSON(m.person)},
		{Pattern: "PUT /persons/{id}", Permission: "system.person.edit", Summary: "Edit a person and their memberships", StepUp: true, Handler: httpd.JSON(m.editPerson)},
		{Pattern: "POST /persons/{id}/password", Permission: "system.person.edit", Summary: "Set a person's password", StepUp: true, Handler: httpd.JSON(m.resetPassword)},
		{Pattern: "DELETE /persons/{id}/factors", Permission: "system.person.edit", Summary: "Take a person's second factors away, when they are lost", StepUp: true, Handler: httpd.JSON(m.resetFactors)},
		{Pattern: "GET /roles", Permission: "system.person.view", Summary: "Roles and what each allows", Handler: httpd.JSON(m.roles)},
		{Pattern: "GET /duties", Permission: "system.person.view", Summary: "The three duties that exclude each other, and who holds them", Handler: httpd.JSON(m.duties)},
		{Pattern: "GET /tokens", Permission: "system.token.manage", Summary: "Tokens within one's scope", Handler: httpd.List(m.tokens)},
		{Pattern: "POST /tokens", Permission: "system.token.manage", Summary: "Issue a token; its secret is shown once", StepUp: true, Handler: httpd.Created(m.issueToken)},
		{Pattern: "DELETE /tokens/{id}", Permission: "system.token.manage", Summary: "Revoke a token", Handler: httpd.JSON(m.revokeToken)},
		{Pattern: "GET /audit", Permission: "system.audit.view", Sensitive: true, Summary: "Who did what", Handler: httpd.List(m.audit.List)},
		{Pattern: "GET /audit/verification", Permission: "system.audit.view", Summary: "Walk the chain and say whether it holds", Stream: true, Handler: httpd.JSON(m.verify)},
		{Pattern: "GET /audit/export", Permission: "system.audit.export", Sensitive: true, Stream: true, Summary: "Entries between two times as JSON lines that can be verified without the database", Handler: httpd.Raw("", http.HandlerFunc(m.exportAudit))},
		{Pattern: "GET /health", Permission: "system.health.view", Summary: "How the installation is, part by part, with what to do", Handler: httpd.JSON(m.health)},
		{Pattern: "GET /measures", Permission: "system.measure.view", Summary: "All measures with their present values", Handler: httpd.List(m.measures)},
	}
}

type newOrganisationInput struct{ Body identity.NewOrganisation }

func (m *Room) createOrganisation(ctx context.Context, in newOrganisationInput) (identity.Organisation, error) {
	return m.directory.CreateOrganisation(ctx, in.Body)
}

func (m *Room) organisation(ctx context.Context, in httpd.Object) (identity.Organisation, error) {
	return m.directory.ReadOrganisation(ctx, in.ID)
}

type editOrganisationInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Name     lang.Text `json:"name"`
		USCC     string    `json:"uscc,omitempty" maxLength:"18"`
		District string    `json:"district,omitempty" maxLength:"6"`
	}
}

func (m *Room) editOrganisation(ctx context.Context, in editOrganisationInput) (identity.Organisation, error) {
	version, err := in.Expected()
	if err != nil {
		return identity.Organisation{}, err
	}
	return m.directory.EditOrganisation(ctx, in.ID, version, in.Body.Name, in.Body.USCC, in.Body.District)
}

func (m *Room) removeOrganisation(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.RemoveOrganisation(ctx, in.ID)
}

type newPersonInput struct{ Body identity.PersonInput }

func (m *Room) createPerson(ctx context.Context, in newPersonInput) (identity.Person, error) {
	return m.directory.CreatePerson(ctx, in.Body)
}

func (m *Room) person(ctx context.Context, in httpd.Object) (identity.Person, error) {
	return m.directory.ReadPerson(ctx, in.ID)
}

type editPersonInput struct {
	httpd.Object
	httpd.IfMatch
	Body identity.PersonInput
}

func (m *Room) editPerson(ctx context.Context, in editPersonInput) (identity.Person, error) {
	version, err := in.Expected()
	if err != nil {
		return identity.Person{}, err
	}
	return m.directory.EditPerson(ctx, in.ID, version, in.Body)
}

type resetInput struct {
	httpd.Object
	Body struct {
		Password string `json:"password" maxLength:"1000"`
	}
}

func (m *Room) resetPassword(ctx context.Context, in resetInput) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.ResetPassword(ctx, in.ID, in.Body.Password)
}

type roleView struct {
	ID          identity.Role    `json:"id"`
	Title       lang.Text        `json:"title"`
	BureauOnly  bool             `json:"bureau_only"`
	Permissions []permissionView `json:"permissions" nullable:"false"`
}

type permissionView struct {
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
}

type rolesView struct {
	Items []roleView `json:"items" nullable:"false"`
}

func (m *Room) roles(_ context.Context, _ nothing) (rolesView, error) {
	v := rolesView{Items: []roleView{}}
	catalogue := m.directory.Catalogue()
	for _, r := range identity.Roles() {
		role := roleView{ID: r.ID, Title: r.Title, BureauOnly: r.BureauOnly, Permissions: []permissionView{}}
		for _, p := range catalogue.All() {
			if catalogue.Of(r.ID).Holds(catalogue.Set([]string{p.ID})) {
				role.Permissions = append(role.Permissions, permissionView{p.ID, p.Title})
			}
		}
		v.Items = append(v.Items, role)
	}
	return v, nil
}

type dutiesView struct {
	Items     []identity.DutyState `json:"items" nullable:"false"`
	Conflicts []identity.Holder    `json:"conflicts" nullable:"false" doc:"Persons who hold more than one, from before that was refused"`
}

func (m *Room) duties(ctx context.Context, _ nothing) (dutiesView, error) {
	states, conflicts, err := m.directory.Duties(ctx)
	return dutiesView{states, append([]identity.Holder{}, conflicts...)}, err
}

type tokensInput struct{ sqldb.ListParams }

func (m *Room) tokens(ctx context.Context, in tokensInput) (sqldb.Page[identity.Token], error) {
	return m.directory.Tokens(ctx, in.ListParams)
}

type tokenInput struct {
	Body struct {
		Name           string    `json:"name" maxLength:"100"`
		OrganisationID string    `json:"organisation_id,omitempty" maxLength:"26" doc:"Empty: one's own"`
		Permissions    []string  `json:"permissions" minItems:"1" maxItems:"256"`
		ExpiresAt      time.Time `json:"expires_at,omitzero" doc:"Default: in 90 days"`
	}
}

type tokenView struct {
	identity.Token
	Secret string `json:"secret" doc:"Shown this once"`
}

func (m *Room) issueToken(ctx context.Context, in tokenInput) (tokenView, error) {
	org, life := in.Body.OrganisationID, tokenLife
	if org == "" {
		org = identity.From(ctx).Organisation.ID
	}
	if !in.Body.ExpiresAt.IsZero() {
		life = time.Until(in.Body.ExpiresAt)
	}
	t, secret, err := m.directory.IssueToken(ctx, in.Body.Name, org, in.Body.Permissions, life)
	return tokenView{t, secret}, err
}

func (m *Room) revokeToken(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.RevokeToken(ctx, in.ID)
}

func (m *Room) verify(ctx context.Context, _ nothing) (audit.Verification, error) {
	return m.audit.Verify(ctx)
}

// exportAudit answers GET /audit/export?from=&to= (RFC 3339; both may be left out).
func (m *Room) exportAudit(w http.ResponseWriter, r *http.Request) {
	from, to := time.Unix(0, 0), time.Now().Add(time.Minute)
	for name, at := range map[string]*time.Time{"from": &from, "to": &to} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			httpd.Refuse(w, r, fault.New(fault.Invalid, "system.audit.time", "%s is no time", name).At("query."+name, "write it as 2026-01-31T08:00:00Z"))
			return
		}
		*at = t
	}
	w.Header().Set("Content-Type", "application/jsonl")
	w.Header().Set("Content-Disposition", `attachment; filename="linghang-audit.jsonl"`)
	if err := m.audit.Export(r.Context(), w, from, to); err != nil {
		m.kit.Log.Error("an export of the audit log broke off", "error", err) // its end is missing, which verification tells
	}
}

type measureView struct {
	ID        string     `json:"id" title:"编号|ID"`
	Room      string     `json:"module" title:"系统|Room"`
	Title     lang.Text  `json:"title" title:"名称|Title"`
	Unit      lang.Text  `json:"unit" title:"单位|Unit"`
	Counts    lang.Text  `json:"counts" title:"口径|What is counted"`
	Known     bool       `json:"known"`
	Number    float64    `json:"number" title:"数值|Value"`
	At        *time.Time `json:"at,omitempty" title:"时间|As of"`
	Synthetic bool       `json:"synthetic" title:"含合成数据|Synthetic"`
	Error     string     `json:"error,omitempty"`
}

// measures answers the whole register on one page: it is as long as the rooms
// have measures. A measure that fails says so and spoils no other.
func (m *Room) measures(ctx context.Context, _ tokensInput) (sqldb.Page[measureView], error) {
	page := sqldb.Page[measureView]{Items: []measureView{}}
	for _, e := range m.kit.Measures.List() {
		page.Items = append(page.Items, m.readMeasure(ctx, e))
	}
	page.Total = len(page.Items)
	return page, nil
}

func (m *Room) readMeasure(ctx context.Context, e measure.Entry) measureView {
	v := measureView{ID: e.ID, Room: e.Room, Title: e.Title, Unit: e.Unit, Counts: e.Counts}
	value, err := m.kit.Measures.Read(ctx, e.ID)
	if err != nil {
		m.kit.Log.Error("a measure could not be read", "measure", e.ID, "error", err)
		v.Error = "unreadable"
		return v
	}
	v.Known, v.Number, v.Synthetic = value.Known, value.Number, value.Synthetic
	if value.Known {
		at := value.At.UTC()
		v.At = &at
	}
	return v
}
