package oidc

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"linghang/kernel/egress"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Room is the room of signing in across programs.
type Room struct {
	kit       *module.Kit
	directory *identity.Directory
	clients   clientStore
	permits   permitStore
	consents  consentStore
	requests  askedStore
	devices   deviceStore
	providers providerStore
	links     linkStore
	others    *others
	broken    error // the configuration cannot be used; Check reports it
	keys      *keys
	door      *door
	guesses   *httpd.Buckets // user codes that a person tries
}

// New returns the room.
func New(kit *module.Kit, directory *identity.Directory) *Room {
	m := &Room{
		kit: kit, directory: directory,
		clients: clientStore{kit.DB}, permits: permitStore{kit.DB}, consents: consentStore{kit.DB}, requests: askedStore{kit.DB}, devices: deviceStore{kit.DB},
		providers: providerStore{kit.DB}, links: linkStore{kit.DB},
		keys: newKeys(keyStore{kit.DB}, kit.Seal), guesses: httpd.NewBuckets(0.5),
	}
	m.door = newDoor(m)
	m.broken = m.configure()
	return m
}

// settings are the section [oidc] of the configuration.
type settings struct {
	Allow   []string `json:"allow"`   // private networks in which providers of others may be
	CAFile  string   `json:"ca-file"` // further certificates that they may have
	Timeout string   `json:"timeout"`
}

func (m *Room) configure() error {
	set := settings{Timeout: "10s"}
	if err := m.kit.Config(&set); err != nil {
		return err
	}
	timeout, err := time.ParseDuration(set.Timeout)
	if err != nil || timeout <= 0 {
		return fmt.Errorf("configuration [oidc] timeout: %q is no time to wait", set.Timeout)
	}
	guard, err := egress.New("oidc", set.Allow, set.CAFile, timeout)
	m.others = &others{guard: guard, known: map[string]*other{}}
	return err
}

// Check says what is wrong with the room's configuration.
func (m *Room) Check() error { return m.broken }

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "安全管理", EN: "Security"}
	return module.Manifest{
		Name: "oidc", Title: lang.Text{ZH: "统一认证", EN: "Signing in across programs"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: manageClients, Title: lang.Text{ZH: "管理接入应用", EN: "Manage programs that sign people in"}, Duty: identity.Security},
			{ID: manageProviders, Title: lang.Text{ZH: "管理身份提供方", EN: "Manage providers by whose word people sign in"}, Duty: identity.Security},
		},
		Routes: slices.Concat(m.protocolRoutes(), m.clientRoutes(), m.personRoutes(), m.providerRoutes(), m.loginRoutes()),
		Sealed: []module.Sealed{
			{Purpose: signingPurpose, Column: sqldb.Column{Table: "signing_key", Key: "id", Name: "secret"}},
			{Purpose: providerPurpose, Column: sqldb.Column{Table: "provider", Key: "id", Name: "secret", Where: "secret <> ''"}},
		},
		Personal: []sqldb.Personal{
			{Table: "consent", Person: "person_id", Show: []string{"client_id", "scopes", "at"}, Drop: true},
			{Table: "link", Person: "person_id", Show: []string{"provider_id", "subject"}, Drop: true},
		},
		Jobs: []module.Job{
			{Name: "keys", Title: lang.Text{ZH: "轮换令牌签名密钥", EN: "Renew the keys that sign tokens"}, Every: 24 * time.Hour, Do: m.renewKeys},
			{Name: "forget", Title: lang.Text{ZH: "清理过期授权", EN: "Forget permits that are over"}, Every: time.Hour, Do: m.forget},
		},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "接入应用", EN: "Programs"}, Path: "/system/programs", Icon: "programs", Permission: manageClients},
			{Section: section, Label: lang.Text{ZH: "身份提供方", EN: "Identity providers"}, Path: "/system/providers", Icon: "providers", Permission: manageProviders},
		},
	}
}

// Discovery answers the documents at the top of this address, by which clients
// find everything else.
func (m *Room) Discovery() http.Handler { return m.door.metadata() }

// issuer is the name of this provider in tokens: the address of the installation.
func (m *Room) issuer() string { return strings.TrimSuffix(m.kit.Address(), "/") }

func (m *Room) renewKeys(ctx context.Context) error { return m.keys.rotate(ctx, false) }

func (m *Room) forget(ctx context.Context) error {
	return errors.Join(m.permits.prune(ctx), m.keys.store.prune(ctx))
}

type nothing struct{}
