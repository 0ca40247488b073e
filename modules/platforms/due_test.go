package platforms

import (
	"testing"
	"time"
)

func TestWhatIsDueFollowsTheCalendar(t *testing.T) {
	c := theCatalogue(t)
	at := func(text string) time.Time {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02 15:04", text, cityTime())
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	f := func(code, newest, now, state, due string) {
		t.Helper()
		items := c.dueOf(map[string]time.Time{code: at(newest)}, at(now))
		if len(items) != 1 || items[0].State != state || !items[0].DueAt.Equal(at(due)) {
			t.Errorf("%s, newest %s, at %s: %+v, want %s, due %s", code, newest, now, items, state, due)
		}
	}
	f("dev_connected", "2026-11-24 00:00", "2026-11-25 03:00", "received", "2026-11-25 06:00")
	f("dev_connected", "2026-11-23 00:00", "2026-11-25 03:00", "open", "2026-11-25 06:00")
	f("dev_connected", "2026-11-23 00:00", "2026-11-25 06:00", "missing", "2026-11-25 06:00")
	f("txn_amount", "2026-09-01 00:00", "2026-11-06 23:59", "open", "2026-11-07 00:00") // 2 to 6 November are Monday to Friday
	f("txn_amount", "2026-09-01 00:00", "2026-11-07 00:00", "missing", "2026-11-07 00:00")
	f("txn_amount", "2026-10-01 00:00", "2026-11-07 00:00", "received", "2026-11-07 00:00")
	f("heartbeat", "2026-11-25 03:00", "2026-11-25 03:02", "received", "2026-11-25 03:03")
	f("heartbeat", "2026-11-25 03:00", "2026-11-25 03:03", "missing", "2026-11-25 03:03")
	if items := c.dueOf(map[string]time.Time{}, at("2026-11-25 03:00")); len(items) != 0 {
		t.Errorf("a platform that never reported owes %v", items)
	}
}
