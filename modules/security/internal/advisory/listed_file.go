package advisory

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
	"linghang/lib/vulnlist"
)

// Bounds of a file of a national list. A year of CNNVD has up to 100 MB.
const (
	maxList     = 128 << 20  // octets
	maxListOpen = 256 << 20  // octets, unpacked
	mostListed  = 300_000    // entries
	mostSkipped = 200        // skipped ones that are told one by one
	skippedCell = "not_text" // a cell holds signs that are no text
)

// listReading is what a file of a national list says.
type listReading struct {
	edition string // by list the same: the day of the file, or its name
	entries []vulnlist.Entry
	at      map[string]int // of numbers in entries
	skipped []vulnlist.Skip
	skips   int
	mended  []vulnlist.Mended
}

func (r *listReading) skip(s vulnlist.Skip) {
	r.skips++
	if len(r.skipped) < mostSkipped {
		r.skipped = append(r.skipped, s)
	}
}

// add takes an entry; of two with one number the later change, or the later one in the file.
func (r *listReading) add(e vulnlist.Entry) error {
	i, there := r.at[e.Number]
	switch {
	case there && r.entries[i].Modified > e.Modified:
		r.skip(vulnlist.Skip{Line: e.Line, Reason: vulnlist.NumberTwice, Text: e.Number})
	case there:
		r.skip(vulnlist.Skip{Line: r.entries[i].Line, Reason: vulnlist.NumberTwice, Text: e.Number})
		r.entries[i] = e
	case len(r.entries) == mostListed:
		return sheet.Refuse("超过 %d 条", "it has more than %d entries", mostListed)
	default:
		r.at[e.Number] = len(r.entries)
		r.entries = append(r.entries, e)
	}
	return nil
}

// readList reads a file of a national list: XML as its publisher gives it out, or a table.
func readList(name string, file io.Reader) (*listReading, error) {
	r := &listReading{at: map[string]int{}, edition: editionOf(name)}
	in := bufio.NewReaderSize(file, 64<<10)
	if start, _ := in.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) { // what fails fails again on reading
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, damaged(err)
		}
		in = bufio.NewReaderSize(&unpacked{in: z, left: maxListOpen}, 64<<10)
	}
	start, _ := in.Peek(512)
	var err error
	switch text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n"); {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		err = r.workbook(in)
	case bytes.HasPrefix(text, []byte("<")):
		err = r.xml(in)
	default:
		err = r.csv(in)
	}
	if refused, is := errors.AsType[*vulnlist.Error](err); is {
		return nil, refuseList(refused)
	}
	if err != nil {
		return nil, err
	}
	if len(r.entries) == 0 {
		return nil, sheet.Refuse("没有可收录的条目：CSV、XLSX 的第一行须有“漏洞编号”列，编号如 CNVD-2026-10001、CNNVD-202601-101", "no entry can be taken: the first row of CSV or XLSX has a column 漏洞编号 (or number), with numbers such as CNVD-2026-10001 or CNNVD-202601-101")
	}
	return r, nil
}

// unpacked refuses what is damaged, or unpacks to more than may be.
type unpacked struct {
	in   io.Reader
	left int
}

func damaged(err error) error {
	return fault.New(fault.Invalid, "security.advisory.gzip", "the file is damaged: %v", err).At("body", "a whole gzip file")
}

// Read implements io.Reader.
func (c *unpacked) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if _, corrupt := errors.AsType[flate.CorruptInputError](err); corrupt || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, damaged(err)
	}
	if c.left -= n; c.left < 0 {
		return 0, tooLarge("the file is larger than %d octets, unpacked", maxListOpen)
	}
	return n, err //nolint:wrapcheck // of a reader
}

func (r *listReading) xml(in io.Reader) error {
	list, err := vulnlist.NewReader(in)
	if err != nil {
		return err //nolint:wrapcheck // refused below by what it is
	}
	if day := list.Edition(); day != "" {
		r.edition = day
	}
	for {
		e, err := list.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err //nolint:wrapcheck // refused below by what it is
		}
		if err := r.add(e); err != nil {
			return err
		}
	}
	skipped, n := list.Skipped()
	for _, s := range skipped {
		r.skip(s)
	}
	r.skips += n - len(skipped)
	r.mended = list.Mended()
	return nil
}

func (r *listReading) workbook(in io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(in, sheet.MaxWorkbook+1))
	if err != nil {
		return fmt.Errorf("receive file: %w", err)
	}
	rows, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("open workbook: %w", err)
	}
	return errors.Join(r.table(rows), rows.Close())
}

func (r *listReading) csv(in io.Reader) error {
	text, err := vulnlist.UTF8(in)
	if err != nil {
		return err //nolint:wrapcheck // refused below by what it is
	}
	return r.table(sheet.CSV(text, maxListOpen))
}

// table reads a table that people made of a list.
func (r *listReading) table(rows sheet.Sheet) error {
	table := sheet.Table[vulnlist.Entry]{Columns: listColumns(), Need: []string{"漏洞编号"}, Most: mostListed}
	var full error
	wrong, err := table.Read(rows, func(e vulnlist.Entry, line int64, found []sheet.Finding) []sheet.Finding {
		e.Line = int(line)
		if len(found) > 0 {
			r.skip(vulnlist.Skip{Line: e.Line, Reason: skippedCell, Text: found[0].Column})
			return nil
		}
		if s, ok := e.Check(""); !ok {
			r.skip(s)
			return nil
		}
		if e.Bound() {
			r.cut(e.Line)
		}
		if err := r.add(e); err != nil {
			full = err
			return []sheet.Finding{{Line: line}}
		}
		return nil
	})
	if err := errors.Join(err, full); err != nil || len(wrong) > 0 {
		return err
	}
	return nil
}

func (r *listReading) cut(line int) {
	if len(r.mended) == 0 {
		r.mended = []vulnlist.Mended{{What: vulnlist.Cut, Line: line}}
	}
	r.mended[0].Count++
}

// listColumns are the columns of tables, by the names that the pages of the lists give them.
func listColumns() []sheet.Column[vulnlist.Entry] {
	var out []sheet.Column[vulnlist.Entry]
	add := func(name, titles string, set func(e *vulnlist.Entry, text string)) {
		for title := range strings.FieldsSeq(titles) {
			out = append(out, sheet.Column[vulnlist.Entry]{Name: name, Title: title, Set: func(e *vulnlist.Entry, text string) *lang.Text {
				set(e, text)
				return nil
			}})
		}
	}
	add("漏洞编号", "number CNVD编号 CNVD-ID CNNVD编号 编号", func(e *vulnlist.Entry, text string) { e.Number = text })
	add("title", "漏洞名称 漏洞标题 标题 名称", func(e *vulnlist.Entry, text string) { e.Title = text })
	add("cve", "CVE编号 CVE-ID CVE", func(e *vulnlist.Entry, text string) { e.CVEs = vulnlist.CVEs(text) })
	add("severity", "危害等级 危害级别 漏洞等级", func(e *vulnlist.Entry, text string) { e.Severity = text })
	add("kind", "漏洞类型", func(e *vulnlist.Entry, text string) { e.Kind = text })
	add("published", "公开日期 公开时间 发布日期 发布时间", func(e *vulnlist.Entry, text string) { e.Published = text })
	add("modified", "更新日期 更新时间", func(e *vulnlist.Entry, text string) { e.Modified = text })
	add("description", "漏洞描述 漏洞简介", func(e *vulnlist.Entry, text string) { e.Description = text })
	add("remedy", "漏洞解决方案 解决方案 解决办法 厂商补丁 修复建议", func(e *vulnlist.Entry, text string) { e.Remedy = text })
	add("products", "影响产品 受影响产品 受影响实体", func(e *vulnlist.Entry, text string) { e.Products = parted(text) })
	add("links", "参考链接 参考网址", func(e *vulnlist.Entry, text string) { e.Links = strings.Fields(text) })
	return out
}

// parted divides a cell at the ends of lines and at semicolons.
func parted(text string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' || r == '；' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// refuseList says in both languages why a file is refused, and where.
func refuseList(e *vulnlist.Error) error {
	zh := map[vulnlist.Fault]string{
		vulnlist.NotAList: "不是 CNVD 或 CNNVD 的文件", vulnlist.Empty: "没有条目", vulnlist.DocType: "含有文档类型声明（DOCTYPE），不予读取", vulnlist.TooDeep: "元素嵌套过深", vulnlist.TooLong: "一个条目超过 8 MiB",
		vulnlist.NotXML: "XML 格式有误，请从发布者处重新下载", vulnlist.NotText: "既不是 UTF-8 也不是 GB 18030 编码", vulnlist.NotClosed: "PAV 块没有结束", vulnlist.OtherWrite: "编码不受支持，请另存为 UTF-8",
	}[e.Fault]
	if e.Text != "" {
		zh += "（" + e.Text + "）"
	}
	return sheet.Refuse("第 %[1]d 行：%[2]s", "%[3]s", e.Line, zh, e.Error())
}
