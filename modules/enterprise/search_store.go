package enterprise

import (
	"context"
	"fmt"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// nounEntry names entries in search, in rules of sharing and wherever objects are named.
const nounEntry = "entry"

// document is how an enterprise is found: by what is public of it, whoever asks.
func (e Entry) document() module.Document {
	e = e.as(stranger)
	p := e.Profile
	var chains []string
	for _, c := range p.Chains {
		chains = append(chains, c.Chain+" "+c.Stage)
	}
	return module.Document{
		Noun: nounEntry, ID: e.ID, Title: e.Name, Tags: []string{e.Code, e.Industry},
		Body: strings.Join([]string{strings.Join(p.Products, " "), strings.Join(p.Technologies, " "), strings.Join(chains, " "), p.Description, p.Address}, "\n"),
		Path: "/enterprise/entries/" + e.ID, Permission: "enterprise.view", City: true,
	}
}

// find lets an accepted entry be found, and no other.
func (s entryStore) find(ctx context.Context, tx *sqldb.Tx, e Entry) error {
	if e.Status != accepted {
		return s.search.Remove(ctx, tx, nounEntry, e.ID)
	}
	return s.search.Put(ctx, tx, e.document())
}

func (s entryStore) finds() []module.Find {
	return []module.Find{{Noun: nounEntry, Title: lang.Text{ZH: "企业", EN: "Enterprises"}, Walk: func(ctx context.Context, put func(module.Document) error) error {
		return s.each(ctx, func(e Entry) error { return put(e.document()) })
	}}}
}

// shareables are what enterprises share with partners by rules: what they keep for these.
func (s entryStore) shareables() []module.Shareable {
	return []module.Shareable{{
		Noun: nounEntry, Title: lang.Text{ZH: "企业（合作伙伴可见的信息）", EN: "Enterprises (what is for partners)"}, Permission: "enterprise.view", Topic: topicEntries,
		Attributes: []module.ShareAttribute{
			{Name: "district", Title: lang.Text{ZH: "区市", EN: "District"}, Values: shareValues(districts())},
			{Name: "industry", Title: lang.Text{ZH: "行业", EN: "Industry"}, Values: shareValues(industries())},
		},
		Walk: s.walkShared, Stamp: s.stamp,
	}}
}

func shareValues(terms []Term) []module.ShareValue {
	list := make([]module.ShareValue, len(terms))
	for i, t := range terms {
		list[i] = module.ShareValue{Value: t.Code, Title: t.Title}
	}
	return list
}

func (s entryStore) walkShared(ctx context.Context, put func(module.ShareObject) error) error {
	return s.each(ctx, func(e Entry) error {
		if e.OrganisationID == "" {
			return nil // nobody but the bureau keeps it, and who shares it would be the bureau
		}
		return put(module.ShareObject{
			ID: e.ID, Organisation: e.OrganisationID, Title: e.Name, Path: "/enterprise/entries/" + e.ID,
			Attributes: map[string]string{"district": e.District, "industry": e.Industry},
		})
	})
}

// stamp changes with every entry that is added, edited or removed.
func (s entryStore) stamp(ctx context.Context) (string, error) {
	var n, versions int64
	var newest string
	err := s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(version), 0), COALESCE(MAX(id), '') FROM entry WHERE organisation_id <> ''`).Scan(&n, &versions, &newest)
	if err != nil {
		return "", fmt.Errorf("stamp the entries: %w", err)
	}
	return fmt.Sprintf("%d %d %s", n, versions, newest), nil
}

// each hands over every accepted entry, whole, page by page.
func (s entryStore) each(ctx context.Context, do func(Entry) error) error {
	const page = 200
	for after := ""; ; {
		rows, err := s.db.Query(ctx, `SELECT `+entryColumns+` FROM entry e WHERE e.status = 'accepted' AND e.id > $1 ORDER BY e.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		list, err := sqldb.All(rows, scanEntry)
		if err != nil {
			return err
		}
		if err := fill(ctx, s.db, list); err != nil {
			return err
		}
		for _, e := range list {
			after = e.ID
			if err := do(e); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}
