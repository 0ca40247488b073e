package notice

import (
	"cmp"
	"context"
	"slices"

	"linghang/kernel/district"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
)

// DistrictReceipts are the addressees of a notice in one district, and what came of it there.
type DistrictReceipts struct {
	District     string    `json:"district" doc:"GB/T 2260 code; empty: not known"`
	Name         lang.Text `json:"name"`
	Addressees   int       `json:"addressees"`
	Delivered    int       `json:"delivered"`
	Acknowledged int       `json:"acknowledged"`
	Late         int       `json:"late" doc:"Acknowledged too late"`
	Overdue      int       `json:"overdue" doc:"That owe something now whose time is over"`
	Affected     int       `json:"affected" doc:"That say that they are affected"`
}

// ReceiptMap is a notice on the map.
type ReceiptMap struct {
	Districts []DistrictReceipts `json:"districts" nullable:"false"`
}

func (d *Desk) districts(ctx context.Context, in httpd.Object) (out ReceiptMap, err error) {
	n, err := d.store.seen(ctx, d.store.db, in.ID)
	if err != nil {
		return out, err
	}
	list, err := ofNotice(ctx, d.store.db, n.ID, d.now())
	if err != nil {
		return out, err
	}
	return ReceiptMap{receipts(list)}, nil
}

// receipts count assignments by district, the districts with most addressees first.
func receipts(list []Assignment) []DistrictReceipts {
	per := map[string][]Assignment{}
	for _, a := range list {
		per[a.District] = append(per[a.District], a)
	}
	out := []DistrictReceipts{}
	for code, part := range per {
		s := figures(part)
		out = append(out, DistrictReceipts{code, districtTitle(code), s.Addressees, s.Delivered, s.Acknowledged, s.Late, s.Overdue, s.Affected})
	}
	slices.SortFunc(out, func(a, b DistrictReceipts) int {
		return cmp.Or(cmp.Compare(b.Addressees, a.Addressees), cmp.Compare(a.District, b.District))
	})
	return out
}

// districtTitle is what a district is called.
func districtTitle(code string) lang.Text {
	list := district.All()
	i := slices.IndexFunc(list, func(d district.District) bool { return d.Code == code })
	if i < 0 {
		return lang.Text{ZH: "其他", EN: "Elsewhere"}
	}
	return list[i].Name
}
