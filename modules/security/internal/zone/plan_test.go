package zone

import (
	"slices"
	"testing"
	"time"

	"linghang/modules/security/internal/asset"
)

func placed(name, zone string, addrs ...string) asset.PlacedAsset {
	a := asset.PlacedAsset{Placed: asset.Placed{Name: name, Zone: zone}}
	for _, ip := range addrs {
		a.Addresses = append(a.Addresses, asset.Address{IP: ip})
	}
	return a
}

func TestAConduitLetsPassWhatItNamesAndNothingElse(t *testing.T) {
	hosts := hostsOf([]asset.PlacedAsset{
		placed("hmi", "office", "1", "shared", "twin"), placed("plc", "control", "2", "shared"), placed("spare", "control", "3"), placed("bare", "", "4"), placed("hmi 2", "office", "twin"),
	})
	p := NewPlan(hosts, []Way{{"office", "control", []string{"modbus", "ssh"}, false}, {"office", "control", []string{"s7comm"}, true}, {"control", "office", nil, false}})
	for _, c := range []struct {
		client, server, protocol, class string
		want                            Standing
	}{
		{"1", "2", "modbus", "read", Covered},
		{"1", "2", "modbus", "write", Reading},
		{"1", "2", "ssh", "session", Covered},
		{"1", "2", "s7comm", "program", Covered},
		{"1", "2", "dnp3", "read", Undeclared},
		{"2", "1", "dnp3", "read", Covered},
		{"2", "1", "dnp3", "control", Reading},
		{"2", "3", "dnp3", "control", Within},
		{"4", "2", "dnp3", "control", Unknown},
		{"1", "9", "dnp3", "control", Unknown},
		{"shared", "2", "dnp3", "control", Unknown},
		{"twin", "2", "dnp3", "control", Undeclared},
	} {
		if got := p.Judge(c.client, c.server, c.protocol, c.class).Standing; got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if got := (Plan{}).Judge("1", "2", "modbus", "write").Standing; got != Unknown {
		t.Errorf("a plan without zones: %s", got)
	}
}

func TestWhatIsNotCoveredIsTakenOverAsNarrowlyAsItWasSeen(t *testing.T) {
	p := NewPlan(hostsOf([]asset.PlacedAsset{placed("hmi", "office", "1"), placed("plc", "control", "2")}), []Way{{"office", "control", []string{"opcua"}, false}})
	at := time.Unix(1000, 0)
	seen := func(protocol, class string) spoken { return spoken{"1", "2", protocol, class, at, at, 1} }
	flow := p.flows([]spoken{seen("modbus", "read"), seen("modbus", "write"), seen("ssh", "session"), seen("opcua", "read"), seen("dnp3", "read")})[0]
	for _, c := range []struct {
		commands bool
		want     []Way
	}{
		{true, []Way{{"office", "control", []string{"modbus"}, true}, {"office", "control", []string{"dnp3", "ssh"}, false}}},
		{false, []Way{{"office", "control", []string{"dnp3", "modbus", "ssh"}, false}}},
	} {
		if got := flow.wanted(c.commands); !slices.EqualFunc(got, c.want, func(a, b Way) bool { return slices.Equal(a.Protocols, b.Protocols) && a.Commands == b.Commands }) {
			t.Errorf("commands %v: %+v", c.commands, got)
		}
	}
}

func TestAnAddressInNoZoneSaysWhy(t *testing.T) {
	p := NewPlan(hostsOf([]asset.PlacedAsset{placed("a", "office", "10.0.0.1"), placed("b", "control", "10.0.0.1"), placed("c", "", "10.0.0.2")}), nil)
	for addr, want := range map[string]string{
		"10.0.0.1": "several", "10.0.0.2": "no_zone", "10.0.0.3": "no_asset", "224.0.0.251": "group", "255.255.255.255": "group", "ff02::1": "group", "01:0e:cf:00:00:00": "group", "00:0e:cf:00:00:01": "no_asset",
	} {
		if got := p.why(addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
