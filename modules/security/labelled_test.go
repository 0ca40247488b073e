package security_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/probe"
)

// labelledVariable names a folder with the labelled captures of Lemay and Fernandez (CSET
// 2016), otherVariable one with captures of plants and laboratories in which nobody goes beside
// the protocols of controllers, such as pcaps of github.com/ITI/ICS-Security-Tools; both are
// others' work and not here.
const (
	labelledVariable = "LINGHANG_LABELLED_CAPTURES"
	otherVariable    = "LINGHANG_CAPTURES"
)

// fed posts what the probe tells of a capture, as if it ended now.
func (l *listener) fed(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was read only
	in, err := probe.OpenFile(name, f)
	if err != nil {
		t.Skipf("%s: %v", name, err)
	}
	var all batch.Batch
	if _, err := probe.Tell(t.Context(), in, func(b batch.Batch) {
		all.Records, all.Aggregates = append(all.Records, b.Records...), append(all.Aggregates, b.Aggregates...)
	}); err != nil {
		t.Logf("%s: %v", name, err)
	}
	var newest time.Time
	for _, r := range all.Records {
		if r.At.After(newest) {
			newest = r.At
		}
	}
	shift := time.Now().UTC().Truncate(time.Second).Sub(newest)
	sequence := int64(0)
	for list := range slices.Chunk(all.Records, 500) {
		for i := range list {
			list[i].At = list[i].At.Add(shift)
		}
		sequence++
		l.expect(t, "records", 200, "taken", l.key, body(t, batch.Records, sequence, records(list...)))
	}
	sequence = 0
	for list := range slices.Chunk(all.Aggregates, 2000) {
		for i := range list {
			list[i].From = list[i].From.Add(shift)
		}
		sequence++
		l.expect(t, "aggregates", 200, "taken", l.key, body(t, batch.Aggregates, sequence, func(b *batch.Batch) { b.Aggregates = list }))
	}
	kerneltest.Wait(t, "everything judged", func() bool {
		var n int
		err := l.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM security_detection_due`).Scan(&n)
		return err == nil && n == 0
	})
}

// all are the alerts of the enterprise, the gravest first.
func (l *listener) all(t *testing.T) (list []struct {
	ID, Client, Server, Level string
	Rule                      struct{ EN string }
},
) {
	t.Helper()
	var page struct{ Items json.RawMessage }
	l.Get(t, "/api/security/alerts?sort=level&limit=500", "manager-ours").Decode(t, &page)
	if err := json.Unmarshal(page.Items, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestLabelledAttacksBecomeIncidentsThatNameTheAttacker(t *testing.T) {
	folder := os.Getenv(labelledVariable)
	if folder == "" {
		t.Skip(labelledVariable + " names no folder of captures")
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.pcap"))
	if err != nil || len(names) != 5 {
		t.Fatalf("%d captures of five, %v", len(names), err)
	}
	const attacker = "192.168.1.101"
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			l := newListener(t, kerneltest.Options{}, "none")
			l.fed(t, name)
			list := l.all(t)
			for _, a := range list {
				t.Logf("%s: %s, %s > %s", a.Level, a.Rule.EN, a.Client, a.Server)
			}
			if len(list) == 0 {
				t.Fatal("no alert")
			}
			var d struct {
				Related []struct{ Client, Server string }
			}
			l.Get(t, "/api/security/alerts/"+list[0].ID, "manager-ours").Decode(t, &d)
			hosts := []string{list[0].Client, list[0].Server}
			for _, r := range d.Related {
				hosts = append(hosts, r.Client, r.Server)
			}
			slices.Sort(hosts)
			hosts = slices.DeleteFunc(slices.Compact(hosts), func(h string) bool { return h == "" })
			t.Logf("the incident of the gravest: %s", strings.Join(hosts, " "))
			if !slices.Contains(hosts, attacker) || len(hosts) > 4 {
				t.Errorf("it names %v; wanted are %s and at most three others", hosts, attacker)
			}
		})
	}
}

// A second host that commands a controller is there in some, and said.
func TestOtherCapturesRaiseNoRuleAboutConversations(t *testing.T) {
	folder := os.Getenv(otherVariable)
	if folder == "" {
		t.Skip(otherVariable + " names no folder of captures")
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.pcap"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d captures, %v", len(names), err)
	}
	wrong := []string{"Two controllers converse beside their protocols", "Controller opens a session to a host that has nothing to do with it", "File sharing or remote administration of a controller"}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			l := newListener(t, kerneltest.Options{}, "none")
			l.fed(t, name)
			for _, a := range l.all(t) {
				if t.Logf("%s: %s, %s > %s", a.Level, a.Rule.EN, a.Client, a.Server); slices.Contains(wrong, a.Rule.EN) {
					t.Errorf("%s > %s: %s", a.Client, a.Server, a.Rule.EN)
				}
			}
		})
	}
}
