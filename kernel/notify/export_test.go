package notify

import (
	"context"
	"io/fs"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/notice"
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

// Add stores a notice for people as receive does.
func Add(ctx context.Context, db *sqldb.DB, sent notice.Sent, k notice.Kind, people []identity.Recipient) ([]string, error) {
	return noticeStore{db}.add(ctx, sent, k, plan(k, people, nil, nil, time.Now(), time.UTC), nil)
}

// Forget removes notices from before a time.
func Forget(ctx context.Context, db *sqldb.DB, before time.Time) error {
	return noticeStore{db}.forget(ctx, before)
}

// Unread counts what somebody has not read.
func Unread(ctx context.Context, db *sqldb.DB, person string) (int, error) {
	return inboxStore{db}.unread(ctx, person)
}

// Digest writes the digest of everybody who has notices waiting, for a day.
func Digest(ctx context.Context, db *sqldb.DB, day string) error {
	s := deliveryStore{db}
	due, err := s.digestDue(ctx)
	for _, d := range due {
		d.ID = day + "-" + d.PersonID
		if err == nil {
			err = s.digest(ctx, d, time.Now())
		}
	}
	return err
}

// Claimed takes what is due by mail and returns what each letter would say.
func Claimed(ctx context.Context, db *sqldb.DB) (titles [][]string, err error) {
	s := deliveryStore{db}
	list, err := s.claim(ctx, false, 20, time.Now().Add(time.Second), time.Minute)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		contents, err := s.content(ctx, d)
		if err != nil {
			return nil, err
		}
		var of []string
		for _, c := range contents {
			of = append(of, c.ID)
		}
		titles = append(titles, of)
		if err := s.settle(ctx, d, outcome{ok: true}, time.Now()); err != nil {
			return nil, err
		}
	}
	return titles, nil
}
