package security_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/batch"
)

const labelGreen, labelAmber, labelRed = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"

// indicator is an object of STIX; more are further properties.
func indicator(n int, pattern, label, more string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--%08d-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"指标 %d","pattern":%q,"pattern_type":"stix","valid_from":%q,"object_marking_refs":[%q]%s, "x_kept": [1,  2]}`,
		n, n, pattern, time.Now().Add(-time.Hour).UTC().Format("2006-01-02T15:04:05Z"), label, more)
}

func bundleOf(objects ...string) string {
	return `{"type":"bundle","id":"bundle--00000001-0000-4000-8000-000000000000","objects":[` + strings.Join(objects, ",") + `]}`
}

type takenRow struct {
	Outcome, Why, Trouble, Text, State string
}

type takenView struct {
	Objects                          []takenRow
	New, Newer, Same, Older, Refused int
	Indicators, Unmatchable          int
	Key                              string
	Fields                           []struct{ Location string }
}

func (l *listener) take(t *testing.T, status int, source, text string) (v takenView) {
	t.Helper()
	r := l.Send(t, "POST", "/api/security/intelligence-import?source="+source, "officer", text, "Content-Type", "application/octet-stream")
	if r.Status != status {
		t.Fatalf("import: %d %s, want %d", r.Status, r.Body, status)
	}
	r.Decode(t, &v)
	return v
}

type indicatorRow struct {
	ID, State, Trouble, Source, Kind string
	ObjectID                         string `json:"object_id"`
	Raw                              string
	Hits, Version                    int64
}

func (l *listener) indicators(t *testing.T, who, query string) []indicatorRow {
	t.Helper()
	var page struct{ Items []indicatorRow }
	l.Get(t, "/api/security/indicators?sort=name"+query, who).Decode(t, &page)
	return page.Items
}

type intelAlert struct {
	alertRow
	Kind, Client, Server string
	Reasons              []struct{ Field, Value string }
}

// intel waits for so many alerts of intelligence, the newest first.
func (l *listener) intel(t *testing.T, want int) (list []intelAlert) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("%d alerts of intelligence", want), func() bool {
		var page struct{ Items []intelAlert }
		l.Get(t, "/api/security/alerts?kind=intel&sort=-opened_at", "manager-ours").Decode(t, &page)
		list = page.Items
		return len(list) == want
	})
	for i := range list {
		l.Get(t, "/api/security/alerts/"+list[i].ID, "manager-ours").Decode(t, &list[i])
	}
	return list
}

// settled waits until nothing waits against indicators.
func (l *listener) settled(t *testing.T) {
	t.Helper()
	kerneltest.Wait(t, "nothing to wait against indicators", func() bool {
		var n int
		err := l.kit.DB.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM security_detection_talk) + (SELECT COUNT(*) FROM security_detection_due) + (SELECT COUNT(*) FROM security_detection_log) + (SELECT COUNT(*) FROM security_intel_due) + (SELECT COUNT(*) FROM security_indicator WHERE matched_at = 0)`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n == 0
	})
}

func talkWith(server string, at time.Time) func(*batch.Batch) {
	return func(b *batch.Batch) {
		b.Aggregates = []batch.Aggregate{{From: at.UTC().Truncate(10 * time.Second), Seconds: 10, Client: "10.0.0.7", Server: server, Port: 502, Protocol: "modbus", Class: "read", Function: "read_holding_registers", Requests: 1, Responses: 1, Octets: 64}}
	}
}

func TestAnIndicatorBecomesAnAlertAndASighting(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "detail")
		// Before there is any indicator, a conversation is stored.
		l.expect(t, "a conversation of before", 200, "taken", l.key, body(t, batch.Aggregates, 1, talkWith("203.0.113.9", time.Now())))
		v := l.take(t, 200, "CERT", bundleOf(
			indicator(1, "[ipv4-addr:value = '203.0.113.0/28']", labelAmber, `,"confidence":90`),
			indicator(2, "[ipv4-addr:value = '203.0.113.77']", labelRed, ""),
			indicator(3, "[domain-name:value = 'evil.example.com']", labelGreen, `,"confidence":10`),
			indicator(4, "[process:name = 'x']", labelGreen, ""),
			indicator(5, "[ipv4-addr:value = '203.0.113.78']", labelGreen, fmt.Sprintf(`,"valid_until":%q`, time.Now().Add(-30*time.Minute).UTC().Format("2006-01-02T15:04:05Z"))),
			`{"type":"identity","spec_version":"2.1","id":"identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a12","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z"}`,
		))
		if v.New != 5 || v.Refused != 1 || v.Indicators != 5 || v.Unmatchable != 1 || !strings.Contains(v.Objects[0].Why, "name") {
			t.Fatalf("%+v", v)
		}
		// What was stored is held against them.
		first := l.intel(t, 1)[0]
		if first.Level != "high" || first.Client != "10.0.0.7" || first.Server != "203.0.113.9" || !strings.Contains(first.Why.ZH, "指标 1") || !strings.Contains(first.Why.ZH, "CERT") || !strings.Contains(first.Why.ZH, "TLP:AMBER") {
			t.Errorf("%+v", first)
		}
		l.settled(t)

		// What comes is held against them: conversations, records and logs.
		l.expect(t, "a talk", 200, "taken", l.key, body(t, batch.Aggregates, 2, talkWith("203.0.113.77", time.Now())))
		restricted := l.intel(t, 2)[0]
		if text := fmt.Sprintf("%+v", restricted); strings.Contains(text, "指标 2") || strings.Contains(text, "CERT") || !strings.Contains(restricted.Why.ZH, "TLP:RED") {
			t.Errorf("of a red indicator the enterprise reads %s", text)
		}
		l.expect(t, "a log", 200, "taken", l.key, body(t, batch.Logs, 1, func(b *batch.Batch) {
			b.Aggregates, b.Logs = nil, []batch.Log{{At: b.MadeAt, Feed: "syslog", Format: "syslog", Kind: "daemon", Severity: "info", Title: "query for EVIL.example.com.", Host: "dns-1", Digest: strings.Repeat("a", 64), Size: 9}}
			b.Feeds = []batch.Feed{{Name: "syslog", Format: "syslog", Lines: 1, Told: 1}}
		}))
		named := l.intel(t, 3)[0]
		if named.Level != "low" || !strings.Contains(named.Why.ZH, "dns-1") {
			t.Errorf("%+v", named)
		}
		// The same again is one alert.
		l.expect(t, "the talk again", 200, "taken", l.key, body(t, batch.Aggregates, 3, talkWith("203.0.113.9", time.Now().Add(20*time.Minute))))
		l.settled(t)
		if list := l.intel(t, 3); !slices.ContainsFunc(list, func(a intelAlert) bool { return a.ID == first.ID && a.Times == first.Times+1 }) {
			t.Errorf("%+v", list)
		}
		l.whoKnows(t)
		l.whoReadsSightings(t)
		l.silenced(t)
	})
}

// whoKnows looks who reads which indicators.
func (l *listener) whoKnows(t *testing.T) {
	t.Helper()
	for who, want := range map[string][]string{"officer": {"live", "live", "live", "unmatchable", "expired"}, "manager-ours": {"live", "live", "unmatchable", "expired"}, "manager-theirs": {"live", "unmatchable", "expired"}} {
		var got []string
		for _, i := range l.indicators(t, who, "") {
			got = append(got, i.State)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s reads %v, want %v", who, got, want)
		}
	}
	all := l.indicators(t, "officer", "")
	if all[0].Hits != 2 || all[0].Kind != "address" {
		t.Errorf("%+v", all[0])
	}
	for who, want := range map[string]int{"officer": 200, "manager-ours": 404, "manager-theirs": 404} {
		for _, path := range []string{"", "/hits"} {
			if r := l.Get(t, "/api/security/indicators/"+all[1].ID+path, who); r.Status != want {
				t.Errorf("%s asks for a red indicator%s: %d, want %d", who, path, r.Status, want)
			}
		}
	}
	if theirs := l.indicators(t, "manager-theirs", "")[0]; theirs.Hits != 0 || l.indicators(t, "manager-ours", "")[1].Hits != 1 {
		t.Errorf("hits at others are told: %+v", theirs)
	}
	var one indicatorRow
	l.Get(t, "/api/security/indicators/"+all[0].ID, "officer").Decode(t, &one)
	if !strings.Contains(one.Raw, `"x_kept": [1,  2]`) {
		t.Errorf("it came otherwise: %s", one.Raw)
	}
	var hits struct {
		Items []struct {
			Client, Server, Value string
			Times                 int64
			AlertID               string `json:"alert_id"`
		}
	}
	l.Get(t, "/api/security/indicators/"+all[0].ID+"/hits", "officer").Decode(t, &hits)
	if len(hits.Items) != 1 || hits.Items[0].Server != "203.0.113.9" || hits.Items[0].Times != 2 || hits.Items[0].AlertID == "" {
		t.Errorf("%+v", hits)
	}
	if r := l.Get(t, "/api/security/sensors/"+l.sensor+"/looks", "manager-ours"); !strings.Contains(string(r.Body), `"intelligence"`) {
		t.Errorf("the city's look is not in the record: %s", r.Body)
	}
	if r := l.Send(t, "POST", "/api/security/intelligence-import?source=x", "manager-ours", bundleOf(), "Content-Type", "application/octet-stream"); r.Status != http.StatusForbidden {
		t.Errorf("an enterprise imports: %d", r.Status)
	}
}

// whoReadsSightings looks who reads by TAXII where indicators were seen.
func (l *listener) whoReadsSightings(t *testing.T) {
	t.Helper()
	read := func(organisation string) (out []string) {
		r := l.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"peer","organisation_id":%q,"permissions":["security.exchange.read"]}`, organisation))
		var made struct{ Secret string }
		r.Decode(t, &made)
		c := &taxii.Client{Tries: 1, Sign: func(q *http.Request) error { q.SetBasicAuth("x", made.Secret); return nil }}
		var at struct{ Sightings string }
		l.Get(t, "/api/security/exchange/address", "officer").Decode(t, &at)
		_, path, _ := strings.Cut(at.Sightings, "/taxii2/")
		for o, err := range c.Objects(t.Context(), l.URL+"/taxii2/"+path, taxii.Query{Types: []string{"sighting"}}) {
			if err != nil {
				t.Fatal(err)
			}
			_, of, _ := strings.Cut(string(o.Raw), `"sighting_of_ref":"indicator--`)
			out = append(out, of[:8])
		}
		slices.Sort(out)
		return out
	}
	var city []string
	kerneltest.Wait(t, "the city to read sightings", func() bool { city = read(l.Bureau.ID); return len(city) == 3 })
	if want := []string{"00000001", "00000002", "00000003"}; !slices.Equal(city, want) {
		t.Errorf("the city reads %v", city)
	}
	if got, want := read(l.Ours.ID), []string{"00000001", "00000003"}; !slices.Equal(got, want) {
		t.Errorf("the enterprise reads %v, want %v", got, want)
	}
	if got := read(l.Theirs.ID); len(got) != 0 {
		t.Errorf("others read %v", got)
	}
}

// silenced is an indicator whose hits are false: it is silent until it is heard again.
func (l *listener) silenced(t *testing.T) {
	t.Helper()
	i := l.indicators(t, "officer", "")[0]
	say := func(status int, text string, version int64) {
		t.Helper()
		if r := l.Send(t, "POST", "/api/security/indicators/"+i.ID+"/verdict", "officer", text, "If-Match", fmt.Sprintf(`"%d"`, version)); r.Status != status {
			t.Fatalf("%s: %d %s", text, r.Status, r.Body)
		}
	}
	say(422, `{"silenced":true,"reason":" "}`, i.Version)
	say(200, `{"silenced":true,"reason":"测试地址"}`, i.Version)
	say(412, `{"silenced":false,"reason":"x"}`, i.Version)
	l.expect(t, "a talk while it is silent", 200, "taken", l.key, body(t, batch.Aggregates, 4, talkWith("203.0.113.10", time.Now())))
	l.settled(t)
	l.intel(t, 3)
	say(200, `{"silenced":false,"reason":"确认为恶意"}`, i.Version+1)
	l.intel(t, 4) // what was stored meanwhile
	if got := l.indicators(t, "officer", "&state=silenced"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestVersionsOfAnIndicatorFollowEachOther(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		made := `,"created_by_ref":"identity--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a12"`
		one := indicator(1, "[ipv4-addr:value = '203.0.113.9']", labelGreen, made)
		at := func(modified, object string) string {
			return bundleOf(strings.Replace(object, `"modified":"2026-03-01T00:00:00.000Z"`, `"modified":"`+modified+`"`, 1))
		}
		for _, x := range []struct{ bundle, outcome string }{
			{bundleOf(one), "new"},
			{bundleOf(one), "same"},
			{at("2026-03-02T00:00:00.000Z", one), "newer"},
			{bundleOf(one), "older"},
			{at("2026-03-03T00:00:00.000Z", indicator(1, "[ipv4-addr:value = '203.0.113.9']", labelGreen, "")), "refused"},
			{at("2026-03-04T00:00:00.000Z", indicator(1, "[ipv4-addr:value = '203.0.113.9']", labelGreen, made+`,"revoked":true`)), "newer"},
		} {
			if v := l.take(t, 200, "CERT", x.bundle); len(v.Objects) != 1 || v.Objects[0].Outcome != x.outcome {
				t.Errorf("%s: %+v", x.outcome, v)
			}
		}
		if list := l.indicators(t, "officer", ""); len(list) != 1 || list[0].State != "revoked" {
			t.Errorf("%+v", list)
		}
		l.expect(t, "a talk", 200, "taken", l.key, body(t, batch.Aggregates, 1, talkWith("203.0.113.9", time.Now())))
		l.settled(t)
		l.intel(t, 0)
		for text, key := range map[string]string{`{`: "security.intel.bundle", `{"type":"bundle","id":"bundle--00000001-0000-4000-8000-000000000000"}`: "security.intel.many", bundleOf(one): "security.intel.from"} {
			source := "CERT"
			if key == "security.intel.from" {
				source = ""
			}
			if v := l.take(t, 422, source, text); v.Key != key {
				t.Errorf("%.20s: %+v", text, v)
			}
		}
	})
}

// What an enterprise hands in by TAXII is intelligence when a person takes it over.
func TestWhatIsHandedInIsTakenOverByAPerson(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		var made struct{ Secret string }
		l.Send(t, "POST", "/api/system/tokens", "administrator", fmt.Sprintf(`{"name":"peer","organisation_id":%q,"permissions":["security.exchange.read","security.exchange.write"]}`, l.Ours.ID)).Decode(t, &made)
		c := &taxii.Client{Tries: 1, Sign: func(q *http.Request) error { q.SetBasicAuth("x", made.Secret); return nil }}
		object, err := taxii.ReadObject([]byte(indicator(1, "[ipv4-addr:value = '203.0.113.9']", labelGreen, "")))
		if err != nil {
			t.Fatal(err)
		}
		if st, err := c.Add(t.Context(), l.URL+"/taxii2/city/collections/5d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a92/", object); err != nil || st.SuccessCount != 1 {
			t.Fatalf("%+v, %v", st, err)
		}
		var page struct{ Items []struct{ ID string } }
		l.Get(t, "/api/security/exchange/inbox", "officer").Decode(t, &page)
		at := "/api/security/exchange/inbox/" + page.Items[0].ID + "/taking"
		if len(l.indicators(t, "officer", "")) != 0 {
			t.Error("it is intelligence already")
		}
		if r := l.Send(t, "POST", at, "manager-ours", `{"source":"x"}`); r.Status != http.StatusForbidden {
			t.Errorf("an enterprise takes over: %d", r.Status)
		}
		if r := l.Send(t, "POST", at, "officer", `{"source":" "}`); r.Status != 422 || !strings.Contains(string(r.Body), "body.source") {
			t.Errorf("without a source: %d %s", r.Status, r.Body)
		}
		var taken takenRow
		l.Send(t, "POST", at, "officer", `{"source":"某企业","days":30}`).Decode(t, &taken)
		if list := l.indicators(t, "officer", "&state=live&origin=inbox"); taken.Outcome != "new" || len(list) != 1 || list[0].Source != "某企业" {
			t.Errorf("%+v, %+v", taken, list)
		}
	})
}
