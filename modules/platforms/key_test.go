package platforms

import (
	"strings"
	"testing"
)

func TestAKeyMayAskForAMachineOfTheOperator(t *testing.T) {
	of := func(organisation string) shown { return shown{machine: "M", organisation: organisation, serial: "1"} }
	asking := key{Certificate: true}
	for _, c := range []struct {
		what  string
		key   key
		shown shown
		why   string // empty: the key is good
	}{
		{"a key that asks for none, and none", key{}, shown{}, ""},
		{"a key that asks for none, and one of somebody else", key{}, of("theirs"), ""},
		{"no machine", asking, shown{}, "not shown"},
		{"a machine of the operator", asking, of("ours"), ""},
		{"a machine of somebody else", asking, of("theirs"), "another organisation"},
	} {
		err := c.key.accepts(c.shown, "ours")
		if (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if err := publishes(asking, platform{Status: trial}); err == nil || !strings.Contains(err.Error(), "MQTT") {
		t.Errorf("over MQTT: %v", err)
	}
}
