package sensor

import (
	"context"

	"linghang/kernel/httpd"
)

type sensorAssets struct {
	Assets []FoundAsset `json:"assets" nullable:"false" doc:"The surest first, 2000 at most"`
	Facts  int          `json:"facts" doc:"That they were made of, 20000 at most"`
}

const mostAssets = 2000

func (m *Sensors) assets(ctx context.Context, in httpd.Object) (sensorAssets, error) {
	if err := m.detail(ctx, in.ID, "assets"); err != nil {
		return sensorAssets{}, err
	}
	list, err := m.store.factsForAssets(ctx, in.ID)
	if err != nil {
		return sensorAssets{}, err
	}
	all := assets(list)
	return sensorAssets{all[:min(len(all), mostAssets)], len(list)}, nil
}
