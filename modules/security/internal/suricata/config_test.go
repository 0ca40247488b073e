package suricata

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func plant() Options {
	return Options{Interface: "eth1", Home: []string{"10.1.0.0/16", "192.168.7.0/24"}, Logs: "/var/log/suricata", Rules: "/var/lib/suricata/rules"}
}

// settings are the parts of a configuration that make Suricata see or not.
type settings struct {
	Vars struct {
		Groups map[string]string `yaml:"address-groups"`
	} `yaml:"vars"`
	Outputs []map[string]struct {
		Enabled   bool             `yaml:"enabled"`
		Filename  string           `yaml:"filename"`
		Community bool             `yaml:"community-id"`
		Types     []map[string]any `yaml:"types"`
	} `yaml:"outputs"`
	Packets []struct {
		Interface string `yaml:"interface"`
		Checksums bool   `yaml:"checksum-checks"`
	} `yaml:"af-packet"`
	App struct {
		Protocols map[string]struct {
			Enabled bool `yaml:"enabled"`
			Depth   *int `yaml:"stream-depth"`
			Ports   struct {
				DP any `yaml:"dp"`
			} `yaml:"detection-ports"`
		} `yaml:"protocols"`
	} `yaml:"app-layer"`
	Stream struct {
		Midstream  bool `yaml:"midstream"`
		OneSide    bool `yaml:"async-oneside"`
		Checksums  bool `yaml:"checksum-validation"`
		Reassembly struct {
			Depth *int `yaml:"depth"`
		} `yaml:"reassembly"`
	} `yaml:"stream"`
	Logs string `yaml:"default-log-dir"`
}

func TestTheConfigurationIsNotBlind(t *testing.T) {
	text, err := Config(plant())
	if err != nil {
		t.Fatal(err)
	}
	// YAML 1.1, as Suricata reads it, has yes and no for booleans.
	text = strings.NewReplacer(": yes\n", ": true\n", ": no\n", ": false\n", "%YAML 1.1\n---\n", "").Replace(text)
	var s settings
	if err := yaml.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	if !s.Stream.Midstream || !s.Stream.OneSide || s.Stream.Checksums || s.Stream.Reassembly.Depth == nil || *s.Stream.Reassembly.Depth != 0 {
		t.Errorf("sessions: %+v", s.Stream)
	}
	for name, port := range map[string]any{"modbus": 502, "dnp3": 20000, "enip": 44818} {
		if p := s.App.Protocols[name]; !p.Enabled || p.Ports.DP != port {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if d := s.App.Protocols["modbus"].Depth; d == nil || *d != 0 {
		t.Error("modbus is not read to its end")
	}
	if len(s.Packets) != 1 || s.Packets[0].Interface != "eth1" || s.Packets[0].Checksums || s.Logs != "/var/log/suricata" || s.Vars.Groups["HOME_NET"] != "[10.1.0.0/16,192.168.7.0/24]" || s.Vars.Groups["MODBUS_SERVER"] == "" {
		t.Errorf("%+v %+v", s.Packets, s.Vars)
	}
	eve := s.Outputs[0]["eve-log"]
	if len(s.Outputs) != 1 || !eve.Enabled || !eve.Community || eve.Filename != "eve.json" {
		t.Fatalf("%+v", s.Outputs)
	}
	var written []string
	for _, kind := range eve.Types { // a record of each industrial transaction is more than the traffic
		written = slices.AppendSeq(written, maps.Keys(kind))
	}
	if !slices.Equal(written, []string{"alert", "stats", "dns", "tls", "http", "files"}) {
		t.Errorf("%v is written", written)
	}
	if strings.Contains(text, "@") {
		t.Error("something was not filled in")
	}
}

func TestWhatCannotStandInAConfigurationIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"interface":      func(o *Options) { o.Interface = "eth1\nrule-files: []" },
		"no interface":   func(o *Options) { o.Interface = "" },
		"network":        func(o *Options) { o.Home = []string{"10.0.0.1/8"} },
		"quoted":         func(o *Options) { o.Home = []string{`10.0.0.0/8]"`} },
		"many":           func(o *Options) { o.Home = make([]string, mostNetworks+1) },
		"relative logs":  func(o *Options) { o.Logs = "logs" },
		"quoted rules":   func(o *Options) { o.Rules = `/var/"x` },
		"rules of lines": func(o *Options) { o.Rules = "/var/x\ny" },
	} {
		o := plant()
		spoil(&o)
		if text, err := Config(o); err == nil {
			t.Errorf("%s: %.60s", name, text)
		}
	}
	o := plant()
	o.Home = nil
	if text, err := Config(o); err != nil || !strings.Contains(text, "[10.0.0.0/8,172.16.0.0/12,192.168.0.0/16]") {
		t.Errorf("without networks: %v", err)
	}
}
