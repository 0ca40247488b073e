package csaf

import "slices"

// Test is one test of section 6.1 of the standard.
type Test struct {
	ID    string // such as 6.1.27.3
	Title string
}

// Finding is one test that a document fails, at one place.
type Finding struct {
	Test Test
	Path string // JSON pointer
	What string
}

// NotRun is a test that was not run, or not on all of the document, and why.
type NotRun struct {
	Test Test
	Why  string
}

// Report is what Check found. A document is valid as far as it goes if there are
// no findings; it is tested wholly if nothing was not run.
type Report struct {
	Findings []Finding
	NotRun   []NotRun
	Cut      bool // there are more findings than MaxFindings
}

// MaxFindings bounds the findings of one document.
const MaxFindings = 500

// Data is what tests need beside the document.
type Data struct {
	// Weakness gives the name of a weakness (CWE-79) in a version of the
	// catalogue of CWE; the version is "" in documents of CSAF 2.0, which name
	// none. Nil leaves out 6.1.11, which the report says.
	Weakness func(version, id string) (name string, ok bool)
	// Extension gives an extension of CSAF 2.1 by its $schema. Of those that it does
	// not know, or if it is nil, 6.1.60.2 and 6.1.60.3 are left out, which the report says.
	Extension func(schema string) (Extension, bool)
}

// checker runs tests over one document.
type checker struct {
	d      *Document
	data   Data
	test   Test
	report Report
}

func (c *checker) fail(at *node, what string) {
	if len(c.report.Findings) >= MaxFindings {
		c.report.Cut = true
		return
	}
	c.report.Findings = append(c.report.Findings, Finding{Test: c.test, Path: at.path(), What: what})
}

// skip notes once that something of the test is not run.
func (c *checker) skip(why string) {
	n := NotRun{c.test, why}
	if len(c.report.NotRun) < MaxFindings && !slices.Contains(c.report.NotRun, n) {
		c.report.NotRun = append(c.report.NotRun, n)
	}
}

// check is a test with what runs it.
type check struct {
	id, title string
	run       func(c *checker)
}

// checks are the mandatory tests that both versions of the standard have.
func checks() []check {
	return []check{
		{"6.1.1", "Missing Definition of Product ID", (*checker).productsDefined},
		{"6.1.2", "Multiple Definition of Product ID", (*checker).productsOnce},
		{"6.1.3", "Circular Definition of Product ID", (*checker).productsCircle},
		{"6.1.4", "Missing Definition of Product Group ID", (*checker).groupsDefined},
		{"6.1.5", "Multiple Definition of Product Group ID", (*checker).groupsOnce},
		{"6.1.6", "Contradicting Product Status", (*checker).statusDisjoint},
		{"6.1.7", "Multiple Scores with same Version per Product", (*checker).scoresOnce},
		{"6.1.8", "Invalid CVSS", (*checker).scoresValid},
		{"6.1.9", "Invalid CVSS computation", (*checker).scoresComputed},
		{"6.1.10", "Inconsistent CVSS", (*checker).scoresConsistent},
		{"6.1.11", "CWE", (*checker).weaknesses},
		{"6.1.12", "Language", (*checker).languages},
		{"6.1.13", "PURL", (*checker).packageURLs},
		{"6.1.14", "Sorted Revision History", (*checker).historySorted},
		{"6.1.15", "Translator", (*checker).translator},
		{"6.1.16", "Latest Document Version", (*checker).latestVersion},
		{"6.1.17", "Document Status Draft", (*checker).statusDraft},
		{"6.1.18", "Released Revision History", (*checker).historyReleased},
		{"6.1.19", "Revision History Entries for Pre-release Versions", (*checker).historyPrerelease},
		{"6.1.20", "Non-draft Document Version", (*checker).versionNotDraft},
		{"6.1.21", "Missing Item in Revision History", (*checker).historyWhole},
		{"6.1.22", "Multiple Definition in Revision History", (*checker).historyOnce},
		{"6.1.23", "Multiple Use of Same CVE", (*checker).cveOnce},
		{"6.1.24", "Multiple Definition in Involvements", (*checker).involvementsOnce},
		{"6.1.25", "Multiple Use of Same Hash Algorithm", (*checker).hashesOnce},
		{"6.1.26", "Prohibited Document Category Name", (*checker).categoryName},
		{"6.1.27.1", "Document Notes", (*checker).profileNotes},
		{"6.1.27.2", "Document References", (*checker).profileReferences},
		{"6.1.27.3", "Vulnerabilities", (*checker).profileNoVulnerabilities},
		{"6.1.27.4", "Product Tree", (*checker).profileProductTree},
		{"6.1.27.5", "Vulnerability Notes", (*checker).profileVulnerabilityNotes},
		{"6.1.27.6", "Product Status", (*checker).profileProductStatus},
		{"6.1.27.7", "VEX Product Status", (*checker).profileVEXStatus},
		{"6.1.27.8", "Vulnerability ID", (*checker).profileVulnerabilityID},
		{"6.1.27.9", "Impact Statement", (*checker).profileImpact},
		{"6.1.27.10", "Action Statement", (*checker).profileAction},
		{"6.1.27.11", "Vulnerabilities", (*checker).profileVulnerabilities},
		{"6.1.28", "Translation", (*checker).translation},
		{"6.1.29", "Remediation without Product Reference", (*checker).remediationProducts},
		{"6.1.30", "Mixed Integer and Semantic Versioning", (*checker).versionsAlike},
		{"6.1.31", "Version Range in Product Version", (*checker).versionNoRange},
		{"6.1.32", "Flag without Product Reference", (*checker).flagProducts},
		{"6.1.33", "Multiple Flags with VEX Justification Codes per Product", (*checker).flagsOnce},
	}
}

// Tests are the mandatory tests that Check runs on a document of a version.
func Tests(version string) []Test {
	var out []Test
	for _, c := range checksOf(version) {
		out = append(out, Test{c.id, c.title})
	}
	return out
}

// checksOf gives the tests for a version of the standard.
func checksOf(version string) []check {
	if version == "2.1" {
		return append(append(checks(), newer()...), more()...)
	}
	return checks()
}

// Check runs the mandatory tests.
func (d *Document) Check(data Data) Report {
	c := checker{d: d, data: data}
	for _, k := range checksOf(d.version) {
		c.test = Test{k.id, k.title}
		k.run(&c)
	}
	return c.report
}
