// Package system is the room that the kernel brings itself: set-up, sign-in,
// organisations, persons, tokens, the audit log and the register of measures.
package system

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/letter"
	"linghang/kernel/module"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// Room is the system's room.
type Room struct {
	kit       *module.Kit
	directory *identity.Directory
	audit     *audit.Log
	letters   *letter.Box
	desk      *jobs.Desk
	version   string
	nav       func() []module.NavItem
	status    func(ctx context.Context) (Status, error)
	links     *seal.Keyring
	mails     func() bool
	persons   Persons
	exports   Exports
}

// Deps are what the kernel hands to its own room beside the kit.
type Deps struct {
	Directory *identity.Directory
	Audit     *audit.Log
	Letters   *letter.Box
	Desk      *jobs.Desk
	Version   string
	Nav       func() []module.NavItem // menu of all rooms, complete when serving
	Status    func(ctx context.Context) (Status, error)
	Links     *seal.Keyring // of the room notify, which opens the ends of links that are mailed
	Mails     func() bool   // whether there is a mail server
	Persons   Persons
	Exports   Exports
}

// New returns the room.
func New(kit *module.Kit, d Deps) *Room {
	return &Room{kit: kit, directory: d.Directory, audit: d.Audit, letters: d.Letters, desk: d.Desk, version: d.Version, nav: d.Nav, status: d.Status, links: d.Links, mails: d.Mails, persons: d.Persons, exports: d.Exports}
}

// permissions of the system itself.
func permissions() []module.Permission {
	manage := []identity.Role{identity.Manager}
	return []module.Permission{
		{ID: "system.organisation.view", Title: lang.Text{ZH: "查看机构", EN: "View organisations"}, Roles: []identity.Role{identity.SecurityAdministrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}},
		{ID: "system.organisation.edit", Title: lang.Text{ZH: "管理机构", EN: "Manage organisations"}, Roles: []identity.Role{identity.Officer}},
		{ID: identity.ReviewRegistrations, Title: lang.Text{ZH: "审核机构注册", EN: "Review registrations of organisations"}, Roles: []identity.Role{identity.Officer}},
		{ID: "system.person.view", Title: lang.Text{ZH: "查看人员", EN: "View persons"}, Duty: identity.Security, Roles: append(manage, identity.Administrator, identity.Auditor)},
		{ID: identity.EditPersons, Title: lang.Text{ZH: "管理人员", EN: "Manage persons"}, Duty: identity.Security, Roles: manage},
		{ID: identity.AppointRoles, Title: lang.Text{ZH: "任免角色", EN: "Appoint roles"}, Duty: identity.Security},
		{ID: identity.DecidePersonal, Title: lang.Text{ZH: "办理个人信息请求", EN: "Decide requests about personal data"}, Duty: identity.Security},
		{ID: "system.token.manage", Title: lang.Text{ZH: "管理访问令牌", EN: "Manage tokens"}, Duty: identity.Security, Roles: append(manage, identity.Administrator)},
		{ID: "system.audit.view", Title: lang.Text{ZH: "查看审计日志", EN: "Read the audit log"}, Duty: identity.Auditing},
		{ID: "system.audit.export", Title: lang.Text{ZH: "导出审计日志", EN: "Export the audit log"}, Duty: identity.Auditing},
		{ID: viewExports, Title: lang.Text{ZH: "查看大量导出申请", EN: "View requests for large exports"}, Duty: identity.Security, Roles: []identity.Role{identity.Auditor}},
		{ID: approveExports, Title: lang.Text{ZH: "审批大量导出", EN: "Approve large exports"}, Duty: identity.Security},
		{ID: retainAudit, Title: lang.Text{ZH: "决定审计日志保存期限", EN: "Decide how long the audit log is kept"}, Duty: identity.Auditing},
		{ID: "system.measure.view", Title: lang.Text{ZH: "查看指标登记", EN: "View the register of measures"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: "system.health.view", Title: lang.Text{ZH: "查看运行状况", EN: "View the installation's health"}, Roles: []identity.Role{identity.Auditor}},
		{ID: "system.job.view", Title: lang.Text{ZH: "查看全部任务", EN: "View all jobs"}, Roles: []identity.Role{identity.Administrator}},
		{ID: "system.job.manage", Title: lang.Text{ZH: "运行或取消任务", EN: "Run and cancel jobs"}, Roles: []identity.Role{identity.Administrator}},
		{ID: "system.letter.view", Title: lang.Text{ZH: "查看死信", EN: "View dead letters"}, Roles: []identity.Role{identity.Administrator}},
		{ID: "system.letter.decide", Title: lang.Text{ZH: "重放或丢弃死信", EN: "Replay or discard dead letters"}, Roles: []identity.Role{identity.Administrator}},
		{ID: "system.metrics.view", Title: lang.Text{ZH: "读取运行指标", EN: "Scrape /metrics"}},
	}
}

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	routes := append(m.entranceRoutes(), m.factorRoutes()...)
	return module.Manifest{
		Name: "system", Title: lang.Text{ZH: "系统管理", EN: "System"}, Migrations: identity.Migrations(),
		Permissions: permissions(),
		Publishes:   []bus.Event{identity.OrganisationChanged{}, identity.OrganisationFounded{}, identity.PersonChanged{}, identity.MembershipChanged{}},
		Subscribes:  []module.Subscription{auditSubscription(m.audit), bus.On(m.organisationChanged), bus.On(m.personChanged), bus.On(m.desk.Receive)},
		Finds:       m.finds(),
		Sealed:      sealedColumns(),
		Personal:    personal(),
		Routes:      slices.Concat(routes, m.adminRoutes(), m.letterRoutes(), m.jobRoutes(), m.registrationRoutes(), m.membershipRoutes(), m.invitationRoutes(), m.foundingRoutes(), m.rosterRoutes(), m.personalRoutes(), m.retentionRoutes(), m.exportRoutes()),
		Notices:     notices(),
		Topics:      []module.Topic{{Name: TopicHealth, Permission: "system.health.view"}, {Name: TopicLetters, Permission: "system.letter.view"}, {Name: TopicJobs, Permission: identity.SignedIn}},
		Jobs: []module.Job{
			{Name: "audit_checkpoint", Title: lang.Text{ZH: "签名审计检查点", EN: "Sign the head of the audit log"}, Every: time.Minute, Do: m.audit.Checkpoint},
			m.retentionJob(),
			{Name: "forget_exports", Title: lang.Text{ZH: "清理过期的导出申请", EN: "Forget old requests for exports"}, Every: 24 * time.Hour, Do: m.exports.Desk.Forget},
			{Name: "forget_invitations", Title: lang.Text{ZH: "清理过期邀请", EN: "Forget old invitations"}, Every: 24 * time.Hour, Do: m.directory.ForgetInvitations},
			{Name: "erase", Title: lang.Text{ZH: "擦除个人信息", EN: "Erase a person"}, Run: m.erase, Tries: 100},
			healthJob(m),
		},
		Nav: nav(),
	}
}

// Sections are the parts of the menu from which the house is run: who is here,
// what they may, and whether all runs. They stand last, in this order.
func Sections() []lang.Text {
	return []lang.Text{{ZH: "机构与人员", EN: "People and organisations"}, {ZH: "安全管理", EN: "Security"}, {ZH: "运行维护", EN: "Operation"}}
}

// nav is the menu of the system's own pages.
func nav() []module.NavItem {
	sections := Sections()
	people, security, operation := sections[0], sections[1], sections[2]
	return []module.NavItem{
		{Section: people, Label: lang.Text{ZH: "机构", EN: "Organisations"}, Path: "/system/organisations", Icon: "organisations", Permission: "system.organisation.view"},
		{Section: people, Label: lang.Text{ZH: "机构注册审核", EN: "Registrations"}, Path: "/system/registrations", Icon: "registrations", Permission: "system.registration.review"},
		{Section: people, Label: lang.Text{ZH: "人员", EN: "Persons"}, Path: "/system/persons", Icon: "persons", Permission: "system.person.view"},
		{Section: people, Label: lang.Text{ZH: "邀请", EN: "Invitations"}, Path: "/system/invitations", Icon: "invitations", Permission: identity.EditPersons},
		{Section: people, Label: lang.Text{ZH: "个人信息请求", EN: "Personal data"}, Path: "/system/personal-requests", Icon: "personal", Permission: identity.DecidePersonal},
		{Section: security, Label: lang.Text{ZH: "角色与权限", EN: "Roles"}, Path: "/system/roles", Icon: "roles", Permission: "system.person.view"},
		{Section: security, Label: lang.Text{ZH: "三员分立", EN: "Separation of duty"}, Path: "/system/duties", Icon: "duties", Permission: "system.person.view"},
		{Section: security, Label: lang.Text{ZH: "访问令牌", EN: "Tokens"}, Path: "/system/tokens", Icon: "tokens", Permission: "system.token.manage"},
		{Section: security, Label: lang.Text{ZH: "审计日志", EN: "Audit log"}, Path: "/system/audit", Icon: "audit", Permission: "system.audit.view"},
		{Section: security, Label: lang.Text{ZH: "大量导出审批", EN: "Large exports"}, Path: "/system/exports", Icon: "exports", Permission: viewExports},
		{Section: operation, Label: lang.Text{ZH: "运行状况", EN: "Health"}, Path: "/system/health", Icon: "health", Permission: "system.health.view"},
		{Section: operation, Label: lang.Text{ZH: "我的任务", EN: "My jobs"}, Path: "/system/my-jobs", Icon: "own-jobs", Permission: identity.SignedIn},
		{Section: operation, Label: lang.Text{ZH: "任务", EN: "Jobs"}, Path: "/system/jobs", Icon: "jobs", Permission: "system.job.view"},
		{Section: operation, Label: lang.Text{ZH: "死信", EN: "Dead letters"}, Path: "/system/dead-letters", Icon: "letters", Permission: "system.letter.view"},
		{Section: operation, Label: lang.Text{ZH: "指标登记", EN: "Measures"}, Path: "/system/measures", Icon: "measures", Permission: "system.measure.view"},
		{Section: operation, Label: lang.Text{ZH: "接口文档", EN: "API reference"}, Path: "/reference", Icon: "reference", Permission: identity.SignedIn},
	}
}

func (m *Room) entranceRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /state", Permission: identity.Public, Summary: "Whether the city is set up, and what it is called", Owing: owing(), Handler: httpd.JSON(m.state)},
		{Pattern: "POST /set-up", Permission: identity.Public, Summary: "Create the first administrator with the one-time link", Handler: httpd.JSON(m.setUp)},
		{Pattern: "POST /sign-in", Permission: identity.Public, Recorded: "audit", Summary: "Sign in with a password", Handler: httpd.JSON(m.signIn)},
		{Pattern: "POST /sign-out", Permission: identity.SignedIn, Summary: "End this session", Owing: owing(), Handler: httpd.JSON(m.signOut)},
		{Pattern: "GET /session", Permission: identity.SignedIn, Summary: "Who is signed in, and what they may do", Owing: owing(), Handler: httpd.JSON(m.session)},
		{Pattern: "POST /session/organisation", Permission: identity.SignedIn, Summary: "Act for another of one's organisations", Handler: httpd.JSON(m.switchOrganisation)},
		{Pattern: "GET /sessions", Permission: identity.SignedIn, Owing: alone(), Summary: "One's own sessions", Handler: httpd.JSON(m.sessions)},
		{Pattern: "DELETE /sessions/{id}", Permission: identity.SignedIn, Owing: alone(), Summary: "Sign one of one's sessions out", Handler: httpd.JSON(m.endSession)},
		{Pattern: "PUT /me", Permission: identity.SignedIn, Owing: alone(), Summary: "Edit one's own name, language and e-mail", Handler: httpd.JSON(m.editSelf)},
		{Pattern: "POST /me/password", Permission: identity.SignedIn, Owing: alone(), Summary: "Change one's own password", Handler: httpd.JSON(m.changePassword)},
	}
}

type nothing struct{}

type stateView struct {
	SetUp       bool      `json:"set_up"`
	City        lang.Text `json:"city"`
	Version     string    `json:"version"`
	Languages   []string  `json:"languages"`
	PasswordMin int       `json:"password_min"`
	Synthetic   bool      `json:"synthetic" doc:"The demonstration city is loaded"`
	SignedIn    bool      `json:"signed_in" doc:"The caller's session is good"`
}

func (m *Room) state(ctx context.Context, _ nothing) (stateView, error) {
	city, err := m.directory.City(ctx)
	if err != nil {
		return stateView{}, err
	}
	synthetic, err := m.directory.Synthetic(ctx)
	return stateView{
		SetUp: city.ZH != "", City: city, Version: m.version, Languages: []string{"zh", "en"},
		PasswordMin: identity.PasswordMin, Synthetic: synthetic,
		SignedIn: identity.From(ctx).Known(),
	}, err
}

type setUpInput struct {
	Body struct {
		LinkToken     string    `json:"link_token" maxLength:"100"`
		City          lang.Text `json:"city"`
		Organisation  lang.Text `json:"organisation"`
		Administrator struct {
			Name     string `json:"name" maxLength:"100"`
			Login    string `json:"login" maxLength:"64"`
			Password string `json:"password" maxLength:"200"`
			Email    string `json:"email,omitempty" maxLength:"200"`
		} `json:"administrator"`
	}
	UserAgent string `header:"User-Agent"`
}

func (m *Room) setUp(ctx context.Context, in setUpInput) (sessionView, error) {
	b := in.Body
	p, err := m.directory.SetUpCity(ctx, identity.SetUp{
		Secret: b.LinkToken, City: b.City, Organisation: b.Organisation,
		Name: b.Administrator.Name, Login: b.Administrator.Login, Email: b.Administrator.Email, Password: b.Administrator.Password,
	})
	if err != nil {
		return sessionView{}, err
	}
	m.kit.Log.Info("the city was set up", "administrator", p.Login)
	return m.enter(ctx, b.Administrator.Login, b.Administrator.Password, in.UserAgent)
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" maxLength:"200"`
		Password string `json:"password" maxLength:"1000"`
	}
	UserAgent string `header:"User-Agent"`
}

func (m *Room) signIn(ctx context.Context, in signInInput) (sessionView, error) {
	v, err := m.enter(ctx, in.Body.Login, in.Body.Password, in.UserAgent)
	if fault.Is(err, fault.Unauthorized) {
		if err := m.record(ctx, "sign-in", m.whose(ctx, in.Body.Login), "refused", ""); err != nil {
			return v, err
		}
	}
	return v, err
}

// whose names an account in records: by its number, so that the record says
// nothing of a person when they are erased, or as it was typed where there is none.
func (m *Room) whose(ctx context.Context, login string) string {
	p, err := m.directory.FindLogin(ctx, login)
	if err != nil {
		return "login:" + login
	}
	return "person:" + p.ID
}

// enter signs in and answers as the person who did.
func (m *Room) enter(ctx context.Context, login, password, agent string) (sessionView, error) {
	from := m.visitor(ctx, agent)
	secret, _, err := m.directory.SignIn(sqldb.Alone(ctx), login, password, from)
	if err != nil {
		return sessionView{}, err
	}
	return m.entered(ctx, secret, "pwd", from)
}

// entered answers with a session that was just opened; the sign-in is recorded
// under the name of who signed in, not as an act of nobody.
func (m *Room) entered(ctx context.Context, secret, how string, from identity.Visitor) (sessionView, error) {
	ctx = sqldb.Alone(ctx)
	id, err := m.directory.Session(ctx, secret)
	if err != nil {
		return sessionView{}, err
	}
	ctx = identity.With(ctx, id)
	if err := m.record(ctx, "sign-in", "session:"+id.SessionID, "done", how); err != nil {
		return sessionView{}, err
	}
	v, err := m.admit(ctx, id, from)
	v.cookies = append([]*http.Cookie{httpd.SessionCookie(secret, m.secure())}, v.cookies...)
	return v, err
}

// admit answers with the caller's session; a browser whose holder owes nothing
// any more is known again next time.
func (m *Room) admit(ctx context.Context, id identity.Identity, from identity.Visitor) (sessionView, error) {
	v, err := m.session(identity.With(ctx, id), nothing{})
	if err != nil || id.Need != "" {
		return v, err
	}
	device, err := m.directory.Remember(ctx, id, from)
	if device != "" {
		v.cookies = append(v.cookies, httpd.DeviceCookie(device, m.secure()))
	}
	return v, err
}

func (m *Room) visitor(ctx context.Context, agent string) identity.Visitor {
	return identity.Visitor{IP: httpd.ClientIP(ctx), Agent: agent, Device: httpd.Device(ctx)}
}

// record keeps what the door does not: how somebody proved who they are, or failed to.
func (m *Room) record(ctx context.Context, action, object, outcome, detail string) error {
	e := audit.NewEntry(ctx, action, object, outcome)
	e.IP, e.RequestID, e.Detail = httpd.ClientIP(ctx), httpd.RequestID(ctx), detail
	return m.audit.Append(sqldb.Alone(ctx), e)
}

func (m *Room) secure() bool { return strings.HasPrefix(m.kit.Address(), "https://") }

type signedOut struct{}

// Cookies implements httpd.CookieSetter.
func (signedOut) Cookies() []*http.Cookie { return []*http.Cookie{httpd.SessionCookie("", false)} }

func (m *Room) signOut(ctx context.Context, _ nothing) (signedOut, error) {
	id := identity.From(ctx)
	if id.SessionID == "" {
		return signedOut{}, fault.New(fault.Conflict, "system.session.none", "a token has no session to end; revoke the token instead")
	}
	return signedOut{}, m.directory.EndSession(ctx, id.SessionID)
}

type organisationView struct {
	ID   string        `json:"id"`
	Name lang.Text     `json:"name"`
	Kind identity.Kind `json:"kind"`
}

type membershipView struct {
	Organisation organisationView `json:"organisation"`
	Role         identity.Role    `json:"role"`
}

type sessionView struct {
	Person struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Login    string `json:"login"`
		Email    string `json:"email"`
		Language string `json:"language"`
	} `json:"person"`
	Organisation organisationView `json:"organisation"`
	Memberships  []membershipView `json:"memberships" nullable:"false"`
	Roles        []identity.Role  `json:"roles" nullable:"false"`
	Permissions  []string         `json:"permissions" nullable:"false"`
	Provisional  []identity.Duty  `json:"provisional" nullable:"false" enum:"security,audit" doc:"Duties held only until somebody is named"`
	Nav          []module.NavItem `json:"nav" nullable:"false"`
	Factors      identity.Factors `json:"factors"`
	Need         identity.Need    `json:"need" enum:",enrol,prove,join" doc:"What the session owes before it may do anything else"`
	ExportAlone  int              `json:"export_alone" doc:"Downloads of more rows need a second person; 0: none does"`
	FactorDue    *time.Time       `json:"factor_due,omitempty" doc:"Until then a second factor is only asked for"`

	cookies []*http.Cookie
}

// Cookies implements httpd.CookieSetter; none leaves the browser's as they are.
func (v sessionView) Cookies() []*http.Cookie { return v.cookies }

func (m *Room) session(ctx context.Context, _ nothing) (sessionView, error) {
	id := identity.From(ctx)
	v := sessionView{
		Organisation: organisationView{id.Organisation.ID, id.Organisation.Name, id.Organisation.Kind},
		Memberships:  []membershipView{}, Roles: id.Roles, Nav: []module.NavItem{},
		Permissions: m.directory.Catalogue().Names(id.Permissions), Factors: id.Factors, Need: id.Need, ExportAlone: m.exportAlone(ctx),
	}
	if !id.FactorDue.IsZero() {
		v.FactorDue = &id.FactorDue
	}
	v.Person.ID, v.Person.Name, v.Person.Login, v.Person.Language = id.PersonID, id.Name, id.Login, id.Language
	v.Provisional = append([]identity.Duty{}, id.Provisional...)
	if v.Roles == nil {
		v.Roles = []identity.Role{}
	}
	if id.Need != "" {
		v.Permissions = []string{}
	}
	for _, item := range m.nav() {
		if id.Need == "" && id.May(item.Permission) {
			v.Nav = append(v.Nav, item)
		}
	}
	if id.PersonID == "" {
		return v, nil
	}
	p, err := m.directory.Person(ctx, id.PersonID)
	if err != nil {
		return v, err
	}
	v.Person.Email = p.Email
	for _, ms := range p.Memberships {
		o, err := m.directory.Organisation(ctx, ms.OrganisationID)
		if err != nil {
			return v, err
		}
		v.Memberships = append(v.Memberships, membershipView{organisationView{o.ID, o.Name, o.Kind}, ms.Role})
	}
	return v, nil
}

type switchInput struct {
	Body struct {
		OrganisationID string `json:"organisation_id" maxLength:"26"`
	}
}

func (m *Room) switchOrganisation(ctx context.Context, in switchInput) (sessionView, error) {
	id, err := m.directory.SwitchOrganisation(ctx, in.Body.OrganisationID)
	if err != nil {
		return sessionView{}, err
	}
	return m.session(identity.With(ctx, id), nothing{})
}

type sessionsView struct {
	Items []identity.Session `json:"items" nullable:"false"`
}

func (m *Room) sessions(ctx context.Context, _ nothing) (sessionsView, error) {
	list, err := m.directory.Sessions(ctx)
	return sessionsView{list}, err
}

func (m *Room) endSession(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.EndSession(ctx, in.ID)
}

type selfInput struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"100"`
		Language string `json:"language" enum:"zh,en"`
		Email    string `json:"email,omitempty" maxLength:"200"`
	}
}

func (m *Room) editSelf(ctx context.Context, in selfInput) (httpd.Nothing, error) {
	if identity.From(ctx).PersonID == "" {
		return httpd.Nothing{}, fault.New(fault.Conflict, "system.token.no_person", "a token has no profile")
	}
	_, err := m.directory.EditSelf(ctx, in.Body.Name, in.Body.Language, in.Body.Email)
	return httpd.Nothing{}, err
}

type passwordInput struct {
	Body struct {
		Current string `json:"current" maxLength:"1000"`
		New     string `json:"new" maxLength:"1000"`
	}
}

func (m *Room) changePassword(ctx context.Context, in passwordInput) (httpd.Nothing, error) {
	if identity.From(ctx).PersonID == "" {
		return httpd.Nothing{}, fault.New(fault.Conflict, "system.token.no_person", "a token has no password")
	}
	return httpd.Nothing{}, m.directory.ChangePassword(ctx, in.Body.Current, in.Body.New)
}

// Operator names the person at the command line in records.
func Operator() string {
	for _, key := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if v, ok := os.LookupEnv(key); ok && v != "" {
			return v
		}
	}
	return "unknown"
}

// tokenLife is how long a token lives when nothing else is asked for.
const tokenLife = 90 * 24 * time.Hour

// sealedColumns are where the system keeps secrets.
func sealedColumns() []module.Sealed {
	return []module.Sealed{
		{Purpose: audit.SubjectPurpose, Column: sqldb.Column{Table: "audit_subject", Key: "person_id", Name: "sealed", Where: "sealed <> ''"}},
		{Purpose: identity.TOTPPurpose, Column: sqldb.Column{Table: "totp", Key: "person_id", Name: "secret", Where: "secret <> ''"}},
	}
}
