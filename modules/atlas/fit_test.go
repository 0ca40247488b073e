package atlas

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/enterpriseevent"
)

func TestWhoFitsIsKnownFromAgreementsNeighboursAndTechnologies(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		x.shows(t, shown("e", "戊软件", "370212", ""))
		x.shows(t, shown("f", "己集成", "370212", ""))
		x.directory.agreements.put("n", enterpriseevent.Agreement{AgreementID: "n", EntryID: "a", ProviderEntryID: "e", Since: time.Now().AddDate(0, -1, 0)})
		// Whom a neighbour has an agreement with, and what is for the bureau alone, is not told.
		x.directory.agreements.put("m", enterpriseevent.Agreement{AgreementID: "m", EntryID: "c", ProviderEntryID: "f", Since: time.Now().AddDate(0, -1, 0)})
		x.upload(t, "/import/relations", "t.csv", "relation,from,to,source,see\ncooperates,丁模具,乙轮胎,公告,public\nsupplies,丁模具,丙轮胎,公告,public\ncooperates,己集成,乙轮胎,secret,bureau\n")
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		told := func(entry string, technologies ...string) (list []string) {
			x.module.memory.last = nil // as a minute later
			got, err := x.module.Fits(t.Context(), entry, technologies)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range got {
				list = append(list, fmt.Sprintf("%s %v %d %v", f.EntryID, f.Serves, f.Neighbours, f.Technologies))
			}
			return list
		}
		// Of a, which makes rubber: e serves it, d works for both makers of tyres, b has the technology.
		if got, want := told("a", "机器视觉", "无人知道"), []string{"b false 0 [机器视觉]", "d false 2 []", "e true 0 []"}; !slices.Equal(got, want) {
			t.Errorf("of a: %v, not %v", got, want)
		}
		if got := told("nobody"); len(got) != 0 {
			t.Errorf("of who is not there: %v", got)
		}
	})
}
