package sigma

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// The public rules are not part of the repository (Detection Rule License).
// With SIGMAHQ=<folder of github.com/SigmaHQ/sigma> these tests read them.
func sigmaHQ(t testing.TB) string {
	folder := os.Getenv("SIGMAHQ")
	if folder == "" {
		t.Skip("SIGMAHQ names no folder with the public rules")
	}
	return folder
}

func readRules(t testing.TB, root string, folders ...string) (File, Faults) {
	t.Helper()
	var all File
	var faults Faults
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f, err := Parse(filepath.Base(path), data)
			all.Rules = append(all.Rules, f.Rules...)
			all.Correlations = append(all.Correlations, f.Correlations...)
			if bad := (*ParseError)(nil); errors.As(err, &bad) {
				faults = append(faults, bad.Faults...)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all, faults
}

func windowsPipeline(t testing.TB) *Pipeline {
	t.Helper()
	data, err := os.ReadFile("testdata/windows.yml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePipeline("windows.yml", data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// windowsEvents gives the fields as the specification names them: attributes of
// the header as Tag_Attribute, data by their names.
func windowsEvents(t testing.TB, data []byte) []*Event {
	t.Helper()
	var events []*Event
	decoder := json.NewDecoder(bytes.NewReader(data)) // some files hold several events
	for decoder.More() {
		var raw struct{ Event map[string]any }
		if err := decoder.Decode(&raw); err != nil {
			t.Fatal(err)
		}
		flat := map[string]any{}
		for _, part := range raw.Event {
			if m, ok := part.(map[string]any); ok {
				windowsFields(flat, m)
			}
		}
		fields, err := Flatten(flat)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, &Event{Source: LogSource{Product: "windows"}, Fields: fields})
	}
	return events
}

func windowsFields(flat, part map[string]any) {
	for name, v := range part {
		inner, nested := v.(map[string]any)
		if !nested {
			flat[strings.ReplaceAll(name, " ", "")] = v
			continue
		}
		for a, value := range inner {
			switch a {
			case "#text":
				flat[name] = value
			case "#attributes":
				for attribute, text := range value.(map[string]any) {
					flat[name+"_"+attribute] = text
				}
			default: // "strip all spaces" (Field Usage, 2)
				flat[strings.ReplaceAll(a, " ", "")] = value
			}
		}
	}
}

func TestSigmaHQRegression(t *testing.T) {
	root := sigmaHQ(t)
	file, faults := readRules(t, root, "rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-dfir", "rules-placeholder")
	set, more := Compile(Options{Pipelines: []*Pipeline{windowsPipeline(t)}}, file)
	for _, f := range append(faults, more...) {
		t.Log(f)
	}
	t.Logf("%d rules compiled, %d faults, %d atoms, %d always", len(set.rules), len(faults)+len(more), len(set.atoms), len(set.always))
	matcher := set.Matcher()
	cases, right := 0, 0
	err := filepath.WalkDir(filepath.Join(root, "regression_data"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		info, err := os.ReadFile(filepath.Join(filepath.Dir(path), "info.yml"))
		if err != nil {
			return err
		}
		var about struct {
			Rules []struct {
				ID string `yaml:"id"`
			} `yaml:"rule_metadata"`
		}
		if err := yaml.Unmarshal(info, &about); err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		cases++
		for _, e := range windowsEvents(t, data) {
			hits, err := matcher.Match(e)
			if err != nil {
				return err
			}
			at := slices.IndexFunc(hits, func(h Hit) bool { return h.Rule.ID == about.Rules[0].ID })
			if at < 0 {
				continue
			}
			right++
			if len(matcher.Why(hits[at])) == 0 {
				t.Errorf("%s: no reason", path)
			}
			return nil
		}
		t.Logf("missed: %s", path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d regression cases", right, cases)
	if cases < 200 || right < cases {
		t.Errorf("%d of %d regression cases", right, cases)
	}
}

func BenchmarkSigmaHQ(b *testing.B) {
	root := sigmaHQ(b)
	began := time.Now()
	file, _ := readRules(b, root, "rules/windows", "rules-emerging-threats", "rules-threat-hunting")
	read := time.Since(began)
	set, _ := Compile(Options{Pipelines: []*Pipeline{windowsPipeline(b)}}, file)
	b.Logf("%d rules read in %s, compiled in %s", len(set.rules), read, time.Since(began)-read)
	var events []*Event
	err := filepath.WalkDir(filepath.Join(root, "regression_data"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			events = append(events, windowsEvents(b, data)...)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	matcher := set.Matcher()
	candidates, hits := 0, 0
	octets := 0
	for _, e := range events {
		for _, f := range e.Fields {
			octets += len(f.Value)
		}
	}
	b.Logf("%d events of %d octets on average", len(events), octets/len(events))
	cpu := cpuTime(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		found, err := matcher.Match(events[n%len(events)])
		if err != nil {
			b.Fatal(err)
		}
		hits += len(found)
		candidates += len(matcher.rules)
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-cpu).Seconds(), "events/cpu-s")
	b.ReportMetric(float64(candidates)/float64(b.N), "candidates/event")
	b.ReportMetric(float64(hits)/float64(b.N), "hits/event")
}
