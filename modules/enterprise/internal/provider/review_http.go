package provider

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

type providerFileInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Profile Profile `json:"profile"`
		Renew   bool    `json:"renew,omitempty" doc:"For another year"`
	}
}

func (m *Providers) file(ctx context.Context, in providerFileInput) (Detail, error) {
	if _, err := m.forOwn(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	profile := in.Body.Profile.tidy(newID)
	if err := profile.check(m.store.words, now()); err != nil {
		return Detail{}, err
	}
	err = m.store.change(ctx, in.ID, version, func(p Provider, at time.Time) (Provider, error) { return p.file(profile, in.Body.Renew, at) },
		func(tx *sqldb.Tx, p Provider) error { return m.tellBureau(ctx, tx, p) })
	return m.changed(ctx, in.ID, err)
}

// changed answers with a provider after a change, and tells browsers of it.
func (m *Providers) changed(ctx context.Context, id string, err error) (Detail, error) {
	if err != nil {
		return Detail{}, err
	}
	m.kit.Notify(topic, id, "")
	return m.readProvider(ctx, httpd.Object{ID: id})
}

// forCity refuses the bureau's acts to a person of the provider itself.
func (m *Providers) forCity(ctx context.Context, id string) error {
	p, err := get(ctx, m.store.db, id)
	if err != nil {
		return err
	}
	who := identity.From(ctx)
	if !who.Scope.All {
		return noSuch("provider")
	}
	if mine(who, p.OrganisationID) {
		return fault.New(fault.Forbidden, "enterprise.provider.own", "nobody decides on the provider of their own organisation")
	}
	return nil
}

type providerDecideInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Decision string `json:"decision" enum:"accepted,returned,refused"`
		Reason   string `json:"reason,omitempty" maxLength:"1000"`
	}
}

func (m *Providers) decide(ctx context.Context, in providerDecideInput) (Detail, error) {
	word := map[string]lang.Text{accepted: {ZH: "已通过审核", EN: "was accepted"}, returned: {ZH: "的申报被退回", EN: "was sent back"}, refused: {ZH: "的申报未通过", EN: "was refused"}}[in.Body.Decision]
	return m.rule(ctx, in.ID, in.IfMatch, word, func(p Provider, at time.Time) (Provider, error) {
		return p.decide(in.Body.Decision, in.Body.Reason, handOf(ctx), at)
	})
}

type providerSuspendInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Providers) suspend(ctx context.Context, in providerSuspendInput) (Detail, error) {
	return m.rule(ctx, in.ID, in.IfMatch, lang.Text{ZH: "已被暂停", EN: "was suspended"}, func(p Provider, at time.Time) (Provider, error) { return p.suspend(in.Body.Reason, handOf(ctx), at) })
}

type providerResumeInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Providers) resume(ctx context.Context, in providerResumeInput) (Detail, error) {
	return m.rule(ctx, in.ID, in.IfMatch, lang.Text{ZH: "已恢复", EN: "serves again"}, func(p Provider, at time.Time) (Provider, error) { return p.resume(handOf(ctx), at) })
}

// rule is an act of the bureau, of which the provider is told.
func (m *Providers) rule(ctx context.Context, id string, match httpd.IfMatch, word lang.Text, decide func(Provider, time.Time) (Provider, error)) (Detail, error) {
	if err := m.forCity(ctx, id); err != nil {
		return Detail{}, err
	}
	version, err := match.Expected()
	if err != nil {
		return Detail{}, err
	}
	err = m.store.change(ctx, id, version, decide, func(tx *sqldb.Tx, p Provider) error {
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDecided, Link: "/enterprise/providers/" + p.ID, To: notice.Audience{Organisation: p.OrganisationID, Permission: mayFile},
			Title: lang.Text{ZH: "服务商“" + p.Name.In("zh") + "”" + word.ZH, EN: "The provider " + p.Name.In("en") + " " + word.EN}, Body: lang.Text{ZH: p.Reason, EN: p.Reason},
		})
	})
	return m.changed(ctx, id, err)
}
