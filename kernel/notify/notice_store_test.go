package notify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/notify"
	"linghang/kernel/sqldb"
)

func people(n int) []identity.Recipient {
	list := make([]identity.Recipient, n)
	for i := range list {
		list[i] = identity.Recipient{PersonID: fmt.Sprintf("person-%05d", i), Email: fmt.Sprintf("p%d@example.cn", i), Language: "zh"}
	}
	return list
}

func kindOf(mail notice.Mail) notice.Kind {
	return notice.Kind{ID: "plan.value.awaits", Title: lang.Text{ZH: "待审核", EN: "To review"}, Gravity: notice.Important, Mail: mail}
}

func sent(id, key string) notice.Sent {
	return notice.Sent{ID: id, At: time.Now(), Notice: notice.Notice{Kind: "plan.value.awaits", Title: lang.Text{ZH: "标题", EN: "Title"}, Key: key}}
}

func TestUnderOneKeyEverybodyIsToldOnce(t *testing.T) {
	kerneltest.EachEngine(t, notify.Schema(), func(t *testing.T, db *sqldb.DB) {
		k := kindOf(notice.AtOnce)
		add := func(id, key string, n int) []string {
			t.Helper()
			changed, err := notify.Add(t.Context(), db, sent(id, key), k, people(n))
			if err != nil {
				t.Fatal(err)
			}
			return changed
		}
		if got := len(add("n1", "same", 450)); got != 450 {
			t.Errorf("first: %d told", got)
		}
		if got := add("n2", "same", 451); !slices.Equal(got, []string{"person-00450"}) {
			t.Errorf("the repeat told %v, want only who is new", got)
		}
		if got := len(add("n3", "", 2)); got != 2 {
			t.Errorf("without a key: %d told", got)
		}
		var mails int
		if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM delivery`).Scan(&mails); err != nil || mails != 453 {
			t.Errorf("%d mails, %v; want one for each who was told", mails, err)
		}
	})
}

func TestForgettingANoticeForgetsItInInboxes(t *testing.T) {
	kerneltest.EachEngine(t, notify.Schema(), func(t *testing.T, db *sqldb.DB) {
		k := kindOf(notice.Off)
		if _, err := notify.Add(t.Context(), db, sent("n1", ""), k, people(3)); err != nil {
			t.Fatal(err)
		}
		if err := notify.Forget(t.Context(), db, time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if n, err := notify.Unread(t.Context(), db, "person-00000"); err != nil || n != 0 {
			t.Errorf("%d unread, %v", n, err)
		}
	})
}

// BenchmarkTenThousandInboxes measures a notice to ten thousand persons with
// an e-mail each, until it is in their inboxes.
func BenchmarkTenThousandInboxes(b *testing.B) {
	run := func(b *testing.B, cfg sqldb.Config) {
		db := kerneltest.Database(b, cfg, notify.Schema())
		k, all := kindOf(notice.AtOnce), people(10_000)
		n := 0
		for b.Loop() {
			n++
			changed, err := notify.Add(b.Context(), db, sent(fmt.Sprintf("n%d", n), ""), k, all)
			if err != nil || len(changed) != len(all) {
				b.Fatalf("%d told, %v", len(changed), err)
			}
		}
	}
	b.Run("sqlite", func(b *testing.B) { run(b, sqldb.Config{Dir: b.TempDir()}) })
	b.Run("postgres", func(b *testing.B) { run(b, sqldb.Config{DSN: kerneltest.Postgres(b)}) })
}

func TestADigestHoldsWhatCameSinceTheLastAndNothingTwice(t *testing.T) {
	kerneltest.EachEngine(t, notify.Schema(), func(t *testing.T, db *sqldb.DB) {
		add := func(id string) {
			t.Helper()
			if _, err := notify.Add(t.Context(), db, sent(id, ""), kindOf(notice.Daily), people(1)); err != nil {
				t.Fatal(err)
			}
		}
		digest := func(day string, want [][]string) {
			t.Helper()
			if err := notify.Digest(t.Context(), db, day); err != nil {
				t.Fatal(err)
			}
			got, err := notify.Claimed(t.Context(), db)
			if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("on %s: %v, %v; want %v", day, got, err, want)
			}
		}
		add("n1")
		add("n2")
		digest("20260301", [][]string{{"n1", "n2"}})
		digest("20260301", nil)
		add("n3")
		digest("20260301", nil) // one a day
		digest("20260302", [][]string{{"n3"}})
	})
}
