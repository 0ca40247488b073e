package clock

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/second"
)

// mostCalendars bounds what is read; one comes a year.
const mostCalendars = 200

func calendarColumns() string {
	return `c.id, c.from_day, c.until_day, c.source, c.off, c.work, c.created_at, ` + second.Columns("c")
}

func scanCalendar(r sqldb.Row) (e CalendarEntry, err error) {
	var created, confirmed int64
	var off, work string
	err = r.Scan(append([]any{&e.ID, &e.From, &e.Until, &e.Source, &off, &work, &created}, e.Into(&confirmed)...)...)
	if err != nil {
		return e, err
	}
	e.Name, e.CreatedAt, e.ConfirmedAt = e.From+" – "+e.Until, sqldb.Time(created), sqldb.Instant(confirmed)
	for text, into := range map[string]*[]string{off: &e.Off, work: &e.Work} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return e, fmt.Errorf("read a calendar: %w", err)
		}
	}
	return e, nil
}

// calendars are those that were brought, in the order in which they were confirmed.
func calendars(ctx context.Context, db reader, where string, args ...any) ([]CalendarEntry, error) {
	rows, err := db.Query(ctx, `SELECT `+calendarColumns()+` FROM security_calendar c WHERE `+where+fmt.Sprintf(` ORDER BY c.confirmed_at, c.id LIMIT %d`, mostCalendars), args...)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	return sqldb.All(rows, scanCalendar)
}

// calendar is the one that holds: what comes with the program, and what was confirmed.
func (c *Clocks) calendar(ctx context.Context, db reader) (Calendar, error) {
	list, err := calendars(ctx, db, `c.confirmed`)
	if err != nil {
		return Calendar{}, err
	}
	return c.book.Calendar.over(list, c.Now()), nil
}

func insertCalendar(ctx context.Context, tx *sqldb.Tx, e CalendarEntry) error {
	off, err := json.Marshal(e.Off)
	if err != nil {
		return fmt.Errorf("write a calendar: %w", err)
	}
	work, err := json.Marshal(e.Work)
	if err != nil {
		return fmt.Errorf("write a calendar: %w", err)
	}
	err = tx.InsertAll(ctx, `INSERT INTO security_calendar (id, from_day, until_day, source, off, work, created_at, confirmed, confirmed_at, confirmer, confirmer_name, actor, actor_name)`,
		[][]any{append([]any{e.ID, e.From, e.Until, e.Source, string(off), string(work), e.CreatedAt.UnixMilli()}, e.Values()...)})
	if err != nil {
		return fmt.Errorf("keep a calendar: %w", err)
	}
	tx.Changed("security_calendar", e.ID, nil, e)
	return nil
}

func confirmCalendar(ctx context.Context, tx *sqldb.Tx, before, after CalendarEntry) error {
	v := after.Values()
	_, err := tx.Exec(ctx, `UPDATE security_calendar SET confirmed = $2, confirmed_at = $3, confirmer = $4, confirmer_name = $5 WHERE id = $1`, append([]any{after.ID}, v[:4]...)...)
	if err != nil {
		return fmt.Errorf("confirm a calendar: %w", err)
	}
	tx.Changed("security_calendar", after.ID, before, after)
	return nil
}

func removeCalendar(ctx context.Context, tx *sqldb.Tx, e CalendarEntry) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_calendar WHERE id = $1`, e.ID); err != nil {
		return fmt.Errorf("withdraw a calendar: %w", err)
	}
	tx.Changed("security_calendar", e.ID, e, nil)
	return nil
}

// clocksAtOnce is how many clocks are read at once when a calendar changes.
const clocksAtOnce = 500

// realign moves the ends of clocks that run by working days to the calendar that holds now, but
// of those that a person put off.
func (c *Clocks) realign(ctx context.Context, tx *sqldb.Tx, e CalendarEntry, calendar Calendar, now time.Time) error {
	from, err := time.ParseInLocation(time.DateOnly, e.From, cityTime())
	if err != nil {
		return fmt.Errorf("read the first day of a calendar: %w", err)
	}
	book, err := c.rules(ctx, tx)
	if err != nil {
		return err
	}
	for last := ""; ; {
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM security_clock WHERE state = 'running' AND reason = '' AND due_at > $1 AND id > $2 ORDER BY id LIMIT $3`, from.UnixMilli(), last, clocksAtOnce)
		if err != nil {
			return fmt.Errorf("find clocks that run by working days: %w", err)
		}
		list, err := sqldb.All(rows, scan)
		if err != nil {
			return err
		}
		for _, k := range list {
			if err := c.realignOne(ctx, tx, k, book, calendar, now); err != nil {
				return err
			}
		}
		if len(list) < clocksAtOnce {
			c.hurry()
			return nil
		}
		last = list[len(list)-1].ID
	}
}

func (c *Clocks) realignOne(ctx context.Context, tx *sqldb.Tx, k Clock, book Book, calendar Calendar, now time.Time) error {
	rule, exact := book.ran(k)
	if !exact || rule.WorkingDays == 0 {
		return nil
	}
	moved := k
	moved.aim(rule, calendar)
	if moved.DueAt.Equal(k.DueAt) {
		return nil
	}
	moved.pass(now)
	moved.keepEnd(now)
	return c.store.update(ctx, tx, moved)
}
