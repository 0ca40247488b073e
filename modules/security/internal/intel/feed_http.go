package intel

import (
	"context"
	"fmt"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/jobs"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/peer"
)

func (m *Intel) feedRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /intelligence-feeds", Permission: mayManage, Summary: "Feeds of intelligence: collections of TAXII that the city reads on a schedule", Handler: httpd.List(m.listFeeds)},
		{Pattern: "POST /intelligence-feeds", Permission: mayManage, Summary: "Read a collection of TAXII from now on", Handler: httpd.Created(m.addFeed)},
		{Pattern: "POST /intelligence-feeds/trial", Permission: mayManage, Recorded: "nothing is kept", Summary: "Which collections an API root has, as the city would sign in", Handler: httpd.JSON(m.tryFeed)},
		{Pattern: "GET /intelligence-feeds/{id}", Permission: mayManage, Summary: "A feed, with what its last readings brought", Handler: httpd.JSON(m.readOneFeed)},
		{Pattern: "PUT /intelligence-feeds/{id}", Permission: mayManage, Summary: "Change, pause or go on with a feed; one that reads another collection begins anew", Handler: httpd.JSON(m.editFeed)},
		{Pattern: "DELETE /intelligence-feeds/{id}", Permission: mayManage, Summary: "Remove a feed; what it brought stays", Handler: httpd.JSON(m.removeFeed)},
		{Pattern: "POST /intelligence-feeds/{id}/reading", Permission: mayManage, Summary: "Read a feed now", Handler: httpd.JSON(m.readNow)},
	}
}

func (m *Intel) startReading(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobRead}); err != nil {
		return fmt.Errorf("ask for a feed to be read: %w", err)
	}
	return nil
}

func (m *Intel) listFeeds(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Feed], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[Feed]{Items: []Feed{}}, err
	}
	return m.store.feeds(ctx, in)
}

// FeedSaid is a feed with its secret.
type FeedSaid struct {
	FeedSpec
	Secret string `json:"secret,omitempty" maxLength:"4000" doc:"Password or token; kept sealed and never shown. Without it, a feed keeps the one that it has"`
}

// FeedDetail is a feed on its own page.
type FeedDetail struct {
	Feed
	Runs []FeedRun `json:"runs" nullable:"false" doc:"The newest first, 50 at most"`
}

func (m *Intel) sealed(ctx context.Context, secret string) (string, error) {
	if secret == "" {
		return "", nil
	}
	out, err := m.kit.Seal.Seal(ctx, feedPurpose, []byte(secret))
	if err != nil {
		return "", fmt.Errorf("seal the secret of a feed: %w", err)
	}
	return out, nil
}

type addFeedInput struct {
	Body FeedSaid
}

func (m *Intel) addFeed(ctx context.Context, in addFeedInput) (FeedDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return FeedDetail{}, err
	}
	f := Feed{ID: ulid.Make().String(), FeedSpec: in.Body.FeedSpec}
	if err := f.check(); err != nil {
		return FeedDetail{}, err
	}
	if _, err := peer.Keeps(f.Server, f.Server, "", in.Body.Secret, wrongFeed()); err != nil {
		return FeedDetail{}, err
	}
	var err error
	if f.Auth != peer.NoAuth {
		f.SecretVersion = 1
		if f.secret, err = m.sealed(ctx, in.Body.Secret); err != nil {
			return FeedDetail{}, err
		}
	}
	if err := m.store.insertFeed(ctx, f, m.now(), m.startReading); err != nil {
		return FeedDetail{}, err
	}
	return m.feed(ctx, f.ID)
}

func (m *Intel) feed(ctx context.Context, id string) (d FeedDetail, err error) {
	if d.Feed, err = m.store.feed(ctx, id); err != nil {
		return d, err
	}
	d.Runs, err = m.store.runs(ctx, id)
	return d, err
}

func (m *Intel) readOneFeed(ctx context.Context, in httpd.Object) (FeedDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return FeedDetail{}, err
	}
	return m.feed(ctx, in.ID)
}

type editFeedInput struct {
	httpd.Object
	httpd.IfMatch
	Body FeedSaid
}

func (m *Intel) editFeed(ctx context.Context, in editFeedInput) (FeedDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return FeedDetail{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return FeedDetail{}, err
	}
	before, err := m.store.feed(ctx, in.ID)
	if err != nil {
		return FeedDetail{}, err
	}
	if before.Version != version {
		return FeedDetail{}, fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
	}
	after := before
	after.FeedSpec = in.Body.FeedSpec
	if err := after.check(); err != nil {
		return FeedDetail{}, err
	}
	keep, err := peer.Keeps(before.Server, after.Server, before.secret, in.Body.Secret, wrongFeed())
	if err != nil {
		return FeedDetail{}, err
	}
	switch {
	case keep:
	case after.Auth == peer.NoAuth:
		after.secret, after.SecretVersion = "", 0
	default:
		after.SecretVersion++
		if after.secret, err = m.sealed(ctx, in.Body.Secret); err != nil {
			return FeedDetail{}, err
		}
	}
	if err := m.store.editFeed(ctx, before, after, m.now(), m.startReading); err != nil {
		return FeedDetail{}, err
	}
	return m.feed(ctx, in.ID)
}

func (m *Intel) removeFeed(ctx context.Context, in httpd.Object) (nothing, error) {
	if err := cityOnly(ctx); err != nil {
		return nothing{}, err
	}
	f, err := m.store.feed(ctx, in.ID)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, m.store.removeFeed(ctx, f)
}

func (m *Intel) readNow(ctx context.Context, in httpd.Object) (FeedDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return FeedDetail{}, err
	}
	f, err := m.store.feed(ctx, in.ID)
	if err != nil {
		return FeedDetail{}, err
	}
	if f.Paused {
		return FeedDetail{}, fault.New(fault.Conflict, "security.feed.paused", "the feed is paused")
	}
	if err := m.store.turn(ctx, f, m.now(), m.startReading); err != nil {
		return FeedDetail{}, err
	}
	return m.feed(ctx, in.ID)
}

type tryFeedInput struct {
	Body struct {
		peer.TrialSaid
		Feed string `json:"feed,omitempty" maxLength:"26" doc:"Whose secret is used where none is given, if it goes to the same host in the same way"`
	}
}

const nameOfTrial = "x" // which a trial does not ask for

func (m *Intel) tryFeed(ctx context.Context, in tryFeedInput) (peer.RootTrial, error) {
	if err := cityOnly(ctx); err != nil {
		return peer.RootTrial{}, err
	}
	s := FeedSpec{Name: nameOfTrial, Server: in.Body.Server()}
	if err := s.check(); err != nil {
		return peer.RootTrial{}, err
	}
	secret, err := m.trialSecret(ctx, s, in)
	if err != nil {
		return peer.RootTrial{}, err
	}
	return peer.Try(ctx, m.guard, s.Server, secret), nil
}

// trialSecret is the secret of a trial: the one that is given, or that of a feed.
func (m *Intel) trialSecret(ctx context.Context, s FeedSpec, in tryFeedInput) (string, error) {
	if in.Body.Feed == "" || in.Body.Secret != "" || s.Auth == peer.NoAuth {
		_, err := peer.Keeps(s.Server, s.Server, "", in.Body.Secret, wrongFeed())
		return in.Body.Secret, err
	}
	f, err := m.store.feed(ctx, in.Body.Feed)
	if err != nil {
		return "", err
	}
	if _, err := peer.Keeps(f.Server, s.Server, f.secret, "", wrongFeed()); err != nil {
		return "", err
	}
	return m.secretOf(ctx, f)
}
