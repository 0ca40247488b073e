package identity

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// reads is what a database and a transaction have in common.
type reads interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// takenCodes says which codes need no invitation, and why.
func takenCodes(ctx context.Context, db reads, codes []string, now time.Time) (map[string]string, error) {
	marks, args := make([]string, len(codes)), make([]any, len(codes), len(codes)+1)
	for i, code := range codes {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), code
	}
	in := strings.Join(marks, ", ")
	rows, err := db.Query(ctx, fmt.Sprintf(`SELECT uscc, '%s' FROM organisation WHERE uscc IN (%s)
		UNION ALL SELECT founds_uscc, '%s' FROM invitation WHERE founds_uscc IN (%s) AND state = 'open' AND expires_at > $%d
		UNION ALL SELECT uscc, '%s' FROM registration WHERE uscc IN (%s) AND state IN ('submitted', 'returned')`,
		FoundingExists, in, FoundingOpen, in, len(codes)+1, FoundingApplied, in), append(args, now.UnixMilli())...)
	if err != nil {
		return nil, fmt.Errorf("look for the codes: %w", err)
	}
	taken := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (code string, err error) {
		var why string
		err = r.Scan(&code, &why)
		if _, told := taken[code]; !told {
			taken[code] = why
		}
		return code, err
	})
	return taken, err
}

// insertFoundings stores invitations of organisations within the bureau's limits. What
// became taken since it was looked for is refused: nothing is then stored.
func (d *Directory) insertFoundings(ctx context.Context, list []FoundingOutcome, with also) error {
	codes := make([]string, len(list))
	for i, o := range list {
		codes[i] = o.Invitation.Founds.USCC
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "foundings"); err != nil {
			return err
		}
		taken, err := takenCodes(ctx, tx, codes, d.now())
		if err != nil {
			return err
		}
		for code := range taken {
			return fault.New(fault.Conflict, "system.founding.meanwhile", "%s was invited or has joined in the meantime; nobody was invited, try again", code).With("code", code)
		}
		if err := roomForFoundings(ctx, tx, len(list), d.now()); err != nil {
			return err
		}
		for _, o := range list {
			if err := storeInvitation(ctx, tx, o.Invitation); err != nil {
				return err
			}
		}
		return with(ctx, tx)
	})
}

// roomForFoundings refuses more invitations of organisations than a city sends.
func roomForFoundings(ctx context.Context, tx *sqldb.Tx, more int, now time.Time) error {
	var open, today int
	err := tx.QueryRow(ctx, `SELECT
		COALESCE(SUM(CASE WHEN state = 'open' AND expires_at > $1 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN sent_at > $2 THEN 1 ELSE 0 END), 0) FROM invitation WHERE founds_uscc <> ''`,
		now.UnixMilli(), now.Add(-24*time.Hour).UnixMilli()).Scan(&open, &today)
	if err != nil {
		return fmt.Errorf("count invitations of organisations: %w", err)
	}
	switch {
	case open+more > foundingsOpen:
		return fault.New(fault.Limited, "system.invitation.full", "%d invitations of organisations are open; revoke some first", open).With("open", open).After(3600)
	case today+more > foundingsPerDay:
		return fault.New(fault.Limited, "system.invitation.limited", "%d organisations were invited within a day; try again tomorrow", today).With("sent", today).After(3600)
	}
	return nil
}

// roomToRenew is roomForFoundings for one that is sent again.
func roomToRenew(ctx context.Context, tx *sqldb.Tx, i Invitation, now time.Time) error {
	taken, err := takenCodes(ctx, tx, []string{i.Founds.USCC}, now)
	if err != nil {
		return err
	}
	if taken[i.Founds.USCC] == FoundingExists {
		return codeExists(i.Founds.USCC)
	}
	return roomForFoundings(ctx, tx, 0, now)
}

// freeCode refuses the code of an organisation that exists.
func freeCode(ctx context.Context, tx *sqldb.Tx, uscc string) error {
	taken, err := codeTaken(ctx, tx, uscc)
	if err == nil && taken {
		err = codeExists(uscc)
	}
	return err
}

func codeExists(uscc string) error {
	return fault.New(fault.Conflict, "system.founding.exists", "an organisation with the code %s exists; its manager invites you", uscc).With("code", uscc)
}

// codeTaken tells whether an organisation has the code; of two who make the same one
// at once, the second is told yes.
func codeTaken(ctx context.Context, tx *sqldb.Tx, uscc string) (bool, error) {
	if err := tx.Queue(ctx, "organisation "+uscc); err != nil {
		return false, err
	}
	var same int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM organisation WHERE uscc = $1`, uscc).Scan(&same); err != nil {
		return false, fmt.Errorf("look for the code: %w", err)
	}
	return same > 0, nil
}

// FoundingParams filter the list of invitations of organisations.
type FoundingParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"open,expired,accepted,declined,revoked"`
}

// OrganisationsInvited lists invitations that make organisations.
func (d *Directory) OrganisationsInvited(ctx context.Context, in FoundingParams) (sqldb.Page[Invitation], error) {
	if err := d.mayFound(ctx); err != nil {
		return sqldb.Page[Invitation]{}, err
	}
	now := d.now()
	l := invitationList()
	l.Search = append(l.Search, "i.founds")
	l.Where("i.founds_uscc <> ''")
	whereState(&l, in.State, now)
	return sqldb.Fetch(ctx, d.db, l, in.ListParams, scanInvitation(now))
}

// InvitedCodes says of each code what became of its latest invitation.
func (d *Directory) InvitedCodes(ctx context.Context, codes []string) (map[string]Invitation, error) {
	latest := map[string]Invitation{}
	if len(codes) == 0 {
		return latest, nil
	}
	marks, args := make([]string, len(codes)), make([]any, len(codes))
	for i, code := range codes {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), code
	}
	rows, err := d.db.Query(ctx, `SELECT `+invitationColumns+` FROM `+invitationTables+` WHERE i.founds_uscc IN (`+strings.Join(marks, ", ")+`) ORDER BY i.created_at`, args...)
	if err != nil {
		return nil, fmt.Errorf("read invitations of organisations: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (Invitation, error) {
		i, err := scanInvitation(d.now())(r)
		if err == nil {
			latest[i.Founds.USCC] = i
		}
		return i, err
	})
	return latest, err
}
