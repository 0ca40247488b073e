package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const (
	invitationColumns = `i.id, i.organisation_id, i.role, i.email, i.language, i.note, i.state, COALESCE(b.name, ''), COALESCE(p.name, ''), COALESCE(p.login, ''), i.sent, i.created_at,
		i.expires_at, i.decided_at, i.version, o.name_zh, o.name_en, i.secret_hash, i.invited_by, i.by_organisation_id, i.person_id, i.prepared, i.founds`
	invitationTables = `invitation i JOIN organisation o ON o.id = i.organisation_id LEFT JOIN person b ON b.id = i.invited_by LEFT JOIN person p ON p.id = i.person_id`
)

func scanInvitation(now time.Time) func(sqldb.Row) (Invitation, error) {
	return func(r sqldb.Row) (Invitation, error) {
		var i Invitation
		var created, expires, decided int64
		var founds string
		err := r.Scan(&i.ID, &i.OrganisationID, &i.Role, &i.Email, &i.Language, &i.Note, &i.State, &i.InvitedBy, &i.For, &i.login, &i.Sent, &created,
			&expires, &decided, &i.Version, &i.organisation.ZH, &i.organisation.EN, &i.secretHash, &i.invitedBy, &i.byOrganisationID, &i.personID, &i.prepared, &founds)
		i.CreatedAt, i.ExpiresAt = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC()
		if decided > 0 {
			at := time.UnixMilli(decided).UTC()
			i.DecidedAt = &at
		}
		if i.State == InvitationOpen && now.After(i.ExpiresAt) {
			i.State = InvitationExpired
		}
		if err == nil && founds != "" {
			i.Founds = &Founding{}
			err = json.Unmarshal([]byte(founds), i.Founds)
			i.organisation = i.Founds.Name
		}
		return i, err
	}
}

// insertInvitation stores an invitation within the limits of its organisation.
func (d *Directory) insertInvitation(ctx context.Context, i Invitation, with also) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "invitations of "+i.OrganisationID); err != nil {
			return err
		}
		if err := roomForInvitation(ctx, tx, i, d.now()); err != nil {
			return err
		}
		if err := storeInvitation(ctx, tx, i); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

func storeInvitation(ctx context.Context, tx *sqldb.Tx, i Invitation) error {
	founds, code, err := i.founded()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO invitation (id, organisation_id, role, email, language, note, state, secret_hash, invited_by, by_organisation_id, person_id, prepared, sent_at, created_at, expires_at, founds, founds_uscc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16)`,
		i.ID, i.OrganisationID, string(i.Role), i.Email, i.Language, i.Note, i.State, i.secretHash, i.invitedBy, i.byOrganisationID, i.personID, i.prepared, i.CreatedAt.UnixMilli(), i.ExpiresAt.UnixMilli(), founds, code)
	if err != nil {
		return fmt.Errorf("insert invitation: %w", err)
	}
	tx.Changed("invitation", i.ID, nil, i)
	return nil
}

// founded is the organisation that an invitation makes, as it is stored, and its code.
func (i Invitation) founded() (founds, code string, err error) {
	if i.Founds == nil {
		return "", "", nil
	}
	b, err := json.Marshal(i.Founds)
	if err != nil {
		return "", "", fmt.Errorf("write the organisation to be: %w", err)
	}
	return string(b), i.Founds.USCC, nil
}

// roomForInvitation refuses too many invitations of one organisation, and a
// second one to the same address.
func roomForInvitation(ctx context.Context, tx *sqldb.Tx, i Invitation, now time.Time) error {
	var open, today, same int
	err := tx.QueryRow(ctx, `SELECT
		COALESCE(SUM(CASE WHEN state = 'open' AND expires_at > $2 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN sent_at > $3 THEN sent ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'open' AND expires_at > $2 AND email = $4 AND email <> '' AND role = $5 THEN 1 ELSE 0 END), 0)
		FROM invitation WHERE organisation_id = $1 AND id <> $6 AND prepared = FALSE AND founds_uscc = ''`,
		i.OrganisationID, now.UnixMilli(), now.Add(-24*time.Hour).UnixMilli(), i.Email, string(i.Role), i.ID).Scan(&open, &today, &same)
	if err != nil {
		return fmt.Errorf("count invitations: %w", err)
	}
	switch {
	case same > 0:
		return fault.New(fault.Conflict, "system.invitation.twice", "%s is invited already; send that invitation again", i.Email).At("body.email", "look among the open invitations")
	case open >= invitationsOpen:
		return fault.New(fault.Limited, "system.invitation.full", "%d invitations of this organisation are open; revoke some first", open).With("open", open).After(3600)
	case today >= invitationsPerDay:
		return fault.New(fault.Limited, "system.invitation.limited", "this organisation has sent %d invitations within a day; try again tomorrow", today).With("sent", today).After(3600)
	}
	return nil
}

func (d *Directory) renewInvitation(ctx context.Context, i Invitation, version int64, with also) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "invitations of "+i.OrganisationID); err != nil {
			return err
		}
		room := roomForInvitation
		if i.Founds != nil {
			room = roomToRenew
		}
		if err := room(ctx, tx, i, d.now()); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE invitation SET secret_hash = $1, invited_by = $2, by_organisation_id = $3, sent = sent + 1, sent_at = $4, expires_at = $5, version = version + 1
			WHERE id = $6 AND version = $7 AND state = 'open'`, i.secretHash, i.invitedBy, i.byOrganisationID, d.now().UnixMilli(), i.ExpiresAt.UnixMilli(), i.ID, version)
		if err := stale(n, err, "invitation"); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// decideInvitation ends an invitation; of two who decide at once, one does.
func (d *Directory) decideInvitation(ctx context.Context, tx *sqldb.Tx, i Invitation, state, person string) error {
	n, err := tx.Exec(ctx, `UPDATE invitation SET state = $1, person_id = $2, decided_at = $3, organisation_id = $6, version = version + 1 WHERE id = $4 AND state = 'open' AND secret_hash = $5`,
		state, person, d.now().UnixMilli(), i.ID, i.secretHash, i.OrganisationID)
	if err != nil {
		return fmt.Errorf("decide invitation: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "system.invitation.used", "somebody else has used or ended this invitation").With("state", "")
	}
	after := i
	after.State = state
	tx.Changed("invitation", i.ID, i, after)
	return nil
}

// openPrepared gives a prepared account its password; the name and the
// memberships are what they were prepared to be.
func openPrepared(ctx context.Context, tx *sqldb.Tx, p Person) error {
	n, err := tx.Exec(ctx, `UPDATE person SET password = $1, language = $2, email = CASE WHEN $3 = '' THEN email ELSE $3 END,
		email_vouched = email_vouched AND $3 IN ('', email), version = version + 1 WHERE id = $4 AND password = ''`,
		p.password, p.Language, p.Email, p.ID)
	if err != nil {
		return fmt.Errorf("open account: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "system.invitation.used", "this account is open already; sign in").With("state", InvitationAccepted)
	}
	return nil
}

func insertConsent(ctx context.Context, tx *sqldb.Tx, person, purpose, how string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO consent (person_id, purpose, version, at, how) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		person, purpose, PurposeOf(purpose).Version, at.UnixMilli(), how)
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	return nil
}

func (d *Directory) invitationBySecret(ctx context.Context, secret string) (Invitation, error) {
	return d.oneInvitation(ctx, `i.secret_hash = $1`, hashSecret(secret))
}

// Invitation returns one to an organisation within the caller's scope.
func (d *Directory) Invitation(ctx context.Context, id string) (Invitation, error) {
	i, err := d.oneInvitation(ctx, `i.founds_uscc = '' AND i.id = $1`, id)
	if err == nil && !From(ctx).Scope.Allows(i.OrganisationID) {
		return Invitation{}, From(ctx).Scope.Check(i.OrganisationID)
	}
	return i, err
}

func (d *Directory) oneInvitation(ctx context.Context, where, arg string) (Invitation, error) {
	i, err := scanInvitation(d.now())(d.db.QueryRow(ctx, `SELECT `+invitationColumns+` FROM `+invitationTables+` WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return i, fault.New(fault.NotFound, "system.invitation.unknown", "there is no such invitation, or its link was renewed")
	}
	if err != nil {
		return i, fmt.Errorf("read invitation: %w", err)
	}
	return i, nil
}

// InvitationParams filter the list of invitations.
type InvitationParams struct {
	sqldb.ListParams
	State          string `query:"state" enum:"open,expired,accepted,declined,revoked"`
	OrganisationID string `query:"organisation_id" maxLength:"26"`
}

// Invitations lists those of the organisations within the caller's scope.
func (d *Directory) Invitations(ctx context.Context, in InvitationParams) (sqldb.Page[Invitation], error) {
	now := d.now()
	l := invitationList()
	l.Where("i.founds_uscc = ''").WhereIf("i.organisation_id = ?", in.OrganisationID)
	whereState(&l, in.State, now)
	From(ctx).Scope.Filter(&l, "i.organisation_id")
	return sqldb.Fetch(ctx, d.db, l, in.ListParams, scanInvitation(now))
}

func invitationList() sqldb.List {
	return sqldb.List{
		Select: invitationColumns, From: invitationTables, Key: "i.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "i.created_at", "expires_at": "i.expires_at", "email": "i.email", "state": "i.state"},
		Search: []string{"i.email", "i.note", "p.name", "b.name"},
	}
}

// whereState filters by a state, of which one follows from the time.
func whereState(l *sqldb.List, state string, now time.Time) {
	switch state {
	case InvitationOpen:
		l.Where("i.state = 'open' AND i.expires_at > ?", now.UnixMilli())
	case InvitationExpired:
		l.Where("i.state = 'open' AND i.expires_at <= ?", now.UnixMilli())
	default:
		l.WhereIf("i.state = ?", state)
	}
}

// ForgetInvitations drops those that ended long ago.
func (d *Directory) ForgetInvitations(ctx context.Context) error {
	before := d.now().Add(-invitationsKept).UnixMilli()
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM invitation WHERE expires_at < $1`, before)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget invitations: %w", err)
	}
	return nil
}
