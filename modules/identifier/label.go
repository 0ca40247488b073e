package identifier

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/paper"
	"linghang/lib/codeid/gs1"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/symbol"
	"linghang/modules/identifier/internal/template"
)

// What a label's code may carry.
const (
	carriesHandle = "handle"   // the identifier alone
	carriesHDL    = "hdl"      // as a URI of the scheme hdl
	carriesPage   = "https"    // the address of its page in the city
	carriesGS1    = "gs1"      // the elements of GS1, in a GS1 DataMatrix
	carriesLink   = "gs1_link" // a GS1 Digital Link URI
)

// Paper that labels are printed on.
const (
	paperA4   = "a4"
	paperRoll = "roll" // each label is a page
)

// labelDesign (标签样式) is how labels look, and what their codes carry. Lengths are
// in millimetres.
type labelDesign struct {
	Symbol  symbol.Kind  `json:"symbol" enum:"qr,data_matrix"`
	Carries string       `json:"carries" enum:"handle,hdl,https,gs1,gs1_link" doc:"The identifier alone, as hdl: URI, as the address of its page, its GS1 elements (GS1 DataMatrix), or a GS1 Digital Link"`
	Level   symbol.Level `json:"level,omitempty" enum:"L,M,Q,H" doc:"Error correction of a QR Code; default: M"`
	Quiet   int          `json:"quiet,omitempty" minimum:"0" maximum:"10" doc:"Modules around the code that stay light; 0: the least of the standard, 4 of a QR Code, 1 of a Data Matrix"`
	Title   string       `json:"title,omitempty" maxLength:"60" doc:"First line of every label"`
	Named   bool         `json:"named,omitempty" doc:"Print the identifier"`
	Items   []string     `json:"items,omitempty" maxItems:"8" nullable:"false" doc:"Types of values, or names of template items, that are printed below each other"`
	Width   float64      `json:"width" minimum:"8" maximum:"210"`
	Height  float64      `json:"height" minimum:"8" maximum:"297"`
	Text    float64      `json:"text,omitempty" minimum:"0" maximum:"24" doc:"Points; default: 7"`
	Paper   string       `json:"paper" enum:"a4,roll" doc:"Labels in rows and columns on A4, or each on a page of its own"`
	Rows    int          `json:"rows,omitempty" minimum:"0" maximum:"40"`
	Columns int          `json:"columns,omitempty" minimum:"0" maximum:"30"`
	Left    float64      `json:"left,omitempty" minimum:"0" maximum:"200" doc:"From the edge of the page to the first label"`
	Top     float64      `json:"top,omitempty" minimum:"0" maximum:"280"`
	GapX    float64      `json:"gap_x,omitempty" minimum:"0" maximum:"100" doc:"Between labels"`
	GapY    float64      `json:"gap_y,omitempty" minimum:"0" maximum:"100"`
	Outline bool         `json:"outline,omitempty" doc:"Draw where to cut"`
}

const usualText = 7

func (d labelDesign) form() paper.LabelForm {
	f := paper.LabelForm{Width: d.Width, Height: d.Height, Text: d.Text}
	if f.Text == 0 {
		f.Text = usualText
	}
	return f
}

func (d labelDesign) sheet(title string) paper.Sheet {
	s := paper.Sheet{Title: title, Width: d.Width, Height: d.Height, Rows: 1, Columns: 1, Label: d.form()}
	if d.Paper == paperA4 {
		s.Width, s.Height, s.Rows, s.Columns = paper.A4Width, paper.A4Height, d.Rows, d.Columns
		s.Left, s.Top, s.GapX, s.GapY, s.Outline = d.Left, d.Top, d.GapX, d.GapY, d.Outline
	}
	return s
}

// check refuses a design that cannot be printed, naming every fault.
func (d labelDesign) check() error {
	f := fault.New(fault.Invalid, "identifier.label.design", "labels cannot look so")
	if d.Carries == carriesGS1 && d.Symbol != symbol.DataMatrix {
		_ = f.At("body.design.symbol", "elements of GS1 stand in a Data Matrix; choose it, or a GS1 Digital Link")
	}
	if least := d.Symbol.Quiet(); d.Quiet != 0 && d.Quiet < least {
		_ = f.At("body.design.quiet", "at least %d modules stay light around the code", least)
	}
	if d.Paper == paperA4 {
		if d.Rows < 1 {
			_ = f.At("body.design.rows", "at least 1")
		}
		if d.Columns < 1 {
			_ = f.At("body.design.columns", "at least 1")
		}
		if wide := d.Left + float64(d.Columns)*(d.Width+d.GapX) - d.GapX; wide > paper.A4Width {
			_ = f.At("body.design.columns", "the columns need %.4g mm, the page has %d", wide, paper.A4Width)
		}
		if high := d.Top + float64(d.Rows)*(d.Height+d.GapY) - d.GapY; high > paper.A4Height {
			_ = f.At("body.design.rows", "the rows need %.4g mm, the page has %d", high, paper.A4Height)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// subject is what a label is of.
type subject struct {
	handle   string // empty for an identifier of GS1 that is not registered here
	gs1      string // as it was given
	values   []wire.Value
	template *template.Template
	resolver string // below which its Digital Link is resolved; empty for that of all
}

// name is what people call the subject.
func (s subject) name() string {
	if s.handle != "" {
		return s.handle
	}
	return s.gs1
}

// typeGS1 is the type of a value that holds elements of GS1 or a Digital Link.
const typeGS1 = "GS1"

// identification finds what the subject is in GS1: what was given, a value of the
// type GS1, or the suffix, as elements or as the path of a Digital Link.
func (s subject) identification() (gs1.Identification, error) {
	text := s.gs1
	if s.handle != "" {
		_, text = wire.Split(s.handle)
	}
	for i := range s.values {
		if v := &s.values[i]; wire.Equal(v.Type, typeGS1) && v.Permissions&wire.PublicRead != 0 {
			text = string(v.Data)
			break
		}
	}
	if strings.HasPrefix(text, "http") {
		return gs1.ParseLink(text) //nolint:wrapcheck // the caller says of what
	}
	if i, err := gs1.ParseLink(gs1.CanonicalDomain + "/" + text); err == nil {
		return i, nil
	}
	list, err := gs1.ParseElements(text)
	if err != nil {
		return gs1.Identification{}, err //nolint:wrapcheck // the caller says of what
	}
	return gs1.Identify(list) //nolint:wrapcheck // the caller says of what
}

// content is what the code of a subject carries. address is that of the city.
func (d labelDesign) content(s subject, address string) (string, []gs1.Element, error) {
	if d.Carries == carriesGS1 || d.Carries == carriesLink {
		i, err := s.identification()
		if err != nil {
			return "", nil, wrongRow("没有 GS1 标识：应有类型为 GS1 的值，或后缀就是 GS1 元素串", "it has no identification of GS1, neither as a value of the type GS1 nor as its suffix")
		}
		if d.Carries == carriesLink {
			return i.Link(cmp.Or(s.resolver, gs1.CanonicalDomain)), nil, nil
		}
		return i.String(), i.Elements(), nil
	}
	if s.handle == "" {
		return "", nil, wrongRow("不是本系统登记的标识；GS1 标识请选 GS1 内容", "it is no identifier that is registered here; choose GS1 as the content")
	}
	switch d.Carries {
	case carriesHDL:
		return "hdl:" + (&url.URL{Path: s.handle}).EscapedPath(), nil, nil
	case carriesPage:
		return address + "/identifier/resolve?handle=" + url.QueryEscape(s.handle), nil, nil
	default:
		return s.handle, nil, nil
	}
}

// leastModule is how small modules may be, in millimetres: five dots of 600 to the
// inch.
const leastModule = 0.2

// label makes the label of a subject, and tells what its code carries.
func (d labelDesign) label(s subject, address string, face *paper.Typeface) (paper.Label, string, error) {
	content, elements, err := d.content(s, address)
	if err != nil {
		return paper.Label{}, "", err
	}
	var code paper.Code
	if len(elements) > 0 {
		code, err = symbol.EncodeGS1(elements)
	} else {
		code, err = symbol.Encode(d.Symbol, d.level(), content)
	}
	if err != nil {
		return paper.Label{}, content, uncodable(err)
	}
	if d.Quiet > 0 {
		code.Quiet = d.Quiet
	}
	l := paper.Label{Code: code, Lines: d.lines(s)}
	if size := d.form().Module(l, face); size < leastModule {
		return l, content, wrongRow("码的模块只有 %.2f 毫米，至少要 %.1f 毫米；请加大标签，减少文字或内容", "the modules of the code would have %.2f mm, at least %.1f can be printed; make the label larger, or what stands on it less", size, leastModule)
	}
	return l, content, nil
}

func (d labelDesign) level() symbol.Level {
	if d.Level == "" {
		return symbol.Medium
	}
	return d.Level
}

func uncodable(err error) error {
	switch {
	case errors.Is(err, symbol.ErrASCII):
		return wrongRow("含中文等字符，扫码器可能读错；请选 hdl: 或网址，其中的这些字符会转写", "it has characters that are not ASCII, which scanners may read wrong; choose hdl: or the address, where they are escaped")
	case errors.Is(err, symbol.ErrLong):
		return wrongRow("内容超过 %d 字节", "the content has more than %d octets", symbol.MaxContent)
	default:
		return wrongRow("无法编码：%v", "it cannot be encoded: %v", err)
	}
}

// maxLine is how many octets of a value are printed.
const maxLine = 200

// lines are the texts of a label. Secret values are not among them.
func (d labelDesign) lines(s subject) []string {
	var list []string
	if d.Title != "" {
		list = append(list, d.Title)
	}
	if d.Named {
		list = append(list, s.name())
	}
	for _, name := range d.Items {
		at := slices.IndexFunc(s.values, func(v wire.Value) bool { return wire.Equal(v.Type, name) && v.Permissions&wire.PublicRead != 0 })
		if at >= 0 {
			list = append(list, cut(s.line(&s.values[at]), maxLine))
		}
	}
	return list
}

// line is a value with its name, if a template gives it one.
func (s subject) line(v *wire.Value) string {
	text := strings.ToValidUTF8(dataText(v), "\ufffd")
	if s.template == nil {
		return text
	}
	it, ok := s.template.At(v.Index)
	if !ok || !wire.Equal(it.Name, v.Type) {
		return text
	}
	return strings.TrimSpace(it.Title + " " + text + " " + it.Unit)
}

// labelOffer is a value that labels may show.
type labelOffer struct {
	Name  string `json:"name"`
	Title string `json:"title" doc:"In Chinese, by the template; empty where there is none"`
}

// offers are the public texts of the subject.
func (s subject) offers() []labelOffer {
	list := []labelOffer{}
	for i := range s.values {
		v := &s.values[i]
		if v.Permissions&wire.PublicRead == 0 || strings.HasPrefix(v.Type, "HS_") || slices.ContainsFunc(list, func(o labelOffer) bool { return wire.Equal(o.Name, v.Type) }) {
			continue
		}
		o := labelOffer{Name: v.Type}
		if s.template != nil {
			if it, ok := s.template.At(v.Index); ok {
				o.Title = it.Title
			}
		}
		list = append(list, o)
	}
	return list
}

// maxLabels is how many labels a sheet has at most.
const maxLabels = 5000

// labelSource is what labels are printed of: one of its fields is set.
type labelSource struct {
	Handles []string `json:"handles,omitempty" maxItems:"5000" nullable:"false" doc:"Identifiers, or elements of GS1 with brackets, as (01)09506000134352(21)X1"`
	Batch   string   `json:"batch,omitempty" maxLength:"26" doc:"ID of a batch of codes"`
	Import  string   `json:"import,omitempty" maxLength:"26" doc:"ID of an import: what was registered of it"`
	First   int64    `json:"first,omitempty" minimum:"0" doc:"Of a batch or an import: from which on, counted from 1; default: the first"`
	Count   int64    `json:"count,omitempty" minimum:"0" maximum:"5000" doc:"How many; default: all, 5000 at most"`
}

// The kinds of a source.
const (
	sourceHandles = "handles"
	sourceBatch   = "batch"
	sourceImport  = "import"
)

// kind tells which of its fields is set; empty if it is not one.
func (s labelSource) kind() string {
	switch h, b, i := len(s.Handles) > 0, s.Batch != "", s.Import != ""; {
	case h && !b && !i:
		return sourceHandles
	case b && !h && !i:
		return sourceBatch
	case i && !h && !b:
		return sourceImport
	default:
		return ""
	}
}

// span is how many of so many come before the first, and how many are printed.
func (s labelSource) span(all int64) (before, count int64) {
	before = max(0, s.First-1)
	count = min(maxLabels, max(0, all-before))
	if s.Count > 0 {
		count = min(count, s.Count)
	}
	return before, count
}

// skippedLabel is what no label was printed of.
type skippedLabel struct {
	Name   string    `json:"name"`
	Reason lang.Text `json:"reason"`
}

// labelSheet is labels that are printed, and what came of them.
type labelSheet struct {
	ID        string         `json:"id" title:"编号|ID"`
	Title     string         `json:"title" title:"名称|Name"`
	Count     int64          `json:"count" title:"标签数|Labels"`
	Printed   int64          `json:"printed" title:"已排版|Printed"`
	LeftOut   int64          `json:"left_out" title:"未排版|Left out"`
	Skipped   []skippedLabel `json:"skipped" nullable:"false" doc:"The first hundred that no label was printed of, and why"`
	Size      int64          `json:"size" doc:"Octets of the file" title:"大小|Size"`
	State     string         `json:"state" enum:"running,done,failed,cancelled" title:"状态|State"`
	Progress  float64        `json:"progress" doc:"Of one that is at work, 0 to 1"`
	Reason    string         `json:"reason" doc:"Why it failed" title:"原因|Reason"`
	JobID     string         `json:"job_id"`
	CreatedAt time.Time      `json:"created_at" title:"提交时间|Asked for"`
	EndedAt   *time.Time     `json:"ended_at,omitempty" title:"结束时间|Ended"`

	organisation string
	file         string
	asked        labelAsk
}

// labelAsk is what a sheet is asked for with.
type labelAsk struct {
	Title  string      `json:"title,omitempty" maxLength:"100" doc:"Name of the sheet"`
	Source labelSource `json:"source"`
	Design labelDesign `json:"design"`
}

// maxSkipped is of how many it is told why they have no label.
const maxSkipped = 100

func (s *labelSheet) skip(name string, reason lang.Text) {
	if s.LeftOut++; len(s.Skipped) < maxSkipped {
		s.Skipped = append(s.Skipped, skippedLabel{cut(name, maxLine), reason})
	}
}

func (s *labelSheet) scan(asked, skipped string) error {
	if err := json.Unmarshal([]byte(asked), &s.asked); err != nil {
		return fmt.Errorf("read what sheet %s was asked for with: %w", s.ID, err)
	}
	if err := json.Unmarshal([]byte(skipped), &s.Skipped); err != nil {
		return fmt.Errorf("read what sheet %s left out: %w", s.ID, err)
	}
	return nil
}
