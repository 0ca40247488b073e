package oidc

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"time"

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
	keys      *keys
	door      *door
	guesses   *httpd.Buckets // user codes that a person tries
}

// New returns the room.
func New(kit *module.Kit, directory *identity.Directory) *Room {
	m := &Room{
		kit: kit, directory: directory,
		clients: clientStore{kit.DB}, permits: permitStore{kit.DB}, consents: consentStore{kit.DB}, requests: askedStore{kit.DB}, devices: deviceStore{kit.DB},
		keys: newKeys(keyStore{kit.DB}, kit.Seal), guesses: httpd.NewBuckets(0.5),
	}
	m.door = newDoor(m)
	return m
}

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "系统管理", EN: "System"}
	routes := append(m.protocolRoutes(), m.clientRoutes()...)
	return module.Manifest{
		Name: "oidc", Title: lang.Text{ZH: "统一认证", EN: "Signing in across programs"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: manageClients, Title: lang.Text{ZH: "管理接入应用", EN: "Manage programs that sign people in"}, Duty: identity.Security},
		},
		Routes: append(routes, m.personRoutes()...),
		Personal: []sqldb.Personal{
			{Table: "consent", Person: "person_id", Show: []string{"client_id", "scopes", "at"}, Drop: true},
		},
		Sealed: []module.Sealed{{Purpose: signingPurpose, Column: sqldb.Column{Table: "signing_key", Key: "id", Name: "secret"}}},
		Jobs: []module.Job{
			{Name: "keys", Title: lang.Text{ZH: "轮换令牌签名密钥", EN: "Renew the keys that sign tokens"}, Every: 24 * time.Hour, Do: m.renewKeys},
			{Name: "forget", Title: lang.Text{ZH: "清理过期授权", EN: "Forget permits that are over"}, Every: time.Hour, Do: m.forget},
		},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "接入应用", EN: "Programs"}, Path: "/system/programs", Icon: "programs", Permission: manageClients},
		},
	}
}

// Discovery answers the documents at the top of this address, by which clients
// find everything else.
func (m *Room) Discovery() http.Handler { return m.door.metadata() }

// issuer is the name of this provider in tokens: the address of the installation.
func (m *Room) issuer() string { return strings.TrimSuffix(m.kit.Address(), "/") }

// Rotate puts new keys in force at once; the former stay published while their
// tokens may be good.
func (m *Room) Rotate(ctx context.Context) error { return m.keys.rotate(ctx, true) }

func (m *Room) renewKeys(ctx context.Context) error { return m.keys.rotate(ctx, false) }

func (m *Room) forget(ctx context.Context) error {
	return errors.Join(m.permits.prune(ctx), m.keys.store.prune(ctx))
}

type nothing struct{}
