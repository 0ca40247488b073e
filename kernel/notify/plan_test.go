package notify

import (
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/notice"
)

func TestQuietHoursEndInTheMorningOrTheSameDay(t *testing.T) {
	zone := time.FixedZone("UTC+8", 8*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, zone) }
	f := func(from, to int, t0, want time.Time) {
		t.Helper()
		if got := (wish{QuietFrom: from, QuietTo: to}).quietUntil(t0.UTC(), zone); !got.Equal(want) {
			t.Errorf("quiet %s–%s at %s: %s, want %s", clock(from), clock(to), t0, got, want)
		}
	}
	f(22*60, 7*60, at(1, 23, 30), at(2, 7, 0))
	f(22*60, 7*60, at(2, 3, 0), at(2, 7, 0))
	f(22*60, 7*60, at(2, 7, 0), at(2, 7, 0))
	f(22*60, 7*60, at(2, 12, 0), at(2, 12, 0))
	f(12*60, 13*60+30, at(2, 12, 15), at(2, 13, 30))
	f(12*60, 13*60, at(2, 13, 0), at(2, 13, 0))
	f(0, 0, at(2, 0, 0), at(2, 0, 0))
}

func TestEachIsToldAsTheyChoseUnlessTheKindIsMandatory(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := identity.Recipient{PersonID: "p", Email: "p@example.cn", Language: "zh"}
	one := func(k notice.Kind, c map[string]choice, w map[string]wish, p identity.Recipient) told {
		return plan(k, []identity.Recipient{p}, c, w, noon, time.UTC)[0]
	}
	normal := notice.Kind{ID: "a.b", Gravity: notice.Info, Mail: notice.AtOnce}
	if got := one(normal, nil, nil, p); !got.inbox || got.mail == nil || got.mail.State != stateWaiting || !got.mail.NextAt.Equal(noon) {
		t.Errorf("usual: %+v", got)
	}
	off := map[string]choice{"p": {Inbox: false, Mail: notice.Off}}
	if got := one(normal, off, nil, p); got.inbox || got.mail != nil {
		t.Errorf("switched off: %+v", got)
	}
	mandatory := normal
	mandatory.Mandatory = true
	if got := one(mandatory, off, nil, p); !got.inbox || got.mail == nil {
		t.Errorf("mandatory: %+v", got)
	}
	if got := one(normal, map[string]choice{"p": {Inbox: true, Mail: notice.Daily}}, nil, p); got.mail.State != stateDaily {
		t.Errorf("daily: %+v", got.mail)
	}
	quiet := map[string]wish{"p": {QuietFrom: 11 * 60, QuietTo: 13 * 60, Language: "en"}}
	if got := one(normal, nil, quiet, p); !got.mail.NextAt.Equal(noon.Add(time.Hour)) || got.mail.Language != "en" {
		t.Errorf("quiet: %+v", got.mail)
	}
	urgent := normal
	urgent.Gravity = notice.Urgent
	if got := one(urgent, nil, quiet, p); !got.mail.NextAt.Equal(noon) {
		t.Errorf("urgent: %+v", got.mail)
	}
	if got := one(normal, nil, nil, identity.Recipient{PersonID: "p"}); got.mail != nil {
		t.Errorf("without an address: %+v", got.mail)
	}
}

func FuzzMinuteOf(f *testing.F) {
	for _, s := range []string{"", "22:00", "7:00", "-1:00", "24:00", "0x:10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := minuteOf(s); ok && s != "" && clock(n) != s {
			t.Errorf("%q became %s", s, clock(n))
		}
	})
}
