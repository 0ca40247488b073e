package advisory

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"linghang/lib/vulnlist"
)

// Listed is what a national list says of a vulnerability, in its own words.
type Listed struct {
	Number   string `json:"number"`
	List     string `json:"list" enum:"CNVD,CNNVD"`
	Title    string `json:"title"`
	Severity string `json:"severity" doc:"In the words of the list"`
	Remedy   string `json:"remedy"`
}

// ListedRow is an entry of a national list.
type ListedRow struct {
	Number    string `json:"number" title:"编号|Number"`
	List      string `json:"list" enum:"CNVD,CNNVD" title:"来源|List"`
	Title     string `json:"title" title:"名称|Title"`
	Severity  string `json:"severity" doc:"In the words of the list" title:"危害等级|Severity"`
	Kind      string `json:"kind" doc:"In the words of the list" title:"类型|Kind"`
	CVEs      string `json:"cves" doc:"Numbers of CVE, with blanks between; empty: it has none" title:"CVE|CVE"`
	Published string `json:"published" doc:"A day, or empty" title:"发布日期|Published"`
	Modified  string `json:"modified" doc:"A day; empty where the list says none" title:"更新日期|Changed"`
	Remedy    string `json:"remedy" title:"处理办法|Remedy"`
	Told      int    `json:"told" doc:"Advisories here that tell of one of its CVE numbers, as far as one may see them" title:"相关通告|Advisories"`
}

// ListedDetail is an entry on its own page.
type ListedDetail struct {
	ListedRow
	Description string   `json:"description"`
	Products    []string `json:"products" nullable:"false" doc:"As the list writes them"`
	Links       []string `json:"links" nullable:"false"`
}

// numbersOf are the numbers of entries in one text.
func numbersOf(list []Listed) string {
	var numbers []string
	for _, x := range list {
		if !slices.Contains(numbers, x.Number) && len(numbers) < mostNumbers {
			numbers = append(numbers, x.Number)
		}
	}
	return strings.Join(numbers, ", ")
}

// Bounds of what is shown beside others.
const (
	mostNumbers = 50 // numbers in one text
	mostBeside  = 20 // entries beside one CVE
)

// The outcome of an entry whose content is another than that which is kept, beside those of documents.
const outcomeChanged = "changed"

// afterListed says what an entry becomes beside the one that is kept, and what is kept then.
// The later change wins; without a day of it nothing shows that it is the later one where the
// kept one has a day. What a file does not say is not taken away.
func afterListed(e vulnlist.Entry, kept *vulnlist.Entry) (vulnlist.Entry, string) {
	if kept == nil {
		return e, outcomeNew
	}
	if kept.Modified > e.Modified {
		return *kept, outcomeOlder
	}
	e.Title, e.Severity, e.Kind = cmp.Or(e.Title, kept.Title), cmp.Or(e.Severity, kept.Severity), cmp.Or(e.Kind, kept.Kind)
	e.Published, e.Modified = cmp.Or(e.Published, kept.Published), cmp.Or(e.Modified, kept.Modified)
	e.Description, e.Remedy = cmp.Or(e.Description, kept.Description), cmp.Or(e.Remedy, kept.Remedy)
	e.CVEs, e.Products, e.Links = orKept(e.CVEs, kept.CVEs), orKept(e.Products, kept.Products), orKept(e.Links, kept.Links)
	e.Line = kept.Line
	if reflect.DeepEqual(e, *kept) {
		return e, outcomeSame
	}
	return e, outcomeChanged
}

func orKept(list, kept []string) []string {
	if len(list) == 0 {
		return kept
	}
	return list
}

// wordsOf is what an entry is found by.
func wordsOf(e vulnlist.Entry) string {
	text := strings.ToLower(strings.Join(append([]string{e.Number, e.Title, strings.Join(e.CVEs, " ")}, e.Products...), "\n"))
	const most = 4000
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
