package sensing_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/lib/csaf"
)

const (
	documentsChecked = 500 // of all of the folder, evenly
	validatorsFaster = 10
)

// BenchmarkCSAF runs the mandatory tests of CSAF 2.0 on the same advisories with lib/csaf and with
// csaf-validator-lib, and writes the page csaf.md. The folder LINGHANG_ADVISORIES has advisories, such as
// csaf_files/OT/white of github.com/cisagov/CSAF; LINGHANG_CSAF_PACKAGE is the package of the validator.
func BenchmarkCSAF(b *testing.B) {
	folder, validator := given(b, "LINGHANG_ADVISORIES"), given(b, "LINGHANG_CSAF_PACKAGE")
	texts, weakness := advisories(b, folder)
	chosen := b.TempDir()
	octets := 0
	for i, text := range texts {
		octets += len(text)
		if err := os.WriteFile(filepath.Join(chosen, fmt.Sprintf("%04d.json", i)), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	peer := func(tests string) validatorSaid {
		var said validatorSaid
		script := filepath.Join(house, "lib", "csaf", "testdata", "peer.mjs")
		if err := json.Unmarshal(run(b, exec.Command("node", script, validator, tests, chosen)).output, &said); err != nil {
			b.Fatal(err)
		}
		return said
	}
	var ours, theirs, whole, ratio []float64
	var valid int
	var said validatorSaid
	for b.Loop() {
		for range kerneltest.Rounds(b) {
			var our float64
			our, valid = checked(b, texts, weakness)
			said = peer("mandatoryTests.js")
			with := peer("basic.js")
			their := said.perSecond()
			ours, theirs, whole, ratio = append(ours, our), append(theirs, their), append(whole, with.perSecond()), append(ratio, our/their)
			b.Logf("ours %.0f, theirs %.0f, with the schema %.0f documents per second of processor time", our, their, with.perSecond())
		}
	}
	faster := kerneltest.SpreadOf(ratio)
	kerneltest.Report(b, "csaf", "Mandatory tests of CSAF beside csaf-validator-lib", "make bench-sensing ADVISORIES=folder",
		fmt.Sprintf("%d advisories of industrial products, evenly from the folder, %d octets on average, read from memory. csaf-validator-lib 2.0.10 in Node, all its mandatory tests of CSAF 2.0; in brackets with the schema, too. `lib/csaf` reads the text strictly and runs all mandatory tests. Processor time of the work, starting left out.", len(texts), octets/len(texts)), "",
		fmt.Sprintf("Medians with the least and the most of %d rounds.", faster.N), "",
		"| What | lib/csaf | csaf-validator-lib | Ratio | Bar |", "|---|---|---|---|---|",
		fmt.Sprintf("| documents per second of processor time | %s | %s [%s] | %s | ≥ %d: %s |", kerneltest.SpreadOf(ours), kerneltest.SpreadOf(theirs), kerneltest.SpreadOf(whole), faster, validatorsFaster, kerneltest.Verdict(faster.Median >= validatorsFaster)),
		fmt.Sprintf("| without a finding | %d | %d | | |", valid, said.Documents-len(said.Invalid)),
	)
}

// validatorSaid is what the other validator writes.
type validatorSaid struct {
	Documents int      `json:"documents"`
	Processor float64  `json:"processor_seconds"`
	Invalid   []string `json:"invalid"`
}

func (s validatorSaid) perSecond() float64 { return float64(s.Documents) / s.Processor }

// checked reads and checks all texts, over and over, and says how many a second of processor time took, and how many have no finding.
func checked(b *testing.B, texts [][]byte, weakness func(string, string) (string, bool)) (perSecond float64, valid int) {
	b.Helper()
	before, done := own(b), 0
	for own(b)-before < leastProcessor {
		valid = 0
		for _, text := range texts {
			d, err := csaf.Read(text)
			if err != nil {
				b.Fatal(err)
			}
			if len(d.Check(csaf.Data{Weakness: weakness}).Findings) == 0 {
				valid++
			}
		}
		done += len(texts)
	}
	return float64(done) / (own(b) - before).Seconds(), valid
}

// advisories reads some of those of a folder, and the weaknesses by the names that most give them.
func advisories(b *testing.B, folder string) (texts [][]byte, weakness func(string, string) (string, bool)) {
	b.Helper()
	var all [][]byte
	names := map[string]map[string]int{}
	for _, path := range filesOf(b, folder, ".json") {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, bad := csaf.Read(text); bad != nil { // a feed beside advisories
			continue
		}
		all = append(all, text)
		var d struct {
			Vulnerabilities []struct {
				CWE struct{ ID, Name string }
			}
		}
		if err := json.Unmarshal(text, &d); err != nil {
			b.Fatal(err)
		}
		for _, v := range d.Vulnerabilities {
			if names[v.CWE.ID] == nil {
				names[v.CWE.ID] = map[string]int{}
			}
			names[v.CWE.ID][v.CWE.Name]++
		}
	}
	for i := range min(len(all), documentsChecked) {
		texts = append(texts, all[i*len(all)/min(len(all), documentsChecked)])
	}
	most := map[string]string{}
	for id, said := range names {
		for name, n := range said {
			if n > said[most[id]] {
				most[id] = name
			}
		}
	}
	return texts, func(_, id string) (string, bool) {
		name, ok := most[id]
		return name, ok
	}
}
