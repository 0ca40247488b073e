package scenario

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// mostFiles is how many pictures a scenario has over all versions.
const mostFiles = 100

// File is a picture that was uploaded to a scenario.
type File struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"Octets"`
	SHA256    string    `json:"sha256"`
	By        string    `json:"by" doc:"Name of who uploaded it" audit:"-"`
	At        time.Time `json:"at"`

	scenario, actor string
}

func (x store) pictures(ctx context.Context, id string) ([]File, error) {
	rows, err := x.db.Query(ctx, `SELECT p.id, p.scenario_id, p.name, p.media_type, p.size, p.sha256, p.actor, p.actor_name, p.at FROM scenario_picture p WHERE p.scenario_id = $1 ORDER BY p.at, p.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read pictures: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (f File, err error) {
		var at int64
		err = r.Scan(&f.ID, &f.scenario, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.By, &at)
		f.At = sqldb.TimeOrZero(at)
		return f, err
	})
}

func (x store) attach(ctx context.Context, f File) error {
	return x.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM scenario_picture WHERE scenario_id = $1`, f.scenario).Scan(&n); err != nil {
			return fmt.Errorf("count pictures: %w", err)
		}
		if n >= mostFiles {
			return fault.New(fault.Conflict, "scenario.picture.full", "a scenario has %d pictures at most", mostFiles).With("limit", mostFiles)
		}
		_, err := tx.Exec(ctx, `INSERT INTO scenario_picture (id, scenario_id, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, f.scenario, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.By, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep picture: %w", err)
		}
		tx.Changed("scenario_picture", f.ID, nil, f)
		return nil
	})
}
