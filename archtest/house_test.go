package archtest_test

import (
	"testing"

	"linghang/archtest"
)

func TestTheHouseKeepsItsRules(t *testing.T) {
	faults, err := archtest.Inspect("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}
