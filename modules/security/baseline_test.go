package security_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

type baselineRow struct {
	ID, State                  string
	Edition, Lines, Undecided  int64
	Unsure, Beyond, Deviations int64
	Holding                    bool
	Version                    int64
	Counts                     struct{ Open, Accepted, Rejected, Grouped, Known, Unseen int64 }
	Editions                   []struct {
		Number, Entries, Added, Removed int64
		Digest                          string
	}
	Windows []struct{ ID string }
	Steps   []struct{ State, Reason string }
}

type lineRow struct {
	ID, Client, Server, Class, Function, Verdict string
	Unit, Covers, Units                          int64
	Known                                        bool
	Place                                        struct{ Name string } `json:"server_place"`
}

// learner is a listener with a baseline.
type learner struct {
	*listener
	id       string
	sequence int64
}

func newLearner(t *testing.T, o kerneltest.Options, consent string) *learner {
	t.Helper()
	l := &learner{listener: newListener(t, o, consent)}
	var b struct{ ID string }
	l.must(t, 201, "POST", "", fmt.Sprintf(`{"name":"一号线","sensors":[%q],"days":14}`, l.sensor), &b)
	l.id = b.ID
	return l
}

// must calls a route about the baseline for the enterprise, with the version that is now.
func (l *learner) must(t *testing.T, status int, method, path, body string, out any) {
	t.Helper()
	r := l.try(t, "manager-ours", method, path, body)
	if r.Status != status {
		t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, r.Status, r.Body, status)
	}
	if out != nil {
		r.Decode(t, out)
	}
}

func (l *learner) try(t *testing.T, who, method, path, body string) kerneltest.Reply {
	t.Helper()
	at := "/api/security/baselines"
	if l.id != "" {
		at += "/" + l.id + path
	}
	if method == "GET" {
		return l.Get(t, at, who)
	}
	version := int64(0)
	if strings.HasSuffix(path, "/orders") || strings.HasSuffix(path, "/editions") {
		version = l.now(t).Version
	}
	return l.Send(t, method, at, who, body, "If-Match", fmt.Sprintf(`"%d"`, version))
}

func (l *learner) now(t *testing.T) (b baselineRow) {
	t.Helper()
	l.must(t, http.StatusOK, "GET", "", "", &b)
	return b
}

func (l *learner) lines(t *testing.T, query string) []lineRow {
	t.Helper()
	var page struct{ Items []lineRow }
	l.must(t, http.StatusOK, "GET", "/lines?sort=function"+query, "", &page)
	return page.Items
}

// says is a conversation in a window of ten seconds.
func says(client, function, class string, unit uint32, at time.Time) batch.Aggregate {
	return batch.Aggregate{From: at.UTC().Truncate(10 * time.Second), Seconds: 10, Client: client, Server: "10.0.0.2", Port: 502, Protocol: "modbus", Class: class, Function: function, Unit: unit, Requests: 5, Responses: 5, Octets: 640}
}

// hear sends aggregates and waits until nothing waits any more.
func (l *learner) hear(t *testing.T, list ...batch.Aggregate) {
	t.Helper()
	l.sequence++
	l.expect(t, "conversations", 200, "taken", l.key, body(t, batch.Aggregates, l.sequence, func(b *batch.Batch) { b.Aggregates = list }))
	l.idle(t)
}

// idle waits until nobody has anything to look at.
func (l *learner) idle(t *testing.T) {
	t.Helper()
	kerneltest.Wait(t, "the queues to be empty", func() bool {
		var n int
		if err := l.kit.DB.QueryRow(context.Background(), `SELECT (SELECT COUNT(*) FROM security_detection_talk) + (SELECT COUNT(*) FROM security_detection_due)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n == 0
	})
}

func (l *learner) judge(t *testing.T, verdict string, lines ...lineRow) {
	t.Helper()
	var ids []string
	for _, x := range lines {
		ids = append(ids, fmt.Sprintf("%q", x.ID))
	}
	l.must(t, 200, "POST", "/verdicts", fmt.Sprintf(`{"lines":[%s],"verdict":%q}`, strings.Join(ids, ","), verdict), nil)
}

func (l *learner) order(t *testing.T, status int, body string) {
	t.Helper()
	l.must(t, status, "POST", "/orders", body, nil)
}

// enforced is a learner that learned reading and one way of writing, and enforces them.
func enforced(t *testing.T, o kerneltest.Options) *learner {
	t.Helper()
	l := newLearner(t, o, "none")
	at := time.Now()
	l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 1, at), says("10.0.0.1", "write_single_register", "write", 1, at))
	l.order(t, 200, `{"to":"review","reason":"班组已运行一轮"}`)
	l.judge(t, "accepted", l.lines(t, "")...)
	l.must(t, 200, "POST", "/editions", `{"reason":"与网络图核对"}`, nil)
	return l
}

type deviationAlert struct {
	alertRow
	Kind, Technique string
	RuleID          string `json:"rule_id"`
}

func (l *learner) found(t *testing.T) []deviationAlert {
	t.Helper()
	var page struct{ Items []deviationAlert }
	l.Get(t, "/api/security/alerts?sort=first_at&kind=baseline", "manager-ours").Decode(t, &page)
	return page.Items
}

func TestABaselineIsLearnedReviewedAndOnlyThenEnforced(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newLearner(t, o, "none")
		at := time.Now()
		if r := l.try(t, "manager-ours", "POST", "/orders", `{"to":"review","reason":"x"}`); r.Status != 409 || !strings.Contains(string(r.Body), "security.baseline.nothing") {
			t.Errorf("a review of nothing: %d %s", r.Status, r.Body)
		}
		guess := says("10.0.0.2", "read_holding_registers", "read", 1, at)
		guess.Server, guess.Guess = "10.0.0.77", true
		failed := says("10.0.0.1", "exception", "error", 1, at)
		l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 1, at), says("10.0.0.1", "read_holding_registers", "read", 2, at), says("10.0.0.1", "write_single_register", "write", 1, at), says("10.0.0.9", "read_coils", "read", 1, at), guess, failed)
		l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 1, at.Add(10*time.Second)))
		b := l.now(t)
		if b.State != "learning" || b.Lines != 4 || b.Undecided != 4 || b.Unsure != 10 || b.Holding || len(l.found(t)) != 0 {
			t.Fatalf("%+v", b)
		}
		l.order(t, 200, `{"to":"review","reason":"班组已运行一轮"}`)
		if r := l.try(t, "manager-ours", "POST", "/editions", `{"reason":"x"}`); r.Status != 409 || !strings.Contains(string(r.Body), "security.baseline.undecided") {
			t.Errorf("an edition before the review: %d %s", r.Status, r.Body)
		}

		// What is new during the review comes into it.
		l.hear(t, says("10.0.0.1", "read_coils", "read", 1, at))
		lines := l.lines(t, "")
		if len(lines) != 5 {
			t.Fatalf("%+v", lines)
		}
		reads := l.lines(t, "&q=read_holding")
		l.must(t, 200, "POST", "/groups", fmt.Sprintf(`{"lines":[%q,%q],"any":["unit"]}`, reads[0].ID, reads[1].ID), nil)
		l.judge(t, "rejected", l.lines(t, "&host=10.0.0.9")...)
		l.must(t, 200, "POST", "/verdicts", `{"where":{"client":"10.0.0.1"},"verdict":"accepted","note":"网络图第 3 页"}`, nil)
		if b := l.now(t); b.Undecided != 0 || b.Counts.Accepted != 3 || b.Counts.Rejected != 1 || b.Counts.Grouped != 2 {
			t.Fatalf("%+v", b.Counts)
		}
		l.must(t, 200, "POST", "/editions", `{"reason":"与网络图核对"}`, nil)
		if b := l.now(t); b.State != "enforced" || b.Edition != 1 || !b.Holding || b.Editions[0].Entries != 3 || b.Editions[0].Added != 3 {
			t.Fatalf("%+v", b)
		}

		// What was agreed to, and what a wider line covers, is silent; the rest is told by its kind.
		later := at.Add(time.Minute)
		l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 9, later), says("10.0.0.1", "write_single_register", "write", 1, later))
		if list := l.found(t); len(list) != 0 {
			t.Fatalf("%+v", list)
		}
		l.hear(t, says("10.0.0.9", "read_coils", "read", 1, later), says("10.0.0.1", "write_multiple_registers", "write", 1, later), says("10.0.0.66", "write_single_register", "write", 1, later),
			says("10.0.0.67", "read_coils", "read", 1, later), says("10.0.0.1", "read_file_record", "read", 1, later))
		told := map[string]deviationAlert{}
		for _, a := range l.found(t) {
			told[a.Rule.ZH] = a
		}
		for rule, want := range map[string][2]string{"评审时已拒绝的通信": {"high", "T0848"}, "基线外的命令": {"high", "T0855"}, "基线外的主机下发命令": {"high", "T0848"}, "基线外的通信双方": {"low", "T0888"}, "基线外的读取": {"informational", "T0861"}} {
			if a, known := told[rule]; !known || a.Level != want[0] || a.Technique != want[1] || a.Times != 1 || !strings.Contains(a.Why.ZH, "第 1 版") {
				t.Errorf("%s: %+v", rule, a)
			}
		}
		if len(told) != 5 {
			t.Errorf("%d alerts", len(told))
		}
	})
}

func TestADeviationInARecordIsOneAlertWithItsEvidence(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := enforced(t, o)
		at := time.Now().UTC().Truncate(time.Second)
		write := batch.Record{At: at, Why: []string{batch.WhyWrite}, Flow: 3, Client: "10.0.0.66", Server: "10.0.0.2", Port: 502, Transport: "tcp", Orientation: "port", Confidence: 80, Protocol: "modbus", Function: "write_single_register", Class: "write", Unit: 1, FromClient: true}
		again := write
		again.At = at.Add(2 * time.Second)
		l.expect(t, "two writes", 200, "taken", l.key, body(t, batch.Records, 1, records(write, again)))
		l.idle(t)
		l.hear(t, says("10.0.0.66", "write_single_register", "write", 1, at)) // the aggregate of the same
		list := l.found(t)
		if len(list) != 1 || list[0].Times != 2 || list[0].Client != "10.0.0.66" {
			t.Fatalf("%+v", list)
		}
		var d struct {
			Evidence []struct{ Function string }
			Do       struct{ ZH string }
		}
		l.Get(t, "/api/security/alerts/"+list[0].ID, "manager-ours").Decode(t, &d)
		if len(d.Evidence) != 2 || d.Evidence[0].Function != "write_single_register" || d.Do.ZH == "" {
			t.Errorf("%+v", d)
		}
	})
}

func TestWhatIsWantedIsTheNextEdition(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := enforced(t, o)
		first := l.now(t).Editions[0]
		at := time.Now().Add(time.Minute)
		l.hear(t, says("10.0.0.66", "write_single_register", "write", 1, at))
		a := l.found(t)[0]
		path := "/api/security/alerts/" + a.ID
		if r := l.Send(t, "POST", path+"/acceptance", "manager-ours", `{"reason":" "}`); r.Status != 422 || !strings.Contains(string(r.Body), "body.reason") {
			t.Errorf("without a reason: %d %s", r.Status, r.Body)
		}
		if r := l.Send(t, "POST", path+"/acceptance", "manager-ours", `{"reason":"新装操作站，工单 8"}`); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		b := l.now(t)
		if b.Edition != 2 || len(b.Editions) != 2 || b.Editions[0].Added != 1 || b.Editions[1] != first || b.Deviations != 0 {
			t.Errorf("%+v", b)
		}
		if a := l.found(t)[0]; a.State != "wanted" {
			t.Errorf("%+v", a)
		}
		for edition, want := range map[int]int{1: 2, 2: 3} {
			var page struct{ Total int }
			l.must(t, 200, "GET", fmt.Sprintf("/entries?edition=%d", edition), "", &page)
			if page.Total != want {
				t.Errorf("edition %d has %d entries", edition, page.Total)
			}
		}
		// It is silent now; another function of the same host is a new alert.
		l.hear(t, says("10.0.0.66", "write_single_register", "write", 1, at.Add(time.Hour)))
		l.hear(t, says("10.0.0.66", "write_multiple_registers", "write", 1, at.Add(time.Hour)))
		if list := l.found(t); len(list) != 2 || list[1].Times != 1 || list[1].Rule.ZH != "基线外的命令" || list[1].State != "new" {
			t.Errorf("%+v", list)
		}
		var page struct{ Items []struct{ ID string } }
		l.must(t, 200, "GET", "/deviations?open=yes", "", &page)
		if len(page.Items) != 1 {
			t.Fatalf("%+v", page)
		}
		l.must(t, 200, "POST", "/acceptances", fmt.Sprintf(`{"deviations":[%q],"reason":"同上"}`, page.Items[0].ID), nil)
		if b := l.now(t); b.Edition != 3 || b.Deviations != 0 {
			t.Errorf("%+v", b)
		}
		if r := l.try(t, "manager-ours", "POST", "/acceptances", fmt.Sprintf(`{"deviations":[%q],"reason":"同上"}`, page.Items[0].ID)); r.Status != 409 {
			t.Errorf("agreed to twice: %d %s", r.Status, r.Body)
		}
	})
}

func TestMaintenanceIsKeptAndRaisesNoAlert(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := enforced(t, o)
		at := time.Now().UTC()
		if r := l.try(t, "manager-ours", "POST", "/windows", fmt.Sprintf(`{"from":%q,"to":%q,"hosts":["x"],"reason":""}`, at.Format(time.RFC3339), at.Add(-time.Hour).Format(time.RFC3339))); r.Status != 422 || !strings.Contains(string(r.Body), "body.hosts[0]") || !strings.Contains(string(r.Body), "body.to") {
			t.Errorf("%d %s", r.Status, r.Body)
		}
		l.must(t, 200, "POST", "/windows", fmt.Sprintf(`{"from":%q,"to":%q,"hosts":["10.0.0.50"],"reason":"工单 12"}`, at.Add(-time.Hour).Format(time.RFC3339), at.Add(time.Hour).Format(time.RFC3339)), nil)
		l.hear(t, says("10.0.0.50", "write_single_register", "write", 1, at), says("10.0.0.51", "write_single_register", "write", 1, at))
		if list := l.found(t); len(list) != 1 || list[0].Client != "10.0.0.51" {
			t.Fatalf("%+v", list)
		}
		if b := l.now(t); b.Deviations != 2 {
			t.Errorf("%+v", b)
		}
		l.must(t, 200, "POST", "/windows/"+l.now(t).Windows[0].ID+"/end", `{}`, nil)
		l.hear(t, says("10.0.0.50", "write_single_register", "write", 1, time.Now().Add(20*time.Second)))
		if list := l.found(t); len(list) != 2 {
			t.Errorf("after its end: %+v", list)
		}
	})
}

func TestABaselinePausesAndLearnsAnewWithoutAGap(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := enforced(t, o)
		at := time.Now().Add(time.Minute)
		l.order(t, 422, `{"to":"paused","reason":"改造"}`)
		l.order(t, 200, `{"to":"paused","days":3,"reason":"改造"}`)
		l.hear(t, says("10.0.0.66", "read_coils", "read", 1, at))
		if len(l.found(t)) != 0 || l.now(t).Holding {
			t.Error("a pause raises alerts")
		}
		l.order(t, 200, `{"to":"enforced"}`)
		l.order(t, 200, `{"to":"learning","days":7,"reason":"改造后重新学习"}`)
		if b := l.now(t); !b.Holding || b.Edition != 1 || b.Lines != 0 {
			t.Fatalf("%+v", b)
		}
		l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 1, at), says("10.0.0.66", "read_coils", "read", 1, at))
		if list := l.found(t); len(list) != 1 {
			t.Errorf("while it learns anew the edition in force is in force: %+v", list)
		}
		lines := l.lines(t, "&verdict=open")
		b := l.now(t)
		if len(lines) != 1 || lines[0].Client != "10.0.0.66" || b.Counts.Known != 1 || b.Counts.Unseen != 1 {
			t.Fatalf("%+v %+v", lines, b.Counts)
		}
		l.order(t, 200, `{"to":"review","reason":"够了"}`)
		l.judge(t, "rejected", lines...)
		l.must(t, 200, "POST", "/editions", `{"reason":"第二轮","keep_unseen":true}`, nil)
		if b := l.now(t); b.Edition != 2 || b.Editions[0].Entries != 2 || b.Editions[0].Removed != 0 || b.Editions[0].Digest != b.Editions[1].Digest {
			t.Errorf("%+v", b.Editions)
		}
		l.order(t, 200, `{"to":"ended","reason":"产线拆除"}`)
		l.must(t, 409, "POST", "/orders", `{"to":"learning","reason":"x"}`, nil)
		var again struct{ ID string }
		r := l.Send(t, "POST", "/api/security/baselines", "manager-ours", fmt.Sprintf(`{"name":"新线","sensors":[%q]}`, l.sensor))
		if r.Decode(t, &again); r.Status != 201 {
			t.Errorf("its sensors are free again: %d %s", r.Status, r.Body)
		}
	})
}

func TestOnlyTheEnterpriseReviewsAndTheCityLooksWithConsent(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newLearner(t, o, "detail")
		l.hear(t, says("10.0.0.1", "read_coils", "read", 1, time.Now()))
		for who, status := range map[string]int{"officer": 200, "manager-theirs": 404} {
			for _, path := range []string{"", "/lines", "/network", "/deviations", "/entries"} {
				if r := l.try(t, who, "GET", path, ""); r.Status != status {
					t.Errorf("%s %s: %d %s", who, path, r.Status, r.Body)
				}
			}
		}
		line := l.lines(t, "")[0]
		if r := l.try(t, "officer", "POST", "/verdicts", fmt.Sprintf(`{"lines":[%q],"verdict":"accepted"}`, line.ID)); r.Status != 403 {
			t.Errorf("the city judges: %d %s", r.Status, r.Body)
		}
		if r := l.Get(t, "/api/security/sensors/"+l.sensor+"/looks", "manager-ours"); !strings.Contains(string(r.Body), `"what":"baselines"`) {
			t.Errorf("the look is not written down: %s", r.Body)
		}
		if r := l.Send(t, "PUT", "/api/security/sensors/"+l.sensor+"/consent", "manager-ours", `{"consent":"figures"}`, "If-Match", `"1"`); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		if r := l.try(t, "officer", "GET", "/lines", ""); r.Status != 404 {
			t.Errorf("figures only: %d", r.Status)
		}
		theirs := l.Send(t, "POST", "/api/security/baselines", "manager-theirs", fmt.Sprintf(`{"name":"x","sensors":[%q]}`, l.sensor))
		if theirs.Status != 422 || !strings.Contains(string(theirs.Body), "body.sensors[0]") {
			t.Errorf("a sensor of others: %d %s", theirs.Status, theirs.Body)
		}
		twice := l.Send(t, "POST", "/api/security/baselines", "manager-ours", fmt.Sprintf(`{"name":"x","sensors":[%q]}`, l.sensor))
		if twice.Status != 409 {
			t.Errorf("a sensor in two baselines: %d %s", twice.Status, twice.Body)
		}
	})
}

func TestLearningEndsByItselfAndLinesAreBounded(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newLearner(t, o, "none")
		at := time.Now()
		var list []batch.Aggregate
		for i := range 5_200 {
			list = append(list, says(fmt.Sprintf("10.1.%d.%d", i/250, i%250+1), "read_coils", "read", 1, at))
		}
		l.hear(t, list...)
		l.hear(t, list[5_100:]...)
		if b := l.now(t); b.Lines != 5_000 || b.Beyond != 200 {
			t.Errorf("%d lines, %d beyond", b.Lines, b.Beyond)
		}
		err := l.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(t.Context(), `UPDATE security_baseline SET learn_to = 1`); err != nil {
				return err
			}
			_, err := l.kit.Jobs.StartTx(t.Context(), tx, jobs.Order{Kind: "sweep_baselines"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		kerneltest.Wait(t, "the review", func() bool { return l.now(t).State == "review" })
	})
}

// A baseline begins with what its sensors kept of the past: what is sure is learned, a guess is
// counted, what is older is left, and what comes goes on from there.
func TestABaselineBeginsWithThePast(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := &learner{listener: newListener(t, o, "none")}
		now := time.Now()
		guess := says("10.0.0.7", "read_coils", "read", 1, now.Add(-time.Hour))
		guess.Guess = true
		l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 1, now.Add(-time.Hour)), says("10.0.0.1", "read_holding_registers", "read", 1, now.Add(-2*time.Hour)),
			says("10.0.0.9", "write_single_register", "write", 1, now.Add(-3*24*time.Hour)), guess)
		var b struct{ ID string }
		l.must(t, 201, "POST", "", fmt.Sprintf(`{"name":"一号线","sensors":[%q],"past_days":1}`, l.sensor), &b)
		l.id = b.ID
		if x := l.now(t); x.Lines != 1 || x.Undecided != 1 || x.Unsure != 10 || x.State != "learning" {
			t.Errorf("of a day it knows %+v", x)
		}
		if list := l.lines(t, ""); len(list) != 1 || list[0].Client != "10.0.0.1" || list[0].Units != 20 || list[0].Verdict != "open" {
			t.Errorf("it learned %+v", list)
		}
		l.hear(t, says("10.0.0.1", "read_holding_registers", "read", 1, now))
		if list := l.lines(t, ""); len(list) != 1 || list[0].Units != 30 {
			t.Errorf("then it hears %+v", list)
		}
		l.must(t, 200, "POST", "/orders", `{"to":"ended","reason":"x"}`, nil)
		l.id = ""
		l.must(t, 201, "POST", "", fmt.Sprintf(`{"name":"再来","sensors":[%q],"past_days":7}`, l.sensor), &b)
		l.id = b.ID
		if x := l.now(t); x.Lines != 2 {
			t.Errorf("of a week it knows %+v", x)
		}
	})
}
