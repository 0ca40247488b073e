package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

const manageClients = "oidc.client.manage"

func (m *Room) clientRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /clients", Permission: manageClients, Summary: "Programs that sign people in here or get tokens", Handler: httpd.List(m.listClients)},
		{Pattern: "POST /clients", Permission: manageClients, StepUp: true, Summary: "Register a program; its secret is shown once", Handler: httpd.Created(m.addClient)},
		{Pattern: "GET /clients/{id}", Permission: manageClients, Summary: "One program", Handler: httpd.JSON(m.readClient)},
		{Pattern: "PUT /clients/{id}", Permission: manageClients, StepUp: true, Summary: "Edit a program", Handler: httpd.JSON(m.editClient)},
		{Pattern: "DELETE /clients/{id}", Permission: manageClients, StepUp: true, Summary: "Remove a program; all its tokens end", Handler: httpd.JSON(m.removeClient)},
		{Pattern: "POST /clients/{id}/secret", Permission: manageClients, StepUp: true, Summary: "Give a program another secret; the former stops at once", Handler: httpd.JSON(m.rotateSecret)},
		{Pattern: "POST /keys", Permission: manageClients, StepUp: true, Summary: "Put new keys for tokens in force; the former stay published for a day", Handler: httpd.JSON(m.rotateKeys)},
	}
}

// clientView is a program as the security administrator sees it.
type clientView struct {
	ID             string     `json:"id" title:"应用编号|Client ID"`
	Name           lang.Text  `json:"name" title:"名称|Name"`
	OrganisationID string     `json:"organisation_id" title:"机构|Organisation"`
	Confidential   bool       `json:"confidential" title:"可保管密钥|Confidential"`
	RedirectURIs   []string   `json:"redirect_uris" nullable:"false" title:"回调地址|Redirect addresses"`
	LogoutURIs     []string   `json:"logout_uris" nullable:"false"`
	Grants         []string   `json:"grants" nullable:"false" title:"授权方式|Grants"`
	Scopes         []string   `json:"scopes" nullable:"false" title:"信息范围|Scopes"`
	Audiences      []string   `json:"audiences" nullable:"false"`
	Algorithm      string     `json:"algorithm" enum:"EdDSA,RS256" title:"签名算法|Algorithm"`
	Own            bool       `json:"own" title:"本市应用|The city's own"`
	Enabled        bool       `json:"enabled" title:"启用|Enabled"`
	CreatedAt      time.Time  `json:"created_at" title:"登记时间|Registered"`
	SecretAt       *time.Time `json:"secret_at,omitempty" doc:"When its secret was made"`
	Version        int64      `json:"version"`
	Secret         string     `json:"secret,omitempty" doc:"Shown this once"`
}

// ETag implements httpd.Versioned.
func (v clientView) ETag() int64 { return v.Version }

func viewClient(c client) clientView {
	v := clientView{
		ID: c.ID, Name: c.Name, OrganisationID: c.OrganisationID, Confidential: c.Confidential, RedirectURIs: c.RedirectURIs, LogoutURIs: c.LogoutURIs,
		Grants: c.Grants, Scopes: c.Scopes, Audiences: c.Audiences, Algorithm: c.Algorithm, Own: c.Own, Enabled: c.Enabled, CreatedAt: c.CreatedAt, Version: c.Version,
	}
	if c.Confidential {
		v.SecretAt = &c.SecretAt
	}
	return v
}

func (m *Room) listClients(ctx context.Context, in clientParams) (sqldb.Page[clientView], error) {
	page, err := m.clients.list(ctx, in)
	views := sqldb.Page[clientView]{Items: make([]clientView, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, c := range page.Items {
		views.Items[i] = viewClient(c)
	}
	return views, err
}

type newClientInput struct{ Body ClientInput }

func (m *Room) addClient(ctx context.Context, in newClientInput) (clientView, error) {
	id, b := identity.From(ctx), in.Body
	now := time.Now().UTC().Truncate(time.Millisecond)
	c := client{ID: ulid.Make().String(), OrganisationID: b.OrganisationID, Confidential: b.Confidential, CreatedAt: now, SecretAt: now, Version: 1}
	if c.OrganisationID == "" {
		c.OrganisationID = id.Organisation.ID
	}
	if err := id.Scope.Check(c.OrganisationID); err != nil {
		return clientView{}, err
	}
	if _, err := m.directory.Organisation(ctx, c.OrganisationID); err != nil {
		return clientView{}, err
	}
	c, err := b.fill(c)
	if err != nil {
		return clientView{}, err
	}
	secret := ""
	if c.Confidential {
		if secret, err = newSecret(); err != nil {
			return clientView{}, err
		}
		c.secretHash = hashOf(secret)
	}
	v := viewClient(c)
	v.Secret = secret
	return v, m.clients.insert(ctx, c)
}

// fill puts what was typed into a program.
func (in ClientInput) fill(c client) (client, error) {
	if err := in.check(c.Confidential); err != nil {
		return c, err
	}
	c.Name = lang.Text{ZH: strings.TrimSpace(in.Name.ZH), EN: strings.TrimSpace(in.Name.EN)}
	if c.Name.ZH == "" {
		c.Name.ZH = c.Name.EN
	}
	c.RedirectURIs, c.LogoutURIs, c.Audiences = sorted(in.RedirectURIs), sorted(in.LogoutURIs), sorted(in.Audiences)
	c.Grants, c.Scopes = sorted(in.Grants), sorted(in.Scopes)
	c.Algorithm, c.Own, c.Enabled = in.Algorithm, in.Own, in.Enabled
	return c, nil
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	list = slices.Compact(list)
	if list == nil {
		return []string{}
	}
	return list
}

// newSecret returns 256 random bits as text.
func newSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func (m *Room) readClient(ctx context.Context, in httpd.Object) (clientView, error) {
	c, err := m.clients.read(ctx, in.ID)
	if err != nil {
		return clientView{}, err
	}
	return viewClient(c), nil
}

type editClientInput struct {
	httpd.Object
	httpd.IfMatch
	Body ClientInput
}

func (m *Room) editClient(ctx context.Context, in editClientInput) (clientView, error) {
	version, err := in.Expected()
	if err != nil {
		return clientView{}, err
	}
	before, err := m.clients.read(ctx, in.ID)
	if err != nil {
		return clientView{}, err
	}
	c, err := in.Body.fill(before)
	if err != nil {
		return clientView{}, err
	}
	if err := m.clients.save(ctx, before, c, version, time.Now()); err != nil {
		return clientView{}, err
	}
	return m.readClient(ctx, in.Object)
}

func (m *Room) removeClient(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	c, err := m.clients.read(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.clients.remove(ctx, c)
}

func (m *Room) rotateSecret(ctx context.Context, in httpd.Object) (clientView, error) {
	c, err := m.clients.read(ctx, in.ID)
	if err != nil {
		return clientView{}, err
	}
	if !c.Confidential {
		return clientView{}, fault.New(fault.Conflict, "oidc.client.public", "this program has no secret: it cannot keep one")
	}
	secret, err := newSecret()
	if err != nil {
		return clientView{}, err
	}
	if err := m.clients.setSecret(ctx, c.ID, hashOf(secret), time.Now()); err != nil {
		return clientView{}, err
	}
	v, err := m.readClient(ctx, in)
	v.Secret = secret
	return v, err
}

func (m *Room) rotateKeys(ctx context.Context, _ nothing) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.keys.rotate(sqldb.Alone(ctx), true)
}
