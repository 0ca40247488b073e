package sensor

import (
	"context"

	"linghang/kernel/httpd"
)

type assetsView struct {
	Assets []Asset `json:"assets" nullable:"false" doc:"The surest first, 2000 at most"`
	Facts  int     `json:"facts" doc:"That they were made of, 20000 at most"`
}

const mostAssets = 2000

func (m *Sensors) assets(ctx context.Context, in httpd.Object) (assetsView, error) {
	if err := m.detail(ctx, in.ID, "assets"); err != nil {
		return assetsView{}, err
	}
	list, err := m.store.factsForAssets(ctx, in.ID)
	if err != nil {
		return assetsView{}, err
	}
	all := assets(list)
	return assetsView{all[:min(len(all), mostAssets)], len(list)}, nil
}
