package advisory

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/csaf"
	"linghang/modules/security/internal/asset"
)

// alone is a room that has weaknesses only, and does nothing by itself.
type alone struct{ m *Advisories }

func (a alone) Manifest() module.Manifest {
	return module.Manifest{
		Name: "security", Title: lang.Text{ZH: "安全", EN: "Security"}, Migrations: os.DirFS("../../migrations"), Notices: Notices(),
		Permissions: append(Permissions(), module.Permission{ID: mayView, Title: lang.Text{ZH: "查看", EN: "View"}, Roles: []identity.Role{identity.Manager}}),
	}
}

// documents are real advisories from the folder that LINGHANG_ADVISORIES names, such as
// csaf_files/OT/white of github.com/cisagov/CSAF; without it, made ones with the same numbers:
// 2379 documents, 15 875 products, 7907 vulnerabilities, versions written in the same ways.
func documents(b *testing.B) (list [][]byte, from string) {
	b.Helper()
	folder := os.Getenv("LINGHANG_ADVISORIES")
	if folder == "" {
		return corpus(2379), "made up with the numbers of 2379 real ones"
	}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if _, bad := csaf.Read(data); bad == nil {
			list = append(list, data)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return list, "real ones of " + filepath.Base(folder)
}

const (
	vendorsMade  = 300
	productsMade = 24 // of each vendor
)

func vendorMade(n int) string { return fmt.Sprintf("Vendor%d Automation", n) }
func productMade(vendor, n int) string {
	return fmt.Sprintf("Line%d Controller %d", vendor%7, 100+n)
}

// corpus makes advisories.
func corpus(n int) (list [][]byte) {
	random := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		list = append(list, made(random, i))
	}
	return list
}

func made(random *rand.Rand, i int) []byte {
	type object = map[string]any
	vendor := random.IntN(vendorsMade)
	var branches, ids []any
	products := 1 + random.IntN(12) // 6.7 on average
	for p := range products {
		id := fmt.Sprintf("P%d", p)
		ids = append(ids, id)
		version := fmt.Sprintf("%d.%d", 1+random.IntN(8), random.IntN(10))
		switch k := random.IntN(1000); { // as 15 842 real ones are written
		case k < 439:
			version = "vers:all/<" + version
		case k < 860:
			version = "<=V" + version
		case k < 964:
			version = "all versions with the optional card before " + version
		}
		branches = append(branches, object{"category": "product_name", "name": productMade(vendor, random.IntN(productsMade)), "branches": []any{
			object{"category": "product_version_range", "name": version, "product": object{"name": "Product " + id + " " + version, "product_id": id}},
		}})
	}
	var vulnerabilities []any
	for v := range 1 + random.IntN(6) { // 3.3 on average
		vulnerabilities = append(vulnerabilities, object{
			"cve": fmt.Sprintf("CVE-2026-%05d", i*6+v), "product_status": object{"known_affected": ids},
			"remediations": []any{object{"category": "vendor_fix", "details": "Install a newer version.", "product_ids": ids}, object{"category": "mitigation", "details": "Keep it behind a firewall.", "product_ids": ids}},
		})
	}
	data, err := json.Marshal(object{
		"document": object{
			"category": "csaf_base", "csaf_version": "2.0", "title": fmt.Sprintf("Advisory %d", i), "publisher": object{"category": "coordinator", "name": "CERT", "namespace": "https://cert.example"}, "distribution": object{"tlp": object{"label": "WHITE"}},
			"tracking": object{"id": fmt.Sprintf("A-%d", i), "status": "final", "version": "1", "current_release_date": "2026-01-01T00:00:00Z"},
		},
		"product_tree": object{"branches": []any{object{"category": "vendor", "name": vendorMade(vendor), "branches": branches}}}, "vulnerabilities": vulnerabilities,
	})
	if err != nil {
		panic(err)
	}
	return data
}

// fill declares assets of 1000 enterprises: half of them are products that advisories name.
func fill(b *testing.B, db *sqldb.DB, docs [][]byte, n int) {
	b.Helper()
	ctx, random := b.Context(), rand.New(rand.NewPCG(1, 2))
	var named []csaf.Product
	for _, data := range docs {
		d, err := csaf.Read(data)
		if err != nil {
			b.Fatal(err)
		}
		named = append(named, d.Products()...)
	}
	vendor := asset.Vendors().Lookup()
	err := db.Write(ctx, func(tx *sqldb.Tx) error {
		for i := range 1000 {
			if _, err := tx.Exec(ctx, `INSERT INTO security_inventory (organisation_id, name_zh, name_en, district, industry, synthetic, updated_at) VALUES ($1, $1, $1, '370202', 'C34', TRUE, 0)`, fmt.Sprintf("O%d", i)); err != nil {
				return err
			}
		}
		for from := 0; from < n; from += 500 {
			var args []any
			for i := range 500 {
				p := named[random.IntN(len(named))]
				name := fmt.Sprintf("Pump controller %d", random.IntN(500))
				if i%2 == 0 {
					name = productOf(p)
				}
				firmware := fmt.Sprintf("%d.%d", 1+random.IntN(8), random.IntN(10))
				if i%10 == 0 {
					firmware = ""
				}
				args = append(args, ulid.Make().String(), fmt.Sprintf("O%d", random.IntN(1000)), p.Vendor, vendor(p.Vendor), name, firmware, 1+random.IntN(4))
			}
			_, err := tx.Exec(ctx, `INSERT INTO security_asset (id, organisation_id, name, role, vendor, vendor_key, product, firmware, criticality, model, order_number, serial, addresses, zone, zone_level, reach, responsible, site, note, state, synthetic, stale, created_at, updated_at)
				SELECT v.column1, v.column2, 'a', 'plc', v.column3, v.column4, v.column5, v.column6, v.column7, '', '', '', '[]', '', 0, 'internal', '', '', '', 'active', TRUE, TRUE, 0, 0 FROM (VALUES `+sqldb.Values(500, 7)+`) v`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// productOf is the name of a product without its version, as an inventory has it.
func productOf(p csaf.Product) string {
	if p.Family != "" {
		return p.Family
	}
	return p.Name
}

// BenchmarkExposure compares 100 000 assets with all advisories, again, and with one new one.
func BenchmarkExposure(b *testing.B) {
	const assets = 100_000
	docs, from := documents(b)
	var lines []string
	for b.Loop() {
		var x alone
		kerneltest.Start(b, func(k *kernel.Kernel) []module.Module {
			x.m = New(k.Kit("security"), asset.Vendors().Lookup(), schemas(b), time.Now)
			return []module.Module{x}
		})
		take(b, x.m, docs...)
		fill(b, x.m.kit.DB, docs, assets)
		first := timed(b, x.m)
		all := `UPDATE security_advisory SET stale = TRUE, version = version + 1`
		change(b, x.m, all)
		again := timed(b, x.m)
		change(b, x.m, `UPDATE security_asset SET stale = TRUE, version = version + 1`)
		byAsset := timed(b, x.m)
		random := rand.New(rand.NewPCG(9, 9))
		take(b, x.m, made(random, 1_000_000))
		one := timed(b, x.m)
		products, exposures, cases := counted(b, x.m)
		lines = []string{
			fmt.Sprintf("%d assets of 1000 enterprises, half of them products that advisories name, a tenth with unknown firmware; %d advisories (%s) with %d products. They come to %d exposures in %d cases of product and advisory. SQLite; seconds from the call until everything is written.", assets, len(docs), from, products, exposures, cases), "",
			"| What | s | Bar |", "|---|---|---|",
			fmt.Sprintf("| First: nothing is known, all exposures are written | %.1f | |", first.Seconds()),
			fmt.Sprintf("| Again, all advisories × all assets | %.1f | ≤ 10: %s |", again.Seconds(), kerneltest.Verdict(again <= 10*time.Second)),
			fmt.Sprintf("| Again, asset by asset, each marked as compared | %.1f | |", byAsset.Seconds()),
			fmt.Sprintf("| One new advisory | %.2f | ≤ 1: %s |", one.Seconds(), kerneltest.Verdict(one <= time.Second)),
		}
		b.Log(lines)
	}
	kerneltest.Report(b, "exposure", "Assets against advisories", "make bench-exposure", lines...)
}

func take(b testing.TB, m *Advisories, docs ...[]byte) {
	b.Helper()
	for _, data := range docs {
		d, err := csaf.Read(data)
		if err != nil {
			b.Fatal(err)
		}
		a := about(d, data)
		a.TakenAt = m.now()
		if _, err := m.store.take(b.Context(), a, data, nil, hand{"person:none", "none"}); err != nil {
			b.Fatal(err)
		}
	}
}

func change(b testing.TB, m *Advisories, query string) {
	b.Helper()
	err := m.kit.DB.Write(b.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec(b.Context(), query); return err })
	if err != nil {
		b.Fatal(err)
	}
}

func timed(b *testing.B, m *Advisories) time.Duration {
	b.Helper()
	began := time.Now()
	done, err := m.Match(context.WithoutCancel(b.Context()), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%+v in %s", done, time.Since(began))
	return time.Since(began)
}

func counted(b *testing.B, m *Advisories) (products, exposures, cases int) {
	b.Helper()
	err := m.kit.DB.QueryRow(b.Context(), `SELECT (SELECT SUM(products) FROM security_advisory), (SELECT COUNT(*) FROM security_exposure), (SELECT COUNT(*) FROM security_verdict)`).Scan(&products, &exposures, &cases)
	if err != nil {
		b.Fatal(err)
	}
	return products, exposures, cases
}
