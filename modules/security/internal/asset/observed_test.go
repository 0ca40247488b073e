package asset

import (
	"testing"
	"time"
)

func TestWhatIsDeclaredIsComparedWithWhatIsOnTheWire(t *testing.T) {
	vendor := func(s string) string {
		if s == "西门子" {
			return "Siemens"
		}
		return s
	}
	declared := func(id, vendorName, serial string, a ...Address) compared {
		return compared{DeclaredAsset{ID: id}, Facts{Vendor: vendorName, Serial: serial, Addresses: a}}
	}
	list := []compared{
		declared("serial", "西门子", "S-1"),
		declared("mac", "", "", Address{MAC: "02:00:00:00:00:02"}),
		declared("ip", "", "", Address{IP: "10.0.0.3", Segment: "a"}, Address{IP: "10.0.0.3", Segment: "a", MAC: "02:00:00:00:00:03"}),
		declared("twin a", "", "", Address{IP: "10.0.0.4", Segment: "a"}),
		declared("twin b", "", "", Address{IP: "10.0.0.4", Segment: "b"}),
		declared("station", "", "", Address{Station: "PLC-1"}),
		declared("instance", "", "", Address{BACnet: "77"}),
		declared("never", "", "", Address{IP: "10.0.0.9"}),
		declared("untold", "x", ""),
	}
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	got := compare(list, []Observed{
		{Vendor: "Siemens", Serial: "s-1", Addrs: []string{"10.0.0.1"}},
		{MACs: []string{"02:00:00:00:00:02"}, Addrs: []string{"10.0.0.2"}},
		{Addrs: []string{"10.0.0.3"}},
		{Addrs: []string{"10.0.0.4"}, LastAt: at}, // two assets have it: it cannot be told which
		{Station: "plc-1"},
		{BACnet: "77"},
		{Addrs: []string{"10.0.0.8"}, LastAt: at.Add(time.Hour)},
	}, vendor)
	if got.Matched != 5 || got.Untold != 1 || got.Hidden != 0 {
		t.Errorf("%+v", got)
	}
	if len(got.Undeclared) != 2 || got.Undeclared[0].Addrs[0] != "10.0.0.8" || got.Undeclared[1].Addrs[0] != "10.0.0.4" {
		t.Errorf("undeclared: %+v", got.Undeclared)
	}
	if len(got.Unseen) != 3 || got.Unseen[2].ID != "never" {
		t.Errorf("unseen: %+v", got.Unseen)
	}
}
