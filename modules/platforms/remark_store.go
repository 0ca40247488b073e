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
