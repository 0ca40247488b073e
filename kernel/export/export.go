// Package export lets large downloads go by the word of two: who wants to take away
// more rows than one person does alone asks, and a second person approves this very
// list, for one download within a day.
package export

import (
	"context"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Alone is how many rows one person takes away without a second one, unless told otherwise.
const Alone = 5000

const (
	// openMost bounds how many requests of one person wait.
	openMost = 20
	// openFor is how long a request waits, approvedFor how long an approval is good.
	openFor, approvedFor = 7 * 24 * time.Hour, 24 * time.Hour
	// keepFor is how long what has ended is shown; the audit log has it longer.
	keepFor = 365 * 24 * time.Hour
)

// State is what becomes of a request.
type State string

// The states. What is open or approved for too long is expired.
const (
	Open      State = "open"
	Approved  State = "approved"
	Returned  State = "returned"
	Withdrawn State = "withdrawn"
	Used      State = "used"
	Expired   State = "expired"
)

// Download is a list that somebody wants to take away.
type Download struct {
	Path  string
	Query string // what narrows it, in one order
	Rows  int
}

// LargeExport is a download that somebody asked for.
type LargeExport struct {
	ID             string     `json:"id" title:"编号|ID"`
	Path           string     `json:"path" title:"列表|List"`
	Query          string     `json:"query" title:"筛选条件|Filters"`
	Rows           int        `json:"rows" doc:"When it was asked" title:"行数|Rows"`
	Reason         string     `json:"reason" title:"理由|Reason"`
	State          State      `json:"state" enum:"open,approved,returned,withdrawn,used,expired" title:"状态|State"`
	AskedBy        string     `json:"asked_by" audit:"-"`
	AskedByName    string     `json:"asked_by_name" audit:"-" title:"申请人|Asked by"`
	OrganisationID string     `json:"organisation_id" audit:"-"`
	AskedAt        time.Time  `json:"asked_at" audit:"-" title:"申请时间|Asked"`
	ExpiresAt      time.Time  `json:"expires_at" title:"有效期至|Good until"`
	DecidedByName  string     `json:"decided_by_name" audit:"-" title:"审批人|Decided by"`
	DecidedAt      *time.Time `json:"decided_at,omitempty" audit:"-" title:"审批时间|Decided"`
	Answer         string     `json:"answer" title:"审批意见|Answer"`
	UsedAt         *time.Time `json:"used_at,omitempty" audit:"-" title:"下载时间|Downloaded"`
	UsedRows       int        `json:"used_rows" title:"下载行数|Rows downloaded"`
}

// Desk keeps requests, in the system's database.
type Desk struct {
	db  *sqldb.DB
	now func() time.Time
}

// NewDesk returns a desk whose requests are kept in db.
func NewDesk(db *sqldb.DB) *Desk { return &Desk{db: db, now: time.Now} }

func (d *Desk) moment() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

// Hinders tells whether somebody needs a second person for a large download: who sees
// the rows of several organisations does, an enterprise that takes its own away does not.
func Hinders(id identity.Identity) bool { return id.Scope.All || len(id.Scope.IDs) > 1 }

// tells is what goes into the transaction of a request or a decision, such as notices.
type tells = func(ctx context.Context, tx *sqldb.Tx, r LargeExport) error

// Ask keeps a request until a second person decides.
func (d *Desk) Ask(ctx context.Context, what Download, reason string, tell tells) (LargeExport, error) {
	id, now := identity.From(ctx), d.moment()
	if id.PersonID == "" {
		return LargeExport{}, fault.New(fault.Forbidden, "system.export.person", "a person asks, not a program")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return LargeExport{}, fault.New(fault.Invalid, "system.export.reason", "a reason is missing").At("body.reason", "say why; the second person reads it")
	}
	r := LargeExport{
		ID: ulid.Make().String(), Path: what.Path, Query: what.Query, Rows: what.Rows, Reason: reason, State: Open,
		AskedBy: id.PersonID, AskedByName: id.Name, OrganisationID: id.Organisation.ID, AskedAt: now, ExpiresAt: now.Add(openFor),
	}
	return r, d.insert(ctx, r, tell)
}

// Decide is the second person's word to a request.
func (d *Desk) Decide(ctx context.Context, id string, approve bool, answer string, tell tells) (LargeExport, error) {
	before, err := d.read(ctx, id)
	if err != nil {
		return before, err
	}
	by := identity.From(ctx)
	if err := by.Scope.Check(before.OrganisationID); err != nil {
		return before, err
	}
	r, err := before.decided(by, approve, answer, d.moment())
	if err != nil {
		return before, err
	}
	return r, d.decide(ctx, before, r, by.PersonID, tell)
}

// decided is a request after somebody's word.
func (r LargeExport) decided(by identity.Identity, approve bool, answer string, now time.Time) (LargeExport, error) {
	answer = strings.TrimSpace(answer)
	switch {
	case r.State != Open:
		return r, r.wrongState()
	case !by.IsSecond(r.AskedBy):
		return r, fault.New(fault.Conflict, "system.export.four_eyes", "a second person decides, not the one who asked")
	case !approve && answer == "":
		return r, fault.New(fault.Invalid, "system.export.answer", "say why it is returned").At("body.answer", "say why; who asked reads it")
	}
	r.State, r.Answer, r.DecidedByName, r.DecidedAt = Returned, answer, by.Name, &now
	if approve {
		r.State, r.ExpiresAt = Approved, now.Add(approvedFor)
	}
	return r, nil
}

func (r LargeExport) wrongState() error {
	return fault.New(fault.Conflict, "system.export.state", "this request is %s already", r.State).With("state", string(r.State))
}

// Withdraw takes back what one asked for, or the approval that one does not need any more.
func (d *Desk) Withdraw(ctx context.Context, id string) (LargeExport, error) {
	before, err := d.read(ctx, id)
	if err != nil {
		return before, err
	}
	if before.AskedBy != identity.From(ctx).PersonID {
		return before, errNone()
	}
	if before.State != Open && before.State != Approved {
		return before, before.wrongState()
	}
	r := before
	r.State = Withdrawn
	return r, d.withdraw(ctx, before, r)
}

// Use spends the caller's approval of a download before its first octet is sent; a token
// goes by what its owner was approved.
func (d *Desk) Use(ctx context.Context, what Download, limit int) error {
	person, err := d.owner(ctx, identity.From(ctx))
	if err != nil {
		return err
	}
	found, err := d.use(ctx, person, what)
	if err != nil || found {
		return err
	}
	return fault.New(fault.Forbidden, "kernel.export.second", "%d rows are more than one person takes away alone, %d; a second person has to approve", what.Rows, limit).
		With("rows", what.Rows).With("limit", limit).With("path", what.Path).With("query", what.Query).
		At("query.export", "ask for an approval at POST /api/system/exports, or narrow the list by its filters")
}

func errNone() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such request, or it is not yours to see")
}
