package platforms

import (
	"context"

	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// remarkable lets people comment on platforms.
func (s platformStore) remarkable() []module.Remarked {
	return []module.Remarked{{
		Noun: nounPlatform, Title: lang.Text{ZH: "平台", EN: "Platforms"}, View: "platforms.view",
		Find: func(ctx context.Context, id string) (module.RemarkedObject, error) {
			p, err := s.read(ctx, id)
			if err != nil {
				return module.RemarkedObject{}, err
			}
			return module.RemarkedObject{Title: p.Name, Path: "/platforms/" + p.ID + "?tab=comments", Organisations: []string{p.Operator.ID}, MayRemark: true}, nil
		},
	}}
}

const nounAlert = "alert"

// remarkable lets people comment on alerts.
func (s alertStore) remarkable() []module.Remarked {
	return []module.Remarked{{
		Noun: nounAlert, Title: lang.Text{ZH: "告警", EN: "Alerts"}, View: "platforms.alert.view",
		Find: func(ctx context.Context, id string) (module.RemarkedObject, error) {
			a, err := s.read(ctx, id)
			if err != nil {
				return module.RemarkedObject{}, err
			}
			o := module.RemarkedObject{Title: a.Summary, Path: "/platforms/alerts?open=" + a.ID, MayRemark: true}
			for _, id := range []string{a.Operator.ID, a.office} {
				if id != "" && len(o.Organisations) == 0 {
					o.Organisations = []string{id} // of an alert about no platform, those who keep its rule
				}
			}
			return o, nil
		},
	}}
}
