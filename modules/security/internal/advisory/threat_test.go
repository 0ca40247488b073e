package advisory

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
)

const (
	kevFile  = `{"catalogVersion":"2026.11.01","vulnerabilities":[{"cveID":"CVE-2026-12345","dateAdded":"2026-10-30","dueDate":"2026-11-20","knownRansomwareCampaignUse":"Known"}]}`
	epssFile = "#model_version:v2026.01.01,score_date:2026-11-28T00:00:00+0000\ncve,epss,percentile\nCVE-2026-12345,0.00043,0.0829\n"
	ssvcFile = `{"cveMetadata":{"cveId":"CVE-2026-12345"},"containers":{"adp":[{"metrics":[{"other":{"type":"ssvc","content":{"timestamp":"2026-11-01T00:00:00Z","options":[{"Exploitation":"active"},{"Automatable":"yes"},{"Technical Impact":"total"}]}}}]}]}}`
)

func sources() []string { return []string{sourceKEV, sourceEPSS, sourceSSVC} }

// What the publishers give out is read whole.
func TestThreatsAsTheyArePublished(t *testing.T) {
	for source, file := range map[string]string{sourceKEV: kevFile, sourceEPSS: epssFile, sourceSSVC: ssvcFile} {
		r, err := readThreats(source, "file", []byte(file))
		if err != nil || len(r.threats) != 1 || r.edition == "" {
			t.Fatalf("%s: %+v %v", source, r, err)
		}
		want := map[string]Threat{
			sourceKEV:  {CVE: "CVE-2026-12345", KEVAdded: "2026-10-30", KEVDue: "2026-11-20", Ransomware: true},
			sourceEPSS: {CVE: "CVE-2026-12345", EPSS: 0.00043},
			sourceSSVC: {CVE: "CVE-2026-12345", Exploitation: "active", Automatable: "yes", Impact: "total"},
		}[source]
		if r.threats[0] != want {
			t.Errorf("%s says %+v", source, r.threats[0])
		}
	}
}

// What no publisher says is refused with where it is, and never cut to pieces that a database
// does not take.
func TestThreatsThatAreNone(t *testing.T) {
	for what, x := range map[string]struct{ source, file string }{
		"a date that is none":        {sourceKEV, strings.Replace(kevFile, "2026-10-30", "in October", 1)},
		"a date with a zero":         {sourceKEV, strings.Replace(kevFile, "2026-11-20", `2026-11\u0000`, 1)},
		"an edition with a zero":     {sourceKEV, strings.Replace(kevFile, "2026.11.01", `2026\u0000`, 1)},
		"an edition without an end":  {sourceKEV, strings.Replace(kevFile, "2026.11.01", strings.Repeat("9", 5000), 1)},
		"a probability above one":    {sourceEPSS, strings.Replace(epssFile, "0.00043", "1.5", 1)},
		"a probability that is none": {sourceEPSS, strings.Replace(epssFile, "0.00043", "NaN", 1)},
		"a comment cut in a letter":  {sourceEPSS, "#" + strings.Repeat("é", 200) + "\n" + epssFile[strings.Index(epssFile, "cve"):]},
		"a comment with a zero":      {sourceEPSS, "#\x00\n" + epssFile[strings.Index(epssFile, "cve"):]},
		"a decision that is none":    {sourceSSVC, strings.Replace(ssvcFile, `"active"`, `"`+strings.Repeat("é", 50)+`"`, 1)},
		"a decision with a zero":     {sourceSSVC, strings.Replace(ssvcFile, `"total"`, `"\u0000"`, 1)},
		"a time cut in a letter":     {sourceSSVC, strings.Replace(ssvcFile, "2026-11-01T00:00:00Z", strings.Repeat("é", 40), 1)},
	} {
		r, err := readThreats(x.source, "file", []byte(x.file))
		if err == nil {
			sound(t, r)
			if strings.Contains(what, "none") || strings.Contains(what, "above") {
				t.Errorf("%s is taken: %+v", what, r)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// sound tells that what was read can be kept by either engine and shown as it is.
func sound(t *testing.T, r reading) {
	t.Helper()
	text := func(s string, most int) {
		t.Helper()
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > most {
			t.Errorf("%s says %q", r.source, s)
		}
	}
	day := func(s string) {
		t.Helper()
		if _, err := time.Parse(time.DateOnly, s); err != nil && s != "" {
			t.Errorf("%s has the day %q", r.source, s)
		}
	}
	text(r.edition, 100)
	for _, x := range r.threats {
		if len(x.CVE) > 30 || !strings.HasPrefix(x.CVE, "CVE-") || !(x.EPSS >= 0 && x.EPSS <= 1) {
			t.Errorf("%s says %+v", r.source, x)
		}
		day(x.KEVAdded)
		day(x.KEVDue)
		for _, s := range []struct {
			value string
			known []string
		}{{x.Exploitation, []string{"", "none", "poc", "active"}}, {x.Automatable, []string{"", "yes", "no"}}, {x.Impact, []string{"", "partial", "total"}}} {
			if !slices.Contains(s.known, s.value) {
				t.Errorf("%s decides %q", r.source, s.value)
			}
		}
	}
}

func FuzzThreats(f *testing.F) {
	for n, file := range []string{kevFile, epssFile, ssvcFile} {
		f.Add(uint8(n), []byte(file))
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	one, err := w.Create("CVE-2026-12345.json")
	if err != nil {
		f.Fatal(err)
	}
	if _, err := one.Write([]byte(ssvcFile)); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(2), archive.Bytes())
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		r, err := readThreats(sources()[int(n)%3], "file.json", data)
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("nobody can act upon %v", err)
			}
			return
		}
		sound(t, r)
	})
}

func FuzzUnpacking(f *testing.F) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(epssFile)); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes())
	f.Add([]byte(epssFile))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := plain(data)
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("nobody can act upon %v", err)
			}
			return
		}
		if len(out) > 4*maxUpload {
			t.Errorf("%d octets came of %d", len(out), len(data))
		}
	})
}
