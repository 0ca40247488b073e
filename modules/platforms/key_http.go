package platforms

import (
	"context"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
)

// KeyView is a key as the platform's page shows it, without its secret.
type KeyView struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" enum:"report,push"`
	Sandbox bool   `json:"sandbox"`
	// Certificate tells that a machine of the operator must show its certificate, too.
	Certificate bool      `json:"certificate"`
	CreatedAt   time.Time `json:"created_at"`
	// LastUsedAt is when data last came in under the key.
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
}

func viewKey(k key) KeyView {
	v := KeyView{ID: k.ID, Kind: k.Kind, Sandbox: k.Sandbox, Certificate: k.Certificate, CreatedAt: k.CreatedAt}
	if k.LastUsedAt.UnixMilli() > 0 {
		v.LastUsedAt = &k.LastUsedAt
	}
	return v
}

type keyInput struct {
	httpd.Object
	Body struct {
		Kind    string `json:"kind" enum:"report,push"`
		Sandbox bool   `json:"sandbox,omitempty" doc:"Everything is checked, nothing is kept"`
		// Over MQTT such a key is not taken.
		Certificate bool `json:"certificate,omitempty" doc:"The key is good only with the certificate of a machine of the operator, over TLS"`
	}
}

type issuedKey struct {
	KeyView
	Secret  string      `json:"secret" doc:"Shown this once"`
	Basic   basicView   `json:"basic" doc:"User name and password of a push key"`
	Configs configsView `json:"configs" doc:"Ready to paste"`
}

type basicView struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

func (m *Module) issueKey(ctx context.Context, in keyInput) (issuedKey, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return issuedKey{}, err
	}
	w := way{address: m.kit.Address(), mqtt: m.kit.MQTT()}
	if in.Body.Certificate {
		if w, err = m.certifiedWay(); err != nil {
			return issuedKey{}, err
		}
	}
	k, secret, err := newKey(p.ID, in.Body.Kind, in.Body.Sandbox, in.Body.Certificate, time.Now().UTC())
	if err != nil {
		return issuedKey{}, err
	}
	if err := m.keys.insert(ctx, k, identity.From(ctx).Actor()); err != nil {
		return issuedKey{}, err
	}
	v := issuedKey{KeyView: viewKey(k), Secret: secret, Configs: configs(w, k, secret)}
	if k.Kind == pushKey {
		v.Basic = basicView{k.ID, secret}
	}
	return v, nil
}

type revokeInput struct {
	httpd.Object
	Key string `path:"key" maxLength:"26"`
}

func (m *Module) revokeKey(ctx context.Context, in revokeInput) (httpd.Nothing, error) {
	if _, err := m.platforms.read(ctx, in.ID); err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.keys.revoke(ctx, in.ID, in.Key, time.Now()); err != nil {
		return httpd.Nothing{}, err
	}
	m.keyring.forget(in.ID)
	return httpd.Nothing{}, nil
}
