package identity

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the schema of the system's database: organisations,
// persons, sessions, tokens, the audit log and leases.
func Migrations() fs.FS {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return migrations
	}
	return dir
}

// Session limits: signed out after a day without use, and after thirty days in any case.
const (
	sessionIdle = 24 * time.Hour
	sessionMax  = 30 * 24 * time.Hour
)

// Organisation is a tenant.
type Organisation struct {
	ID        string    `json:"id" title:"编号|ID"`
	ParentID  string    `json:"parent_id" title:"上级机构|Parent"`
	Kind      Kind      `json:"kind" enum:"bureau,enterprise,operator,provider,node,park,responder" title:"类别|Kind"`
	Name      lang.Text `json:"name" title:"名称|Name"`
	USCC      string    `json:"uscc" title:"统一社会信用代码|USCC"`
	District  string    `json:"district" title:"区市|District"`
	Synthetic bool      `json:"synthetic" title:"合成数据|Synthetic"`
	Version   int64     `json:"version" title:"版本|Version"`
}

// ETag implements the HTTP door's versioned answer.
func (o Organisation) ETag() int64 { return o.Version }

// Membership is a role of a person in an organisation.
type Membership struct {
	OrganisationID string `json:"organisation_id"`
	Role           Role   `json:"role" enum:"administrator,security_administrator,auditor,officer,leader,manager,reporter,viewer"`
}

// Person is somebody who can sign in.
type Person struct {
	ID          string       `json:"id" title:"编号|ID"`
	Login       string       `json:"login" title:"登录名|Login"`
	Name        string       `json:"name" title:"姓名|Name"`
	Email       string       `json:"email" title:"邮箱|E-mail"`
	Language    string       `json:"language" title:"语言|Language"`
	Disabled    bool         `json:"disabled" title:"停用|Disabled"`
	Synthetic   bool         `json:"synthetic" title:"合成数据|Synthetic"`
	Memberships []Membership `json:"memberships" nullable:"false"`
	Version     int64        `json:"version" title:"版本|Version"`
	// SecondFactor tells whether there is one; which ones is the person's own affair.
	SecondFactor bool `json:"second_factor" title:"第二因素|Second factor"`

	password    string
	factorSince int64
	actingFor   string // the organisation of the last session
	vouched     bool   // whether the e-mail was entered by who administers all persons
}

// ETag implements the HTTP door's versioned answer.
func (p Person) ETag() int64 { return p.Version }

// Session is one signed-in browser.
type Session struct {
	ID         string    `json:"id"`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
	Current    bool      `json:"current"`
	AMR        []string  `json:"amr" nullable:"false" doc:"How it was opened: pwd, otp, pop (passkey), fed (another provider), mfa (two factors)"`
	ProvenAt   time.Time `json:"proven_at" doc:"When a factor was last proven in it"`

	personID       string
	organisationID string
	factors        Factors
}

// Token lets a program act for an organisation within named permissions.
type Token struct {
	ID             string    `json:"id" title:"编号|ID"`
	Name           string    `json:"name" title:"名称|Name"`
	OrganisationID string    `json:"organisation_id" title:"机构|Organisation"`
	Permissions    []string  `json:"permissions" nullable:"false" title:"权限|Permissions"`
	CreatedAt      time.Time `json:"created_at" title:"创建时间|Created"`
	ExpiresAt      time.Time `json:"expires_at" title:"到期时间|Expires"`
	LastUsedAt     time.Time `json:"last_used_at" title:"最近使用|Last used"`
}

// City is what the city calls itself.
type City struct {
	Name lang.Text
}

// Directory keeps organisations, persons, sessions and tokens in the system's database.
type Directory struct {
	db        *sqldb.DB
	catalogue *Catalogue
	now       func() time.Time
	vacancies vacancies
	throttle  *throttle
	policy    Policy
	seal      Sealer
	address   func() string
	hashing   chan struct{} // argon2 takes 64 MiB each; few at a time
	effort    effort
}

// NewDirectory returns the directory kept in db.
func NewDirectory(db *sqldb.DB, catalogue *Catalogue) *Directory {
	return &Directory{
		db: db, catalogue: catalogue, now: time.Now, throttle: newThrottle(), policy: DefaultPolicy(), address: func() string { return "" },
		hashing: make(chan struct{}, 4), effort: usualEffort(),
	}
}

// Catalogue returns the compiled permissions.
func (d *Directory) Catalogue() *Catalogue { return d.catalogue }

// SetUp is what the first run asks for.
type SetUp struct {
	Secret       string // from the one-time link
	City         lang.Text
	Organisation lang.Text
	Name         string
	Login        string
	Email        string
	Password     string
}

// PrepareSetUp returns a new secret for the set-up link; ok is false when the
// city has been set up. An earlier link stops working.
func (d *Directory) PrepareSetUp(ctx context.Context) (secret string, ok bool, err error) {
	done, err := d.IsSetUp(ctx)
	if err != nil || done {
		return "", false, err
	}
	secret, hash, err := newSecret("")
	if err != nil {
		return "", false, err
	}
	return secret, true, d.putSetting(ctx, "set_up_secret", hash)
}

// SetUpCity creates the city's bureau and its first administrator.
func (d *Directory) SetUpCity(ctx context.Context, in SetUp) (Person, error) {
	if err := in.check(); err != nil {
		return Person{}, err
	}
	if err := d.acceptable("body.administrator.password", in.Login, in.Password); err != nil {
		return Person{}, err
	}
	hash, err := d.hash(ctx, in.Password)
	if err != nil {
		return Person{}, err
	}
	org := Organisation{ID: ulid.Make().String(), Kind: Bureau, Name: in.Organisation, Version: 1}
	person := Person{
		ID: ulid.Make().String(), Login: strings.ToLower(in.Login), Name: in.Name, Email: in.Email, Language: "zh",
		Memberships: []Membership{{org.ID, Administrator}}, Version: 1, password: hash,
	}
	return person, d.insertCity(ctx, in, org, person)
}

func (in SetUp) check() error {
	f := fault.New(fault.Invalid, "system.set_up.invalid", "the set-up is incomplete")
	if in.City.ZH == "" && in.City.EN == "" {
		_ = f.At("body.city", "name the city")
	}
	if in.Organisation.ZH == "" && in.Organisation.EN == "" {
		_ = f.At("body.organisation", "name the bureau that runs this system")
	}
	if strings.TrimSpace(in.Name) == "" {
		_ = f.At("body.administrator.name", "give the administrator's name")
	}
	if err := acceptableLogin("body.administrator.login", in.Login); err != nil {
		f.Fields = append(f.Fields, fault.As(err).Fields...)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

var loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,63}$`)

func acceptableLogin(location, login string) error {
	if loginPattern.MatchString(strings.ToLower(login)) {
		return nil
	}
	return fault.New(fault.Invalid, "system.login.form", "a login has 3 to 64 letters, digits or . _ - @").
		At(location, "use 3 to 64 letters, digits or . _ - @")
}

// SignIn checks a password and opens a session; secret is for the cookie. The
// answer to a wrong login and to a wrong password is the same.
func (d *Directory) SignIn(ctx context.Context, login, password string, from Visitor) (secret string, p Person, err error) {
	login = strings.ToLower(strings.TrimSpace(login))
	p, err = d.personByLogin(ctx, login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", Person{}, err
	}
	try, err := d.attempt(ctx, "login "+login, p.ID, from)
	if err != nil {
		return "", Person{}, err
	}
	ok, err := d.compare(ctx, p.password, password)
	if err != nil {
		return "", Person{}, err
	}
	if !ok || p.Disabled {
		d.throttle.failed(try, d.now())
		return "", Person{}, fault.New(fault.Unauthorized, "system.sign_in.refused", "the login or the password is wrong")
	}
	d.throttle.passed(try)
	secret, err = d.openSession(ctx, p, from, byPassword)
	return secret, p, err
}

// openSession lets a person in who proved themselves by the methods.
func (d *Directory) openSession(ctx context.Context, p Person, from Visitor, amr ...string) (secret string, err error) {
	secret, hash, err := newSecret("")
	if err != nil {
		return "", err
	}
	now := d.now()
	if p.factorSince == 0 && d.owes(p) {
		if err := d.noteOwing(ctx, p.ID); err != nil {
			return "", err
		}
	}
	s := Session{
		ID: ulid.Make().String(), CreatedAt: now, LastSeenAt: now, IP: from.IP, UserAgent: truncate(from.Agent, 200),
		AMR: amr, ProvenAt: now, personID: p.ID, organisationID: p.home(),
	}
	return secret, d.insertSession(ctx, s, hash)
}

// Session returns who the cookie's secret stands for; nobody when it is unknown or over.
func (d *Directory) Session(ctx context.Context, secret string) (Identity, error) {
	s, err := d.sessionBySecret(ctx, hashSecret(secret))
	if err != nil {
		return Identity{}, err
	}
	now := d.now()
	if now.Sub(s.LastSeenAt) > sessionIdle || now.Sub(s.CreatedAt) > sessionMax {
		return Identity{}, fault.New(fault.Unauthorized, "system.session.over", "the session is over; sign in again")
	}
	p, err := d.Person(ctx, s.personID)
	if err != nil {
		return Identity{}, err
	}
	if p.Disabled {
		return Identity{}, fault.New(fault.Unauthorized, "system.session.over", "the session is over; sign in again")
	}
	if now.Sub(s.LastSeenAt) > time.Minute {
		if err := d.touchSession(ctx, s.ID, now); err != nil {
			return Identity{}, err
		}
	}
	return d.identify(ctx, p, s)
}

func (d *Directory) identify(ctx context.Context, p Person, s Session) (Identity, error) {
	need, due := d.standing(p, s)
	if len(p.Memberships) == 0 {
		if need == "" {
			need = Join
		}
		return Identity{
			AMR: s.AMR, ProvenAt: s.ProvenAt, Factors: s.factors, Need: need, FactorDue: due,
			PersonID: p.ID, SessionID: s.ID, Name: p.Name, Login: p.Login, Language: p.Language, catalogue: d.catalogue,
		}, nil
	}
	org := cmp.Or(s.organisationID, p.home())
	roles, bits := d.rolesIn(p, org)
	if len(roles) == 0 {
		return Identity{}, fault.New(fault.Unauthorized, "system.session.over", "you do not belong to that organisation any more; sign in again")
	}
	o, err := d.Organisation(ctx, org)
	if err != nil {
		return Identity{}, err
	}
	standIn, more, err := d.provisional(ctx, roles, o)
	if err != nil {
		return Identity{}, err
	}
	scope, err := d.scope(ctx, o)
	return Identity{
		AMR: s.AMR, ProvenAt: s.ProvenAt, Factors: s.factors, Need: need, FactorDue: due,
		PersonID: p.ID, SessionID: s.ID, Name: p.Name, Login: p.Login, Language: p.Language,
		Organisation: o, Roles: roles, Permissions: bits.or(more), Provisional: standIn, Scope: scope, catalogue: d.catalogue,
	}, err
}

func (d *Directory) rolesIn(p Person, org string) (roles []Role, bits Bits) {
	for _, m := range p.Memberships {
		if m.OrganisationID == org {
			roles = append(roles, m.Role)
			bits = bits.or(d.catalogue.Of(m.Role))
		}
	}
	return roles, bits
}

// Bearer returns who a token's secret stands for.
func (d *Directory) Bearer(ctx context.Context, secret string) (Identity, error) {
	t, err := d.tokenBySecret(ctx, hashSecret(secret))
	if err != nil {
		return Identity{}, err
	}
	now := d.now()
	if now.After(t.ExpiresAt) {
		return Identity{}, fault.New(fault.Unauthorized, "system.token.expired", "the token expired at %s", t.ExpiresAt.Format(time.RFC3339))
	}
	if now.Sub(t.LastUsedAt) > time.Minute {
		if err := d.touchToken(ctx, t.ID, now); err != nil {
			return Identity{}, err
		}
	}
	o, err := d.Organisation(ctx, t.OrganisationID)
	if err != nil {
		return Identity{}, err
	}
	scope, err := d.scope(ctx, o)
	return Identity{
		TokenID: t.ID, Name: t.Name, Language: "zh", Organisation: o,
		Permissions: d.catalogue.Set(t.Permissions), Scope: scope, catalogue: d.catalogue,
	}, err
}

// scope of the city's own bureau, which has no parent, is the whole city.
func (d *Directory) scope(ctx context.Context, o Organisation) (Scope, error) {
	if o.Kind == Bureau && o.ParentID == "" {
		return Scope{All: true}, nil
	}
	ids, err := d.below(ctx, o.ID)
	if err != nil {
		return Scope{}, err
	}
	return Scope{IDs: ids}, nil
}

// IssueToken creates a token with no more permissions than its maker holds.
func (d *Directory) IssueToken(ctx context.Context, name string, organisation string, permissions []string, life time.Duration) (Token, string, error) {
	id := From(ctx)
	if err := id.Scope.Check(organisation); err != nil {
		return Token{}, "", err
	}
	f := fault.New(fault.Invalid, "system.token.invalid", "the token cannot be issued")
	for i, p := range permissions {
		if !d.catalogue.Known(p) {
			_ = f.At(fmt.Sprintf("body.permissions[%d]", i), "there is no permission %s", p)
		} else if !id.May(p) {
			_ = f.At(fmt.Sprintf("body.permissions[%d]", i), "you do not hold %s yourself", p)
		}
	}
	if life <= 0 || life > 2*366*24*time.Hour {
		_ = f.At("body.expires_at", "choose an end within two years")
	}
	if strings.TrimSpace(name) == "" {
		_ = f.At("body.name", "name the program that will use the token")
	}
	if len(f.Fields) > 0 {
		return Token{}, "", f
	}
	secret, hash, err := newSecret("lh_")
	if err != nil {
		return Token{}, "", err
	}
	now := d.now().UTC()
	t := Token{ID: ulid.Make().String(), Name: name, OrganisationID: organisation, Permissions: permissions, CreatedAt: now, ExpiresAt: now.Add(life)}
	return t, secret, d.insertToken(ctx, t, hash, id.Actor())
}

// CommandLine returns the identity of the operator of the machine, who holds
// the data directory anyway: every permission, in the city's bureau.
func (d *Directory) CommandLine(ctx context.Context, user string) (Identity, error) {
	root, err := d.Root(ctx)
	if err != nil {
		return Identity{}, err
	}
	names := make([]string, 0, len(d.catalogue.all))
	for _, p := range d.catalogue.all {
		names = append(names, p.ID)
	}
	return Identity{
		TokenID: "command-line", Name: "command line (" + user + ")", Organisation: root,
		Permissions: d.catalogue.Set(names), Scope: Scope{All: true}, catalogue: d.catalogue,
	}, nil
}

func (d *Directory) hash(ctx context.Context, password string) (string, error) {
	if err := d.seat(ctx); err != nil {
		return "", err
	}
	defer func() { <-d.hashing }()
	return hashPassword(password, d.effort)
}

func (d *Directory) compare(ctx context.Context, stored, password string) (bool, error) {
	if len(password) > 4*passwordMax {
		return false, nil
	}
	if err := d.seat(ctx); err != nil {
		return false, err
	}
	defer func() { <-d.hashing }()
	return checkPassword(stored, password, d.effort), nil
}

func (d *Directory) seat(ctx context.Context) error {
	select {
	case d.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "system.sign_in.busy", "too many sign-ins at once; try again").After(2)
	}
}

func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
