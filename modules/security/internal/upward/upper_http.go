package upward

import (
	"context"
	"fmt"
	"slices"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/rating"
	"linghang/modules/security/internal/second"
)

// Routes are the doors.
func (u *Upward) Routes() []module.Route {
	return slices.Concat(u.upperRoutes(), u.reportRoutes(), u.fileRoutes())
}

func (u *Upward) upperRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /uppers", Permission: maySee, Summary: "Upper levels that notices are reported to, and channels to lower levels", Handler: httpd.List(u.listUppers)},
		{Pattern: "POST /uppers", Permission: mayManage, Summary: "Set up an upper level", Handler: httpd.Created(u.addUpper)},
		{Pattern: "POST /uppers/trial", Permission: mayManage, Recorded: "nothing is kept", Summary: "Which collections an API root has, as the city would sign in", Handler: httpd.JSON(u.tryUpper)},
		{Pattern: "GET /uppers/{id}", Permission: maySee, Summary: "An upper level", Handler: httpd.JSON(u.readUpper)},
		{Pattern: "PUT /uppers/{id}", Permission: mayManage, Summary: "Change, pause or go on with an upper level; what waits for it is tried at once", Handler: httpd.JSON(u.changeUpper)},
		{Pattern: "POST /uppers/{id}/confirmation", Permission: mayManage, Summary: "Confirm an upper level or a channel that somebody else has set up or changed", Handler: httpd.JSON(u.confirmUpper)},
		{Pattern: "DELETE /uppers/{id}", Permission: mayManage, Summary: "Remove an upper level that no report is open to; what was reported stays on record", Handler: httpd.JSON(u.dropUpper)},
		{Pattern: "POST /uppers/{id}/sending", Permission: mayRelease, Summary: "Try what waits for an upper level now", Handler: httpd.JSON(u.sendNow)},
	}
}

// cityOnly lets in who sees the whole city.
func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.upward.city", "reports to upper levels are for who sees the whole city")
	}
	return nil
}

func (u *Upward) listUppers(ctx context.Context, in upperParams) (sqldb.Page[Upper], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Upper]{Items: []Upper{}}, err
	}
	return u.store.uppers(ctx, in)
}

// UpperSaid is an upper level with its secret.
type UpperSaid struct {
	UpperSpec
	Secret string `json:"secret,omitempty" maxLength:"4000" doc:"Password or token; kept sealed and never shown. Without it, an upper level keeps the one that it has"`
}

func (u *Upward) sealed(ctx context.Context, secret string) (string, error) {
	out, err := u.kit.Seal.Seal(ctx, purpose, []byte(secret))
	if err != nil {
		return "", fmt.Errorf("seal the secret of an upper level: %w", err)
	}
	return out, nil
}

// known refuses recipients that are no organisations.
func (u *Upward) known(ctx context.Context, list []string) error {
	for _, id := range list {
		if _, err := u.organisations.Organisation(ctx, id); fault.Is(err, fault.NotFound) {
			return wrongUpper().At("body.recipients", "from 1 to 200 organisations that read what goes there")
		} else if err != nil {
			return fmt.Errorf("read a recipient: %w", err)
		}
	}
	return nil
}

type addUpperInput struct {
	Body UpperSaid
}

func (u *Upward) addUpper(ctx context.Context, in addUpperInput) (Upper, error) {
	if err := cityOnly(ctx); err != nil {
		return Upper{}, err
	}
	x := Upper{ID: ulid.Make().String(), UpperSpec: in.Body.UpperSpec}
	x.Hand = x.Set(identity.From(ctx))
	if err := x.check(); err != nil {
		return Upper{}, err
	}
	if err := u.known(ctx, x.Recipients); err != nil {
		return Upper{}, err
	}
	if _, err := peer.Keeps(x.Server, x.Server, "", in.Body.Secret, wrongUpper()); err != nil {
		return Upper{}, err
	}
	if x.Auth != peer.NoAuth {
		var err error
		x.SecretVersion = 1
		if x.secret, err = u.sealed(ctx, in.Body.Secret); err != nil {
			return Upper{}, err
		}
	}
	if err := u.store.insertUpper(ctx, x, u.now(), u.askSecond); err != nil {
		return Upper{}, err
	}
	u.kit.Notify(topic, x.ID, "")
	return u.upper(ctx, x.ID)
}

// upper is an upper level for who asks.
func (u *Upward) upper(ctx context.Context, id string) (Upper, error) {
	x, err := upperIn(ctx, u.store.db, id)
	who := identity.From(ctx)
	x.Hand = x.For(who, who.May(mayManage))
	return x, err
}

// askSecond asks the others with the duty to confirm what was set up or changed.
func (u *Upward) askSecond(ctx context.Context, tx *sqldb.Tx, x Upper) error {
	if x.Confirmed {
		return nil
	}
	root, err := u.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	page := "/security/upward/levels/" + x.ID
	if x.Direction == Down {
		page = "/security/downward/channels/" + x.ID
	}
	return second.Tell(ctx, tx, u.kit, root.ID, mayManage, x.Name, page) //nolint:wrapcheck // it says all
}

type confirmUpperInput struct {
	httpd.Object
	httpd.IfMatch
}

// confirmUpper is the word of the second person, about the version that they have seen.
func (u *Upward) confirmUpper(ctx context.Context, in confirmUpperInput) (Upper, error) {
	if err := cityOnly(ctx); err != nil {
		return Upper{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Upper{}, err
	}
	before, err := upperIn(ctx, u.store.db, in.ID)
	if err != nil {
		return Upper{}, err
	}
	if before.Version != version {
		return Upper{}, stale()
	}
	after, now := before, u.now()
	if after.Hand, err = before.Confirm(identity.From(ctx), now); err != nil {
		return Upper{}, err //nolint:wrapcheck // the refusal
	}
	if err := u.store.editUpper(ctx, before, after, now, u.ask, u.askSecond); err != nil {
		return Upper{}, err
	}
	u.kit.Notify(topic, in.ID, "")
	return u.upper(ctx, in.ID)
}

func (u *Upward) readUpper(ctx context.Context, in httpd.Object) (Upper, error) {
	if err := cityOnly(ctx); err != nil {
		return Upper{}, err
	}
	return u.upper(ctx, in.ID)
}

type changeUpperInput struct {
	httpd.Object
	httpd.IfMatch
	Body UpperSaid
}

func (u *Upward) changeUpper(ctx context.Context, in changeUpperInput) (Upper, error) {
	if err := cityOnly(ctx); err != nil {
		return Upper{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return Upper{}, err
	}
	before, err := upperIn(ctx, u.store.db, in.ID)
	if err != nil {
		return Upper{}, err
	}
	if before.Version != version {
		return Upper{}, stale()
	}
	after := before
	after.UpperSpec = in.Body.UpperSpec
	if after.Way != before.Way {
		return Upper{}, wrongUpper().At("body.way", "the way stays; set up another upper level")
	}
	if err := after.check(); err != nil {
		return Upper{}, err
	}
	if after.Direction != before.Direction {
		return Upper{}, wrongUpper().At("body.direction", "the direction stays; set up another channel")
	}
	if err := u.known(ctx, after.Recipients); err != nil {
		return Upper{}, err
	}
	if after, err = u.withSecret(ctx, before, after, in.Body.Secret); err != nil {
		return Upper{}, err
	}
	if after.asks(before.UpperSpec, after.SecretVersion > before.SecretVersion) {
		after.Hand = after.Set(identity.From(ctx))
	}
	if err := u.store.editUpper(ctx, before, after, u.now(), u.ask, u.askSecond); err != nil {
		return Upper{}, err
	}
	u.kit.Notify(topic, in.ID, "")
	return u.upper(ctx, in.ID)
}

// withSecret is an upper level after a change with the secret that it keeps, or is given.
func (u *Upward) withSecret(ctx context.Context, before, after Upper, given string) (Upper, error) {
	keep, err := peer.Keeps(before.Server, after.Server, before.secret, given, wrongUpper())
	switch {
	case err != nil, keep:
	case after.Auth == peer.NoAuth:
		after.secret, after.SecretVersion = "", 0
	default:
		after.SecretVersion++
		after.secret, err = u.sealed(ctx, given)
	}
	return after, err
}

func (u *Upward) dropUpper(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := cityOnly(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	x, err := upperIn(ctx, u.store.db, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := u.store.removeUpper(ctx, x); err != nil {
		return httpd.Nothing{}, err
	}
	u.kit.Notify(topic, in.ID, "")
	return httpd.Nothing{}, nil
}

func (u *Upward) sendNow(ctx context.Context, in httpd.Object) (Upper, error) {
	if err := cityOnly(ctx); err != nil {
		return Upper{}, err
	}
	x, err := upperIn(ctx, u.store.db, in.ID)
	if err != nil {
		return Upper{}, err
	}
	if x.Paused {
		return Upper{}, fault.New(fault.Conflict, "security.upper.paused", "the upper level is paused")
	}
	if x.Way != ByTAXII {
		return Upper{}, wrongWay()
	}
	if err := x.Waits(x.Name); err != nil {
		return Upper{}, err //nolint:wrapcheck // the refusal
	}
	if err := u.store.turn(ctx, x, u.now(), u.ask); err != nil {
		return Upper{}, err
	}
	return upperIn(ctx, u.store.db, in.ID)
}

type tryUpperInput struct {
	Body struct {
		peer.TrialSaid
		Upper string `json:"upper,omitempty" maxLength:"26" doc:"Whose secret is used where none is given, if it goes to the same host in the same way"`
	}
}

const nameOfTrial = "x" // which a trial does not ask for

func (u *Upward) tryUpper(ctx context.Context, in tryUpperInput) (peer.RootTrial, error) {
	if err := cityOnly(ctx); err != nil {
		return peer.RootTrial{}, err
	}
	s := UpperSpec{Name: nameOfTrial, Way: ByTAXII, Server: in.Body.Server(), MostTLP: rating.Clear}
	if err := s.check(); err != nil {
		return peer.RootTrial{}, err
	}
	secret, err := u.trialSecret(ctx, s, in)
	if err != nil {
		return peer.RootTrial{}, err
	}
	return peer.Try(ctx, u.guard, s.Server, secret), nil
}

// trialSecret is the secret of a trial: the one that is given, or that of an upper level.
func (u *Upward) trialSecret(ctx context.Context, s UpperSpec, in tryUpperInput) (string, error) {
	if in.Body.Upper == "" || in.Body.Secret != "" || s.Auth == peer.NoAuth {
		_, err := peer.Keeps(s.Server, s.Server, "", in.Body.Secret, wrongUpper())
		return in.Body.Secret, err
	}
	x, err := upperIn(ctx, u.store.db, in.Body.Upper)
	if err != nil {
		return "", err
	}
	if _, err := peer.Keeps(x.Server, s.Server, x.secret, "", wrongUpper()); err != nil {
		return "", err
	}
	return u.secretOf(ctx, x)
}
