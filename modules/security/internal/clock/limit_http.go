package clock

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

const (
	limitPage  = "/security/time-limits"
	limitTopic = "security.time_limits"
	limitQueue = "time limits" // proposals and words on them follow each other
)

// Topics are what browsers may watch.
func Topics() []module.Topic { return []module.Topic{{Name: limitTopic, Permission: mayView}} }

func (c *Clocks) limitRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /time-limits", Permission: mayView, Summary: "Time limits that the city may set itself: what holds for each obligation and level, the default, what comes, and what waits for a second person", Handler: httpd.JSON(c.readLimits)},
		{Pattern: "GET /time-limits/history", Permission: mayView, Summary: "All versions of the time limit of an obligation and level, the newest first", Handler: httpd.JSON(c.readLimitHistory)},
		{Pattern: "POST /time-limits", Permission: mayManage, Summary: "Propose a time limit from a day on; it holds once a second person confirms it, for what begins afterwards", Handler: httpd.Created(c.propose)},
		{Pattern: "POST /time-limits/{id}/confirmation", Permission: mayManage, Summary: "Confirm what somebody else proposed", Handler: httpd.JSON(c.confirmLimit)},
		{Pattern: "POST /time-limits/{id}/return", Permission: mayManage, Summary: "Return what nobody has confirmed, or withdraw one's own, with a reason", Handler: httpd.JSON(c.returnLimit)},
	}
}

// LimitShown is how the time limit of an obligation and level stands.
type LimitShown struct {
	Obligation string       `json:"obligation"`
	Title      lang.Text    `json:"title" doc:"The obligation's name"`
	Level      rating.Level `json:"level" doc:"0: any"`
	Default    LimitTime    `json:"default" doc:"What comes with the program"`
	Words      lang.Text    `json:"words" doc:"The default's time, for people"`
	Holds      *LimitEntry  `json:"holds,omitempty" doc:"What the city set itself and holds; none: the default holds"`
	Coming     []LimitEntry `json:"coming" nullable:"false" doc:"What is confirmed and of a later day, the nearest first"`
}

// LimitsShown are the time limits that the city may set itself.
type LimitsShown struct {
	Limits  []LimitShown `json:"limits" nullable:"false"`
	Waiting []LimitEntry `json:"waiting" nullable:"false" doc:"What waits for a second person; for the city"`
	Today   string       `json:"today" doc:"The city's day, the first from which one may hold"`
	May     bool         `json:"may" doc:"The caller may propose one"`
}

func mayLimit(who identity.Identity) bool {
	return who.May(mayManage) && who.Scope.All
}

// shownTo is a version as somebody reads it: who is not of the city reads what holds and what it
// rests on, and not who decided it, or why.
func (e LimitEntry) shownTo(who identity.Identity) LimitEntry {
	if who.Scope.All {
		e.Hand = e.For(who, mayLimit(who) && e.State == LimitWaits)
		return e
	}
	e.SetBy, e.ConfirmedBy, e.Reason = "", "", ""
	return e
}

func (c *Clocks) readLimits(ctx context.Context, _ nothing) (x LimitsShown, err error) {
	who, now := identity.From(ctx), c.Now()
	list, err := limits(ctx, c.kit.DB, `l.returned_at = 0`)
	if err != nil {
		return x, err
	}
	stand(list, now)
	x = LimitsShown{Limits: []LimitShown{}, Waiting: []LimitEntry{}, Today: day(now), May: mayLimit(who)}
	for _, r := range c.book.defaults(now) {
		seed := LimitTime{Minutes: r.Minutes, WorkingDays: r.WorkingDays, Steps: r.Steps, Basis: r.Basis}
		s := LimitShown{Obligation: r.Obligation, Title: titleOf(r.Obligation), Level: r.Level, Default: seed, Words: wordsOf(seed), Coming: []LimitEntry{}}
		s.take(list, who)
		x.Limits = append(x.Limits, s)
	}
	for _, e := range list {
		if e.State == LimitWaits && who.Scope.All {
			x.Waiting = append(x.Waiting, e.shownTo(who))
		}
	}
	return x, nil
}

// take finds what holds and what comes among all versions.
func (s *LimitShown) take(list []LimitEntry, who identity.Identity) {
	for _, e := range list {
		if !e.of(s.Obligation, s.Level) {
			continue
		}
		switch e.State {
		case LimitHolds:
			shown := e.shownTo(who)
			s.Holds = &shown
		case LimitComing:
			s.Coming = append(s.Coming, e.shownTo(who))
		case LimitWaits, LimitReturned, LimitOver:
		}
	}
	slices.SortFunc(s.Coming, func(a, b LimitEntry) int { return a.Since.Compare(*b.Since) })
}

type limitHistoryInput struct {
	Obligation string       `query:"obligation" required:"true" maxLength:"60"`
	Level      rating.Level `query:"level" minimum:"0" maximum:"4" doc:"0: any"`
}

// LimitHistory are the versions of a time limit.
type LimitHistory struct {
	Items []LimitEntry `json:"items" nullable:"false"`
}

func (c *Clocks) readLimitHistory(ctx context.Context, in limitHistoryInput) (x LimitHistory, err error) {
	who := identity.From(ctx)
	where := `l.obligation = $1 AND l.level = $2`
	if !who.Scope.All {
		where += ` AND l.confirmed`
	}
	list, err := limits(ctx, c.kit.DB, where, in.Obligation, in.Level)
	if err != nil {
		return x, err
	}
	stand(list, c.Now())
	x.Items = []LimitEntry{}
	for _, e := range list {
		x.Items = append(x.Items, e.shownTo(who))
	}
	return x, nil
}

func limitsOfCity(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.time_limit.city", "the time limits are the city's to set")
	}
	return nil
}

type proposeLimitInput struct{ Body LimitSaid }

// propose keeps a time limit, and asks a second person.
func (c *Clocks) propose(ctx context.Context, in proposeLimitInput) (x LimitsShown, err error) {
	if err := limitsOfCity(ctx); err != nil {
		return x, err
	}
	who, now := identity.From(ctx), c.Now().UTC().Truncate(time.Millisecond)
	said, err := in.Body.check(c.book, now)
	if err != nil {
		return x, err
	}
	e := LimitEntry{ID: ulid.Make().String(), State: LimitWaits, LimitSaid: said, Words: wordsOf(said.LimitTime), CreatedAt: now, Hand: second.Hand{}.Set(who)}
	err = c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, limitQueue); err != nil {
			return err //nolint:wrapcheck // it says all
		}
		waiting, err := limits(ctx, tx, `l.version = 0 AND l.returned_at = 0 AND l.obligation = $1 AND l.level = $2`, e.Obligation, e.Level)
		if err != nil {
			return err
		}
		if len(waiting) > 0 {
			return fault.New(fault.Conflict, "security.time_limit.waiting", "%s has proposed another time for it, which waits for a second person: have it confirmed, or returned", waiting[0].SetBy).With("name", waiting[0].SetBy)
		}
		if err := insertLimit(ctx, tx, e); err != nil {
			return err
		}
		c.kit.NotifyAfter(tx, limitTopic, e.ID, "")
		return second.TellOf(ctx, tx, c.kit, who.Organisation.ID, mayManage, e.Basis, limitPage) //nolint:wrapcheck // it says all
	})
	if err != nil {
		return x, err
	}
	return c.readLimits(ctx, nothing{})
}

// confirmLimit is the word of the second person; what runs stays as it is.
func (c *Clocks) confirmLimit(ctx context.Context, in httpd.Object) (LimitsShown, error) {
	return c.settle(ctx, in.ID, func(tx *sqldb.Tx, e *LimitEntry, now time.Time) (err error) {
		if e.Hand, err = e.Confirm(identity.From(ctx), now); err != nil {
			return err //nolint:wrapcheck // the refusal
		}
		if e.Version, err = nextVersion(ctx, tx, e.Obligation, e.Level); err != nil {
			return err
		}
		return e.begin()
	})
}

type returnLimitInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason" maxLength:"400"`
	}
}

func (c *Clocks) returnLimit(ctx context.Context, in returnLimitInput) (LimitsShown, error) {
	who, reason := identity.From(ctx), strings.TrimSpace(in.Body.Reason)
	return c.settle(ctx, in.ID, func(_ *sqldb.Tx, e *LimitEntry, now time.Time) error {
		if e.Confirmed {
			return fault.New(fault.Conflict, "security.time_limit.confirmed", "it is confirmed: propose another one in its place")
		}
		if reason == "" {
			return fault.New(fault.Invalid, "security.time_limit.invalid", "the time limit is incomplete or wrong").At("body.reason", "why, in 1 to 400 characters")
		}
		e.ReturnedAt, e.returner, e.ReturnedBy, e.ReturnReason = &now, who.Actor(), who.Name, reason
		return nil
	})
}

// settle says a word on a proposal that nobody has settled.
func (c *Clocks) settle(ctx context.Context, id string, word func(tx *sqldb.Tx, e *LimitEntry, now time.Time) error) (x LimitsShown, err error) {
	if err := limitsOfCity(ctx); err != nil {
		return x, err
	}
	err = c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, limitQueue); err != nil {
			return err //nolint:wrapcheck // it says all
		}
		list, err := limits(ctx, tx, `l.id = $1`, id)
		if err == nil && len(list) == 0 {
			err = fault.New(fault.NotFound, "kernel.not_found", "there is no such time limit, or it is not yours to see")
		}
		if err != nil {
			return err
		}
		before := list[0]
		if before.ReturnedAt != nil {
			return fault.New(fault.Conflict, "security.time_limit.returned", "%s has returned it: propose it anew", before.ReturnedBy).With("name", before.ReturnedBy)
		}
		after := before
		if err := word(tx, &after, c.Now().UTC().Truncate(time.Millisecond)); err != nil {
			return err
		}
		c.kit.NotifyAfter(tx, limitTopic, id, "")
		return settleLimit(ctx, tx, before, after)
	})
	if err != nil {
		return x, err
	}
	return c.readLimits(ctx, nothing{})
}
