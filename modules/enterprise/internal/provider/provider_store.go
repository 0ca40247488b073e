package provider

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// store keeps providers with what they were asked.
type store struct {
	db     *sqldb.DB
	search *module.Search
	words  Words
}

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

const columns = `p.id, p.entry_id, p.organisation_id, p.code, p.name_zh, p.name_en, p.district, p.industry, p.synthetic, p.state, p.filing, p.filing_returned, p.reason, p.profile, p.filed,
	p.valid_until, p.filed_at, p.accepted_at, p.decided_at, p.decided_by, p.decided_name, p.version`

func scan(r sqldb.Row) (p Provider, err error) {
	var profile, filed string
	var until, filedAt, acceptedAt, decidedAt int64
	err = r.Scan(&p.ID, &p.EntryID, &p.OrganisationID, &p.Code, &p.Name.ZH, &p.Name.EN, &p.District, &p.Industry, &p.Synthetic, &p.State, &p.Filing, &p.FilingReturned, &p.Reason, &profile, &filed,
		&until, &filedAt, &acceptedAt, &decidedAt, &p.decidedBy, &p.DecidedName, &p.Version)
	if err != nil {
		return p, err
	}
	p.ValidUntil, p.FiledAt, p.AcceptedAt, p.DecidedAt = sqldb.Instant(until), sqldb.Time(filedAt), sqldb.Instant(acceptedAt), sqldb.Instant(decidedAt)
	if filed != "" {
		p.Filed = &Profile{}
		if err := json.Unmarshal([]byte(filed), p.Filed); err != nil {
			return p, fmt.Errorf("read what was filed: %w", err)
		}
	}
	if err := json.Unmarshal([]byte(profile), &p.Profile); err != nil {
		return p, fmt.Errorf("read profile: %w", err)
	}
	return p, nil
}

func get(ctx context.Context, db reader, id string) (Provider, error) {
	p, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM provider p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noSuch("provider")
	}
	if err != nil {
		return p, fmt.Errorf("read provider: %w", err)
	}
	return p, nil
}

// mine tells whether an organisation is the caller's, or one below it.
func mine(who identity.Identity, organisation string) bool {
	return organisation != "" && (who.Organisation.ID == organisation || !who.Scope.All && who.Scope.Allows(organisation))
}

// read returns a provider that the caller may see, and whether they see all of it.
func (s store) read(ctx context.Context, id string, now time.Time) (Provider, bool, error) {
	p, err := get(ctx, s.db, id)
	if err != nil {
		return p, false, err
	}
	who := identity.From(ctx)
	if who.Scope.All || mine(who, p.OrganisationID) {
		return p, true, nil
	}
	if !p.Serving(now) {
		return Provider{}, false, noSuch("provider")
	}
	return p, false, nil
}

// texts are a provider's profile and what it filed, as they are kept.
func (p Provider) texts() (profile, filed string, err error) {
	text, err := json.Marshal(p.Profile)
	if err != nil {
		return "", "", fmt.Errorf("write profile: %w", err)
	}
	if p.Filed == nil {
		return string(text), "", nil
	}
	more, err := json.Marshal(p.Filed)
	if err != nil {
		return "", "", fmt.Errorf("write what was filed: %w", err)
	}
	return string(text), string(more), nil
}

func (s store) insert(ctx context.Context, p Provider, also func(*sqldb.Tx) error) error {
	profile, filed, err := p.texts()
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO provider (id, entry_id, organisation_id, code, name_zh, name_en, district, industry, synthetic, state, profile, filed, promise, filed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			p.ID, p.EntryID, p.OrganisationID, p.Code, p.Name.ZH, p.Name.EN, p.District, p.Industry, p.Synthetic, string(p.State), profile, filed, p.Profile.Promise, p.FiledAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "enterprise.provider.taken", "this enterprise has registered as a provider already").At("body.entry_id", "go on with the registration that there is")
		}
		if err != nil {
			return fmt.Errorf("register provider: %w", err)
		}
		tx.Changed("provider", p.ID, nil, p)
		return also(tx)
	})
}

// change lets decide change a provider whose version was read; also goes with it.
func (s store) change(ctx context.Context, id string, version int64, decide func(Provider, time.Time) (Provider, error), also func(*sqldb.Tx, Provider) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "provider/"+id); err != nil {
			return err
		}
		before, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		after, err := decide(before, now.UTC().Truncate(time.Millisecond))
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, after); err != nil {
			return err
		}
		tx.Changed("provider", id, before, after)
		if tells, err := told(before, after); err != nil || tells {
			err = errors.Join(err, tx.Emit(ctx, enterpriseevent.ProviderChanged{ProviderID: id, EntryID: after.EntryID, Code: after.Code, State: string(after.State), At: now.UTC().Truncate(time.Millisecond)}))
			if err != nil {
				return fmt.Errorf("tell of provider %s: %w", id, err)
			}
		}
		return also(tx, after)
	})
}

// told says whether what everybody may see of a provider is another after a change.
func told(before, after Provider) (bool, error) {
	if before.State != after.State {
		return before.State == InForce || after.State == InForce, nil
	}
	if after.State != InForce {
		return false, nil
	}
	was, _, err := before.texts()
	if err != nil {
		return false, err
	}
	is, _, err := after.texts()
	return was != is || !before.ValidUntil.Equal(*after.ValidUntil), err
}

func (s store) save(ctx context.Context, tx *sqldb.Tx, p Provider) error {
	profile, filed, err := p.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE provider SET state = $1, filing = $2, filing_returned = $3, reason = $4, profile = $5, filed = $6, promise = $7, valid_until = $8, filed_at = $9, accepted_at = $10,
		decided_at = $11, decided_by = $12, decided_name = $13, version = version + 1 WHERE id = $14`,
		string(p.State), string(p.Filing), p.FilingReturned, p.Reason, profile, filed, p.Profile.Promise, sqldb.InstantMillis(p.ValidUntil), p.FiledAt.UnixMilli(), sqldb.InstantMillis(p.AcceptedAt),
		sqldb.InstantMillis(p.DecidedAt), p.decidedBy, p.DecidedName, p.ID)
	if err != nil {
		return fmt.Errorf("save provider: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM provider_tag WHERE provider_id = $1`, p.ID); err != nil {
		return fmt.Errorf("clear tags: %w", err)
	}
	for _, t := range p.Profile.tags() {
		if _, err := tx.Exec(ctx, `INSERT INTO provider_tag (provider_id, kind, code) VALUES ($1, $2, $3)`, p.ID, t.kind, t.code); err != nil {
			return fmt.Errorf("save tag: %w", err)
		}
	}
	if p.State != InForce {
		return s.search.Remove(ctx, tx, noun, p.ID)
	}
	return s.search.Put(ctx, tx, s.document(p))
}

// noun names providers in search.
const noun = "provider"

func (s store) document(p Provider) module.Document {
	return module.Document{
		Noun: noun, ID: p.ID, Title: p.Name, Tags: []string{p.Code}, Body: p.Profile.Words(s.words), Path: "/enterprise/providers/" + p.ID, Permission: mayView, City: true,
	}
}

// Forget takes the providers that an entry is out of the city's search, before the entry
// is removed with them.
func Forget(ctx context.Context, tx *sqldb.Tx, search *module.Search, entry string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM provider WHERE entry_id = $1`, entry)
	if err != nil {
		return fmt.Errorf("read providers of an entry: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return fmt.Errorf("read providers of an entry: %w", err)
	}
	for _, id := range ids {
		if err := search.Remove(ctx, tx, noun, id); err != nil {
			return fmt.Errorf("forget provider: %w", err)
		}
	}
	return nil
}

// Finds are the providers that the city's search finds.
func (m *Providers) Finds() []module.Find {
	return []module.Find{{Noun: noun, Title: lang.Text{ZH: "服务商", EN: "Service providers"}, Walk: func(ctx context.Context, put func(module.Document) error) error {
		list, err := m.store.inForce(ctx)
		if err != nil {
			return err
		}
		for _, p := range list {
			if err := put(m.store.document(p)); err != nil {
				return err
			}
		}
		return nil
	}}}
}

// inForce returns all providers that were accepted and not suspended.
func (s store) inForce(ctx context.Context) ([]Provider, error) {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM provider p WHERE p.state = 'in_force' ORDER BY p.id`)
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	return sqldb.All(rows, scan)
}

// filed returns the newest registration of each entry.
func (s store) ofEntries(ctx context.Context, entries []string) (map[string]Provider, error) {
	out := map[string]Provider{}
	if len(entries) == 0 {
		return out, nil
	}
	args := make([]any, len(entries))
	for i, e := range entries {
		args[i] = e
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM provider p WHERE p.entry_id IN (`+places(len(args))+`) ORDER BY p.filed_at, p.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read own providers: %w", err)
	}
	list, err := sqldb.All(rows, scan)
	for _, p := range list {
		out[p.EntryID] = p
	}
	return out, err
}

func places(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(list, ", ")
}

// Personal names who decided and who uploaded.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "provider", Person: "decided_by", Columns: []string{"decided_name"}, Show: []string{"id", "name_zh", "decided_at"}},
		{Table: "provider_evidence", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"provider_id", "name", "at"}},
	}
}
