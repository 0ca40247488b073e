package identifier

import (
	"fmt"
	"strings"
	"time"
)

// Version is a monthly report of a node as it was made, with a signature over it.
type Version struct {
	ID         string    `json:"id" title:"编号|ID"`
	NodeID     string    `json:"node_id"`
	Prefix     string    `json:"prefix" title:"前缀|Prefix"`
	Month      string    `json:"month" title:"月份|Month"`
	Number     int64     `json:"number" title:"版本|Version"`
	MadeAt     time.Time `json:"made_at" title:"生成时间|Made"`
	Digest     string    `json:"digest" title:"数据摘要|Digest" doc:"SHA-256 of everything that the report says"`
	PDF        string    `json:"pdf_sha256" title:"PDF 的 SHA-256|SHA-256 of the PDF"`
	PDFSize    int64     `json:"pdf_size"`
	XLSX       string    `json:"xlsx_sha256" title:"XLSX 的 SHA-256|SHA-256 of the XLSX"`
	XLSXSize   int64     `json:"xlsx_size"`
	DigestEN   string    `json:"digest_en" doc:"Of the report in English; empty for versions that were made before there was one"`
	PDFEN      string    `json:"pdf_en_sha256"`
	PDFENSize  int64     `json:"pdf_en_size"`
	XLSXEN     string    `json:"xlsx_en_sha256"`
	XLSXENSize int64     `json:"xlsx_en_size"`
	Key        string    `json:"key" title:"签名密钥|Key"`
	Suite      string    `json:"suite" enum:"international,guomi" title:"算法|Algorithms"`
	Public     string    `json:"public" doc:"Key that checks the signature, PEM"`
	Signature  string    `json:"signature" title:"签名|Signature"`
}

// statement is what is signed.
func (v *Version) statement() []byte {
	text := fmt.Appendf(nil, "linghang monthly report of an identifier node\nnode %s\nmonth %s\nversion %d\nmade %s\ndigest %s\npdf %s\nxlsx %s\n",
		v.Prefix, v.Month, v.Number, v.MadeAt.UTC().Format(time.RFC3339), v.Digest, v.PDF, v.XLSX)
	if v.DigestEN != "" {
		text = fmt.Appendf(text, "digest-en %s\npdf-en %s\nxlsx-en %s\n", v.DigestEN, v.PDFEN, v.XLSXEN)
	}
	return text
}

// file returns the hash and the size of a file of the report in a language; none is
// there where the hash is empty.
func (v *Version) file(ending, language string) (hash string, size int64) {
	switch {
	case ending == "pdf" && language == "en":
		return v.PDFEN, v.PDFENSize
	case ending == "pdf":
		return v.PDF, v.PDFSize
	case language == "en":
		return v.XLSXEN, v.XLSXENSize
	}
	return v.XLSX, v.XLSXSize
}

// name names a file of the report.
func (v *Version) name(ending string) string {
	return fmt.Sprintf("%s-%s-v%d.%s", strings.ReplaceAll(v.Prefix, "/", "-"), v.Month, v.Number, ending)
}

// lastMonth is the first day of the month before the one of a time.
func lastMonth(now time.Time) time.Time {
	here := now.In(chinaTime())
	return time.Date(here.Year(), here.Month()-1, 1, 0, 0, 0, 0, chinaTime())
}

// settled is how long after its end a month is reported: what was counted and
// looked at in its last minutes is there by then.
const settled = time.Hour

// reportable tells whether the month before that of a time can be reported.
func reportable(now time.Time) bool {
	return !now.Before(lastMonth(now).AddDate(0, 1, 0).Add(settled))
}

// reportedMonths is how many months that are over have reports that people may ask for.
const reportedMonths = 12

// ended are the months that people may ask reports of, the last first.
func ended(now time.Time) []string {
	first := lastMonth(now)
	if !reportable(now) {
		first = first.AddDate(0, -1, 0)
	}
	months := make([]string, reportedMonths)
	for i := range months {
		months[i] = first.AddDate(0, -i, 0).Format(monthFormat)
	}
	return months
}
