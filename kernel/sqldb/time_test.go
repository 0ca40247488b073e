package sqldb_test

import (
	"testing"
	"time"

	"linghang/kernel/sqldb"
)

func TestTimesOfColumns(t *testing.T) {
	at := time.Date(2026, 3, 31, 8, 0, 0, 250e6, time.FixedZone("CST", 8*3600))
	ms := at.UnixMilli()
	if got := sqldb.Time(ms); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("time %v, want %v in UTC", got, at)
	}
	if got := sqldb.Time(0); got.Unix() != 0 {
		t.Errorf("0 is %v, want 1970", got)
	}
	if got := sqldb.Instant(sqldb.InstantMillis(&at)); got == nil || !got.Equal(at) {
		t.Errorf("an instant came back as %v, want %v", got, at)
	}
	if got, ms := sqldb.Instant(0), sqldb.InstantMillis(nil); got != nil || ms != 0 {
		t.Errorf("an instant that has not come is %v, %d", got, ms)
	}
	if got := sqldb.TimeOrZero(sqldb.MillisOrZero(at)); !got.Equal(at) {
		t.Errorf("a time came back as %v, want %v", got, at)
	}
	if got, ms := sqldb.TimeOrZero(0), sqldb.MillisOrZero(time.Time{}); !got.IsZero() || ms != 0 {
		t.Errorf("a time that is not there is %v, %d", got, ms)
	}
}
