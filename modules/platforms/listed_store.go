package platforms

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/platformsevent"
)

// Listed returns what the registry has of a platform, for other rooms.
func (m *Module) Listed(ctx context.Context, id string) (platformsevent.Listed, error) {
	p, err := m.platforms.get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return platformsevent.Listed{PlatformID: id, Gone: true}, nil
	}
	if err != nil {
		return platformsevent.Listed{}, err
	}
	return p.listed(), nil
}

// EachListed hands over what the registry has of all platforms at work, page by page.
func (m *Module) EachListed(ctx context.Context, do func(platformsevent.Listed) error) error {
	const page = 500
	for after := ""; ; {
		rows, err := m.platforms.db.Query(ctx, `SELECT `+platformColumns+` FROM platform p WHERE p.id > $1 ORDER BY p.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read platforms: %w", err)
		}
		list, err := sqldb.All(rows, scanPlatform)
		if err != nil {
			return fmt.Errorf("read platforms: %w", err)
		}
		for _, p := range list {
			after = p.ID
			if v := p.listed(); !v.Gone && !v.Retired {
				if err := do(v); err != nil {
					return err
				}
			}
		}
		if len(list) < page {
			return nil
		}
	}
}

func (p platform) listed() platformsevent.Listed {
	if p.Status == applied || p.Status == reviewed {
		return platformsevent.Listed{PlatformID: p.ID, Gone: true}
	}
	return platformsevent.Listed{
		PlatformID: p.ID, Retired: p.Status == retired, NameZH: p.Name.ZH, NameEN: p.Name.EN, Operator: p.Operator.ID, OperatorZH: p.Operator.Name.ZH, OperatorEN: p.Operator.Name.EN,
		Industry: p.Industry, District: p.District, Since: p.CreatedAt, Synthetic: p.Synthetic,
	}
}
