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
