package detection

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// OwnRule is a rule of a set as it stands.
type OwnRule struct {
	ID        string `json:"id"`
	Title     string `json:"title" title:"规则|Rule"`
	Kind      string `json:"kind" enum:"event,sequence"`
	Level     Level  `json:"level" enum:"critical,high,medium,low,informational" title:"级别|Level"`
	LogSource string `json:"logsource" title:"日志来源|Log source"`
	Silent    bool   `json:"silent" doc:"No source delivers such events"`
	File      string `json:"file"`
	Line      int64  `json:"line"`
	Live      bool   `json:"live" doc:"It was put in use" title:"已启用|In use"`
	// Off and what follows is how it was switched last, by the owner or the caller's organisation.
	Off    bool       `json:"off" doc:"It is switched off, though it was put in use"`
	Until  *time.Time `json:"until,omitempty" doc:"Until when, where one person alone said so"`
	Reason string     `json:"reason"`
	By     string     `json:"by"`
	At     time.Time  `json:"at" doc:"When; zero: never"`
	Origin

	owner string
}

const ownColumns = `r.id, r.title, r.kind, r.level, r.logsource, r.silent, r.file, r.line, r.live, r.about, s.id, s.name, s.city, s.revision, s.organisation_id`

func scanOwnRule(r sqldb.Row) (x OwnRule, err error) {
	var about string
	var o Origin
	if err := r.Scan(&x.ID, &x.Title, &x.Kind, &x.Level, &x.LogSource, &x.Silent, &x.File, &x.Line, &x.Live, &about, &o.SetID, &o.Set, &o.City, &o.Revision, &x.owner); err != nil {
		return x, err
	}
	if err := json.Unmarshal([]byte(about), &x.Origin); err != nil {
		return x, fmt.Errorf("read what people read of a rule: %w", err)
	}
	x.SetID, x.Set, x.City, x.Revision = o.SetID, o.Set, o.City, o.Revision
	return x, nil
}

type ownRuleParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Level string `query:"level" enum:"critical,high,medium,low,informational"`
	State string `query:"state" enum:"live,idle,silent" doc:"In use, never put in use, or for events that no source delivers"`
}

func (s store) ownRules(ctx context.Context, in ownRuleParams, now time.Time) (sqldb.Page[OwnRule], error) {
	l := sqldb.List{
		Select: ownColumns, From: "security_own_rule r JOIN security_rule_set s ON s.id = r.set_id", Key: "r.id", Order: "level",
		Sort:   map[string]string{"level": "r.rank", "title": "r.title", "status": "r.status", "author": "r.author", "logsource": "r.logsource"},
		Search: []string{"r.title", "r.author", "r.logsource", "r.about"},
	}
	l.Where("r.set_id = ?", in.ID).WhereIf("r.level = ?", in.Level)
	switch in.State {
	case "live":
		l.Where("r.live")
	case "idle":
		l.Where("NOT r.live")
	case "silent":
		l.Where("r.silent")
	}
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanOwnRule)
	if err != nil {
		return page, err
	}
	return page, s.asSwitched(ctx, page.Items, now)
}

// asSwitched tells of rules how they were switched: by their owner, or by who asks.
func (s store) asSwitched(ctx context.Context, list []OwnRule, now time.Time) error {
	by := map[string]map[string]RuleShown{}
	for i := range list {
		for _, organisation := range []string{list[i].owner, identity.From(ctx).Organisation.ID} {
			if by[organisation] == nil {
				switches, err := s.switches(ctx, organisation, now)
				if err != nil {
					return err
				}
				by[organisation] = switches
			}
			w, there := by[organisation][list[i].ID]
			if !there || list[i].Off {
				continue
			}
			list[i].Off, list[i].Until, list[i].Reason, list[i].By, list[i].At = w.Off, w.Until, w.Reason, w.By, w.At
		}
	}
	return nil
}

// ownRule reads a rule of a set that the caller sees.
func (s store) ownRule(ctx context.Context, id string, now time.Time) (OwnRule, error) {
	rows, err := s.db.Query(ctx, `SELECT `+ownColumns+` FROM security_own_rule r JOIN security_rule_set s ON s.id = r.set_id WHERE r.id = $1 AND (s.organisation_id = $2 OR s.city)`, id, identity.From(ctx).Organisation.ID)
	if err != nil {
		return OwnRule{}, fmt.Errorf("read a rule: %w", err)
	}
	list, err := sqldb.All(rows, scanOwnRule)
	if err != nil {
		return OwnRule{}, err
	}
	if len(list) == 0 {
		return OwnRule{}, noSuch("rule")
	}
	return list[0], s.asSwitched(ctx, list[:1], now)
}

// asRule is what the switch of a rule names it by.
func (x OwnRule) asRule() Rule {
	return Rule{ID: x.ID, Name: x.Title, Title: lang.Text{ZH: x.Title, EN: x.Title}}
}
