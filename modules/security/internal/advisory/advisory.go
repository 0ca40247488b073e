package advisory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/csaf"
)

// The labels of the traffic light protocol 2.0.
const (
	clear  = "CLEAR"
	green  = "GREEN"
	amber  = "AMBER"
	strict = "AMBER+STRICT"
	red    = "RED"
)

// Advisory is one in its newest revision.
type Advisory struct {
	ID         string    `json:"id"`
	TrackingID string    `json:"tracking_id" title:"编号|Number"`
	Title      string    `json:"title" title:"标题|Title"`
	Publisher  string    `json:"publisher" title:"发布者|Publisher"`
	Vendors    string    `json:"vendors" title:"厂商|Vendors"`
	Revision   string    `json:"revision" title:"版本|Revision"`
	Severity   string    `json:"severity" enum:"CRITICAL,HIGH,MEDIUM,LOW,NONE" doc:"Of the gravest vulnerability" title:"严重程度|Severity"`
	Score      float64   `json:"score" doc:"CVSS base score of the gravest vulnerability; it ranks nothing" title:"CVSS|CVSS"`
	KEV        bool      `json:"kev" doc:"A vulnerability is known to be exploited" title:"已被利用|Exploited"`
	EPSS       float64   `json:"epss" doc:"The greatest probability of exploitation within 30 days; negative: not known" title:"EPSS|EPSS"`
	CVEs       int       `json:"cves" title:"漏洞数|Vulnerabilities"`
	Listed     string    `json:"listed" doc:"Numbers of CNVD and CNNVD for its vulnerabilities, the first 50" title:"国家漏洞库编号|CNVD, CNNVD"`
	Products   int       `json:"products" title:"产品数|Products"`
	TLP        string    `json:"tlp" enum:"CLEAR,GREEN,AMBER,AMBER+STRICT,RED" title:"TLP|TLP"`
	Status     string    `json:"status" title:"状态|Status"`
	ReleasedAt time.Time `json:"released_at" title:"发布时间|Released"`
	TakenAt    time.Time `json:"taken_at" title:"导入时间|Imported"`
	Despite    string    `json:"despite" doc:"Why it was taken though it fails mandatory tests"`
	Affected   int       `json:"affected" doc:"Assets that it affects, as far as one may see them; for the city all" title:"受影响资产|Affected assets"`
	Stale      bool      `json:"stale" doc:"It is being compared with assets"`
	Synthetic  bool      `json:"synthetic" doc:"Demonstration data; it is compared with assets of the demonstration only" title:"合成数据|Synthetic"`
	Version    int64     `json:"version"`

	namespace, summary, csafVersion, hash string
	cves, vendors                         []string
}

// ETag implements httpd.Versioned.
func (a Advisory) ETag() int64 { return a.Version }

// about reads an advisory from its document.
func about(d *csaf.Document, data []byte) Advisory {
	sum := sha256.Sum256(data)
	a := Advisory{
		TrackingID: d.ID(), Title: d.Title(), Publisher: d.Publisher(), Revision: d.Revision(), TLP: label(d.TLP()), Status: d.Status(), Severity: "NONE", EPSS: -1,
		namespace: d.Namespace(), summary: d.Summary(), csafVersion: d.Version(), hash: hex.EncodeToString(sum[:]), vendors: d.Vendors(),
	}
	if at, err := time.Parse(time.RFC3339, d.Released()); err == nil {
		a.ReleasedAt = at.UTC()
	}
	for _, v := range d.Vulnerabilities() {
		if v.CVE != "" && !slices.Contains(a.cves, v.CVE) {
			a.cves = append(a.cves, v.CVE)
		}
		if v.Score > a.Score {
			a.Score, a.Severity = v.Score, cmp.Or(v.Severity, "NONE")
		}
	}
	a.CVEs, a.Products, a.Vendors = len(a.cves), len(d.Products()), strings.Join(a.vendors, "; ")
	return a
}

// label gives the label of TLP 2.0. What has none is AMBER, and what is not known RED.
func label(text string) string {
	switch strings.ToUpper(strings.TrimPrefix(strings.ToUpper(text), "TLP:")) {
	case "WHITE", clear:
		return clear
	case green:
		return green
	case "", amber:
		return amber
	case strict:
		return strict
	default:
		return red
	}
}

// check refuses what cannot be kept at all.
func (a Advisory) check() error {
	switch {
	case a.TrackingID == "" || len(a.TrackingID) > 200:
		return fault.New(fault.Invalid, "security.advisory.tracking", "the document has no tracking id")
	case a.Revision == "" || len(a.Revision) > 60:
		return fault.New(fault.Invalid, "security.advisory.revision", "the document has no version")
	case a.ReleasedAt.IsZero():
		return fault.New(fault.Invalid, "security.advisory.released", "the document has no date of its current release")
	case len(a.Title) > 2000 || len(a.namespace) > 500 || len(a.Publisher) > 500:
		return fault.New(fault.Invalid, "security.advisory.long", "the title or the publisher is too long")
	}
	return nil
}

// The outcomes of a document that is to be taken.
const (
	outcomeNew     = "new"
	outcomeNewer   = "newer"
	outcomeSame    = "same"
	outcomeOlder   = "older"
	outcomeInvalid = "invalid"
	outcomeBroken  = "broken"
)

// after says what a document is beside the revision that is kept.
func (a Advisory) after(kept Advisory) string {
	switch c := compare(a.Revision, kept.Revision); {
	case a.hash == kept.hash:
		return outcomeSame
	case c > 0, c == 0 && a.ReleasedAt.After(kept.ReleasedAt):
		return outcomeNewer
	case c == 0 && a.ReleasedAt.Equal(kept.ReleasedAt):
		return outcomeSame
	default:
		return outcomeOlder
	}
}

// compare orders revisions: whole numbers or semantic versions (section 3.1.11 of CSAF 2.0),
// those before a release before it.
func compare(a, b string) int {
	a, _, _ = strings.Cut(a, "+")
	b, _, _ = strings.Cut(b, "+")
	mainA, preA, _ := strings.Cut(a, "-")
	mainB, preB, _ := strings.Cut(b, "-")
	x, y := strings.Split(mainA, "."), strings.Split(mainB, ".")
	for i := range max(len(x), len(y)) {
		if c := cmp.Compare(part(x, i), part(y, i)); c != 0 {
			return c
		}
	}
	switch {
	case preA == preB:
		return 0
	case preA == "":
		return 1
	case preB == "":
		return -1
	}
	return strings.Compare(preA, preB)
}

func part(list []string, i int) int {
	if i >= len(list) {
		return 0
	}
	n, err := strconv.Atoi(list[i])
	if err != nil {
		return 0
	}
	return n
}
