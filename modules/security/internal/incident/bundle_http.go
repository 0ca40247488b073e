package incident

import (
	"context"
	"net/http"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/sqldb"
)

// mostEvents bounds the timeline of a bundle.
const mostEvents = 5000

func (m *Incidents) serveBundle(w http.ResponseWriter, r *http.Request) {
	ctx, now := r.Context(), m.now()
	d, err := m.pack(ctx, r.PathValue("id"), now)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.Attach(w, "application/zip", d.CreatedAt.In(cityTime()).Format("20060102")+"-"+d.ID+".zip")
	if err := bundle(ctx, w, m.content, d, now); err != nil {
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}

// pack gathers what goes into a bundle, and writes into custody that it was given out.
func (m *Incidents) pack(ctx context.Context, id string, now time.Time) (d packed, err error) {
	i, from, err := m.store.seen(ctx, m.store.db, id, now)
	if err != nil {
		return d, err
	}
	if from == guest {
		return d, noSuch("bundle")
	}
	if d.Detail, err = m.detail(ctx, i, from, now); err != nil {
		return d, err
	}
	if i.tellable(from) {
		if d.stix, err = m.stix(ctx, i); err != nil {
			return d, err
		}
	}
	if err := m.givenOut(ctx, d.Evidence, now); err != nil {
		return d, err
	}
	if from != owner {
		if err := m.store.noteLook(ctx, "bundle", now, id); err != nil {
			return d, err
		}
	}
	for n, v := range d.Evidence {
		p := piece{Evidence: v}
		if v.DiscardedAt == nil {
			p.File = plainName(n, v.Name)
		}
		if p.Custody, err = m.store.custody(ctx, m.store.db, v.ID); err != nil {
			return d, err
		}
		d.pieces = append(d.pieces, p)
	}
	d.events, err = m.store.course(ctx, id, mostEvents)
	return d, err
}

// givenOut writes into custody that evidence was given out, but what was discarded.
func (m *Incidents) givenOut(ctx context.Context, list []Evidence, now time.Time) error {
	return m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, v := range list {
			if v.DiscardedAt != nil {
				continue
			}
			if err := m.store.hand(ctx, tx, v, "exported", "", now); err != nil {
				return err
			}
		}
		return nil
	})
}
