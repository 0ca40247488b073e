package oidc

import (
	"context"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

const (
	manageProviders = "oidc.provider.manage"
	providerPurpose = "provider"
)

func (m *Room) providerRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /providers", Permission: manageProviders, Summary: "Providers by whose word people sign in here", Handler: httpd.List(m.listProviders)},
		{Pattern: "POST /providers", Permission: manageProviders, StepUp: true, Summary: "Add a provider", Handler: httpd.Created(m.addProvider)},
		{Pattern: "GET /providers/{id}", Permission: manageProviders, Summary: "One provider", Handler: httpd.JSON(m.readProvider)},
		{Pattern: "PUT /providers/{id}", Permission: manageProviders, StepUp: true, Summary: "Edit a provider; another issuer ends its links", Handler: httpd.JSON(m.editProvider)},
		{Pattern: "DELETE /providers/{id}", Permission: manageProviders, StepUp: true, Summary: "Remove a provider with its links", Handler: httpd.JSON(m.removeProvider)},
		{Pattern: "POST /providers/{id}/test", Permission: manageProviders, Summary: "Read the provider's metadata and say what is wrong with it", Handler: httpd.JSON(m.testProvider)},
	}
}

// providerView is a provider as the security administrator sees it.
type providerView struct {
	ID           string    `json:"id" title:"编号|ID"`
	Name         lang.Text `json:"name" title:"名称|Name"`
	Issuer       string    `json:"issuer" title:"签发者|Issuer"`
	ClientID     string    `json:"client_id" title:"应用编号|Client ID"`
	HasSecret    bool      `json:"has_secret" title:"有密钥|Has a secret"`
	Domains      []string  `json:"domains" nullable:"false" title:"邮箱域名|E-mail domains"`
	SecondFactor bool      `json:"second_factor" title:"认可其第二因素|Its second factor counts"`
	ACRValues    []string  `json:"acr_values" nullable:"false"`
	Enabled      bool      `json:"enabled" title:"启用|Enabled"`
	Callback     string    `json:"callback" title:"回调地址|Redirect address" doc:"To be registered at the provider"`
	CreatedAt    time.Time `json:"created_at" title:"添加时间|Added"`
	Version      int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (v providerView) ETag() int64 { return v.Version }

func (m *Room) viewProvider(p provider) providerView {
	return providerView{
		ID: p.ID, Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, HasSecret: p.secret != "", Domains: p.Domains, SecondFactor: p.SecondFactor,
		ACRValues: p.ACRValues, Enabled: p.Enabled, Callback: m.callback(p), CreatedAt: p.CreatedAt, Version: p.Version,
	}
}

// callback is where the provider sends browsers back to: an address for each, so
// that an answer of one is never taken for another's (RFC 9700, 4.4).
func (m *Room) callback(p provider) string { return m.issuer() + base + "/callback/" + p.ID }

func (m *Room) listProviders(ctx context.Context, in sqldb.ListParams) (sqldb.Page[providerView], error) {
	page, err := m.providers.list(ctx, in)
	views := sqldb.Page[providerView]{Items: make([]providerView, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, p := range page.Items {
		views.Items[i] = m.viewProvider(p)
	}
	return views, err
}

type newProviderInput struct{ Body ProviderInput }

func (m *Room) addProvider(ctx context.Context, in newProviderInput) (providerView, error) {
	p := provider{ID: ulid.Make().String(), CreatedAt: time.Now().UTC().Truncate(time.Millisecond), Version: 1}
	p, err := m.fillProvider(ctx, p, in.Body)
	if err != nil {
		return providerView{}, err
	}
	return m.viewProvider(p), m.providers.insert(ctx, p)
}

func (m *Room) fillProvider(ctx context.Context, p provider, in ProviderInput) (provider, error) {
	before := p.Issuer
	p, err := in.fill(p)
	if err != nil {
		return p, err
	}
	if secret := strings.TrimSpace(in.Secret); secret != "" {
		p.secret, err = m.kit.Seal.Seal(ctx, providerPurpose, []byte(secret))
		return p, err
	}
	if before != "" && before != p.Issuer && p.secret != "" {
		return p, fault.New(fault.Invalid, "oidc.provider.secret", "a secret is for one issuer; give the one of the new issuer").At("body.secret", "give the secret that the new issuer has given")
	}
	return p, nil
}

func (m *Room) readProvider(ctx context.Context, in httpd.Object) (providerView, error) {
	p, err := m.providers.get(ctx, in.ID)
	if err != nil {
		return providerView{}, err
	}
	return m.viewProvider(p), nil
}

type editProviderInput struct {
	httpd.Object
	httpd.IfMatch
	Body ProviderInput
}

func (m *Room) editProvider(ctx context.Context, in editProviderInput) (providerView, error) {
	version, err := in.Expected()
	if err != nil {
		return providerView{}, err
	}
	before, err := m.providers.get(ctx, in.ID)
	if err != nil {
		return providerView{}, err
	}
	p, err := m.fillProvider(ctx, before, in.Body)
	if err != nil {
		return providerView{}, err
	}
	if err := m.providers.save(ctx, before, p, version); err != nil {
		return providerView{}, err
	}
	return m.readProvider(ctx, in.Object)
}

func (m *Room) removeProvider(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	p, err := m.providers.get(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.providers.remove(ctx, p)
}

type providerTestView struct {
	OK     bool   `json:"ok"`
	Answer string `json:"answer" doc:"What is wrong, or where people will sign in"`
}

// testProvider reads the metadata now, whatever was known before.
func (m *Room) testProvider(ctx context.Context, in httpd.Object) (providerTestView, error) {
	p, err := m.providers.get(ctx, in.ID)
	if err != nil {
		return providerTestView{}, err
	}
	found, err := m.others.discover(ctx, p)
	if err != nil {
		return providerTestView{false, clip(err.Error())}, nil
	}
	return providerTestView{true, found.AuthorizationEndpoint}, nil
}
