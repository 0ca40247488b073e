package advisory

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// The sources that say how urgent a vulnerability is.
const (
	sourceKEV  = "kev"
	sourceEPSS = "epss"
	sourceSSVC = "ssvc"
)

// Threat is what is known of a vulnerability beside advisories.
type Threat struct {
	CVE          string  `json:"cve"`
	KEVAdded     string  `json:"kev_added,omitempty" doc:"When the catalogue of exploited vulnerabilities took it; empty: it has not"`
	KEVDue       string  `json:"kev_due,omitempty"`
	Ransomware   bool    `json:"ransomware,omitempty" doc:"Used by ransomware"`
	EPSS         float64 `json:"epss" doc:"Probability of exploitation within 30 days; negative: not known"`
	Exploitation string  `json:"exploitation,omitempty" doc:"SSVC: none, poc, active"`
	Automatable  string  `json:"automatable,omitempty" doc:"SSVC: yes, no"`
	Impact       string  `json:"impact,omitempty" doc:"SSVC: partial, total"`
}

// reading is what a file of a source says.
type reading struct {
	source  string
	edition string
	threats []Threat
	passed  int // documents or rows that say nothing of this
}

func badSource(source, why string) error {
	return fault.New(fault.Invalid, "security.threat."+source, "the file is no list of this source: %s", why).At("body", "a file as its publisher gives it out")
}

// readThreats reads a file of a source.
func readThreats(source, name string, data []byte) (reading, error) {
	cve := regexp.MustCompile(`^CVE-[0-9]{4}-[0-9]{4,19}$`)
	switch source {
	case sourceKEV:
		return readKEV(data, cve)
	case sourceEPSS:
		return readEPSS(data, cve)
	default:
		return readSSVC(name, data, cve)
	}
}

// readKEV reads the catalogue of CISA, in JSON.
func readKEV(data []byte, cve *regexp.Regexp) (reading, error) {
	r := reading{source: sourceKEV}
	var file struct {
		CatalogVersion  string `json:"catalogVersion"`
		Vulnerabilities []struct {
			CVEID      string `json:"cveID"`
			DateAdded  string `json:"dateAdded"`
			DueDate    string `json:"dueDate"`
			Ransomware string `json:"knownRansomwareCampaignUse"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return r, badSource(sourceKEV, err.Error())
	}
	if file.CatalogVersion == "" || len(file.Vulnerabilities) == 0 {
		return r, badSource(sourceKEV, "it has no catalogVersion or no vulnerabilities")
	}
	if r.edition = file.CatalogVersion; editionOf(r.edition) != r.edition {
		return r, badSource(sourceKEV, "its catalogVersion is none")
	}
	for _, v := range file.Vulnerabilities {
		if !cve.MatchString(v.CVEID) {
			return r, badSource(sourceKEV, fmt.Sprintf("%.40q is no number of a vulnerability", v.CVEID))
		}
		if !isDay(v.DateAdded) || v.DueDate != "" && !isDay(v.DueDate) {
			return r, badSource(sourceKEV, fmt.Sprintf("%s has the dates %.20q and %.20q, which are none", v.CVEID, v.DateAdded, v.DueDate))
		}
		r.threats = append(r.threats, Threat{CVE: v.CVEID, KEVAdded: v.DateAdded, KEVDue: v.DueDate, Ransomware: v.Ransomware == "Known"})
	}
	return r, nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// editionOf is a text of at most 100 characters that can be kept.
func editionOf(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	if runes := []rune(text); len(runes) > 100 {
		text = string(runes[:100])
	}
	return text
}

// readEPSS reads the list of FIRST: a comment with the date, a head, and rows.
func readEPSS(data []byte, cve *regexp.Regexp) (reading, error) {
	r := reading{source: sourceEPSS}
	lines, n := bufio.NewScanner(bytes.NewReader(data)), 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if comment, is := strings.CutPrefix(line, "#"); is {
			r.edition = editionOf(comment)
			continue
		}
		cells := strings.Split(line, ",")
		if line == "" || cells[0] == "cve" {
			continue
		}
		if len(cells) < 2 || !cve.MatchString(cells[0]) {
			return r, badSource(sourceEPSS, "line "+strconv.Itoa(n)+" does not begin with the number of a vulnerability")
		}
		p, err := strconv.ParseFloat(cells[1], 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return r, badSource(sourceEPSS, "line "+strconv.Itoa(n)+" has no probability from 0 to 1")
		}
		r.threats = append(r.threats, Threat{CVE: cells[0], EPSS: p})
	}
	if err := lines.Err(); err != nil {
		return r, badSource(sourceEPSS, err.Error())
	}
	if len(r.threats) == 0 {
		return r, badSource(sourceEPSS, "it has no rows")
	}
	return r, nil
}

// record is what is read of a CVE record of version 5.
type record struct {
	CVEMetadata struct {
		CVEID string `json:"cveId"`
	} `json:"cveMetadata"`
	Containers struct {
		ADP []struct {
			Metrics []struct {
				Other struct {
					Type    string `json:"type"`
					Content struct {
						Timestamp string              `json:"timestamp"`
						Options   []map[string]string `json:"options"`
					} `json:"content"`
				} `json:"other"`
			} `json:"metrics"`
		} `json:"adp"`
	} `json:"containers"`
}

// readSSVC reads CVE records with the decisions of CISA (vulnrichment), one or a zip of many.
func readSSVC(name string, data []byte, cve *regexp.Regexp) (reading, error) {
	r := reading{source: sourceSSVC}
	err := each(name, data, func(name string, document []byte) error {
		var x record
		if err := json.Unmarshal(document, &x); err != nil {
			return badSource(sourceSSVC, name+": "+err.Error())
		}
		t, at, ok, err := x.threat()
		if err != nil {
			return badSource(sourceSSVC, name+": "+err.Error())
		}
		if !ok || !cve.MatchString(t.CVE) {
			r.passed++
			return nil
		}
		r.threats, r.edition = append(r.threats, t), max(r.edition, at)
		return nil
	})
	if err == nil && len(r.threats) == 0 {
		err = badSource(sourceSSVC, "no record has a decision")
	}
	return r, err
}

func (x record) threat() (t Threat, at string, ok bool, err error) {
	t.CVE = x.CVEMetadata.CVEID
	for _, adp := range x.Containers.ADP {
		for _, m := range adp.Metrics {
			if m.Other.Type != "ssvc" {
				continue
			}
			ok, at = true, editionOf(m.Other.Content.Timestamp)
			for _, o := range m.Other.Content.Options {
				if err := t.set(o); err != nil {
					return t, at, ok, err
				}
			}
		}
	}
	return t, at, ok, nil
}

// set takes a decision. One whose value is not among those of SSVC is refused by name: left
// out it would look as if nothing were known.
func (t *Threat) set(option map[string]string) error {
	for key, value := range option {
		var into *string
		var known []string
		switch strings.ToLower(key) {
		case "exploitation":
			into, known = &t.Exploitation, []string{"none", "poc", "active"}
		case "automatable":
			into, known = &t.Automatable, []string{"yes", "no"}
		case "technical impact":
			into, known = &t.Impact, []string{"partial", "total"}
		default:
			continue
		}
		if *into = strings.ToLower(value); !slices.Contains(known, *into) {
			return fmt.Errorf("the decision %s has the value %.20q, not one of %s", strings.ToLower(key), value, strings.Join(known, ", "))
		}
	}
	return nil
}
