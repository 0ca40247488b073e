package platforms

import (
	"context"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// reachJobs count every day: whoever used a platform last 91 days ago counts no more.
func (m *Module) reachJobs() []module.Job {
	return []module.Job{{
		Name: "count_reach", Title: lang.Text{ZH: "计算平台普及率", EN: "Count how far platforms reach"}, Every: 24 * time.Hour, Limit: 20 * time.Minute,
		Do: func(ctx context.Context) error {
			now := time.Now().UTC()
			if err := m.reach.forget(ctx, now.Add(-24*time.Hour)); err != nil {
				return err
			}
			_, err := m.countReach(ctx, now)
			return err
		},
	}}
}
