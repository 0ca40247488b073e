package notice

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// What search knows: notices that were issued, for the city, and to each addressee its own assignment.
const (
	nounNotice     = "security_notice"
	nounAssignment = "security_assignment"
)

// Finds are what the city's search finds.
func (d *Desk) Finds() []module.Find {
	return []module.Find{
		{Noun: nounNotice, Title: lang.Text{ZH: "安全通报", EN: "Security notices"}, Walk: d.walkNotices},
		{Noun: nounAssignment, Title: lang.Text{ZH: "收到的安全通报", EN: "Security notices received"}, Walk: d.walkAssignments},
	}
}

// sayable is what search may keep of a text: of one that is for few, nothing.
func sayable(x Text) string {
	if x.TLP == rating.Red || x.TLP == rating.AmberStrict {
		return ""
	}
	return x.Body + "\n" + x.Ask
}

func (n Notice) document(root string) module.Document {
	return module.Document{
		Noun: nounNotice, ID: n.ID, Title: subject(n.Drill, n.Synthetic, n.Number, n.Title, n.TLP), Tags: []string{n.Number}, Body: sayable(n.Text),
		Path: "/security/notices/" + n.ID, Permission: mayRead, Organisations: []string{root},
	}
}

// document is how people of an addressee find what they were sent; the city's find the notice.
func (a Assignment) document(body string) module.Document {
	return module.Document{
		Noun: nounAssignment, ID: a.ID, Title: a.subject(), Tags: []string{a.Number}, Body: body,
		Path: "/security/assignments/" + a.ID, Permission: mayAnswer, Organisations: []string{a.OrganisationID},
	}
}

// find lets an issued notice be found as it is now.
func (d *Desk) find(ctx context.Context, tx *sqldb.Tx, n Notice) error {
	if n.Number == "" {
		return nil
	}
	root, err := d.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	return d.kit.Search.Put(ctx, tx, n.document(root.ID))
}

// atOnceFound is how many rows are read at once when everything is entered anew.
const atOnceFound = 500

func (d *Desk) walkNotices(ctx context.Context, put func(module.Document) error) error {
	root, err := d.organisations.Root(ctx)
	if fault.Is(err, fault.NotFound) {
		return nil // the house is not set up yet, and has no notices
	}
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	after := ""
	for {
		rows, err := d.store.db.Query(ctx, `SELECT `+noticeColumns+` FROM security_notice n WHERE n.serial > 0 AND n.id > $1 ORDER BY n.id LIMIT $2`, after, atOnceFound)
		if err != nil {
			return fmt.Errorf("read notices for search: %w", err)
		}
		list, err := sqldb.All(rows, scanNotice)
		if err != nil {
			return err
		}
		for _, n := range list {
			after = n.ID
			if err := put(n.document(root.ID)); err != nil {
				return err
			}
		}
		if len(list) < atOnceFound {
			return nil
		}
	}
}

func (d *Desk) walkAssignments(ctx context.Context, put func(module.Document) error) error {
	after := ""
	for {
		rows, err := d.store.db.Query(ctx, `SELECT `+assignmentColumns+` FROM `+assignmentTables+` WHERE a.delivered_at > 0 AND a.id > $1 ORDER BY a.id LIMIT $2`, after, atOnceFound)
		if err != nil {
			return fmt.Errorf("read assignments for search: %w", err)
		}
		list, err := sqldb.All(rows, scanAssignment(d.now()))
		if err != nil {
			return err
		}
		texts, err := d.texts(ctx, list)
		if err != nil {
			return err
		}
		for _, a := range list {
			after = a.ID
			if err := put(a.document(texts[a.NoticeID])); err != nil {
				return err
			}
		}
		if len(list) < atOnceFound {
			return nil
		}
	}
}
