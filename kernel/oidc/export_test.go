package oidc

import (
	"context"
	"io/fs"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Schema returns the room's migrations for tests of its stores.
func Schema() fs.FS {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err)
	}
	return dir
}

// OnlyHere, Typed and WrongAddress read what outsiders wrote.
func OnlyHere(next string) string        { return onlyHere(next) }
func Typed(text string) string           { return typed(text) }
func WrongAddress(address string) string { return wrongAddress(address) }

// Reasons why a code or token is refused.
var (
	ErrExpired  = errExpired
	ErrReplayed = errReplayed
	ErrUnknown  = errUnknown
)

// Permits keeps permits for tests, of one program.
type Permits struct {
	store permitStore
	db    *sqldb.DB
}

// NewPermits returns a store in which the program "p" is registered.
func NewPermits(ctx context.Context, db *sqldb.DB) (Permits, error) {
	c := client{ID: "p", Name: lang.Text{ZH: "p"}, Algorithm: algEdDSA, Enabled: true}
	return Permits{permitStore{db}, db}, clientStore{db}.insert(ctx, c)
}

// Allow keeps a permit that was made at a time, with a code that lasts until.
func (p Permits) Allow(ctx context.Context, id, code string, made, until time.Time) error {
	k := permit{ID: id, ClientID: "p", PersonID: "x", Scopes: []string{scopeOpenID, scopeOffline}, CreatedAt: made, AuthAt: made}
	return p.store.allow(ctx, k, kode(code, until), "", true, audit.Entry{})
}

func kode(text string, until time.Time) code { return code{hash: text, ExpiresAt: until} }

func entryFor(permit) audit.Entry { return audit.Entry{} }

// Exchange uses a code up for a refresh token.
func (p Permits) Exchange(ctx context.Context, code, refresh string) error {
	_, err := p.store.exchange(ctx, code, refresh, func(permit, codeType) error { return nil }, entryFor, entryFor)
	return err
}

type codeType = code

// Renew uses a refresh token up for the next.
func (p Permits) Renew(ctx context.Context, refresh, next string) error {
	_, err := p.store.renew(ctx, refresh, next, func(permit) error { return nil }, entryFor, entryFor)
	return err
}

// Prune forgets what has been over for a day.
func (p Permits) Prune(ctx context.Context) error { return p.store.prune(ctx) }
