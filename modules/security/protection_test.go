package security

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

type zeroPeriod struct {
	ID, State                       string
	Version                         int64
	Days, Acts                      []string
	TodayOf                         int `json:"today_of"`
	OnTime                          int `json:"on_time"`
	Parties, Counted, Late, Missing int
	Something, Uncounted            int
	Share                           *float64
	Synthetic                       bool
}

type zeroDuty struct {
	ID, Day, Standing, What string
	Late                    bool
	BegunLate               bool `json:"begun_late"`
	Reports                 int
	Acts                    []string
	Version                 int64
	Versions                []struct{ What string }
}

type zeroRow struct {
	OrganisationID string `json:"organisation_id"`
	Cells          []struct {
		Standing, Duty string
		Late           bool
	}
}

// cityDay is a day of the city, some days from now.
func (x *town) cityDay(ahead int) string {
	return x.clock.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, ahead).Format(time.DateOnly)
}

// turnTo turns the clock to an hour of a day of the city, some days from now.
func (x *town) turnTo(t *testing.T, ahead int, hour float64) {
	t.Helper()
	day, err := time.ParseInLocation(time.DateOnly, x.cityDay(ahead), time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	x.clock.Turn(day.Add(time.Duration(hour * float64(time.Hour))).Sub(x.clock.Now()))
}

// dawn does what the job of the room does each minute.
func (x *town) dawn(t *testing.T) {
	t.Helper()
	if err := x.module.protection.Jobs()[0].Do(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// protect makes a period from tomorrow on in which the report of each day is owed until 17:00.
func (x *town) protect(t *testing.T, days int, organisations ...string) (p zeroPeriod) {
	t.Helper()
	x.do(t, "POST", "/protection-periods", "officer", x.protected(1, days, organisations...), 0, http.StatusCreated, &p)
	return p
}

func (x *town) protected(from, days int, organisations ...string) string {
	return fmt.Sprintf(`{"title":"国庆重保","from":%q,"until":%q,"time":"17:00","note":"无事件也须报告","organisations":["%s"]}`, x.cityDay(from), x.cityDay(from+days-1), strings.Join(organisations, `","`))
}

// owed are the days of the only period that somebody takes part in, the latest first.
func (x *town) owed(t *testing.T, who string) []zeroDuty {
	t.Helper()
	var own struct {
		Periods []struct{ Days []zeroDuty }
	}
	x.do(t, "GET", "/protection", who, "", 0, http.StatusOK, &own)
	if len(own.Periods) != 1 {
		t.Fatalf("%s takes part in %d periods", who, len(own.Periods))
	}
	return own.Periods[0].Days
}

// row is how the city sees a participant of a period.
func (x *town) row(t *testing.T, period, organisation string) (standings []string) {
	t.Helper()
	var rows page[zeroRow]
	x.do(t, "GET", "/protection-periods/"+period+"/organisations", "officer", "", 0, http.StatusOK, &rows)
	for _, r := range rows.Items {
		if r.OrganisationID != organisation {
			continue
		}
		for _, c := range r.Cells {
			standings = append(standings, c.Standing+map[bool]string{true: " late"}[c.Late])
		}
	}
	return standings
}

func TestProtection(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, x *town){
		"each day is reported, late or missing":   daysAreReported,
		"a participant learns nothing of others":  partiesAreApart,
		"after an outage no day is begun twice":   outageIsTold,
		"an ended period asks for nothing more":   endedAsksNothing,
		"something that happened has an incident": somethingHappened,
		"the demonstration is apart, and goes":    protectionDemonstrated,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newTown(t, o)) })
		})
	}
}

func daysAreReported(t *testing.T, x *town) {
	x.do(t, "GET", "/protection-periods", "officer", "", 0, http.StatusOK, nil)
	p := x.protect(t, 3, x.Ours.ID, x.Theirs.ID)
	if p.State != "coming" || len(p.Days) != 3 || p.Parties != 2 {
		t.Fatalf("made: %+v", p)
	}
	kerneltest.Wait(t, "who takes part to be told", func() bool { return x.heard(t, "manager-ours", "请于") && x.heard(t, "manager-theirs", "请于") })
	if len(x.owed(t, "manager-ours")) != 0 {
		t.Error("something is owed before the first day")
	}
	x.turnTo(t, 1, 8)
	x.dawn(t)
	x.dawn(t)
	today := x.owed(t, "manager-ours")
	if len(today) != 1 || today[0].Standing != "owed" || !slices.Equal(today[0].Acts, []string{"report"}) {
		t.Fatalf("on the first day %+v", today)
	}
	path := "/protection-duties/" + today[0].ID
	x.do(t, "POST", path+"/report", "manager-ours", `{"happened":false,"events":3,"handled":0,"what":""}`, 1, http.StatusUnprocessableEntity, nil)
	var d zeroDuty
	x.do(t, "POST", path+"/report", "manager-ours", `{"happened":false,"events":0,"handled":0,"what":""}`, 1, http.StatusOK, &d)
	x.do(t, "POST", path+"/report", "manager-ours", `{"happened":false,"events":0,"handled":0,"what":""}`, 1, http.StatusPreconditionFailed, nil)
	if d.Standing != "nothing" || d.Late || !slices.Equal(d.Acts, []string{"correct"}) {
		t.Errorf("reported: %+v", d)
	}
	x.do(t, "POST", path+"/report", "manager-ours", `{"happened":true,"events":2,"handled":2,"what":"两次扫描，已封禁"}`, d.Version, http.StatusOK, &d)
	if d.Standing != "something" || d.Reports != 2 || len(d.Versions) != 2 || d.Versions[1].What != "" {
		t.Errorf("corrected: %+v", d)
	}
	kerneltest.Wait(t, "the city to be told of it", func() bool { return x.heard(t, "officer", "我方平台公司报告") })
	x.clock.Turn(5*time.Hour + time.Minute) // 13:01: three quarters of the day's time
	kerneltest.Wait(t, "who has not reported to be reminded", func() bool { return x.heard(t, "manager-theirs", "报告截止") })
	if x.heard(t, "manager-ours", "报告截止") {
		t.Error("who has reported is reminded")
	}
	x.clock.Turn(5 * time.Hour) // 18:01
	kerneltest.Wait(t, "it to be escalated", func() bool {
		return x.heard(t, "officer", "1 家单位逾期未报") && x.heard(t, "manager-theirs", "逾期未报")
	})
	if body := x.do(t, "POST", path+"/report", "manager-ours", `{"happened":false,"events":0,"handled":0,"what":""}`, d.Version, http.StatusConflict, nil); !strings.Contains(body, "security.protection.kept") {
		t.Errorf("after its time it is changed: %s", body)
	}
	theirs := x.owed(t, "manager-theirs")[0]
	if theirs.Standing != "missing" {
		t.Errorf("theirs is %+v", theirs)
	}
	x.do(t, "POST", "/protection-duties/"+theirs.ID+"/report", "manager-theirs", `{"happened":false,"events":0,"handled":0,"what":""}`, theirs.Version, http.StatusOK, &d)
	if d.Standing != "nothing" || !d.Late || len(d.Acts) != 0 {
		t.Errorf("late: %+v", d)
	}
	x.turnTo(t, 1, 8)
	x.dawn(t)
	x.turnTo(t, 1, 8)
	x.dawn(t)
	if got := x.row(t, p.ID, x.Ours.ID); !slices.Equal(got, []string{"something", "missing", "owed"}) {
		t.Errorf("ours stands %q", got)
	}
	x.turnTo(t, 0, 18) // of the second and the third day nobody reports
	if got := x.row(t, p.ID, x.Theirs.ID); !slices.Equal(got, []string{"nothing late", "missing", "missing"}) {
		t.Errorf("theirs stands %q", got)
	}
	x.do(t, "GET", "/protection-periods/"+p.ID, "leader", "", 0, http.StatusOK, &p)
	if p.State != "over" || p.Counted != 6 || p.OnTime != 1 || p.Late != 1 || p.Missing != 4 || p.Something != 1 || p.Uncounted != 0 {
		t.Errorf("over: %+v", p)
	}
	if x.do(t, "GET", "/protection-duties?export=csv&period="+p.ID, "officer", "", 0, http.StatusOK, nil); p.Share == nil || *p.Share < 16 || *p.Share > 17 {
		t.Errorf("%v %% are on time", p.Share)
	}
	for query, want := range map[string]int{"?standing=missing": 4, "?only=late": 1, "?only=corrected": 1, "?only=escalated": 3, "?q=" + "扫描": 1, "?day=" + p.Days[0]: 2} {
		var list page[zeroDuty]
		if query == "?only=escalated" {
			kerneltest.Wait(t, "all to be escalated", func() bool {
				x.do(t, "GET", "/protection-duties"+query, "officer", "", 0, http.StatusOK, &list)
				return list.Total >= want
			})
			continue
		}
		if x.do(t, "GET", "/protection-duties"+query, "officer", "", 0, http.StatusOK, &list); list.Total != want {
			t.Errorf("%s: %d, want %d", query, list.Total, want)
		}
	}
	x.Audited(t, d.ID)
	x.Audited(t, p.ID)
}

func partiesAreApart(t *testing.T, x *town) {
	p := x.protect(t, 2, x.Ours.ID, x.Theirs.ID)
	x.turnTo(t, 1, 8)
	x.dawn(t)
	ours := x.owed(t, "manager-ours")[0]
	const said = `{"happened":true,"events":1,"handled":0,"what":"我方的秘密情况"}`
	x.do(t, "POST", "/protection-duties/"+ours.ID+"/report", "manager-ours", said, ours.Version, http.StatusOK, nil)
	theirs := x.owed(t, "manager-theirs")[0]
	for _, path := range []string{"/protection", "/protection-duties", "/protection-duties?export=csv", "/protection-duties?q=我方", "/protection-duties?organisation=" + x.Ours.ID, "/protection-duties?period=" + p.ID, "/protection-duties/" + theirs.ID} {
		body := x.do(t, "GET", path, "manager-theirs", "", 0, http.StatusOK, nil)
		for _, secret := range []string{ours.ID, x.Ours.ID, "我方平台公司", "我方的秘密情况", `"parties"`, `"total":2`} {
			if strings.Contains(body, secret) {
				t.Errorf("%s tells %q of another: %s", path, secret, body)
			}
		}
	}
	for _, path := range []string{"/protection-periods", "/protection-periods/" + p.ID, "/protection-periods/" + p.ID + "/organisations"} {
		x.do(t, "GET", path, "manager-theirs", "", 0, http.StatusForbidden, nil)
	}
	foreign := x.do(t, "GET", "/protection-duties/"+ours.ID, "manager-theirs", "", 0, http.StatusNotFound, nil)
	none := x.do(t, "GET", "/protection-duties/01M00000000000000000000000", "manager-theirs", "", 0, http.StatusNotFound, nil)
	if cut(foreign) != cut(none) {
		t.Errorf("a foreign report answers otherwise than none: %s, %s", foreign, none)
	}
	x.do(t, "POST", "/protection-duties/"+ours.ID+"/report", "manager-theirs", said, 2, http.StatusNotFound, nil)
	for _, act := range []string{"POST /protection-periods", "POST /protection-periods/" + p.ID + "/end"} {
		method, path, _ := strings.Cut(act, " ")
		x.do(t, method, path, "manager-theirs", "{}", 1, http.StatusForbidden, nil)
	}
	x.do(t, "POST", "/protection-duties/"+theirs.ID+"/report", "officer", said, 1, http.StatusForbidden, nil)
	x.do(t, "POST", "/protection-duties/"+theirs.ID+"/report", "viewer-theirs", said, 1, http.StatusForbidden, nil)
	if r := x.Get(t, "/api/search?q=秘密情况", "manager-theirs"); strings.Contains(string(r.Body), ours.ID) {
		t.Errorf("search tells of another: %s", r.Body)
	}
	for _, who := range []string{"manager-theirs", "officer"} {
		kerneltest.Wait(t, who+" to be told of the period", func() bool { return len(x.mail(t, who)) > 0 })
	}
	if x.heard(t, "manager-theirs", "我方") {
		t.Error("a participant is told of another")
	}
}

// mail is what somebody was told of periods.
func (x *town) mail(t *testing.T, who string) string {
	t.Helper()
	if x.heard(t, who, "重保《") {
		return who
	}
	return ""
}

func outageIsTold(t *testing.T, x *town) {
	p := x.protect(t, 5, x.Ours.ID)
	x.turnTo(t, 4, 18) // the city was away for three days, and until after the time of the fourth
	x.dawn(t)
	x.dawn(t)
	days := x.owed(t, "manager-ours")
	if len(days) != 4 {
		t.Fatalf("%d days are begun", len(days))
	}
	for _, d := range days {
		if d.Standing != "missing" || !d.BegunLate {
			t.Errorf("%s: %+v", d.Day, d)
		}
	}
	// Of the day that is not over they are reminded, late and said to be so; of those before not.
	kerneltest.Wait(t, "the city to be told of the last day", func() bool { return x.heard(t, "officer", "逾期未报 "+days[0].Day) })
	kerneltest.Wait(t, "the reminder to say how late it is", func() bool { return x.heard(t, "manager-ours", "本提醒迟发") })
	if x.heard(t, "manager-ours", days[1].Day+" 的报告截止") || x.heard(t, "officer", "逾期未报 "+days[1].Day) {
		t.Error("somebody is told of a day that was over before the city ran")
	}
	x.do(t, "GET", "/protection-periods/"+p.ID, "officer", "", 0, http.StatusOK, &p)
	if p.Counted != 0 || p.Missing != 0 || p.Uncounted != 4 || p.Share != nil {
		t.Errorf("what nobody could report counts: %+v", p)
	}
	var d zeroDuty
	x.do(t, "POST", "/protection-duties/"+days[2].ID+"/report", "manager-ours", `{"happened":false,"events":0,"handled":0,"what":""}`, 1, http.StatusOK, &d)
	if !d.Late || !d.BegunLate {
		t.Errorf("made up for: %+v", d)
	}
}

func endedAsksNothing(t *testing.T, x *town) {
	var p zeroPeriod
	x.turnTo(t, 1, 9)
	x.do(t, "POST", "/protection-periods", "officer", x.protected(0, 4, x.Ours.ID, x.Theirs.ID), 0, http.StatusCreated, &p)
	if p.State != "running" || p.TodayOf != 2 {
		t.Fatalf("begun today: %+v", p)
	}
	x.turnTo(t, 1, 9)
	x.dawn(t)
	end := "/protection-periods/" + p.ID + "/end"
	x.do(t, "POST", end, "officer", `{"reason":" "}`, p.Version, http.StatusUnprocessableEntity, nil)
	x.do(t, "POST", end, "leader", `{"reason":"警报解除"}`, p.Version, http.StatusForbidden, nil)
	x.do(t, "POST", end, "officer", `{"reason":"警报解除"}`, p.Version, http.StatusOK, &p)
	if p.State != "ended" || len(p.Acts) != 0 {
		t.Errorf("ended: %+v", p)
	}
	x.do(t, "POST", end, "officer", `{"reason":"警报解除"}`, p.Version, http.StatusConflict, nil)
	kerneltest.Wait(t, "who takes part to be told", func() bool { return x.heard(t, "manager-theirs", "提前结束") })
	if got := x.row(t, p.ID, x.Ours.ID); !slices.Equal(got, []string{"missing", "cancelled", "cancelled", "cancelled"}) {
		t.Errorf("ours stands %q", got)
	}
	running := 0
	if err := x.module.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM security_clock WHERE obligation = 'protection.zero' AND state = 'running'`).Scan(&running); err != nil || running != 0 {
		t.Errorf("%d clocks run on, %v", running, err)
	}
	days := x.owed(t, "manager-ours")
	x.do(t, "POST", "/protection-duties/"+days[0].ID+"/report", "manager-ours", `{"happened":false,"events":0,"handled":0,"what":""}`, days[0].Version, http.StatusConflict, nil)
	x.clock.Turn(48 * time.Hour)
	x.dawn(t)
	if n := len(x.owed(t, "manager-ours")); n != 2 {
		t.Errorf("%d days are begun", n)
	}
}

func somethingHappened(t *testing.T, x *town) {
	x.protect(t, 2, x.Ours.ID)
	var ours, theirs numbered
	for who, i := range map[string]*numbered{x.Ours.ID: &ours, x.Theirs.ID: &theirs} {
		x.do(t, "POST", "/incidents", "officer", fmt.Sprintf(`{"organisation_id":%q,"title":"勒索","summary":"经过","category":"malware","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q}`, who, x.clock.Now().UTC().Format(time.RFC3339)), 0, http.StatusCreated, i)
	}
	x.turnTo(t, 1, 8)
	x.dawn(t)
	d := x.owed(t, "manager-ours")[0]
	report := func(happened bool, incident string, want int) string {
		what := map[bool]string{true: `"happened":true,"events":1,"handled":0,"what":"勒索"`, false: `"happened":false,"events":0,"handled":0,"what":""`}[happened]
		return x.do(t, "POST", "/protection-duties/"+d.ID+"/report", "manager-ours", fmt.Sprintf(`{%s,"incident":%q}`, what, incident), d.Version, want, &d)
	}
	foreign := report(true, theirs.ID, http.StatusUnprocessableEntity)
	if none := report(true, "01M00000000000000000000000", http.StatusUnprocessableEntity); cut(foreign) != cut(none) || !strings.Contains(none, "body.incident") {
		t.Errorf("a foreign incident answers %s, none %s", foreign, none)
	}
	report(false, ours.ID, http.StatusUnprocessableEntity)
	report(true, ours.ID, http.StatusOK)
	if body := x.do(t, "GET", "/protection-duties", "officer", "", 0, http.StatusOK, nil); !strings.Contains(body, ours.ID) || !strings.Contains(body, ours.Number) {
		t.Errorf("the city reads %s", body)
	}
}

func protectionDemonstrated(t *testing.T, x *town) {
	demo := x.demonstrated(t)
	if said := x.do(t, "POST", "/protection-periods", "officer", x.protected(1, 2, demo, x.Ours.ID), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.protection.mixed") {
		t.Errorf("both take part: %s", said)
	}
	if said := x.do(t, "POST", "/protection-periods", "officer", x.protected(1, 2, x.Bureau.ID), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.protection.party") {
		t.Errorf("a bureau takes part: %s", said)
	}
	p := x.protect(t, 2, demo)
	if !p.Synthetic {
		t.Errorf("it is %+v", p)
	}
	x.turnTo(t, 1, 19)
	x.dawn(t)
	x.SignIn(t, "demo-one")
	kerneltest.Wait(t, "who takes part to be reminded", func() bool { return x.heard(t, "demo-one", "【合成】重保《国庆重保》：逾期未报") })
	if x.heard(t, "officer", "逾期未报") {
		t.Error("the city is told of what the demonstration misses")
	}
	for query, want := range map[string]int{"?synthetic=real": 0, "?synthetic=synthetic": 1} {
		var list page[zeroPeriod]
		if x.do(t, "GET", "/protection-periods"+query, "officer", "", 0, http.StatusOK, &list); list.Total != want {
			t.Errorf("%s: %d", query, list.Total)
		}
	}
	if r := x.Send(t, "DELETE", "/api/system/organisations/"+demo, "administrator", ""); r.Status != http.StatusNoContent {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	kerneltest.Wait(t, "the period to go with it", func() bool {
		return x.Get(t, "/api/security/protection-periods/"+p.ID, "officer").Status == http.StatusNotFound
	})
}
