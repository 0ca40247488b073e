package enterprise

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// What became of an entry.
const (
	stepFiled     = "filed"
	stepEntered   = "entered"
	stepImported  = "imported"
	stepEdited    = "edited"
	stepAgain     = "resubmitted"
	stepAccepted  = "accepted"
	stepReturned  = "returned"
	stepRefused   = "refused"
	stepInvited   = "invited"
	stepClaimed   = "claimed"
	stepConsent   = "consent"
	stepEvidence  = "evidence"
	stepMerged    = "merged"
	stepUnmerged  = "unmerged"
	stepCorrected = "corrected"
	stepRemoved   = "removed"
)

// step is something that becomes of an entry.
type step struct {
	kind, fields, reason string
	changes              []Correction
}

// Step is something that became of an entry.
type Step struct {
	Number  int64        `json:"number"`
	At      time.Time    `json:"at" title:"时间|Time"`
	Name    string       `json:"name" doc:"Of who did it" title:"经办人|By"`
	Kind    string       `json:"kind" enum:"filed,entered,imported,edited,resubmitted,accepted,returned,refused,invited,claimed,consent,evidence,merged,unmerged,corrected,removed" title:"事项|What"`
	Fields  string       `json:"fields" doc:"Groups of fields, with commas between them" title:"字段|Fields"`
	Reason  string       `json:"reason" title:"说明|Reason"`
	Changes []Correction `json:"changes" nullable:"false" doc:"Of a correction: what fields said before, and say since"`
}

// differs names what of an entry is another now.
func (e Entry) differs(after Entry) string {
	var list []string
	for _, x := range []struct {
		name          string
		before, after any
	}{
		{"code", e.Code, after.Code},
		{"name", e.Name, after.Name},
		{"district", e.District, after.District},
		{"industry", []string{e.Industry, e.Profile.IndustryClass}, []string{after.Industry, after.Profile.IndustryClass}},
		{groupLocation, []any{e.Profile.Address, e.Profile.Sites}, []any{after.Profile.Address, after.Profile.Sites}},
		{groupFounding, []any{e.Profile.FoundedOn, e.Profile.Capital}, []any{after.Profile.FoundedOn, after.Profile.Capital}},
		{groupBusiness, e.Profile.business(), after.Profile.business()},
		{groupSize, e.Size, after.Size},
		{groupStaff, e.Profile.Staff, after.Profile.Staff},
		{groupFinance, []any{e.Profile.Revenue, e.Profile.Figures}, []any{after.Profile.Revenue, after.Profile.Figures}},
		{groupContacts, e.Contacts, after.Contacts},
		{groupQualifications, e.Profile.Qualifications, after.Profile.Qualifications},
	} {
		if !reflect.DeepEqual(x.before, x.after) {
			list = append(list, x.name)
		}
	}
	for i, g := range e.Consent.groups() {
		if now := after.Consent.groups()[i]; g != now {
			list = append(list, now.group+":"+now.see)
		}
	}
	return strings.Join(list, ",")
}

func (p Profile) business() []any {
	return []any{p.Chains, p.Technologies, p.Products, p.Website, p.Description}
}

func note(ctx context.Context, tx *sqldb.Tx, entryID string, s step) error {
	who, changes := identity.From(ctx), ""
	if len(s.changes) > 0 {
		text, err := json.Marshal(s.changes)
		if err != nil {
			return fmt.Errorf("write what was corrected: %w", err)
		}
		changes = string(text)
	}
	_, err := tx.Exec(ctx, `INSERT INTO entry_step (entry_id, number, at, actor, name, kind, fields, reason, changes)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM entry_step WHERE entry_id = $9`,
		entryID, time.Now().UnixMilli(), who.Actor(), who.Name, s.kind, s.fields, s.reason, changes, entryID)
	if err != nil {
		return fmt.Errorf("note a step of an entry: %w", err)
	}
	return nil
}

type historyParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"40"`
}

// history returns what became of an entry, the newest first.
func (s entryStore) history(ctx context.Context, in historyParams) (sqldb.Page[Step], error) {
	l := sqldb.List{
		Select: "x.number, x.at, x.name, x.kind, x.fields, x.reason, x.changes", From: "entry_step x", Key: "x.number", Order: "-number",
		Sort: map[string]string{"number": "x.number"},
	}
	l.Where("x.entry_id = ?", in.ID)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x Step, err error) {
		var at int64
		var changes string
		err = r.Scan(&x.Number, &at, &x.Name, &x.Kind, &x.Fields, &x.Reason, &changes)
		x.At, x.Changes = sqldb.TimeOrZero(at), []Correction{}
		if err != nil || changes == "" {
			return x, err
		}
		return x, json.Unmarshal([]byte(changes), &x.Changes)
	})
}
