package upward

import (
	"context"
	"errors"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/rating"
)

func (u *Upward) reportRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /upward", Permission: maySee, Summary: "Notices that are reported to upper levels, and what became of each", Handler: httpd.List(u.listReports)},
		{Pattern: "GET /notices/{id}/upward", Permission: maySee, Summary: "To which upper levels a notice is reported, and to which it may be", Handler: httpd.JSON(u.ofOne)},
		{Pattern: "POST /notices/{id}/upward", Permission: mayRelease, StepUp: true, Summary: "Release the newest version of a notice to an upper level; sent again after it ended", Handler: httpd.JSON(u.release)},
		{Pattern: "POST /upward/{id}/cancellation", Permission: mayRelease, Summary: "Take back a report that was not sent, with the reason", Handler: httpd.JSON(u.cancel)},
	}
}

func (u *Upward) listReports(ctx context.Context, in reportParams) (sqldb.Page[Report], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Report]{Items: []Report{}}, err
	}
	return u.store.reports(ctx, in)
}

// NoticeUpper is an upper level as it stands to one notice.
type NoticeUpper struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Direction Direction  `json:"direction" enum:"up,down"`
	MostTLP   rating.TLP `json:"most_tlp"`
	Paused    bool       `json:"paused"`
	Rule      bool       `json:"rule" doc:"Its rule names the level of the notice"`
	Newest    bool       `json:"newest" doc:"The newest version was released to it and is on its way or taken"`
	May       bool       `json:"may" doc:"The caller may release the newest version now"`
	Why       string     `json:"why" doc:"Why not, as the key of a problem; empty when the caller may"`
}

// NoticeUpward is what became of a notice at upper levels.
type NoticeUpward struct {
	Uppers  []NoticeUpper `json:"uppers" nullable:"false"`
	Reports []Report      `json:"reports" nullable:"false" doc:"The newest first, 200 at most"`
	Version int64         `json:"version" doc:"Of the notice, for If-Match of a release"`
}

func (u *Upward) ofOne(ctx context.Context, in httpd.Object) (out NoticeUpward, err error) {
	if err := cityOnly(ctx); err != nil {
		return out, err
	}
	db := u.store.db
	n, err := u.notices(ctx, db, in.ID)
	if err != nil {
		return out, err
	}
	list, err := allUppers(ctx, db)
	if err != nil {
		return out, err
	}
	out = NoticeUpward{Uppers: []NoticeUpper{}, Version: n.Version}
	if out.Reports, err = ofNotice(ctx, db, n.ID); err != nil {
		return out, err
	}
	for _, x := range list {
		last, found, err := lastTo(ctx, db, x.ID, n.ID)
		if err != nil {
			return out, err
		}
		target, err := x.unaddressed(ctx, db, n.ID, n.TLP)
		if err != nil {
			return out, err
		}
		out.Uppers = append(out.Uppers, x.stands(n, last, found, target, identity.From(ctx)))
	}
	return out, nil
}

// stands tells how an upper level stands to a notice, for somebody.
func (x Upper) stands(n Notice, last Report, found bool, target string, id identity.Identity) NoticeUpper {
	out := NoticeUpper{ID: x.ID, Name: x.Name, Direction: x.Direction, MostTLP: x.MostTLP, Paused: x.Paused, Rule: slices.Contains(x.Levels, n.Level)}
	out.Newest = found && last.tells(n) && last.State.out()
	err := mayGo(n, x.MostTLP, id.May(mayStrict))
	switch {
	case !id.May(mayRelease):
		out.Why = "kernel.forbidden"
	case !x.Confirmed:
		out.Why = "security.upward.unconfirmed"
	case err != nil:
		if f, is := errors.AsType[*fault.Error](err); is {
			out.Why = f.Key
		}
	case target != "":
		out.Why = "security.upward.target"
	case n.Withdrawn && !found:
		out.Why = "security.upward.withdrawn"
	case out.Newest:
		out.Why = "security.upward.already"
	}
	out.May = out.Why == ""
	return out
}

// tells whether a report is of what the notice says now.
func (r Report) tells(n Notice) bool { return r.Revision == n.Revision && r.Act == n.act() }

type releaseInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Upper   string `json:"upper" maxLength:"26" doc:"ID of the upper level"`
		Follows bool   `json:"follows" doc:"Later versions, a lifting and a withdrawal go by themselves, as far as TLP lets them"`
	}
}

// release lets the newest version of a notice go. Who releases has seen this version: another
// one is stale.
func (u *Upward) release(ctx context.Context, in releaseInput) (NoticeUpward, error) {
	if err := cityOnly(ctx); err != nil {
		return NoticeUpward{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return NoticeUpward{}, err
	}
	if identity.From(ctx).PersonID == "" {
		return NoticeUpward{}, fault.New(fault.Forbidden, "security.upward.person", "only a person releases a notice to an upper level")
	}
	err = u.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := u.notices(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if n.Version != version {
			return stale()
		}
		x, err := upperIn(ctx, tx, in.Body.Upper)
		if err != nil {
			return err
		}
		return u.let(ctx, tx, x, n, in.Body.Follows)
	})
	if err != nil {
		return NoticeUpward{}, err
	}
	u.kit.Notify(topic, in.ID, "")
	return u.ofOne(ctx, in.Object)
}

// admits refuses what somebody may not let go by a channel.
func (x Upper) admits(ctx context.Context, db Reader, n Notice, id identity.Identity) error {
	if err := x.Waits(x.Name); err != nil {
		return err //nolint:wrapcheck // the refusal
	}
	if err := mayGo(n, x.MostTLP, id.May(mayStrict)); err != nil {
		return err
	}
	why, err := x.unaddressed(ctx, db, n.ID, n.TLP)
	if err == nil && why != "" {
		err = fault.New(fault.Forbidden, "security.upward.target", "the notice is %s, and not every recipient of this channel is an addressee of it", n.TLP.Mark()).With("tlp", n.TLP.Mark())
	}
	return err
}

// let queues the newest version of a notice for an upper level, once.
func (u *Upward) let(ctx context.Context, tx *sqldb.Tx, x Upper, n Notice, follows bool) error {
	id := identity.From(ctx)
	if err := x.admits(ctx, tx, n, id); err != nil {
		return err
	}
	_, before, err := lastTo(ctx, tx, x.ID, n.ID)
	if err != nil {
		return err
	}
	if n.Withdrawn && !before {
		return fault.New(fault.Conflict, "security.upward.withdrawn", "the notice is withdrawn and was never reported to this upper level")
	}
	objects, err := u.objects(ctx, tx, n)
	if err != nil {
		return err
	}
	r := draw(x, n, objects)
	old, there, err := sameVersion(ctx, tx, r)
	if err != nil {
		return err
	}
	if there {
		if old.State.out() {
			return fault.New(fault.Conflict, "security.upward.already", "this version is released to this upper level already")
		}
		r = old
	}
	r.Cause, r.Follows, r.strict, r.actor, r.By = byPerson, follows, id.May(mayStrict), id.Actor(), id.Name
	if !there {
		return u.queue(ctx, tx, r, "")
	}
	r = r.start(u.now())
	for i := range r.Objects {
		r.Objects[i].State, r.Objects[i].Message = Waiting, ""
	}
	kept, err := saveReport(ctx, tx, old, r)
	if err != nil {
		return err
	}
	if !kept {
		return stale()
	}
	return u.ask(ctx, tx)
}

type cancelInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

// cancel takes back what waits. What was tried may have arrived all the same: the other side
// is told by a later version, never by silence.
func (u *Upward) cancel(ctx context.Context, in cancelInput) (Report, error) {
	if err := cityOnly(ctx); err != nil {
		return Report{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Report{}, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	if reason == "" {
		return Report{}, fault.New(fault.Invalid, "security.upward.reason", "say why").At("body.reason", "a reason of 1 to 300 characters")
	}
	var after Report
	err = u.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := oneReport(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if r.Version != version {
			return stale()
		}
		if !r.State.open() {
			return fault.New(fault.Conflict, "security.upward.ended", "the report has ended")
		}
		after = r.end(Cancelled, "", peer.Short(reason), u.now())
		after.Follows = false
		kept, err := saveReport(ctx, tx, r, after)
		if err == nil && !kept {
			err = stale()
		}
		return err
	})
	if err != nil {
		return Report{}, err
	}
	u.kit.Notify(topic, after.NoticeID, "")
	return oneReport(ctx, u.store.db, in.ID)
}
