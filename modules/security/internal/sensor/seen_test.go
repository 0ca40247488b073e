package sensor

import (
	"testing"
	"time"
)

func TestWhoSpeaksIsADeviceThatSaidWhoItIsOrAnAddressOfThePlant(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	list := seen([]FoundAsset{
		{Key: "mac 02:00:00:00:00:02", Addrs: []string{"10.0.0.2"}, LastAt: at},
		{Key: "name silent", Addrs: []string{}},
	}, []talker{
		{"s1", "10.0.0.2", at, at.Add(time.Hour)},
		{"s1", "10.0.0.3", at, at},
		{"s1", "203.0.113.9", at, at},
		{"s1", "02:00:00:00:00:09", at, at},
	})
	if len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	if d := list[0]; d.SensorID != "s1" || !d.LastAt.Equal(at.Add(time.Hour)) {
		t.Errorf("the one that speaks: %+v", d)
	}
	if d := list[1]; d.SensorID != "" {
		t.Errorf("the silent one: %+v", d)
	}
	if d := list[2]; d.Addrs[0] != "10.0.0.3" || d.By != "address" || d.SensorID != "s1" {
		t.Errorf("the address: %+v", d)
	}
}
