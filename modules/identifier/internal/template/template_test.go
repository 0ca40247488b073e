package template_test

import (
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/identifier/internal/template"
)

func bearing() template.Template {
	t := template.Template{Code: "bearing", Version: 2, Name: lang.Text{ZH: "轴承"}, Industry: "C34", State: template.Draft, Items: []template.Item{
		{Name: "model", Title: "型号", Type: template.Text, Length: 10, Required: true},
		{Name: "weight", Title: "质量", Type: template.Decimal, Min: "0.5", Max: "100", Unit: "kg"},
		{Name: "balls", Title: "滚子数", Type: template.Integer, Min: "3"},
		{Name: "made", Title: "生产日期", Type: template.Date, Min: "2020-01-01"},
		{Name: "tested_at", Title: "检验时间", Type: template.DateTime},
		{Name: "sealed", Title: "密封", Type: template.Boolean},
		{Name: "page", Title: "网页", Type: template.Link},
		{Name: "grade", Title: "等级", Type: template.Choice, Options: []template.Option{{Value: "P0"}, {Value: "P6"}}},
		{Name: "batch_of", Title: "批次标识", Type: template.Reference},
		{Name: "cost", Title: "成本", Type: template.Decimal, Restricted: true},
	}}
	t.Settle()
	return t
}

func TestItemsTakeWhatTheirTypeSays(t *testing.T) {
	b := bearing()
	for name, texts := range map[string]struct{ good, bad []string }{
		"model":     {[]string{"6204", "深沟球轴承六二零四"}, []string{"12345678901", "\xff"}},
		"weight":    {[]string{"0.5", "100", "+7.25"}, []string{"0.49", "100.0001", "7,5", "1e2", "", "NaN", ".5"}},
		"balls":     {[]string{"3", "123456789012345678901234567890"}, []string{"2", "3.0", "0x10", "-3"}},
		"made":      {[]string{"2026-03-09"}, []string{"2026-02-30", "2019-12-31", "09/03/2026", "2026-3-9"}},
		"tested_at": {[]string{"2026-03-09T13:30:00+08:00", "2026-03-09T13:30:00Z", "2026-03-09T13:30:00"}, []string{"2026-03-09", "2026-03-09 13:30"}},
		"sealed":    {[]string{"true", "FALSE"}, []string{"yes", "1"}},
		"page":      {[]string{"https://a.example/x?y=1"}, []string{"javascript:alert(1)", "a.example", "https://"}},
		"grade":     {[]string{"P6"}, []string{"p6", "P5"}},
		"batch_of":  {[]string{"88.101.5/B7"}, []string{"B7"}},
	} {
		it, ok := b.Item(name)
		if !ok {
			t.Fatalf("there is no item %s", name)
		}
		for _, text := range texts.good {
			if why := it.Examine(text); why != nil {
				t.Errorf("%s %q: %s", name, text, why.EN)
			}
		}
		for _, text := range texts.bad {
			if why := it.Examine(text); why == nil || why.ZH == "" || why.EN == "" {
				t.Errorf("%s %q was taken, or without a reason: %v", name, text, why)
			}
		}
	}
}

func TestEveryFaultOfAnIdentifierIsTold(t *testing.T) {
	b := bearing()
	faults := b.Examine([]template.Value{
		{Index: 1, Type: "URL", Text: "anything", Public: true},
		{Index: 2001, Type: "weight", Text: "heavy", Public: true},
		{Index: 2002, Type: "ballz", Text: "3", Public: true},
		{Index: 2009, Type: "cost", Text: "3", Public: true},
		{Index: 2500, Type: "more", Text: "x", Public: true},
	})
	var at []int32
	for _, f := range faults {
		at = append(at, f.Index)
	}
	want := []int32{2001, 2002, 2009, 2500, 2000}
	if len(at) != len(want) {
		t.Fatalf("faults at %v, want %v", at, want)
	}
	for i := range want {
		if at[i] != want[i] {
			t.Errorf("faults at %v, want %v", at, want)
		}
	}
	if faults := b.Examine([]template.Value{{Index: 2000, Type: "MODEL", Text: "6204", Public: true}, {Index: 2009, Type: "cost", Text: "3"}}); len(faults) != 0 {
		t.Errorf("what fits has faults %v", faults)
	}
}

func TestATemplateThatCannotBeIsRefusedAtEveryPlace(t *testing.T) {
	if err := bearing().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*template.Template){
		"code":        func(b *template.Template) { b.Code = "Bearing!" },
		"name":        func(b *template.Template) { b.Name = lang.Text{} },
		"industry":    func(b *template.Template) { b.Industry = "Z99" },
		"no items":    func(b *template.Template) { b.Items = nil },
		"same name":   func(b *template.Template) { b.Items[1].Name = "MODEL" },
		"same index":  func(b *template.Template) { b.Items[1].Index = 2000 },
		"index":       func(b *template.Template) { b.Items[1].Index = 3000 },
		"HS_ name":    func(b *template.Template) { b.Items[1].Name = "HS_ADMIN" },
		"title":       func(b *template.Template) { b.Items[1].Title = "" },
		"bound":       func(b *template.Template) { b.Items[1].Min = "light" },
		"bounds":      func(b *template.Template) { b.Items[1].Min = "101" },
		"no options":  func(b *template.Template) { b.Items[7].Options = nil },
		"same option": func(b *template.Template) { b.Items[7].Options[1].Value = "P0" },
	} {
		b := bearing()
		spoil(&b)
		if err := b.Check(); !fault.Is(err, fault.Invalid) || len(fault.As(err).Fields) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsPublishedIsOnlyWithdrawnAndTakenBack(t *testing.T) {
	now := time.Now()
	b, err := bearing().Move(template.Published, now)
	if err != nil || b.PublishedAt != now {
		t.Fatal(err)
	}
	if _, err := b.Move(template.Draft, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("it became a draft again: %v", err)
	}
	if _, err := bearing().Move(template.Withdrawn, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draft was withdrawn: %v", err)
	}
}

func TestReferences(t *testing.T) {
	if code, version, err := template.ParseRef(bearing().Ref()); err != nil || code != "bearing" || version != 2 {
		t.Errorf("%s %d %v", code, version, err)
	}
	for _, ref := range []string{"", "bearing", "bearing:", "bearing:0", "bearing:-1", "bearing:x", ":1", "bearing:99999999999"} {
		if _, _, err := template.ParseRef(ref); err == nil {
			t.Errorf("%q was read", ref)
		}
	}
}

func FuzzExamine(f *testing.F) {
	f.Add(uint8(1), "0.5")
	f.Add(uint8(6), "https://a.example")
	f.Fuzz(func(_ *testing.T, which uint8, text string) {
		b := bearing()
		b.Items[int(which)%len(b.Items)].Examine(text)
	})
}
