package service

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
)

// Providers is the register of providers: whose services are counted.
type Providers interface {
	// Standing tells how the providers of codes stand, by code, and how the one of an
	// organisation does, by its ID: in_force, expired, suspended, applied, returned or
	// refused. Who is not registered is not among them.
	Standing(ctx context.Context, codes []string, organisation string) (map[string]string, error)
}

// inForce is the standing of who may have services recorded.
const inForce = "in_force"

// standing tells how those stand whose services are to be recorded. What was recorded
// before stays, whatever becomes of its provider.
func (m *Services) standing(ctx context.Context, drafts []draft) (func(code string) string, error) {
	codes, seen := []string{}, map[string]bool{City: true}
	for _, d := range drafts {
		if !seen[d.provider] {
			seen[d.provider] = true
			codes = append(codes, d.provider)
		}
	}
	o := identity.From(ctx).Organisation
	known, err := m.providers.Standing(ctx, codes, o.ID)
	if err != nil {
		return nil, fmt.Errorf("ask how providers stand: %w", err)
	}
	return func(code string) string {
		switch {
		case code == City:
			return inForce
		case code == o.USCC && known[code] != inForce && known[o.ID] != "":
			return known[o.ID] // it is registered by another of its enterprises
		}
		return known[code]
	}, nil
}

// stands says why services of a provider are not recorded; nil: they are.
func stands(code, standing string) *lang.Text {
	what := map[string]lang.Text{
		inForce:     {},
		"":          {ZH: "未入驻为服务商", EN: "is not registered as a provider"},
		"suspended": {ZH: "已暂停", EN: "is suspended"},
		"expired":   {ZH: "有效期已过，须先续期", EN: "has let its year end, and renews first"},
		"refused":   {ZH: "入驻未通过", EN: "was refused as a provider"},
	}
	text, told := what[standing]
	if !told {
		text = lang.Text{ZH: "入驻尚未通过审核", EN: "is not yet accepted as a provider"}
	}
	if text == (lang.Text{}) {
		return nil
	}
	return &lang.Text{ZH: "服务方 " + code + " " + text.ZH, EN: "the provider " + code + " " + text.EN}
}

// refused refuses services of who is no provider in force: to the provider itself as a
// matter of its standing, to the bureau as one of what it filled in.
func refused(own bool, code, standing string) error {
	why := stands(code, standing)
	if why == nil {
		return nil
	}
	kind := fault.Invalid
	if own {
		kind = fault.Conflict
	}
	key := "enterprise.service.not_in_force"
	if standing == "" {
		key = "enterprise.service.not_registered"
	}
	f := fault.New(kind, key, "%s", why.EN).With("code", code).With("status", standing)
	if own {
		return f
	}
	return f.At("body.provider", "the code of a registered provider in force, or city")
}
