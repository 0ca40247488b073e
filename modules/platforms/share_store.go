package platforms

import (
	"context"
	"fmt"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// shareables are what operators, and the city, can share by rules: a platform's
// entry and its indicators, without contact, keys and what was sent.
func (s platformStore) shareables() []module.Shareable {
	return []module.Shareable{{
		Noun: nounPlatform, Title: lang.Text{ZH: "平台（登记信息与指标）", EN: "Platforms (entry and indicators)"}, Permission: "platforms.view", Topic: topicList,
		Attributes: []module.ShareAttribute{
			{Name: "class", Title: lang.Text{ZH: "类别", EN: "Class"}, Values: shareValues(classes())},
			{Name: "status", Title: lang.Text{ZH: "状态", EN: "Status"}, Values: shareValues(statuses())},
			{Name: "district", Title: lang.Text{ZH: "区市", EN: "District"}, Values: shareValues(districts())},
			{Name: "industry", Title: lang.Text{ZH: "行业", EN: "Industry"}, Values: append([]module.ShareValue{{Value: "", Title: lang.Text{ZH: "跨行业", EN: "Cross-industry"}}}, shareValues(industries())...)},
		},
		Walk: s.walkShared, Stamp: s.stamp,
	}}
}

func shareValues(terms []term) []module.ShareValue {
	list := make([]module.ShareValue, len(terms))
	for i, t := range terms {
		list[i] = module.ShareValue{Value: t.Code, Title: t.Title}
	}
	return list
}

func (s platformStore) walkShared(ctx context.Context, put func(module.ShareObject) error) error {
	return s.each(ctx, func(p platform) error {
		return put(module.ShareObject{
			ID: p.ID, Organisation: p.Operator.ID, Title: p.Name, Path: "/platforms/" + p.ID,
			Attributes: map[string]string{"class": p.Class, "status": string(p.Status), "district": p.District, "industry": p.Industry},
		})
	})
}

// stamp changes with every entry that is added, edited, moved or removed:
// versions only grow, and ids are of the time.
func (s platformStore) stamp(ctx context.Context) (string, error) {
	var n, versions int64
	var newest string
	err := s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(version), 0), COALESCE(MAX(id), '') FROM platform`).Scan(&n, &versions, &newest)
	if err != nil {
		return "", fmt.Errorf("stamp the platforms: %w", err)
	}
	return fmt.Sprintf("%d %d %s", n, versions, newest), nil
}

// each hands over every platform, page by page.
func (s platformStore) each(ctx context.Context, do func(platform) error) error {
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
			if err := do(p); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}
