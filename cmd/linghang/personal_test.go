package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// numbers are columns that say person:<ID> or an ID, and nothing else of
// somebody: the number of who did something stays when the person is erased.
func numbers() []string {
	return []string{
		"system.audit_entry.actor", "system.audit_export.actor", "system.audit_retention.decided_by", "system.audit_retention.proposed_by", "system.audit_subject.person_id",
		"system.dead_letter.decided_by", "system.export_request.decided_by", "system.invitation.invited_by", "system.personal_request.decided_by", "system.personal_request.person_id", "system.registration.decided_by",
		"system.token.created_by", "system.device.person_id", "system.ceremony.person_id",
		"plan.plan.created_by", "remark.attachment.author", "notify.notice.by_id", "oidc.departure.person_id", "oidc.permit.person_id", "plan.reminder.done_by", "platforms.platform_key.created_by",
	}
}

// elsewhere are columns about persons that go another way than by a declaration:
// with the person's row, by the room's Forget, or sealed under the person's key.
func elsewhere() map[string]string {
	return map[string]string{
		"system.person.": "the row goes last", "system.totp.": "goes with the row", "system.passkey.": "goes with the row", "system.recovery_code.": "goes with the row", "system.device.": "goes with the row",
		"system.registration.": "ForgetSubject", "system.invitation.": "ForgetSubject", "system.audit_entry.actor_name": "sealed", "notify.notice.by_name": "Forget", "notify.delivery.address": "Forget",
		"platforms.platform.contact_": "Forget", "identifier.node.contact_": "Forget", "identifier.particulars.legal_": "Forget",
		"enterprise.entry_contact.": "Forget", "security.security_own_rule.author": "who wrote a public rule is named by its licence, with each finding",
	}
}

var (
	personColumn = regexp.MustCompile(`^(person|person_id|actor|author|owner|.*_by|.*_by_id|by_id)$`)
	namesColumn  = regexp.MustCompile(`^((.*_)?(by|person|author|owner|actor)_name|(.*_)?(email|phone|login)|contact_name)$`)
)

// A room whose tables have columns about persons says so in its Manifest, so that
// they are copied for the person and erased with them.
func TestEveryColumnAboutPersonsIsDeclared(t *testing.T) {
	c := kerneltest.Start(t, platform, kerneltest.Options{Rooms: anyPort()})
	for _, m := range c.Manifests() {
		i := slices.IndexFunc(c.Databases(), func(db *sqldb.DB) bool { return db.Room() == m.Name })
		if i < 0 {
			continue
		}
		for _, column := range columnsOf(t, c.Databases()[i]) {
			table, name, _ := strings.Cut(column, ".")
			full := m.Name + "." + column
			switch {
			case !personColumn.MatchString(name) && !namesColumn.MatchString(name):
			case declared(m, table, name), slices.Contains(numbers(), full):
			case slices.ContainsFunc(keysOf(elsewhere()), func(k string) bool { return strings.HasPrefix(full, k) }):
			default:
				t.Errorf("%s is about a person: declare it in Personal of the room's Manifest, erase it in Forget, or say here why it stays", full)
			}
		}
	}
}

func keysOf(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func declared(m module.Manifest, table, column string) bool {
	return slices.ContainsFunc(m.Personal, func(p sqldb.Personal) bool {
		return p.Table == table && (p.Drop || p.Person == column || slices.Contains(p.Columns, column))
	})
}

// columnsOf returns table.column of all text columns of a room.
func columnsOf(t *testing.T, db *sqldb.DB) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'kernel_%' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("the columns of %s: %v, %v", db.Room(), list, err)
	}
	return list
}
