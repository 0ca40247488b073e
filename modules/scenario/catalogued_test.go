package scenario

import (
	"net/http"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/modules/scenario/scenarioevent"
)

func TestOtherRoomsAreToldWhatTheCatalogueShows(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		s := x.published(t, row("轮胎外观缺陷检测", "Inspection", "第一段说明"))
		all := func() (n int) {
			t.Helper()
			if err := x.module.EachCatalogued(t.Context(), func(scenarioevent.Catalogued) error { n++; return nil }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		c, err := x.module.Catalogued(t.Context(), s.ID)
		if err != nil || c.Gone || c.Withdrawn || c.TitleZH != "轮胎外观缺陷检测" || c.Since.IsZero() || c.Owner != nil || all() != 1 {
			t.Errorf("it is %+v, %v", c, err)
		}
		if len(c.Technologies) != 1 || c.Technologies[0] != (scenarioevent.Word{Code: "vision", ZH: "机器视觉", EN: "Machine vision"}) || len(c.Stages) != 1 || c.Stages[0].ZH == "inspection" || c.Industries[0] != "C29" || len(c.Modes) != 1 {
			t.Errorf("it is about %+v", c)
		}
		// A draft is nobody's to know.
		var d Detail
		x.do(t, "POST", "/scenarios", "manager-ours", `{"title":{"zh":"草稿","en":""},"industries":["C29"],"stages":[],"modes":[],"links":[],"technologies":[],"values":[],"maturity":"","effects":[],"providers":[],"apps":[],"standards":[],"pictures":[]}`, 0, http.StatusCreated, &d)
		if c, err := x.module.Catalogued(t.Context(), d.ID); err != nil || !c.Gone || c.TitleZH != "" || all() != 1 {
			t.Errorf("a draft is %+v, %v", c, err)
		}
		x.do(t, "GET", "/scenarios/"+s.ID, "officer", "", 0, http.StatusOK, &d)
		x.do(t, "POST", "/scenarios/"+s.ID+"/withdrawal", "officer", `{"reason":"淘汰"}`, d.Version, http.StatusOK, nil)
		if c, err := x.module.Catalogued(t.Context(), s.ID); err != nil || !c.Withdrawn || all() != 0 {
			t.Errorf("withdrawn it is %+v, %v", c, err)
		}
	})
}
