package stix

import (
	"os"
	"testing"
	"time"
)

// ATT&CK for ICS is not part of the repository (ATT&CK terms of use). With
// ATTACK=<ics-attack/ics-attack.json of github.com/mitre-attack/attack-stix-data>
// these tests read it.
func attack(t testing.TB) []byte {
	t.Helper()
	path := os.Getenv("ATTACK")
	if path == "" {
		t.Skip("ATTACK names no bundle of ATT&CK for ICS")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestATTACK holds that the bundle goes in, is looked into, and comes out equal
// but for the order of keys, each object byte for byte.
func TestATTACK(t *testing.T) {
	data := attack(t)
	began := time.Now()
	b, err := ReadBundle(data)
	if err != nil {
		t.Fatal(err)
	}
	read := time.Since(began)
	out, err := Join(b.ID(), b.Objects()...)
	if err != nil {
		t.Fatal(err)
	}
	same, err := Equal(data, out)
	if err != nil || !same {
		t.Fatalf("the bundle that came out is not equal: %v", err)
	}
	techniques, relations := 0, 0
	for i, o := range b.Objects() {
		if string(o.Raw()) != string(data[o.root.from:o.root.to]) {
			t.Fatalf("object %d has other octets", i)
		}
		switch o.Type() {
		case "attack-pattern":
			v, err := As[AttackPattern](o)
			if err != nil || v.Name == "" {
				t.Errorf("%s: %q, %v", o.ID(), v.Name, err)
			}
			techniques++
		case "relationship":
			if _, err := As[Relationship](o); err != nil {
				t.Error(err)
			}
			relations++
		}
	}
	checker := newChecker(t)
	result := checker.Bundle(b)
	rules := map[string]int{}
	for _, f := range result.Findings {
		rules[f.Rule]++
		if rules[f.Rule] == 1 {
			t.Log(f)
		}
	}
	t.Logf("%d objects, %d techniques, %d relationships; read in %s, everything in %s; findings %v and %d more, %d of them binding",
		len(b.Objects()), techniques, relations, read, time.Since(began), rules, result.Left, result.musts)
	if techniques < 80 || relations < 1000 {
		t.Errorf("%d techniques and %d relationships are too few", techniques, relations)
	}
}

func newChecker(t testing.TB) *Checker {
	t.Helper()
	c, err := NewChecker()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func BenchmarkATTACK(b *testing.B) {
	data := attack(b)
	checker := newChecker(b)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		bundle, err := ReadBundle(data)
		if err != nil {
			b.Fatal(err)
		}
		checker.Bundle(bundle)
	}
}
