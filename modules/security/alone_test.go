package security

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// manager makes another manager of ours, who signs in by a login.
func (x *caseTown) manager(t *testing.T, login string) {
	t.Helper()
	r := x.Send(t, "POST", "/api/system/persons", "administrator", fmt.Sprintf(`{"login":%q,"name":"第二位负责人","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"manager"}]}`, login, x.Ours.ID))
	if r.Status != 201 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	x.SignIn(t, login)
}

type switchedRule struct {
	ID    string
	Off   bool
	Until *time.Time
}

// clockRule is the rule about clocks of sensors.
const clockRule = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0012"

func (x *caseTown) rule(t *testing.T) switchedRule {
	t.Helper()
	var pack struct{ Rules []switchedRule }
	x.Get(t, "/api/security/detection-rules", "manager-ours").Decode(t, &pack)
	for _, r := range pack.Rules {
		if r.ID == clockRule {
			return r
		}
	}
	t.Fatalf("no rule %s", clockRule)
	return switchedRule{}
}

func TestWhatBlindsThePlatformNeedsTwo(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, x *caseTown){
		"a rule that is switched off":            rulesNeedTwo,
		"a suppression that is about a critical": suppressionsNeedTwo,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newCaseTown(t, o)) })
		})
	}
}

func rulesNeedTwo(t *testing.T, x *caseTown) {
	off := func(who string, is bool) {
		t.Helper()
		if r := x.Send(t, "PUT", "/api/security/detection-rules/"+clockRule+"/switch", who, fmt.Sprintf(`{"off":%v,"reason":"检修"}`, is)); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	x.manager(t, "second.ours")
	off("manager-ours", true)
	if r := x.rule(t); !r.Off || r.Until == nil {
		t.Errorf("one manager: %+v", r)
	}
	kerneltest.Wait(t, "the other manager to be told", func() bool {
		return strings.Contains(string(x.Get(t, "/api/notify/inbox", "second.ours").Body), "停用规则")
	})
	off("manager-ours", true)
	if r := x.rule(t); r.Until == nil {
		t.Errorf("one manager says it twice: %+v", r)
	}
	x.later(9 * 24 * time.Hour)
	if r := x.rule(t); r.Off {
		t.Errorf("it stays off by the word of one: %+v", r)
	}
	off("manager-ours", true) // nobody is locked out
	off("second.ours", true)
	x.later(30 * 24 * time.Hour)
	if r := x.rule(t); !r.Off || r.Until != nil {
		t.Errorf("two managers: %+v", r)
	}
	if off("manager-ours", false); x.rule(t).Off {
		t.Error("it cannot be switched on")
	}
}

func suppressionsNeedTwo(t *testing.T, x *caseTown) {
	x.manager(t, "second.ours")
	x.Cookie(t, "reporter-ours")
	r := x.Send(t, "POST", "/api/security/assets", "manager-ours", `{"name":"一号反应釜控制器","role":"plc","vendor":"","product":"","model":"","order_number":"","firmware":"","serial":"","addresses":[{"ip":"10.0.0.1","mac":"","segment":""}],"zone":"","zone_level":0,"criticality":4,"reach":"internal","responsible":"","site":"","note":""}`)
	if r.Status != 201 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	db := x.kit.DB
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for id, server := range map[string]string{"critical": "10.0.0.1", "other": "10.0.0.2"} {
			_, err := tx.Exec(t.Context(), `INSERT INTO security_alert (id, organisation_id, organisation_zh, organisation_en, sensor_id, sensor_name, fingerprint, rule_id, rule_zh, rule_en, pack, kind, level, rank, technique, client, server, unit, why_zh, why_en,
				reasons, records, times, first_at, last_at, state, reason, until_at, incident_id, opened_at, changed_at, version, client_zone, server_zone)
				VALUES ($1, $2, '', '', 's', 's', $1, 'r', '规则', 'rule', '1', 'event', 'high', 2, '', '10.0.0.9', $3, '', '', '', '[]', '[]', 1, $4, $4, 'new', '', 0, '', $4, $4, 1, '', '')`, id, x.Ours.ID, server, time.Now().UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	suppress := func(who, id string, days, status int) string {
		t.Helper()
		var a struct{ Version int }
		x.Get(t, "/api/security/alerts/"+id, who).Decode(t, &a)
		r := x.Send(t, "POST", "/api/security/alerts/"+id+"/judgement", who, fmt.Sprintf(`{"state":"suppressed","reason":"检修","until":%q}`, time.Now().AddDate(0, 0, days).Format(time.RFC3339)), "If-Match", fmt.Sprintf(`"%d"`, a.Version))
		if r.Status != status {
			t.Errorf("%s suppresses %s for %d days: %d %s", who, id, days, r.Status, r.Body)
		}
		return string(r.Body)
	}
	suppress("manager-ours", "other", 80, 200)
	if said := suppress("manager-ours", "critical", 80, 403); !strings.Contains(said, "body.until") || !strings.Contains(said, "一号反应釜控制器") {
		t.Errorf("%s", said)
	}
	suppress("manager-ours", "critical", 7, 200)
	kerneltest.Wait(t, "the others to be told", func() bool {
		return strings.Contains(string(x.Get(t, "/api/notify/inbox", "reporter-ours").Body), "压制告警")
	})
	suppress("manager-ours", "critical", 80, 403)
	suppress("second.ours", "critical", 80, 200)
}
