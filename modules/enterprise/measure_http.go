package enterprise

import (
	"context"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
)

// measures count the enterprises that bear a title of cultivation.
func (m *Module) measures() []module.Measure {
	unit := lang.Text{ZH: "家", EN: "enterprises"}
	held := func(id, kind string, title lang.Text) module.Measure {
		return module.Measure{
			ID: id, Title: title, Unit: unit, Page: "/enterprise?qualification=" + kind,
			Counts: lang.Text{ZH: "名录中当前持有该有效资质的企业（含选择不公开资质的），每家只计一次", EN: "Enterprises of the directory that hold this qualification, valid today, each once; those that keep it from the list among them"},
			Value: func(ctx context.Context) (measure.Value, error) {
				at := time.Now()
				today, _ := dates(at)
				n, synthetic, err := m.entries.holders(ctx, kind, today)
				return measure.Value{Number: float64(n), At: at, Known: err == nil, Synthetic: synthetic > 0}, err
			},
		}
	}
	return []module.Measure{
		held("enterprise.eaglet", "eaglet", lang.Text{ZH: "雏鹰企业数", EN: "Eaglet (雏鹰) enterprises"}),
		held("enterprise.gazelle", "gazelle", lang.Text{ZH: "瞪羚企业数", EN: "Gazelle (瞪羚) enterprises"}),
	}
}
