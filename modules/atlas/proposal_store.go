package atlas

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// Proposal is another version of a chain that somebody proposes.
type Proposal struct {
	ID             string
	ChainID        string
	ChainName      lang.Text
	Base           int64
	Content        Content
	Note, Status   string
	OrganisationID string
	By             author
	At             time.Time
	DecidedBy      author
	DecidedAt      time.Time
	Reason         string
}

// What becomes of a proposal.
const (
	proposed  = "proposed"
	accepted  = "accepted"
	refused   = "refused"
	withdrawn = "withdrawn"
)

// decide tells what a proposal becomes. Nobody decides on their own.
func (p Proposal) decide(status, reason string, by author, now time.Time) (Proposal, error) {
	switch {
	case p.Status != proposed:
		return p, fault.New(fault.Conflict, "atlas.proposal.decided", "this proposal does not wait for a decision: it is %s", p.Status).With("status", p.Status)
	case status == withdrawn && p.By.actor != by.actor:
		return p, fault.New(fault.Forbidden, "atlas.proposal.theirs", "who proposed it takes it back")
	case status != withdrawn && p.By.actor == by.actor:
		return p, fault.New(fault.Forbidden, "atlas.proposal.own", "somebody else decides on what one proposed")
	case status == refused && reason == "":
		return p, fault.New(fault.Invalid, "atlas.proposal.reason", "say why").At("body.reason", "tell who proposed it why")
	}
	p.Status, p.Reason, p.DecidedBy, p.DecidedAt = status, reason, by, now
	return p, nil
}

type proposalStore struct {
	chainStore
	notices *notice.Sender
}

const proposalColumns = `p.id, p.chain_id, c.name_zh, c.name_en, p.base, p.content, p.note, p.status, p.organisation_id, p.actor, p.actor_name, p.at, p.decided_by, p.decided_name, p.decided_at, p.reason`

func scanProposal(r sqldb.Row) (p Proposal, err error) {
	var content string
	var at, decided int64
	if err := r.Scan(&p.ID, &p.ChainID, &p.ChainName.ZH, &p.ChainName.EN, &p.Base, &content, &p.Note, &p.Status, &p.OrganisationID, &p.By.actor, &p.By.name, &at,
		&p.DecidedBy.actor, &p.DecidedBy.name, &decided, &p.Reason); err != nil {
		return p, err
	}
	p.At, p.DecidedAt = sqldb.TimeOrZero(at), sqldb.TimeOrZero(decided)
	return p, json.Unmarshal([]byte(content), &p.Content)
}

// one reads a proposal that the caller may see: their own organisation's, or the bureau's.
func (s proposalStore) one(ctx context.Context, db reader, id string) (Proposal, error) {
	p, err := scanProposal(db.QueryRow(ctx, `SELECT `+proposalColumns+` FROM proposal p JOIN chain c ON c.id = p.chain_id WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !identity.From(ctx).Scope.Allows(p.OrganisationID) {
		return Proposal{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such proposal, or it is not yours to see")
	}
	if err != nil {
		return p, fmt.Errorf("read proposal %s: %w", id, err)
	}
	return p, nil
}

func (s proposalStore) proposals(ctx context.Context, p sqldb.ListParams, chain, status string) (sqldb.Page[Proposal], error) {
	l := sqldb.List{
		Select: proposalColumns, From: "proposal p JOIN chain c ON c.id = p.chain_id", Key: "p.id", Order: "-at",
		Sort: map[string]string{"at": "p.at", "status": "p.status"}, Search: []string{"p.note", "c.name_zh", "c.name_en"},
	}
	identity.From(ctx).Scope.Filter(&l, "p.organisation_id")
	l.WhereIf("p.chain_id = ?", chain).WhereIf("p.status = ?", status)
	return sqldb.Fetch(ctx, s.db, l, p, scanProposal)
}

func (s proposalStore) propose(ctx context.Context, p Proposal, bureau string) error {
	content, err := json.Marshal(p.Content)
	if err != nil {
		return fmt.Errorf("write proposal: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO proposal (id, chain_id, base, content, note, status, organisation_id, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			p.ID, p.ChainID, p.Base, string(content), p.Note, p.Status, p.OrganisationID, p.By.actor, p.By.name, sqldb.MillisOrZero(p.At))
		if err != nil {
			return fmt.Errorf("save proposal: %w", err)
		}
		tx.Changed("proposal", p.ID, nil, p)
		return s.notices.Send(ctx, tx, notice.Notice{
			Kind: noticeProposed, Link: "/atlas/proposals/" + p.ID, To: notice.Audience{Organisation: bureau, Permission: "atlas.edit", Except: identity.From(ctx).PersonID},
			Title: lang.Text{ZH: p.ChainName.In("zh") + "：有修改建议待审核", EN: p.ChainName.In("en") + ": a proposal waits for review"}, Body: lang.Text{ZH: p.Note, EN: p.Note},
		})
	})
}

// settle decides on a proposal, and makes it the present version where it is accepted.
func (s proposalStore) settle(ctx context.Context, id string, decide func(Proposal) (Proposal, error)) (after Proposal, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.one(ctx, tx, id)
		if err != nil {
			return err
		}
		if after, err = decide(before); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE proposal SET status = $1, decided_by = $2, decided_name = $3, decided_at = $4, reason = $5 WHERE id = $6`,
			after.Status, after.DecidedBy.actor, after.DecidedBy.name, sqldb.MillisOrZero(after.DecidedAt), after.Reason, id)
		if err != nil {
			return fmt.Errorf("decide on proposal: %w", err)
		}
		tx.Changed("proposal", id, before, after)
		if after.Status == accepted {
			c, err := s.read(ctx, tx, after.ChainID)
			if err != nil {
				return err
			}
			if c.Version != after.Base {
				return fault.New(fault.Conflict, "atlas.proposal.old", "the chain was changed since: version %d is proposed upon, %d is the present one", after.Base, c.Version).
					With("base", after.Base).With("present", c.Version)
			}
			if _, err := s.save(ctx, tx, c, edition{after.Content, after.Note, "proposal", after.By, after.DecidedAt}); err != nil {
				return err
			}
		}
		if after.Status == withdrawn {
			return nil
		}
		words := map[string]lang.Text{accepted: {ZH: "修改建议已采纳", EN: "the proposal is accepted"}, refused: {ZH: "修改建议未采纳", EN: "the proposal is refused"}}[after.Status]
		return s.notices.Send(ctx, tx, notice.Notice{
			Kind: noticeDecided, Link: "/atlas/proposals/" + id, To: notice.Audience{Organisation: after.OrganisationID, Permission: "atlas.propose"},
			Title: lang.Text{ZH: after.ChainName.In("zh") + "：" + words.ZH, EN: after.ChainName.In("en") + ": " + words.EN}, Body: lang.Text{ZH: after.Reason, EN: after.Reason},
		})
	})
	return after, err
}

// The notices of the room.
const (
	noticeProposed = "atlas.proposal.to_review"
	noticeDecided  = "atlas.proposal.decided"
)

func notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeProposed, Title: lang.Text{ZH: "产业链修改建议待审核", EN: "Proposals on chains to review"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeDecided, Title: lang.Text{ZH: "产业链修改建议审核结果", EN: "Decisions on proposals on chains"}, Gravity: notice.Info, Mail: notice.Daily},
	}
}
