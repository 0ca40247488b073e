package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

const registrationColumns = `r.id, r.state, r.kind, r.name_zh, r.name_en, r.uscc, r.district, r.contact_name, r.contact_phone, r.contact_email, r.login, r.language,
	r.reason, r.decided_by, r.decided_by_name, r.decided_at, r.organisation_id, r.submitted_at, r.created_at, r.version, r.password, r.secret, r.secret_hash, r.network`

func scanRegistration(row sqldb.Row) (Registration, error) {
	var r Registration
	var decided, submitted, created int64
	err := row.Scan(&r.ID, &r.State, &r.Kind, &r.Name.ZH, &r.Name.EN, &r.USCC, &r.District, &r.ContactName, &r.ContactPhone, &r.ContactEmail, &r.Login, &r.Language,
		&r.Reason, &r.decidedByID, &r.DecidedBy, &decided, &r.OrganisationID, &submitted, &created, &r.Version, &r.password, &r.secret, &r.secretHash, &r.network)
	r.SubmittedAt, r.createdAt = time.UnixMilli(submitted).UTC(), time.UnixMilli(created).UTC()
	if decided > 0 {
		at := time.UnixMilli(decided).UTC()
		r.DecidedAt = &at
	}
	return r, err
}

// mayRegister refuses strangers who come too often, and taken logins.
func (d *Directory) mayRegister(ctx context.Context, network, login string) error {
	var recent, open int
	hour := d.now().Add(-time.Hour).UnixMilli()
	if err := d.db.QueryRow(ctx, `SELECT COUNT(*) FROM registration WHERE network = $1 AND created_at > $2`, network, hour).Scan(&recent); err != nil {
		return fmt.Errorf("count registrations: %w", err)
	}
	if err := d.db.QueryRow(ctx, `SELECT COUNT(*) FROM registration WHERE state = 'submitted'`).Scan(&open); err != nil {
		return fmt.Errorf("count registrations: %w", err)
	}
	if recent >= registrationsPerHour {
		return fault.New(fault.Limited, "system.registration.limited", "too many registrations from your network; try again in an hour").After(3600)
	}
	if open >= registrationsOpen {
		return fault.New(fault.Unavailable, "system.registration.full", "too many registrations wait for review; try again tomorrow").After(3600)
	}
	return d.freeLogin(ctx, login)
}

// freeLogin refuses a login that somebody has or has applied for.
func (d *Directory) freeLogin(ctx context.Context, login string) error {
	var n int
	err := d.db.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM person WHERE login = LOWER($1)) + (SELECT COUNT(*) FROM registration WHERE login = LOWER($1) AND state IN ('submitted', 'returned'))`, login).Scan(&n)
	if err != nil {
		return fmt.Errorf("look for login: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "system.login.taken", "the login %s is taken", login).At("body.login", "choose another login")
	}
	return nil
}

func (d *Directory) insertRegistration(ctx context.Context, r Registration, with also) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO registration (id, state, kind, name_zh, name_en, uscc, district, contact_name, contact_phone, contact_email, login, password, language,
			secret_hash, secret, consent_version, network, created_at, submitted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)`,
			r.ID, r.State, string(r.Kind), r.Name.ZH, r.Name.EN, r.USCC, r.District, r.ContactName, r.ContactPhone, r.ContactEmail, r.Login, r.password, r.Language,
			r.secretHash, r.secret, PurposeOf(ForRegistration).Version, r.network, r.createdAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert registration: %w", err)
		}
		return with(ctx, tx)
	})
}

func (d *Directory) saveRegistration(ctx context.Context, r Registration, version int64, with also) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := updateRegistration(ctx, tx, r, version); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// decided is what records tell of an application; what it says of the contact
// has no person yet under whose key it could be written.
type decided struct {
	State          string
	OrganisationID string
}

func updateRegistration(ctx context.Context, tx *sqldb.Tx, r Registration, version int64) error {
	at := int64(0)
	if r.DecidedAt != nil {
		at = r.DecidedAt.UnixMilli()
	}
	n, err := tx.Exec(ctx, `UPDATE registration SET state = $1, kind = $2, name_zh = $3, name_en = $4, uscc = $5, district = $6, contact_name = $7, contact_phone = $8, contact_email = $9,
		login = $10, password = $11, language = $12, reason = $13, decided_by = $14, decided_by_name = $15, decided_at = $16, organisation_id = $17, submitted_at = $18, version = version + 1
		WHERE id = $19 AND version = $20`, r.State, string(r.Kind), r.Name.ZH, r.Name.EN, r.USCC, r.District, r.ContactName, r.ContactPhone, r.ContactEmail,
		r.Login, r.password, r.Language, r.Reason, r.decidedByID, r.DecidedBy, at, r.OrganisationID, r.SubmittedAt.UnixMilli(), r.ID, version)
	tx.Changed("registration", r.ID, decided{}, decided{r.State, r.OrganisationID})
	return stale(n, err, "registration")
}

// admit makes an organisation and its first manager of an application.
func (d *Directory) admit(ctx context.Context, r Registration, version int64, org Organisation, p Person, with also) error {
	return d.change(ctx, func(tx *sqldb.Tx) error {
		taken, err := codeTaken(ctx, tx, r.USCC)
		if err != nil {
			return err
		}
		if taken {
			return fault.New(fault.Conflict, "system.registration.twice", "an organisation with the code %s exists; return the registration", r.USCC)
		}
		if err := updateRegistration(ctx, tx, r, version); err != nil {
			return err
		}
		if err := insertOrganisation(ctx, tx, org, d.now()); err != nil {
			return err
		}
		if err := d.insertPerson(ctx, tx, p); err != nil {
			return err
		}
		if err := insertConsent(ctx, tx, p.ID, ForRegistration, "registration", r.createdAt); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

func (d *Directory) oneRegistration(ctx context.Context, where, arg string) (Registration, error) {
	r, err := scanRegistration(d.db.QueryRow(ctx, `SELECT `+registrationColumns+` FROM registration r WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such registration, or it is not yours to see")
	}
	if err != nil {
		return r, fmt.Errorf("read registration: %w", err)
	}
	return r, nil
}

// Registration returns an application, for the bureau.
func (d *Directory) Registration(ctx context.Context, id string) (Registration, error) {
	if !From(ctx).Scope.All {
		return Registration{}, From(ctx).Scope.Check("")
	}
	return d.oneRegistration(ctx, `r.id = $1`, id)
}

// RegistrationBySecret returns an application to who holds its link.
func (d *Directory) RegistrationBySecret(ctx context.Context, secret string) (Registration, error) {
	return d.oneRegistration(ctx, `r.secret_hash = $1`, hashSecret(secret))
}

// RegistrationParams filter the list of applications.
type RegistrationParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"submitted,returned,approved,refused"`
}

// Registrations lists applications, for the bureau.
func (d *Directory) Registrations(ctx context.Context, in RegistrationParams) (sqldb.Page[Registration], error) {
	l := sqldb.List{
		Select: registrationColumns, From: "registration r", Key: "r.id", Order: "-submitted_at",
		Sort:   map[string]string{"submitted_at": "r.submitted_at", "name": "r.name_zh", "kind": "r.kind", "state": "r.state"},
		Search: []string{"r.name_zh", "r.name_en", "r.uscc", "r.contact_name", "r.login"},
	}
	l.WhereIf("r.state = ?", in.State)
	if !From(ctx).Scope.All {
		l.Where("1 = 0")
	}
	return sqldb.Fetch(ctx, d.db, l, in.ListParams, scanRegistration)
}

// Namesake is an organisation, or an application, like another one.
type Namesake struct {
	ID    string    `json:"id"`
	What  string    `json:"what" enum:"organisation,registration"`
	Name  lang.Text `json:"name"`
	USCC  string    `json:"uscc"`
	State string    `json:"state"`
}

// Namesakes returns what has the same code or the same name.
func (d *Directory) Namesakes(ctx context.Context, r Registration) ([]Namesake, error) {
	rows, err := d.db.Query(ctx, `SELECT o.id, 'organisation', o.name_zh, o.name_en, o.uscc, '' FROM organisation o WHERE (o.uscc = $1 OR o.name_zh = $2) AND o.id <> $3
		UNION ALL SELECT r.id, 'registration', r.name_zh, r.name_en, r.uscc, r.state FROM registration r WHERE (r.uscc = $1 OR r.name_zh = $2) AND r.id <> $4 LIMIT 20`,
		r.USCC, r.Name.ZH, r.OrganisationID, r.ID)
	if err != nil {
		return nil, fmt.Errorf("look for namesakes: %w", err)
	}
	return sqldb.All(rows, func(row sqldb.Row) (Namesake, error) {
		var n Namesake
		err := row.Scan(&n.ID, &n.What, &n.Name.ZH, &n.Name.EN, &n.USCC, &n.State)
		return n, err
	})
}
