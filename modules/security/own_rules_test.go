package security_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// ownRule is a rule for one event of Windows.
func ownRule(id, title, image string) string {
	return fmt.Sprintf("title: %s\nid: %s\nauthor: 某作者\nlevel: high\ntags: [attack.t1059.001]\nlogsource: {product: windows, category: process_creation}\ndetection:\n  selection:\n    Image|endswith: '\\%s'\n  condition: selection\n", title, id, image)
}

// started is an event of a process that begins.
func started(image string, at time.Time) batch.Log {
	field := func(name, value string) batch.LogField { return batch.LogField{Name: name, Value: value} }
	return batch.Log{
		At: at, Feed: "windows.json", Format: "windows", Kind: "Microsoft-Windows-Sysmon/Operational", Code: "1", Severity: "info", Title: "Process Create:", Host: "hmi-1", Digest: strings.Repeat("c", 64), Offset: 1, Size: 9,
		Fields: []batch.LogField{field("EventID", "1"), field("Channel", "Microsoft-Windows-Sysmon/Operational"), field("Computer", "hmi-1"), field("Image", `C:\Tools\`+image)},
	}
}

type ruleSetView struct {
	ID                                      string
	Revision, Rules, Live, Refused, Changed int
	Done                                    bool
	Findings                                []struct {
		File, Kind string
		Line       int
	}
	Trials []struct{ ID, State string }
}

// bring uploads rules.
func (l *listener) bring(t *testing.T, who, query, text string, status int) (v ruleSetView) {
	t.Helper()
	r := l.Send(t, "POST", "/api/security/rule-sets?"+query, who, text, "Content-Type", "application/octet-stream")
	if r.Status != status {
		t.Fatalf("%s: %d %s", query, r.Status, r.Body)
	}
	if status == 200 {
		r.Decode(t, &v)
	}
	return v
}

func (l *listener) use(t *testing.T, who, set string) {
	t.Helper()
	if r := l.Send(t, "POST", "/api/security/rule-sets/"+set+"/use", who, `{"rules":[]}`); r.Status != 200 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
}

func named(title, more string) string {
	return "name=x.yml&title=" + url.QueryEscape(title) + more
}

func TestRulesOfAnEnterpriseAreTriedPutInUseAndFind(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		at := time.Now().UTC().Truncate(time.Second)
		l.expect(t, "an event", 200, "taken", l.key, body(t, batch.Logs, 1, logs(started("tool.exe", at))))
		bad := ownRule("a", "好规则", "tool.exe") + "---\ntitle: 坏规则\nlogsource: {product: windows}\ndetection:\n  selection:\n    Image|frobnicate: x\n  condition: selection\n"
		l.bring(t, "manager-ours", named("我的规则", ""), bad, 422)
		var v ruleSetView
		l.Send(t, "POST", "/api/security/rule-sets/preview?"+named("x", ""), "manager-ours", bad, "Content-Type", "application/octet-stream").Decode(t, &v)
		if v.Rules != 1 || v.Refused != 1 || v.Done || len(v.Findings) != 1 || v.Findings[0].Line == 0 || v.Findings[0].File != "x.yml" {
			t.Errorf("%+v", v)
		}
		set := l.bring(t, "manager-ours", named("我的规则", "&sound=true"), bad, 200).ID
		l.tried(t, set)
		l.drained(t)
		l.use(t, "manager-ours", set)
		l.expect(t, "another event", 200, "taken", l.key, body(t, batch.Logs, 2, logs(started("tool.exe", at.Add(time.Minute)))))
		alert := l.alerts(t, 1, 1)[0]
		var d struct {
			Rule      struct{ ZH string }
			Level     string
			Technique string
			Why       struct{ ZH string }
			Origin    struct{ Set, Author string }
			Evidence  []struct{ Fields []batch.LogField }
		}
		l.Get(t, "/api/security/alerts/"+alert.ID, "manager-ours").Decode(t, &d)
		if d.Rule.ZH != "好规则" || d.Level != "high" || d.Technique != "T1059.001" || d.Origin.Author != "某作者" || d.Origin.Set != "我的规则" || !strings.Contains(d.Why.ZH, "hmi-1") || len(d.Evidence) != 1 {
			t.Errorf("%+v", d)
		}
		l.revised(t, set)
	})
}

// drained waits until nothing waits for rules any more.
func (l *listener) drained(t *testing.T) {
	t.Helper()
	kerneltest.Wait(t, "logs to be judged", func() bool {
		var n int
		err := l.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM security_detection_log`).Scan(&n)
		return err == nil && n == 0
	})
}

// tried tries a set against the event that is kept.
func (l *listener) tried(t *testing.T, set string) {
	t.Helper()
	var trial struct{ ID string }
	r := l.Send(t, "POST", "/api/security/rule-sets/"+set+"/trials", "manager-ours", `{"days":7}`)
	if r.Status != 201 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	r.Decode(t, &trial)
	var got struct {
		Trial struct {
			State  string
			Events int
			Found  []struct {
				Title, Author string
				Hits          int
				Examples      []struct{ Sensor string }
			}
		}
	}
	kerneltest.Wait(t, "a trial to end", func() bool {
		l.Get(t, "/api/security/rule-sets/"+set, "manager-ours").Decode(t, &got)
		return got.Trial.State != "running"
	})
	x := got.Trial
	if x.State != "done" || x.Events != 1 || len(x.Found) != 1 || x.Found[0].Hits != 1 || x.Found[0].Author != "某作者" || len(x.Found[0].Examples) != 1 {
		t.Errorf("%+v", x)
	}
	for who, status := range map[string]int{"manager-theirs": 404, "manager-ours": 409} {
		if r := l.Send(t, "POST", "/api/security/rule-trials/"+trial.ID+"/cancel", who, ""); r.Status != status {
			t.Errorf("%s gives up a trial: %d %s", who, r.Status, r.Body)
		}
	}
}

// revised brings a revision, which may not take away what is in use.
func (l *listener) revised(t *testing.T, set string) {
	t.Helper()
	l.bring(t, "manager-ours", "name=x.yml&revision=1&set="+set, ownRule("b", "另一条", "other.exe"), 409)
	l.bring(t, "manager-ours", "name=x.yml&revision=7&set="+set, ownRule("a", "改过的规则", "other.exe"), 412)
	if v := l.bring(t, "manager-ours", "name=x.yml&revision=1&set="+set, ownRule("a", "改过的规则", "other.exe"), 200); v.Changed != 1 {
		t.Errorf("%+v", v)
	}
	var v ruleSetView
	l.Get(t, "/api/security/rule-sets/"+set, "manager-ours").Decode(t, &v)
	if v.Revision != 2 || v.Live != 1 || v.Rules != 1 || len(v.Trials) != 1 {
		t.Errorf("%+v", v)
	}
	for who, status := range map[string]int{"manager-theirs": 404, "officer": 404} {
		for _, what := range []string{"", "/rules", "/files/0"} {
			if r := l.Get(t, "/api/security/rule-sets/"+set+what, who); r.Status != status {
				t.Errorf("%s %s: %d", who, what, r.Status)
			}
		}
	}
	if r := l.Send(t, "DELETE", "/api/security/rule-sets/"+set, "manager-ours", ""); r.Status != 409 {
		t.Errorf("a set in use is removed: %d %s", r.Status, r.Body)
	}
}

func TestRulesOfTheCityFindInSensorsThatAreOpenToIt(t *testing.T) {
	for consent, found := range map[string]bool{"none": false, "detail": true} {
		t.Run(consent, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
				l := newListener(t, o, consent)
				set := l.bring(t, "officer", named("城市规则", ""), ownRule("a", "城市规则一", "tool.exe"), 200).ID
				l.use(t, "officer", set)
				at := time.Now().UTC().Truncate(time.Second)
				l.expect(t, "an event", 200, "taken", l.key, body(t, batch.Logs, 1, logs(started("tool.exe", at))))
				mine := l.bring(t, "manager-ours", named("自有", ""), ownRule("m", "自有规则", "mark.exe"), 200).ID // its alert tells that all was judged
				l.use(t, "manager-ours", mine)
				l.expect(t, "a mark", 200, "taken", l.key, body(t, batch.Logs, 2, logs(started("mark.exe", at.Add(time.Second)))))
				n := 1
				if found {
					n = 2
				}
				l.alerts(t, n, n)
				if r := l.Send(t, "POST", "/api/security/rule-sets/"+set+"/use", "manager-ours", `{"rules":[]}`); r.Status != 403 {
					t.Errorf("an enterprise changes what the city brought: %d %s", r.Status, r.Body)
				}
			})
		})
	}
}

// Another release of the program may refuse what one before took: the rules beside it go on, and who looks after the installation is told.
func TestARuleThatCannotBeCompiledAnyMoreSilencesNoOther(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		set := l.bring(t, "manager-ours", named("两条", ""), ownRule("a", "好规则", "tool.exe")+"---\n"+ownRule("b", "旧规则", "tool.exe"), 200).ID
		l.use(t, "manager-ours", set)
		err := l.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			n, err := tx.Exec(t.Context(), `UPDATE security_rule_revision SET files = REPLACE(files, 'title: 旧规则\nid: b', 'title: 旧规则\nid: b\nstatus: never') WHERE set_id = $1`, set)
			if err == nil && n != 1 {
				err = fmt.Errorf("%d revisions", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		l.expect(t, "an event", 200, "taken", l.key, body(t, batch.Logs, 1, logs(started("tool.exe", time.Now().UTC().Truncate(time.Second)))))
		l.alerts(t, 1, 1)
		var v struct {
			Live   int
			Broken []struct{ Rule string }
		}
		l.Get(t, "/api/security/rule-sets/"+set, "manager-ours").Decode(t, &v)
		if v.Live != 2 || len(v.Broken) != 1 || v.Broken[0].Rule != "旧规则" {
			t.Errorf("%+v", v)
		}
		if r := l.Get(t, "/api/system/health", "administrator"); !strings.Contains(string(r.Body), "1 个规则集中有不能编译的规则") {
			t.Errorf("%d %s", r.Status, r.Body)
		}
	})
}
