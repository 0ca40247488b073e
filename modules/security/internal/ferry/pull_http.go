package ferry

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/peer"
)

// askReading asks for collections to be read now.
func (m *Ferry) askReading(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobRead}); err != nil {
		return fmt.Errorf("ask for a source of notices to be read: %w", err)
	}
	return nil
}

// withSecret is a source after a change with the secret that it keeps, or is given.
func (m *Ferry) withSecret(ctx context.Context, before, after NoticeSource, given string) (NoticeSource, error) {
	keep, err := peer.Keeps(before.server(), after.server(), before.secret, given, wrongSource())
	switch {
	case err != nil:
		return after, err //nolint:wrapcheck // the refusal
	case keep:
		return after, nil
	case after.Auth == peer.NoAuth:
		after.secret, after.SecretVersion = "", 0
		return after, nil
	}
	after.SecretVersion++
	if after.secret, err = m.kit.Seal.Seal(ctx, purpose, []byte(given)); err != nil {
		return after, fmt.Errorf("seal the secret of a source: %w", err)
	}
	return after, nil
}

// secretOf opens the secret of a source; "" where it has none.
func (m *Ferry) secretOf(ctx context.Context, s NoticeSource) (string, error) {
	if s.secret == "" {
		return "", nil
	}
	plain, err := m.kit.Seal.Open(ctx, purpose, s.secret)
	if err != nil {
		return "", fmt.Errorf("open the secret of a source: %w", err)
	}
	return string(plain), nil
}

func (m *Ferry) readNow(ctx context.Context, in httpd.Object) (NoticeSourceDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return NoticeSourceDetail{}, err
	}
	s, err := oneSource(ctx, m.store.db, "id", in.ID)
	if err != nil {
		return NoticeSourceDetail{}, err
	}
	if s.Way != ByTAXII {
		return NoticeSourceDetail{}, fault.New(fault.Conflict, "security.ferry.way", "only a collection of TAXII is read")
	}
	if s.Paused {
		return NoticeSourceDetail{}, fault.New(fault.Conflict, "security.ferry.paused", "the source is paused")
	}
	if err := s.Waits(s.Name); err != nil {
		return NoticeSourceDetail{}, err //nolint:wrapcheck // the refusal
	}
	if err := m.store.turn(ctx, s, m.now(), m.askReading); err != nil {
		return NoticeSourceDetail{}, err
	}
	return m.detail(ctx, in.ID)
}

type trySourceInput struct {
	Body struct {
		peer.TrialSaid
		Source string `json:"source,omitempty" maxLength:"26" doc:"Whose secret is used where none is given, if it goes to the same host in the same way"`
	}
}

const nameOfTrial = "x" // which a trial does not ask for

func (m *Ferry) trySource(ctx context.Context, in trySourceInput) (peer.RootTrial, error) {
	if err := cityOnly(ctx); err != nil {
		return peer.RootTrial{}, err
	}
	to := in.Body.Server()
	s := NoticeSource{NoticeSourceSpec: NoticeSourceSpec{Name: nameOfTrial, Way: ByTAXII, Root: to.Root, Collection: to.Collection, Auth: to.Auth, User: to.User, Upper: true}}
	if err := s.check(); err != nil {
		return peer.RootTrial{}, err
	}
	secret := in.Body.Secret
	if in.Body.Source != "" && secret == "" && s.Auth != peer.NoAuth {
		kept, err := oneSource(ctx, m.store.db, "id", in.Body.Source)
		if err != nil {
			return peer.RootTrial{}, err
		}
		if _, err := peer.Keeps(kept.server(), s.server(), kept.secret, "", wrongSource()); err != nil {
			return peer.RootTrial{}, err //nolint:wrapcheck // the refusal
		}
		if secret, err = m.secretOf(ctx, kept); err != nil {
			return peer.RootTrial{}, err
		}
	} else if _, err := peer.Keeps(s.server(), s.server(), "", secret, wrongSource()); err != nil {
		return peer.RootTrial{}, err //nolint:wrapcheck // the refusal
	}
	return peer.Try(ctx, m.guard, s.server(), secret), nil
}
