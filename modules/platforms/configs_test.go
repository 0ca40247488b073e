package platforms

import (
	"strings"
	"testing"
)

func TestMQTTIsAmongTheWaysInWhereTheCityTakesIt(t *testing.T) {
	push, signed := key{ID: "K", Kind: pushKey}, key{ID: "K", Kind: reportKey}
	for _, c := range []struct {
		address string
		key     key
		has     []string // in what is to be pasted; nothing when there is no such way
	}{
		{"", push, nil},
		{"mqtts://city.example:8883", signed, nil},
		{"mqtts://city.example:8883", push, []string{"--cafile city-ca.pem -h city.example -p 8883 -u K -P S -q 1 -t platforms/K/report", "https://city.example/api/machine/ca"}},
		{"mqtt://[::1]:1883", push, []string{"mosquitto_sub -h ::1 -p 1883 -u K -P S -q 1 -t platforms/K/receipt"}},
	} {
		text := configs(way{address: "https://city.example", mqtt: c.address}, c.key, "S").MQTT
		if (text == "") != (c.has == nil) {
			t.Errorf("%q: %q", c.address, text)
		}
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%q: no %q in\n%s", c.address, want, text)
			}
		}
	}
}

func TestACertificateIsShownInEveryWay(t *testing.T) {
	for _, ours := range []bool{true, false} {
		w := way{address: "https://city.example:8443", ours: ours}
		push, signed := configs(w, key{ID: "K", Kind: pushKey, Certificate: true}, "S"), configs(w, key{ID: "K", Kind: reportKey, Certificate: true}, "S")
		for what, text := range map[string]string{"Prometheus": push.Prometheus, "OTLP": push.OTLP, "JSON": push.Curl, "signed JSON": signed.Curl, "agent": signed.Agent} {
			if !strings.Contains(text, enrolled+"machine.pem") || strings.Contains(text, enrolled+"ca.pem") != ours || strings.Contains(text, "_tls}") {
				t.Errorf("%s, by the city's authority %v:\n%s", what, ours, text)
			}
		}
	}
	if v := configs(way{address: "https://city.example"}, key{ID: "K", Kind: pushKey}, "S"); strings.Contains(v.Prometheus+v.OTLP+v.Curl, "machine.pem") {
		t.Errorf("a key that asks for none is told to show a certificate: %+v", v)
	}
}
