package advisory

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/csaf"
	"linghang/modules/security/internal/asset"
)

// schemas are those of CSAF.
func schemas(t testing.TB) *csaf.Structure {
	t.Helper()
	s, err := csaf.NewStructure()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unseen keeps no log of looks.
type unseen struct{}

func (unseen) Looked(context.Context, string, map[string]int) error { return nil }

// oneAdvisory is a city with one advisory and an asset that it is about.
func oneAdvisory(t *testing.T, o kerneltest.Options) *Advisories {
	t.Helper()
	var x alone
	kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.m = New(k.Kit("security"), asset.Vendors().Lookup(), schemas(t), time.Now)
		return []module.Module{x}
	}, o)
	m := x.m
	m.Tell(unseen{})
	take(t, m, corpus(1)...)
	change(t, m, `INSERT INTO security_inventory (organisation_id, name_zh, name_en, district, industry, synthetic, updated_at) VALUES ('O1', 'O1', 'O1', '370202', 'C34', TRUE, 0)`)
	d, err := csaf.Read(corpus(1)[0])
	if err != nil {
		t.Fatal(err)
	}
	product := d.Products()[0]
	err = m.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO security_asset (id, organisation_id, name, role, vendor, vendor_key, product, firmware, criticality, model, order_number, serial, addresses, zone, zone_level, reach, responsible, site, note, state, synthetic, stale, created_at, updated_at)
			VALUES ('A1', 'O1', 'a', 'plc', $1, $2, $3, '', 4, '', '', '', '[]', '', 0, 'internal', '', '', '', 'active', TRUE, TRUE, 0, 0)`, product.Vendor, asset.Vendors().Lookup()(product.Vendor), productOf(product))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// An enterprise is told of an advisory that came while its new asset was being compared.
func TestAnAdvisoryThatComesMeanwhileIsTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		m := oneAdvisory(t, o)
		change(t, m, `UPDATE security_asset SET firmware = '0.1'`) // which is affected for certain
		if n, err := m.assetsRound(t.Context(), nil, map[string]Threat{}, &counts{}); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if list, err := m.store.untold(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("%+v are to be told, %v", list, err)
		}
		// Of one that was there before, whoever enters an asset reads on the spot.
		change(t, m, `UPDATE security_advisory SET stale = FALSE`)
		change(t, m, `DELETE FROM security_exposure`)
		change(t, m, `UPDATE security_asset SET stale = TRUE, version = version + 1`)
		if n, err := m.assetsRound(t.Context(), nil, map[string]Threat{}, &counts{}); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if list, err := m.store.untold(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("%+v are to be told, %v", list, err)
		}
	})
}

// TestADecisionOutlivesAPass: what a person decides while assets are compared stands,
// whatever the comparison read before.
func TestADecisionOutlivesAPass(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		m := oneAdvisory(t, o)
		if _, err := m.Match(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		ctx := identity.With(t.Context(), identity.Identity{PersonID: "P1", Scope: identity.Scope{IDs: []string{"O1"}}})
		page, err := m.listExposures(ctx, exposureParams{})
		if err != nil || len(page.Items) != 1 || page.Items[0].Answer == answerNotAffected {
			t.Fatalf("%+v, %v", page.Items, err)
		}

		change(t, m, `UPDATE security_asset SET criticality = 1, stale = TRUE, version = version + 1`)
		index, known, err := m.all(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := pass{m: m, index: index, known: known, assets: true, now: m.now(), verdicts: map[string][]verdict{}, written: map[string]bool{}}
		if err := p.readDecisions(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := m.store.assetsAfter(t.Context(), "", true, nil)
		if err != nil {
			t.Fatal(err)
		}
		var in decideExposureInput
		if err := json.Unmarshal([]byte(`{"kind":"not_applicable","reach":"organisation","reason":"没有接入"}`), &in.Body); err != nil {
			t.Fatal(err)
		}
		in.ID, in.IfMatch.IfMatch = page.Items[0].ID, fmt.Sprintf("%q", fmt.Sprint(page.Items[0].Version))
		if _, err := m.decide(ctx, in); err != nil {
			t.Fatal(err)
		}
		if err := p.chunk(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		page, err = m.listExposures(ctx, exposureParams{})
		if err != nil || len(page.Items) != 1 || page.Items[0].State != notApplicable {
			t.Errorf("%+v, %v", page.Items, err)
		}
	})
}
