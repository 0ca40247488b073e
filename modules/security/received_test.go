package security

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/modules/security/internal/ferry"
)

type fromAbove struct {
	ID, Number, Title, Body, TLP, State, Mark string
	Level, Revision, Version                  int64
	Exercise, Changed, Lifted, Answered       bool
	NoticeID                                  string     `json:"notice_id"`
	ValidUntil                                *time.Time `json:"valid_until"`
	ReceivedAt                                time.Time  `json:"received_at"`
	Acts                                      []string
	Clocks                                    []struct {
		Obligation, State string
		StartedAt         time.Time `json:"started_at"`
		DueAt             time.Time `json:"due_at"`
	}
	Receipts []struct {
		State          string
		Revision, File int64
	}
}

type tookFile struct {
	Sequence, Objects, Refused, Notices, Receipts int64
	Refusal                                       string
}

// take takes a file in.
func (x *town) take(t *testing.T, data string, want int) (f tookFile, said string) {
	t.Helper()
	r := x.Send(t, "POST", "/api/security/ferry-import", "officer", data, "Content-Type", "application/octet-stream")
	if r.Status != want {
		t.Fatalf("%d %s, want %d", r.Status, r.Body, want)
	}
	if want == http.StatusOK {
		r.Decode(t, &f)
	}
	return f, string(r.Body)
}

// trust trusts a channel of another city.
func (x *town) trust(t *testing.T, name, channel, public, more string) {
	t.Helper()
	var made numbered
	x.do(t, "POST", "/ferry-sources", "officer", fmt.Sprintf(`{"name":%q,"channel":%q,"keys":%q,"first":1%s}`, name, channel, public, more), 0, http.StatusCreated, &made)
	x.confirm(t, "/ferry-sources/"+made.ID, 1)
}

func (x *town) key(t *testing.T) string {
	t.Helper()
	var key struct{ Public string }
	x.do(t, "GET", "/upper-file-key", "officer", "", 0, http.StatusOK, &key)
	return key.Public
}

// above is the only notice of an upper level that the city has.
func (x *town) above(t *testing.T) (n fromAbove) {
	t.Helper()
	var list struct{ Items []fromAbove }
	x.do(t, "GET", "/received-notices", "officer", "", 0, http.StatusOK, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%d notices of upper levels", len(list.Items))
	}
	x.do(t, "GET", "/received-notices/"+list.Items[0].ID, "officer", "", 0, http.StatusOK, &n)
	return n
}

func downChannel(name string, recipients ...string) string {
	list, err := json.Marshal(recipients)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(`{"name":%q,"way":"file","direction":"down","recipients":%s,"root":"","collection":"","auth":"none","paused":false,"most_tlp":"amber","levels":[1,2,3]}`, name, list)
}

// A province writes files for a city behind a gateway; the city receives the notice, answers,
// passes it on, and hears of its revision and withdrawal.
func TestANoticeGoesDownThroughAGatewayAndIsPassedOn(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		province, city := newReporter(t, kerneltest.Options{}), newReporter(t, o)
		down := province.upper(t, downChannel("下级内网", province.Ours.ID))
		up := city.upper(t, `{"name":"省级内网","way":"file","root":"","collection":"","auth":"none","paused":false,"most_tlp":"amber","levels":[]}`)
		if said := city.do(t, "POST", "/ferry-sources", "officer", fmt.Sprintf(`{"name":"省","channel":%q,"keys":%q,"first":1,"pair_id":%q}`, down, province.key(t), up), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "pair_id") {
			t.Errorf("a lower level is answered by a channel upward: %s", said)
		}
		city.trust(t, "省级平台", down, province.key(t), fmt.Sprintf(`,"upper":true,"pair_id":%q`, up))
		province.trust(t, "市级平台", up, city.key(t), fmt.Sprintf(`,"pair_id":%q`, down))

		n := province.issued(t, named(province.Ours.ID), "")
		_, file := province.carry(t, down)
		if got, _ := city.take(t, file, http.StatusOK); got.Notices != 1 || got.Objects != 3 || got.Refused != 0 {
			t.Errorf("%+v", got)
		}
		got := city.above(t)
		if got.Title != "秘密标题" || !strings.Contains(got.Body, "秘密要求") || got.Level != 3 || got.TLP != "amber" || got.Number != n.Number || got.State != "new" || got.Exercise || got.Revision != 1 || !got.Answered {
			t.Errorf("%+v", got)
		}
		if len(got.Clocks) != 2 || !got.Clocks[0].StartedAt.Equal(got.ReceivedAt) || got.Clocks[0].DueAt.Sub(got.ReceivedAt) != 2*time.Hour {
			t.Errorf("owed is %+v", got.Clocks)
		}
		if r := city.Get(t, "/api/security/received-notices", "manager-ours"); r.Status != http.StatusForbidden {
			t.Errorf("an enterprise reads what the province tells the city: %d", r.Status)
		}
		draft := func(tlp string) string {
			return fmt.Sprintf(`{"kind":"notice","colour":"","title":"转发省级通报","body":"正文","ask":"核查","level":3,"category":"attack","tlp":%q,"audience":%s,"origin":%q}`, tlp, named(city.Ours.ID), got.ID)
		}
		if said := city.do(t, "POST", "/notices", "officer", draft("amber"), 0, http.StatusConflict, nil); !strings.Contains(said, "security.received.first") {
			t.Errorf("written after what nobody acknowledged: %s", said)
		}

		// Nobody acknowledges in time: the officers are told.
		city.clock.Turn(3 * time.Hour)
		kerneltest.Wait(t, "officers to be told that it is late", func() bool {
			return strings.Contains(string(city.Get(t, "/api/notify/inbox?limit=100", "officer").Body), "逾期未签收")
		})
		city.do(t, "POST", "/received-notices/"+got.ID+"/acknowledgement", "officer", "{}", got.Version, http.StatusOK, &got)
		if got.State != "acknowledged" || len(got.Receipts) != 1 || got.Receipts[0].State != "waiting" || got.Clocks[0].State != "met" {
			t.Errorf("%+v", got)
		}
		if said := city.do(t, "POST", "/received-notices/"+got.ID+"/acknowledgement", "officer", "{}", got.Version, http.StatusConflict, nil); !strings.Contains(said, "security.received.acknowledged") {
			t.Error(said)
		}
		// A receipt that was taken back goes again when it is acknowledged again.
		var sent struct{ Items []sentUp }
		city.do(t, "GET", "/upward?direction=up", "officer", "", 0, http.StatusOK, &sent)
		city.do(t, "POST", "/upward/"+sent.Items[0].ID+"/cancellation", "officer", `{"reason":"核对"}`, sent.Items[0].Version, http.StatusOK, nil)
		if got = city.above(t); !strings.Contains(fmt.Sprint(got.Acts), "answer") {
			t.Errorf("%+v", got)
		}
		city.do(t, "POST", "/received-notices/"+got.ID+"/acknowledgement", "officer", "{}", got.Version, http.StatusOK, &got)
		if len(got.Receipts) != 2 || got.Receipts[0].State != "waiting" || strings.Contains(fmt.Sprint(got.Acts), "answer") {
			t.Errorf("%+v", got)
		}
		// The receipt goes back by the channel upward.
		_, receipt := city.carry(t, up)
		if took, _ := province.take(t, receipt, http.StatusOK); took.Receipts != 1 || took.Refused != 0 || took.Notices != 0 {
			t.Errorf("%+v", took)
		}
		if said := province.do(t, "GET", "/upward?direction=down", "officer", "", 0, http.StatusOK, nil); !strings.Contains(said, `"acknowledged_at":"`) {
			t.Errorf("the province does not know: %s", said)
		}
		if said := province.do(t, "GET", "/upward?direction=up", "officer", "", 0, http.StatusOK, nil); strings.Contains(said, n.Number) {
			t.Errorf("what goes down is listed with what goes up: %s", said)
		}

		// It is passed on: never opener than it came.
		if said := city.do(t, "POST", "/notices", "officer", draft("green"), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.notice.origin_tlp") || !strings.Contains(said, "body.tlp") {
			t.Errorf("an opener TLP: %s", said)
		}
		var own numbered
		city.do(t, "POST", "/notices", "officer", draft("amber+strict"), 0, http.StatusCreated, &own)
		city.do(t, "POST", "/notices/"+own.ID+"/submission", "officer", "{}", 1, http.StatusOK, nil)
		city.do(t, "POST", "/notices/"+own.ID+"/signature", "leader", "{}", 2, http.StatusOK, nil)
		city.do(t, "POST", "/notices/"+own.ID+"/issue", "officer", "{}", 3, http.StatusOK, &own)
		if got = city.above(t); got.State != "passed_on" || got.NoticeID != own.ID || got.Clocks[1].State != "met" {
			t.Errorf("%+v", got)
		}
		if said := city.do(t, "POST", "/notices/"+own.ID+"/tlp", "officer", `{"tlp":"clear","reason":"公开"}`, own.Version, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.notice.origin_tlp") {
			t.Errorf("made opener later: %s", said)
		}

		// The province raises the level, then withdraws: each is a version.
		var of struct{ Version int64 }
		province.do(t, "GET", "/notices/"+n.ID, "officer", "", 0, http.StatusOK, &of)
		province.do(t, "POST", "/notices/"+n.ID+"/level", "officer", `{"level":2,"reason":"扩散"}`, of.Version, http.StatusOK, &of)
		_, second := province.carry(t, down)
		province.do(t, "POST", "/notices/"+n.ID+"/withdrawal", "officer", `{"reason":"误发"}`, of.Version, http.StatusOK, nil)
		_, third := province.carry(t, down)
		if _, said := city.take(t, third, http.StatusConflict); !strings.Contains(said, "security.ferry.gap") {
			t.Error(said)
		}
		city.take(t, second, http.StatusOK)
		if got = city.above(t); got.Level != 2 || got.Revision != 2 || got.State != "new" || !got.Changed {
			t.Errorf("%+v", got)
		}
		city.take(t, third, http.StatusOK)
		if got = city.above(t); got.State != "withdrawn" || got.Clocks[len(got.Clocks)-1].State == "running" || fmt.Sprint(got.Acts) != "[acknowledge]" {
			t.Errorf("%+v", got)
		}
		city.Audited(t, got.ID)
	})
}

// What is for few goes only to channels whose recipients have it, and drills go to none.
func TestWhatMayNotGoDownStays(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newReporter(t, o)
		if said := x.do(t, "POST", "/uppers", "officer", strings.Replace(downChannel("x"), `"recipients":[]`, `"recipients":["nobody"]`, 1), 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "body.recipients") {
			t.Error(said)
		}
		both := x.upper(t, downChannel("两家内网", x.Ours.ID, x.Theirs.ID))
		amber := x.issued(t, named(x.Ours.ID), "")
		got := x.upwardOf(t, amber.ID, "officer")
		if len(got.Reports) != 1 || got.Reports[0].State != "withheld" || got.Reports[0].Fault != "target" || got.Uppers[0].Why != "security.upward.target" {
			t.Fatalf("%+v", got)
		}
		if said := x.release(t, amber.ID, both, "leader", false, http.StatusForbidden); !strings.Contains(said, "security.upward.target") {
			t.Error(said)
		}
		x.do(t, "POST", "/notices/"+amber.ID+"/tlp", "officer", `{"tlp":"green","reason":"可公开"}`, got.Version, http.StatusOK, nil)
		x.do(t, "POST", "/notices/"+amber.ID+"/revision/signature", "leader", "{}", x.upwardOf(t, amber.ID, "officer").Version, http.StatusOK, nil)
		if r := x.upwardOf(t, amber.ID, "officer").Reports[0]; r.State != "waiting" {
			t.Errorf("what everybody may have: %+v", r)
		}
		// What became stricter while it waited is looked at again when the file is made.
		x.do(t, "POST", "/notices/"+amber.ID+"/tlp", "officer", `{"tlp":"amber","reason":"收紧"}`, x.upwardOf(t, amber.ID, "officer").Version, http.StatusOK, nil)
		if said := x.do(t, "POST", "/uppers/"+both+"/files", "officer", "{}", 0, http.StatusConflict, nil); !strings.Contains(said, "security.upward.nothing") {
			t.Errorf("what became stricter goes: %s", said)
		}
		var drill numbered
		x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练","plan":"通知","pace":100,"organisations":[%q]}`, x.Ours.ID), 0, http.StatusCreated, &drill)
		d := x.issued(t, named(x.Ours.ID), fmt.Sprintf(`,"drill":%q`, drill.ID))
		if said := x.release(t, d.ID, both, "leader", false, http.StatusConflict); !strings.Contains(said, "security.upward.unreal") {
			t.Errorf("a drill is released: %s", said)
		}
	})
}

// foreign is an upper level that is no Linghang of ours: it signs files with a key of its own.
type foreign struct {
	suite   seal.Suite
	private []byte
	public  string
	channel string
	last    ferry.Head
	digest  string
}

func newForeign(t *testing.T, suite string) *foreign {
	t.Helper()
	s, err := seal.ByName(suite)
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := s.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return &foreign{suite: s, private: private, public: public, channel: "province-" + suite, digest: ferry.None}
}

// file is the next file with these objects.
func (f *foreign) file(t *testing.T, objects ...string) string {
	t.Helper()
	bundle := `{"type":"bundle","id":"bundle--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01","objects":[` + strings.Join(objects, ",") + `]}`
	f.last = ferry.Head{Channel: f.channel, Sequence: f.last.Sequence + 1, Previous: f.digest, CreatedAt: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	s := attest.Signed{Statement: f.last.Statement([]byte(bundle)), Public: f.public}
	data, err := f.suite.Sign(f.private, []byte(s.Statement))
	if err != nil {
		t.Fatal(err)
	}
	s.Signature = seal.Text{Suite: f.suite.Name(), Key: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Data: data}.String()
	out, err := ferry.Write(s, []byte(bundle), f.last.CreatedAt)
	if err != nil {
		t.Fatal(err)
	}
	f.digest = ferry.Digest(s.Statement)
	return string(out)
}

// told is a report of STIX of a third party.
func told(id, modified, more string) string {
	return fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":"report--%s-0000-4000-8000-000000000000","created":"2026-03-01T00:00:00.000Z","modified":%q,"name":"省级演练通报","description":"正文","report_types":["threat-report"],"published":"2026-03-01T00:00:00.000Z","object_refs":["identity--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01"]%s}`, id, modified, more)
}

func TestAnExerciseOfAnUpperLevelStaysOne(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newReporter(t, o)
		for i, suite := range seal.Names() {
			f := newForeign(t, suite)
			x.trust(t, "省级平台"+suite, f.channel, f.public, `,"upper":true`)
			id := fmt.Sprintf("0000000%d", i)
			long := told("11111111", "2026-03-01T00:00:00.000Z", "")
			long = strings.Replace(long, "省级演练通报", strings.Repeat("长", 401), 1)
			took, _ := x.take(t, f.file(t, told(id, "2026-03-01T01:00:00.000Z", `,"labels":["level-1","exercise"],"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]`), long), http.StatusOK)
			if took.Notices != 1 || took.Refused != 1 || !strings.Contains(took.Refusal, "its title has more than 400 characters") {
				t.Errorf("%s: %+v", suite, took)
			}
			// An earlier version, and the same again, change nothing.
			if took, _ := x.take(t, f.file(t, told(id, "2026-03-01T00:30:00.000Z", ""), told(id, "2026-03-01T01:00:00.000Z", "")), http.StatusOK); took.Notices != 0 || took.Refused != 0 {
				t.Errorf("%s: %+v", suite, took)
			}
			var list struct{ Items []fromAbove }
			x.do(t, "GET", "/received-notices?q=省级平台"+suite, "officer", "", 0, http.StatusOK, &list)
			if len(list.Items) != 1 {
				t.Fatalf("%s: %d notices", suite, len(list.Items))
			}
			n := list.Items[0]
			if !n.Exercise || n.TLP != "red" || n.Level != 1 || !strings.Contains(n.Mark, "演练") || n.Revision != 1 {
				t.Errorf("%s: %+v", suite, n)
			}
			x.do(t, "POST", "/received-notices/"+n.ID+"/acknowledgement", "officer", "{}", n.Version, http.StatusOK, &n)
			if len(n.Receipts) != 0 || n.Answered {
				t.Errorf("%s: a receipt without a way back: %+v", suite, n)
			}
			body := fmt.Sprintf(`{"kind":"notice","colour":"","title":"转发","body":"正文","ask":"核查","level":1,"category":"attack","tlp":"red","audience":%s,"origin":%q`, named(x.Ours.ID), n.ID)
			if said := x.do(t, "POST", "/notices", "officer", body+"}", 0, http.StatusUnprocessableEntity, nil); !strings.Contains(said, "security.notice.origin_exercise") {
				t.Errorf("%s: an exercise is passed on as if it were real: %s", suite, said)
			}
			var drill numbered
			x.do(t, "POST", "/drills", "officer", fmt.Sprintf(`{"title":"演练%s","plan":"通知","pace":100,"organisations":[%q]}`, suite, x.Ours.ID), 0, http.StatusCreated, &drill)
			x.do(t, "POST", "/notices", "officer", body+fmt.Sprintf(`,"drill":%q}`, drill.ID), 0, http.StatusCreated, nil)
			// Settled, with the reason.
			x.do(t, "GET", "/received-notices/"+n.ID, "officer", "", 0, http.StatusOK, &n)
			x.do(t, "POST", "/received-notices/"+n.ID+"/settlement", "officer", `{"reason":" "}`, n.Version, http.StatusUnprocessableEntity, nil)
			x.do(t, "POST", "/received-notices/"+n.ID+"/settlement", "officer", `{"reason":"仅测试通联"}`, n.Version, http.StatusOK, &n)
			if n.State != "settled" {
				t.Errorf("%s: %+v", suite, n)
			}
		}
		// What a channel brings that is not one of an upper level is in the inbox only.
		f := newForeign(t, seal.International)
		f.channel = "district"
		x.trust(t, "区县", f.channel, f.public, "")
		if took, _ := x.take(t, f.file(t, told("22222222", "2026-03-01T00:00:00.000Z", "")), http.StatusOK); took.Notices != 0 || took.Objects != 1 {
			t.Errorf("%+v", took)
		}
	})
}
