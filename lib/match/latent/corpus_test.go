package latent_test

import (
	"fmt"
	"testing"

	"linghang/lib/match/latent"
	"linghang/lib/match/text"
)

func TestACorpusIsLearnedAnewWhenATenthOfItChanged(t *testing.T) {
	c := latent.NewCorpus(text.New(nil), latent.CorpusOptions{Options: latent.Options{Dimensions: 2, Seed: 3}, Least: 40})
	var list []latent.Said
	for i, s := range topics() {
		list = append(list, latent.Said{ID: fmt.Sprintf("d%02d", i), Version: 1, Text: s})
	}
	near := func(asked, id string) float64 {
		t.Helper()
		of, err := c.Near(t.Context(), asked)
		if err != nil {
			t.Fatal(err)
		}
		return of(id)
	}
	if near("轴承润滑", "d00") != 0 || !c.Due(list) || c.Due(list[:39]) {
		t.Error("nothing is near before it was learned, which is due as soon as there are enough")
	}
	if err := c.Put(t.Context(), []latent.Said{{ID: "d00", Text: "轴承"}}); err != nil || near("轴承润滑", "d00") != 0 {
		t.Errorf("there is no space to put something into: %v", err)
	}
	if err := c.Learn(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if same, other := near("轴承润滑", "d00"), near("轴承润滑", "d01"); same < 0.95 || other > 0.2 {
		t.Errorf("the same matter %.2f, another %.2f", same, other)
	}
	for i := range 7 {
		list[i].Version++
	}
	if c.Due(list) {
		t.Error("seven of eighty changed, and it is learned anew")
	}
	list[7].Version++
	if !c.Due(list) {
		t.Error("a tenth changed, and it is not learned anew")
	}
	if err := c.Put(t.Context(), []latent.Said{{ID: "new", Text: "停机维修"}}); err != nil || near("轴承润滑", "new") < 0.95 || near("轴承润滑", "nobody") != 0 {
		t.Errorf("what is new means something at once: %v", err)
	}
	// Texts that say nothing in common leave what was learned.
	if err := c.Learn(t.Context(), []latent.Said{{ID: "a", Text: "设备"}, {ID: "b", Text: "面料"}}); err != nil || near("轴承润滑", "d00") < 0.95 {
		t.Errorf("too little was learned from: %v", err)
	}
}
