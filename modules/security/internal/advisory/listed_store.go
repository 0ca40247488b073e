package advisory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/lib/vulnlist"
)

// listBatch is how many entries are compared and written at once.
const listBatch = 200

// anyOf is the numbers $1 … for texts, and the texts.
func anyOf(texts []string) (marks string, args []any) {
	for _, text := range texts {
		args = append(args, text)
	}
	return sqldb.Marks(1, len(texts)), args
}

// keptListed reads the entries that are kept of some numbers.
func keptListed(ctx context.Context, tx *sqldb.Tx, numbers []string) (map[string]*vulnlist.Entry, error) {
	marks, args := anyOf(numbers)
	rows, err := tx.Query(ctx, `SELECT number, list, title, severity, kind, published, modified, description, remedy, products, links, cves FROM security_listed WHERE number IN (`+marks+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read entries of lists: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (e vulnlist.Entry, err error) {
		var products, links, cves string
		if err := r.Scan(&e.Number, &e.List, &e.Title, &e.Severity, &e.Kind, &e.Published, &e.Modified, &e.Description, &e.Remedy, &products, &links, &cves); err != nil {
			return e, err
		}
		e.CVEs = strings.Fields(cves)
		return e, errors.Join(fromJSON(products, &e.Products), fromJSON(links, &e.Links))
	})
	out := make(map[string]*vulnlist.Entry, len(list))
	for i := range list {
		out[list[i].Number] = &list[i]
	}
	return out, err
}

// fromJSON reads a list of texts; an empty one is nil, as that of a file.
func fromJSON(text string, into *[]string) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read list of texts: %w", err)
	}
	if len(*into) == 0 {
		*into = nil
	}
	return nil
}

// listCounts is what became of the entries of a file.
type listCounts struct{ New, Changed, Same, Older int }

// takeListed keeps what a file says, all of it or nothing.
func (s store) takeListed(ctx context.Context, r *listReading, by hand, now time.Time) (n listCounts, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n = listCounts{}
		if err := tx.Queue(ctx, "listed"); err != nil {
			return err
		}
		lists := map[string]bool{}
		for from := 0; from < len(r.entries); from += listBatch {
			part := r.entries[from:min(from+listBatch, len(r.entries))]
			for _, e := range part {
				lists[e.List] = true
			}
			if err := takePart(ctx, tx, part, now, &n); err != nil {
				return err
			}
		}
		for list := range lists {
			if err := noteList(ctx, tx, list, r.edition, n, by, now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// takePart writes the entries that are new or say something else than the kept ones.
func takePart(ctx context.Context, tx *sqldb.Tx, part []vulnlist.Entry, now time.Time, n *listCounts) error {
	var numbers, gone []string
	for _, e := range part {
		numbers = append(numbers, e.Number)
	}
	kept, err := keptListed(ctx, tx, numbers)
	if err != nil {
		return err
	}
	var rows, cves [][]any
	for _, e := range part {
		e, outcome := afterListed(e, kept[e.Number])
		switch outcome {
		case outcomeNew:
			n.New++
		case outcomeChanged:
			n.Changed++
			gone = append(gone, e.Number)
		case outcomeOlder:
			n.Older++
			continue
		default:
			n.Same++
			continue
		}
		row, err := listedRow(e, now)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		for _, cve := range e.CVEs {
			cves = append(cves, []any{e.Number, cve})
		}
	}
	return writeListed(ctx, tx, gone, rows, cves)
}

func listedRow(e vulnlist.Entry, now time.Time) ([]any, error) {
	products, err := json.Marshal(e.Products)
	if err != nil {
		return nil, fmt.Errorf("write products: %w", err)
	}
	links, err := json.Marshal(e.Links)
	if err != nil {
		return nil, fmt.Errorf("write links: %w", err)
	}
	return []any{e.Number, e.List, e.Title, e.Severity, e.Kind, e.Published, e.Modified, e.Description, e.Remedy, string(products), string(links), strings.Join(e.CVEs, " "), wordsOf(e), now.UnixMilli()}, nil
}

func writeListed(ctx context.Context, tx *sqldb.Tx, gone []string, rows, cves [][]any) error {
	if len(gone) > 0 {
		marks, args := anyOf(gone)
		for _, table := range []string{"security_listed_cve", "security_listed"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE number IN (`+marks+`)`, args...); err != nil {
				return fmt.Errorf("forget what a list said before: %w", err)
			}
		}
	}
	err := tx.InsertAll(ctx, `INSERT INTO security_listed (number, list, title, severity, kind, published, modified, description, remedy, products, links, cves, words, taken_at)`, rows)
	if err != nil {
		return fmt.Errorf("keep entries of a list: %w", err)
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_listed_cve (number, cve)`, cves); err != nil {
		return fmt.Errorf("keep vulnerabilities of a list: %w", err)
	}
	return nil
}

// noteList notes which file of a list was taken, and by whom.
func noteList(ctx context.Context, tx *sqldb.Tx, list, edition string, n listCounts, by hand, now time.Time) error {
	source := strings.ToLower(list)
	_, err := tx.Exec(ctx, `INSERT INTO security_threat_source (source, edition, entries, taken_at, actor, actor_name) VALUES ($1, $2, (SELECT COUNT(*) FROM security_listed WHERE list = $3), $4, $5, $6)
		ON CONFLICT (source) DO UPDATE SET edition = excluded.edition, entries = excluded.entries, taken_at = excluded.taken_at, actor = excluded.actor, actor_name = excluded.actor_name`,
		source, edition, list, now.UnixMilli(), by.actor, by.name)
	if err != nil {
		return fmt.Errorf("note list: %w", err)
	}
	tx.Changed("security_threat_source", source, nil, map[string]any{"edition": edition, "new": n.New, "changed": n.Changed, "same": n.Same, "older": n.Older})
	return nil
}

// listedFor is what the lists say of some CVEs.
func (s store) listedFor(ctx context.Context, cves []string) (map[string][]Listed, error) {
	out := map[string][]Listed{}
	for from := 0; from < len(cves); from += listBatch {
		marks, args := anyOf(cves[from:min(from+listBatch, len(cves))])
		rows, err := s.db.Query(ctx, `SELECT c.cve, n.number, n.list, n.title, n.severity, n.remedy FROM security_listed_cve c JOIN security_listed n ON n.number = c.number WHERE c.cve IN (`+marks+`) ORDER BY c.cve, n.list, n.number`, args...)
		if err != nil {
			return nil, fmt.Errorf("read what lists say: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
			var cve string
			var x Listed
			err := r.Scan(&cve, &x.Number, &x.List, &x.Title, &x.Severity, &x.Remedy)
			if len(out[cve]) < mostBeside {
				out[cve] = append(out[cve], x)
			}
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// listedOf are the numbers of lists for the CVEs of some advisories, by the ID of the advisory.
func (s store) listedOf(ctx context.Context, advisories []string) (map[string]string, error) {
	if len(advisories) == 0 {
		return nil, nil
	}
	marks, args := anyOf(advisories)
	rows, err := s.db.Query(ctx, `SELECT DISTINCT a.advisory_id, c.number FROM security_advisory_cve a JOIN security_listed_cve c ON c.cve = a.cve WHERE a.advisory_id IN (`+marks+`) ORDER BY a.advisory_id, c.number`, args...)
	if err != nil {
		return nil, fmt.Errorf("read numbers of lists: %w", err)
	}
	by := map[string][]Listed{}
	if _, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id, number string
		err := r.Scan(&id, &number)
		by[id] = append(by[id], Listed{Number: number})
		return struct{}{}, err
	}); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(by))
	for id, list := range by {
		out[id] = numbersOf(list)
	}
	return out, nil
}

// naming is a condition on the advisories v: they tell of a vulnerability, by its number of CVE
// or of a national list.
func naming(number string) (condition, argument string) {
	number = strings.ToUpper(strings.TrimSpace(number))
	if _, listed := vulnlist.Number(number); listed {
		return `EXISTS (SELECT 1 FROM security_advisory_cve c JOIN security_listed_cve n ON n.cve = c.cve WHERE c.advisory_id = v.id AND n.number = ?)`, number
	}
	return `EXISTS (SELECT 1 FROM security_advisory_cve c WHERE c.advisory_id = v.id AND c.cve = ?)`, number
}

type listedParams struct {
	sqldb.ListParams
	List     string `query:"list" enum:"CNVD,CNNVD"`
	Severity string `query:"severity" maxLength:"20" doc:"In the words of the list, such as 高危"`
	CVE      string `query:"cve" maxLength:"30" doc:"Number of CVE"`
	Without  string `query:"without_cve" enum:"yes" doc:"Only entries that have no number of CVE"`
	Told     string `query:"told" enum:"yes" doc:"Only entries of whose CVE an advisory here tells"`
	Since    string `query:"since" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" doc:"Published on this day or later"`
}

func listedList() sqldb.List {
	return sqldb.List{
		Select: `l.number, l.list, l.title, l.severity, l.kind, l.cves, l.published, l.modified, l.remedy`, From: "security_listed l", Key: "l.number", Order: "-published",
		Sort: map[string]string{"published": "l.published", "modified": "l.modified", "number": "l.number"}, Words: "l.words",
	}
}

func scanListed(r sqldb.Row) (x ListedRow, err error) {
	return x, r.Scan(&x.Number, &x.List, &x.Title, &x.Severity, &x.Kind, &x.CVEs, &x.Published, &x.Modified, &x.Remedy)
}

func (s store) listListed(ctx context.Context, in listedParams) (sqldb.Page[ListedRow], error) {
	l := listedList()
	l.WhereIf("l.list = ?", in.List).WhereIf("l.severity = ?", in.Severity).WhereIf("l.published >= ?", in.Since)
	if in.CVE != "" {
		l.Where(`EXISTS (SELECT 1 FROM security_listed_cve c WHERE c.number = l.number AND c.cve = ?)`, strings.ToUpper(strings.TrimSpace(in.CVE)))
	}
	if in.Without != "" {
		l.Where(`l.cves = ''`)
	}
	if in.Told != "" {
		seen := sqldb.List{}
		seen.Where("c.number = l.number")
		restrict(ctx, &seen) // others are not told by this that there is an advisory
		seen.Nest(&l, `EXISTS (SELECT 1 FROM security_listed_cve c JOIN security_advisory_cve a ON a.cve = c.cve JOIN security_advisory v ON v.id = a.advisory_id WHERE `, `)`)
	}
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanListed)
	if err != nil {
		return page, err
	}
	return page, s.told(ctx, page.Items)
}

// told counts the advisories that tell of entries, as far as who asks may see them.
func (s store) told(ctx context.Context, list []ListedRow) error {
	var numbers []string
	for _, x := range list {
		if x.CVEs != "" {
			numbers = append(numbers, x.Number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	_, args := anyOf(numbers)
	l := sqldb.List{
		Select: "n.number, v.id", From: "security_listed_cve n JOIN security_advisory_cve c ON c.cve = n.cve JOIN security_advisory v ON v.id = c.advisory_id",
		Key: "n.number || ' ' || v.id", Order: "number", Sort: map[string]string{"number": "n.number"},
	}
	l.Where("n.number IN (?"+strings.Repeat(", ?", len(numbers)-1)+")", args...)
	restrict(ctx, &l)
	pairs, in := map[[2]string]bool{}, sqldb.ListParams{Limit: 500}
	for {
		page, err := sqldb.Fetch(ctx, s.db, l, in, func(r sqldb.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) })
		if err != nil {
			return err
		}
		for _, p := range page.Items {
			pairs[p] = true
		}
		if in.Cursor = page.NextCursor; in.Cursor == "" {
			break
		}
	}
	by := map[string]int{}
	for p := range pairs {
		by[p[0]]++
	}
	for i := range list {
		list[i].Told = by[list[i].Number]
	}
	return nil
}

func (s store) readListed(ctx context.Context, text string) (v ListedDetail, err error) {
	number, is := vulnlist.Number(text)
	if !is {
		return v, fault.New(fault.NotFound, "kernel.not_found", "there is no such entry of a national list").At("path.number", "a number such as CNVD-2026-10001 or CNNVD-202601-101")
	}
	l := listedList()
	l.Select += `, l.description, l.products, l.links`
	l.Where("l.number = ?", number)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, func(r sqldb.Row) (d ListedDetail, err error) {
		var products, links string
		if d.ListedRow, err = scanListed(trailing{r, []any{&d.Description, &products, &links}}); err != nil {
			return d, err
		}
		err = errors.Join(fromJSON(products, &d.Products), fromJSON(links, &d.Links))
		d.Products, d.Links = append([]string{}, d.Products...), append([]string{}, d.Links...)
		return d, err
	})
	if err != nil {
		return v, err
	}
	if len(page.Items) == 0 {
		return v, noSuch("entry of a national list")
	}
	row := []ListedRow{page.Items[0].ListedRow}
	err = s.told(ctx, row)
	page.Items[0].ListedRow = row[0]
	return page.Items[0], err
}
