package platforms

import (
	"context"
	"fmt"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
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

// walk hands over every platform, page by page.
func (s platformStore) walk(ctx context.Context, put func(module.Document) error) error {
	const page = 200
	for after := ""; ; {
		rows, err := s.db.Query(ctx, `SELECT `+platformColumns+` FROM platform p WHERE p.id > $1 ORDER BY p.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read platforms: %w", err)
		}
		list, err := sqldb.All(rows, scanPlatform)
		if err != nil {
			return err
		}
		for _, p := range list {
			after = p.ID
			if err := put(p.document()); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}
