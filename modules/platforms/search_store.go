package platforms

import (
	"context"

	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// nounPlatform names platforms in search and wherever objects are named.
const nounPlatform = "platform"

// document is how a platform is found: by names, code, operator and what it says of itself.
func (p platform) document() module.Document {
	return module.Document{
		Noun: nounPlatform, ID: p.ID, Title: p.Name, Tags: []string{p.Code, p.Operator.Name.ZH, p.Operator.Name.EN, p.Industry}, Body: p.Description,
		Path: "/platforms/" + p.ID, Permission: "platforms.view", Organisations: []string{p.Operator.ID},
	}
}

func (s platformStore) finds() []module.Find {
	return []module.Find{{Noun: nounPlatform, Title: lang.Text{ZH: "平台", EN: "Platforms"}, Walk: s.walk}}
}

func (s platformStore) walk(ctx context.Context, put func(module.Document) error) error {
	return s.each(ctx, func(p platform) error { return put(p.document()) })
}
