package incident

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// drill is a drill as incidents see it.
type drill struct {
	title string
	pace  float64
	plays []string // organisations
	ended bool
}

func drillOf(ctx context.Context, db reader, id string) (x drill, found bool, err error) {
	var plays string
	var ended int64
	err = db.QueryRow(ctx, `SELECT title, pace, organisations, ended_at FROM security_drill WHERE id = $1`, id).Scan(&x.title, &x.pace, &plays, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return x, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(plays), &x.plays)
	}
	if err != nil {
		return x, false, fmt.Errorf("read the drill of an incident: %w", err)
	}
	x.ended = ended > 0
	return x, true, nil
}

// enterDrill puts a new incident into its drill: one that runs, and in which the enterprise takes part.
func (i *Case) enterDrill(ctx context.Context, db reader) error {
	if i.Drill == "" {
		return nil
	}
	x, found, err := drillOf(ctx, db, i.Drill)
	if err != nil {
		return err
	}
	f := fault.New(fault.Invalid, "security.incident.drill", "the incident cannot be of this drill")
	switch {
	case !found:
		return f.At("body.drill", "the ID of a drill; prepare one first")
	case x.ended:
		return f.At("body.drill", "a drill that has not ended")
	case !slices.Contains(x.plays, i.OrganisationID):
		return f.At("body.drill", "a drill in which the enterprise takes part")
	}
	i.DrillTitle, i.pace = x.title, x.pace
	return nil
}

// stillPlayed refuses to begin work anew on an incident whose drill has ended.
func (i Case) stillPlayed(ctx context.Context, db reader) error {
	if i.Drill == "" {
		return nil
	}
	x, found, err := drillOf(ctx, db, i.Drill)
	if err == nil && found && x.ended {
		return fault.New(fault.Conflict, "security.drill.ended", "the drill has ended")
	}
	return err
}

// DrillEnds ends the incidents of a drill with it: what is worked on is rejected as a test, and
// nothing is owed any more.
func (m *Incidents) DrillEnds(ctx context.Context, tx *sqldb.Tx, id string) error {
	now := m.now()
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM security_incident i WHERE i.drill = $1 AND i.state NOT IN ('rejected', 'merged') ORDER BY i.id`, id)
	if err != nil {
		return fmt.Errorf("read incidents of a drill: %w", err)
	}
	list, err := sqldb.All(rows, scan)
	if err != nil {
		return err
	}
	for _, before := range list {
		if err := m.endOf(ctx, tx, before, now); err != nil {
			return err
		}
		m.kit.NotifyAfter(tx, topic, before.ID, before.OrganisationID)
	}
	return nil
}

// endOf ends an incident whose drill ends.
func (m *Incidents) endOf(ctx context.Context, tx *sqldb.Tx, before Case, now time.Time) error {
	for _, obligation := range []string{toReview, toSumUp} {
		if err := m.clocks.Cancel(ctx, tx, object(before.ID), obligation, now, "the drill has ended"); err != nil {
			return err
		}
	}
	if before.over() {
		return nil // what was learnt of it may still be written down
	}
	i, err := before.reject(step{resolution: "test", at: now})
	if err != nil {
		return err
	}
	i.Response, i.ResponseAt = rating.Unrated, nil
	if i, err = m.follow(ctx, tx, before, i, now); err != nil {
		return err
	}
	if err := m.store.save(ctx, tx, before, i); err != nil {
		return err
	}
	e := CaseEvent{At: now, WrittenAt: now, Kind: "state", From: string(before.State), To: string(i.State), Text: "演练结束 (the drill has ended)"}
	if err := m.store.note(ctx, tx, i.ID, e); err != nil {
		return err
	}
	if err := m.tell(ctx, tx, noticeChanged, "", i, notice.Audience{Organisation: i.OrganisationID, Permission: mayReport}, lang.Text{ZH: "演练结束，不再处置", EN: "the drill has ended, nothing more is to be done"}); err != nil {
		return err
	}
	return m.store.enter(ctx, tx, i.ID)
}
