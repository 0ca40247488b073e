package security

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// valueOf reads one measure of the room.
func (x *town) valueOf(t *testing.T, id string) measure.Value {
	t.Helper()
	for _, m := range x.module.Manifest().Measures {
		if m.ID == "security."+id {
			v, err := m.Value(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("there is no measure %s", id)
	return measure.Value{}
}

// put writes rows as other tests make them by weeks of work.
func (x *town) put(t *testing.T, queries ...string) {
	t.Helper()
	err := x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		for _, q := range queries {
			if _, err := tx.Exec(context.Background(), q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMeasuresForThePlan(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		for _, id := range []string{"enterprises_monitored", "incidents_reported_in_time", "incidents_closed", "exposures_mended_in_time"} {
			if v := x.valueOf(t, id); v.Known {
				t.Errorf("%s is known in an empty city: %+v", id, v)
			}
		}
		now := x.clock.Now()
		sensorAt := func(id, organisation, consent string, seen time.Time) string {
			return strings.NewReplacer("ID", id, "ORG", organisation, "CONSENT", consent, "SEEN", fmt.Sprint(seen.UnixMilli())).Replace(`INSERT INTO security_sensor (id, organisation_id, organisation_zh, organisation_en, machine_id, name, place, consent, by_city, version_of, input, live, seen_at, packet_at, lag_ms, skew_ms, not_after, totals,
				repeated, refused, refusal, refused_at, pairs, pairs_full, retired_at, created_at, actor, actor_name, synthetic, version) VALUES ('ID', 'ORG', '', '', 'ID', '', '', 'CONSENT', FALSE, '', '', FALSE, SEEN, 0, 0, 0, 0, '', 0, 0, '', 0, 0, 0, 0, 0, '', '', FALSE, 1) ON CONFLICT DO NOTHING`)
		}
		standing := func(organisation string, synthetic bool) string {
			return fmt.Sprintf(`INSERT INTO security_standing (organisation_id, name_zh, name_en, district, synthetic, risk, confidence, findings, worst_zh, worst_en, parts, weights, worked_out_at) VALUES ('%s', '', '', '', %t, 0, 0, 0, '', '', '[]', '', 0) ON CONFLICT DO NOTHING`, organisation, synthetic)
		}
		// The room works standings out by itself, and forgets these: they are put until they are seen.
		kerneltest.Wait(t, "the demonstration to count where nobody is real, and to be marked", func() bool {
			x.put(t, standing("demo", true), sensorAt("s0", "demo", "figures", now))
			v := x.valueOf(t, "enterprises_monitored")
			return v.Synthetic && v.Number == 100
		})
		kerneltest.Wait(t, "one of four to report and to let the city count", func() bool {
			x.put(t, standing("demo", true), standing("one", false), standing("two", false), standing("three", false), standing("four", false),
				sensorAt("s1", "one", "figures", now), sensorAt("s2", "two", "none", now), sensorAt("s3", "three", "detail", now.Add(-25*time.Hour)))
			v := x.valueOf(t, "enterprises_monitored")
			return !v.Synthetic && v.Number == 25
		})
		x.put(t, `DELETE FROM security_standing`, `DELETE FROM security_sensor`)

		open := func(more string) (i openCase) {
			x.do(t, "POST", "/incidents", "officer", fmt.Sprintf(`{"organisation_id":%q,"title":"标题","summary":"经过","category":"malware","kind":"other","tlp":"amber","importance":"important","loss":"serious","harm":"","aware_at":%q%s}`, x.Ours.ID, now.UTC().Format(time.RFC3339Nano), more), 0, http.StatusCreated, &i)
			return i
		}
		var drill struct{ ID string }
		x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"推演","plan":"内容","pace":1,"organisations":[%q]}`, x.Ours.ID), 0, http.StatusCreated, &drill)
		mine, _, _ := open(""), open(fmt.Sprintf(`,"drill":%q`, drill.ID)), open(`,"synthetic":true`)
		if v := x.valueOf(t, "incidents_reported_in_time"); v.Known {
			t.Errorf("a report that is not due yet counts: %+v", v)
		}
		x.put(t, fmt.Sprintf(`UPDATE security_incident SET report_met_at = report_due_at - 1 WHERE id = '%s'`, mine.ID))
		if v := x.valueOf(t, "incidents_reported_in_time"); v.Number != 100 || v.Synthetic {
			t.Errorf("one report in time is %+v", v)
		}
		late := open("")
		x.put(t, fmt.Sprintf(`UPDATE security_incident SET report_due_at = 1 WHERE id = '%s'`, late.ID))
		if v := x.valueOf(t, "incidents_reported_in_time"); v.Number != 50 {
			t.Errorf("one of two in time is %+v", v)
		}
		if v := x.valueOf(t, "incidents_closed"); !v.Known || v.Number != 0 || v.Synthetic {
			t.Errorf("none of two closed is %+v", v)
		}
		x.put(t, fmt.Sprintf(`UPDATE security_incident SET state = 'reviewed' WHERE id = '%s'`, mine.ID), fmt.Sprintf(`UPDATE security_incident SET state = 'rejected' WHERE id = '%s'`, late.ID))
		if v := x.valueOf(t, "incidents_closed"); v.Number != 100 {
			t.Errorf("one of one closed is %+v", v)
		}
	})
}

// An urgent weakness counts when it is mended, or when it has been known for more than thirty
// days; in time is what the enterprise says it mended within them.
func TestUrgentWeaknessesMendedInTime(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		p := plant{x.City}
		p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, nil)
		p.do(t, "POST", "/advisory-import?name=a.json", "officer", driveAdvisory("EW-1", "1", "WHITE"), http.StatusOK, nil, "Content-Type", "application/octet-stream")
		p.exposed(t)
		p.do(t, "POST", "/threat-import/kev?name=kev.json", "officer", `{"catalogVersion":"2026.02.02","vulnerabilities":[{"cveID":"CVE-2026-0001","dateAdded":"2026-02-02","dueDate":"2026-02-23","knownRansomwareCampaignUse":"Unknown"}]}`, http.StatusOK, nil, "Content-Type", "application/octet-stream")
		kerneltest.Wait(t, "the weakness to be urgent", func() bool { return p.exposed(t).Band == "now" })
		since := func(days int) {
			x.put(t, fmt.Sprintf(`UPDATE security_exposure SET since = %d`, x.clock.Now().AddDate(0, 0, -days).UnixMilli()))
		}
		is := func(what string, known bool, want float64) {
			t.Helper()
			if v := x.valueOf(t, "exposures_mended_in_time"); v.Known != known || v.Number != want || v.Synthetic {
				t.Errorf("%s: %+v", what, v)
			}
		}
		is("what is open for less than thirty days does not count", false, 0)
		since(31)
		is("what is open for longer is not in time", true, 0)
		e := p.exposed(t)
		p.do(t, "POST", "/exposures/"+e.ID+"/decision", "manager-ours", `{"kind":"mended","reach":"asset","reason":"装了补丁，截图存档"}`, http.StatusOK, nil, "If-Match", fmt.Sprintf("%q", fmt.Sprint(e.Version)))
		is("mended after thirty days", true, 0)
		since(29)
		is("mended within thirty days", true, 100)
		x.put(t, `UPDATE security_exposure SET priority = 39`)
		is("what is not urgent does not count", false, 0)
	})
}
