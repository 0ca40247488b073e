package platforms

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/sheet"
)

func theCatalogue(t testing.TB) *catalogue {
	t.Helper()
	c, err := readCatalogue(catalogueText)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sound fails the test for an entry that the gate must never let through.
func sound(t *testing.T, c *catalogue, entries []entry) {
	t.Helper()
	for _, e := range entries {
		_, known := c.byCode[e.Code]
		if !known || math.IsNaN(e.Value) || math.IsInf(e.Value, 0) || e.Value < 0 {
			t.Errorf("entry %+v came through", e)
		}
		d := dimsOf(e.Dims)
		if d.key() != e.Dims {
			t.Errorf("breakdown %q reads back as %q", e.Dims, d.key())
		}
		if why := c.check(e.Code, d, e.Value); why != nil {
			t.Errorf("entry %+v came through though %s", e, why.Message)
		}
	}
}

func FuzzReport(f *testing.F) {
	f.Add([]byte(`{"schema":1,"seq":1,"period":"2026-11-24T10:15:00+08:00","items":[{"code":"heartbeat","value":1}]}`))
	f.Add([]byte(`{"schema":1,"seq":2,"period":"2026-11","revises":1,"items":[{"code":"ent_served","dims":{"industry":"C26","type":"a;b=c"},"value":3e5}]}`))
	f.Add([]byte(`{"schema":1,"seq":2,"period":"2026-11-24","items":[{"code":"app_total","dims":{"type":"a;industry=C26"},"value":1},{"code":"dev_online","value":1e300}]}`))
	c := theCatalogue(f)
	now := time.Date(2026, 11, 24, 10, 16, 0, 0, cityTime())
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readReport(body, nil)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Errorf("a bad report is the server's fault: %v", err)
			}
			return
		}
		sieve := c.sieve(platform{ID: "01", Code: "cosmo"}, newRoll("01"), &marks{}, 5_000, now)
		sieve.report(r)
		entries, findings, _ := sieve.done()
		sound(t, c, entries)
		whole := len(findings) == 1 && findings[0].Item == -1
		if len(entries)+len(findings) != len(r.Items) && !whole {
			t.Errorf("%d items became %d entries and %d findings", len(r.Items), len(entries), len(findings))
		}
	})
}

func FuzzSignature(f *testing.F) {
	f.Add(scheme + " key=01J, ts=1764000000, seq=7, sig=" + strings.Repeat("ab", 32))
	f.Add(scheme + " key=, ts=x, seq=-1, sig=zz")
	f.Fuzz(func(t *testing.T, header string) {
		s, err := readSignature(header)
		if err == nil && (s.KeyID == "" || s.Seq <= 0 || len(s.Sum) != 32) {
			t.Errorf("%q reads as %+v", header, s)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("code,period,value,industry\ndev_connected,2026-11-20,12,C26\n"))
	f.Add([]byte("\ufeffCode, Period ,VALUE,type\napp_total,2026-11-20,1e9,\"x;industry=C26\"\nheartbeat,2026-11,1\n"))
	c := theCatalogue(f)
	now := time.Date(2026, 11, 24, 10, 16, 0, 0, cityTime())
	f.Fuzz(func(t *testing.T, body []byte) {
		sieve := c.sieve(platform{ID: "01", Code: "cosmo"}, newRoll("01"), &marks{}, 5_000, now)
		rows, err := sieve.readTable(sheet.CSV(bytes.NewReader(body), int64(len(body))))
		entries, findings, _ := sieve.done()
		if err != nil {
			return
		}
		sound(t, c, entries)
		if len(entries)+len(findings) != len(rows) {
			t.Errorf("%d rows became %d entries and %d findings", len(rows), len(entries), len(findings))
		}
	})
}

func FuzzPushed(f *testing.F) {
	f.Add("iip_dev_online", "industry", "C26", int64(1795486500000), 4.0)
	f.Add("iip_app_total", "type", "a;industry=C26", int64(1795486500000), 2.0)
	f.Add("iip_model_calls_total", "platform", "cosmo", int64(math.MaxInt64), 1e308)
	c := theCatalogue(f)
	now := time.Date(2026, 11, 24, 10, 16, 0, 0, cityTime())
	f.Fuzz(func(t *testing.T, metric, name, value string, at int64, number float64) {
		sieve := c.sieve(platform{ID: "01", Code: "cosmo"}, newRoll("01"), &marks{}, 5_000, now)
		sieve.pushed(pushed{metric, [][2]string{{name, value}}, at, number})
		entries, findings, _ := sieve.done()
		sound(t, c, entries)
		if len(entries)+len(findings) != 1 {
			t.Errorf("one value became %d entries and %d findings", len(entries), len(findings))
		}
	})
}

func FuzzPeriod(f *testing.F) {
	for _, text := range []string{"2026-11-24T10:15:00+08:00", "2026-11-24", "2026-11", "2026-13", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, grain, err := readPeriod(text)
		if err == nil && (grain == "" || !utf8.ValidString(text)) {
			t.Errorf("%q reads as %s without a tier", text, at)
		}
	})
}
