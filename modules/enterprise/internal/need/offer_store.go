package need

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/lib/match"
	"linghang/modules/enterprise/internal/provider"
)

// The states of invitations.
const (
	sent     = "sent"
	agreedTo = "accepted"
	declined = "declined"
)

// Invitation asks a provider to look at a need.
type Invitation struct {
	ProviderID string     `json:"provider_id"`
	State      string     `json:"state" enum:"sent,accepted,declined"`
	Reason     string     `json:"reason" doc:"Of who declined"`
	SentAt     time.Time  `json:"sent_at"`
	DueAt      time.Time  `json:"due_at" doc:"By the provider's promise"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`

	organisation string
}

func invitations(ctx context.Context, db reader, id string) ([]Invitation, error) {
	rows, err := db.Query(ctx, `SELECT i.provider_id, i.organisation_id, i.state, i.reason, i.sent_at, i.due_at, i.answered_at FROM need_invitation i WHERE i.need_id = $1 ORDER BY i.sent_at, i.provider_id`, id)
	if err != nil {
		return nil, fmt.Errorf("read invitations: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (i Invitation, err error) {
		var sentAt, due, answered int64
		err = r.Scan(&i.ProviderID, &i.organisation, &i.State, &i.Reason, &sentAt, &due, &answered)
		i.SentAt, i.DueAt, i.AnsweredAt = sqldb.Time(sentAt), sqldb.Time(due), sqldb.Instant(answered)
		return i, err
	})
}

const proposalColumns = `p.id, p.need_id, p.provider_id, p.organisation_id, p.state, p.offer, p.at, p.actor, p.actor_name, p.version`

func scanProposal(r sqldb.Row) (p Proposal, err error) {
	var plan string
	var at int64
	if err := r.Scan(&p.ID, &p.NeedID, &p.ProviderID, &p.organisation, &p.State, &plan, &at, &p.actor, &p.ByName, &p.Version); err != nil {
		return p, err
	}
	p.At = sqldb.Time(at)
	return p, json.Unmarshal([]byte(plan), &p.Plan)
}

// proposals are all of a need, which nobody is handed as they are: see Detail.
func proposals(ctx context.Context, db reader, id string) ([]Proposal, error) {
	rows, err := db.Query(ctx, `SELECT `+proposalColumns+` FROM need_proposal p WHERE p.need_id = $1 ORDER BY p.at, p.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	return sqldb.All(rows, scanProposal)
}

// invite asks a provider, and counts that it was asked.
func invite(ctx context.Context, tx *sqldb.Tx, n Need, p provider.Provider, now time.Time) error {
	due, err := provider.Ask(ctx, tx, p, provider.Invitation, n.ID, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO need_invitation (need_id, provider_id, organisation_id, state, sent_at, due_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		n.ID, p.ID, p.OrganisationID, sent, now.UnixMilli(), due.UnixMilli())
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "enterprise.need.invited", "%s was invited already", p.Name.ZH).With("name", p.Name.ZH)
	}
	if err != nil {
		return fmt.Errorf("invite a provider: %w", err)
	}
	return nil
}

// reply answers the invitation of a provider.
func reply(ctx context.Context, tx *sqldb.Tx, n Need, id, state, reason string, now time.Time) error {
	changed, err := tx.Exec(ctx, `UPDATE need_invitation SET state = $1, reason = $2, answered_at = $3 WHERE need_id = $4 AND provider_id = $5 AND state = 'sent'`, state, reason, now.UnixMilli(), n.ID, id)
	if err != nil {
		return fmt.Errorf("answer an invitation: %w", err)
	}
	if changed == 0 {
		return fault.New(fault.Conflict, "enterprise.need.answered", "there is no invitation that waits for an answer of this provider")
	}
	return provider.Answer(ctx, tx, id, n.ID, now)
}

// proposalsMost bounds how many offers a need has.
const proposalsMost = 200

// put keeps an offer; version is the one that was read, 0 of a new one.
func put(ctx context.Context, tx *sqldb.Tx, p Proposal, version int64) error {
	plan, err := json.Marshal(p.Plan)
	if err != nil {
		return fmt.Errorf("write offer: %w", err)
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM need_proposal WHERE need_id = $1 AND provider_id <> $2`, p.NeedID, p.ProviderID).Scan(&n); err != nil {
		return fmt.Errorf("count offers: %w", err)
	}
	if n >= proposalsMost {
		return fault.New(fault.Conflict, "enterprise.need.full", "this need has %d offers, as many as it can", proposalsMost).With("limit", proposalsMost)
	}
	changed, err := tx.Exec(ctx, `INSERT INTO need_proposal (id, need_id, provider_id, organisation_id, state, offer, at, actor, actor_name, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (need_id, provider_id) DO UPDATE SET state = excluded.state, offer = excluded.offer, at = excluded.at, actor = excluded.actor, actor_name = excluded.actor_name, version = excluded.version
		WHERE need_proposal.version = excluded.version - 1`,
		p.ID, p.NeedID, p.ProviderID, p.organisation, string(p.State), string(plan), p.At.UnixMilli(), p.actor, p.ByName, version+1)
	if err != nil {
		return fmt.Errorf("keep an offer: %w", err)
	}
	if changed == 0 {
		return stale()
	}
	tx.Changed("need_proposal", p.ID, nil, p)
	return nil
}

// verdict keeps what an enterprise made of a suggestion, to learn from it.
func verdict(ctx context.Context, tx *sqldb.Tx, id, of string, wanted bool, features match.Vector, now time.Time) error {
	text, err := json.Marshal(features)
	if err != nil {
		return fmt.Errorf("write features: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO need_verdict (need_id, provider_id, wanted, features, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (need_id, provider_id) DO UPDATE SET wanted = excluded.wanted, features = excluded.features, at = excluded.at`, id, of, wanted, string(text), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep what became of a suggestion: %w", err)
	}
	return nil
}

// dismissed are the providers that an enterprise does not want for a need.
func dismissed(ctx context.Context, db reader, id string) (map[string]bool, error) {
	rows, err := db.Query(ctx, `SELECT v.provider_id FROM need_verdict v WHERE v.need_id = $1 AND NOT v.wanted`, id)
	if err != nil {
		return nil, fmt.Errorf("read who was dismissed: %w", err)
	}
	out := map[string]bool{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		err = r.Scan(&id)
		out[id] = true
		return id, err
	})
	return out, err
}

// records are what the past of all providers says. Ratings count that both sides see.
func (s store) records(ctx context.Context, now time.Time) (map[string]record, error) {
	out := map[string]record{}
	err := s.each(ctx, `SELECT p.provider_id, COUNT(*), SUM(CASE WHEN n.state IN ('agreed', 'disputed') THEN 1 ELSE 0 END), 0 FROM need n JOIN need_proposal p ON p.id = n.proposal_id WHERE n.agreed_at > 0 GROUP BY p.provider_id`, nil,
		func(id string, a, b, _ int64) { r := out[id]; r.agreements, r.open = int(a), int(b); out[id] = r })
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, `SELECT r.provider_id, COUNT(*), SUM(r.stars - 1), 0 FROM need_rating r JOIN need n ON n.id = r.need_id WHERE r.side = 'owner' AND `+shownSQL+` GROUP BY r.provider_id`, []any{now.UnixMilli()},
		func(id string, a, b, _ int64) { r := out[id]; r.ratings, r.sum = int(a), float64(b)/4; out[id] = r })
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, `SELECT r.provider_id, MAX(r.answered_at), 0, 0 FROM provider_request r WHERE r.answered_at > 0 GROUP BY r.provider_id`, nil,
		func(id string, a, _, _ int64) { r := out[id]; r.active = sqldb.Time(a); out[id] = r })
	return out, err
}

// shownSQL tells whether both sides see a rating; its argument is now.
const shownSQL = `(n.rate_until <= $1 OR EXISTS (SELECT 1 FROM need_rating o WHERE o.need_id = r.need_id AND o.side <> r.side))`

func (s store) each(ctx context.Context, query string, args []any, do func(id string, a, b, c int64)) error {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read the past of providers: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		var a, b, c int64
		if err = r.Scan(&id, &a, &b, &c); err == nil {
			do(id, a, b, c)
		}
		return id, err
	})
	return err
}

// Own tells which of the providers are of the caller's own organisations.
func ownOf(ctx context.Context, list []provider.Provider) []provider.Provider {
	who, out := identity.From(ctx), []provider.Provider{}
	for _, p := range list {
		if mine(who, p.OrganisationID) {
			out = append(out, p)
		}
	}
	return out
}
