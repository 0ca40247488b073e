package vulnlist

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// Bounds of a file.
const (
	mostDepth = 16
	mostSkips = 200 // skipped entries that are told one by one
)

// Reader reads the entries of a list.
type Reader struct {
	text    *mender
	xml     *xml.Decoder
	list    string
	edition string
	entries int
	skipped []Skip
	skips   int
}

// NewReader reads a file to its root element.
func NewReader(r io.Reader) (*Reader, error) {
	text, err := open(r)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(text)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	x := &Reader{text: text, xml: d}
	for {
		token, err := x.token()
		if errors.Is(err, io.EOF) {
			return nil, &Error{Fault: NotAList, Line: x.line()}
		}
		if err != nil {
			return nil, err
		}
		if root, is := token.(xml.StartElement); is {
			return x, x.begin(root)
		}
	}
}

// begin looks at the root element.
func (r *Reader) begin(root xml.StartElement) error {
	switch root.Name.Local {
	case "vulnerabilitys":
		r.list = CNVD
	case "cnnvd":
		r.list = CNNVD
	default:
		return &Error{Fault: NotAList, Line: r.line(), Text: "<" + cut(root.Name.Local, 60) + ">"}
	}
	for _, a := range root.Attr {
		if a.Name.Local == "pub_date" || a.Name.Local == "date" {
			r.edition, _ = Day(a.Value)
		}
	}
	return nil
}

// List is the list that the file is of.
func (r *Reader) List() string { return r.list }

// Edition is the day that the file says it was given out, or "".
func (r *Reader) Edition() string { return r.edition }

// Mended is what was mended so far.
func (r *Reader) Mended() []Mended {
	var out []Mended
	for _, what := range []Mend{Ampersand, Control, Octet, Block, Cut} {
		if m := r.text.mended[what]; m != nil {
			out = append(out, *m)
		}
	}
	return out
}

// Skipped are the entries that were skipped so far, the first 200 of them, and how many they are.
func (r *Reader) Skipped() ([]Skip, int) { return r.skipped, r.skips }

func (r *Reader) skip(s Skip) {
	r.skips++
	if len(r.skipped) < mostSkips {
		r.skipped = append(r.skipped, s)
	}
}

func (r *Reader) line() int { return r.text.line }

// token reads on, and refuses what lists do not have.
func (r *Reader) token() (xml.Token, error) {
	token, err := r.xml.Token()
	if err == nil {
		if _, is := token.(xml.Directive); is {
			return nil, &Error{Fault: DocType, Line: r.line()}
		}
		return token, nil
	}
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if refused, is := errors.AsType[*Error](err); is {
		return nil, refused
	}
	if wrong, is := errors.AsType[*xml.SyntaxError](err); is {
		return nil, &Error{Fault: NotXML, Line: r.line(), Text: cut(wrong.Msg, 200)}
	}
	return nil, err //nolint:wrapcheck // of the reader of the file
}

// Next reads the next entry. At the end it returns io.EOF.
func (r *Reader) Next() (Entry, error) {
	for {
		token, err := r.token()
		if errors.Is(err, io.EOF) && r.entries+r.skips == 0 {
			return Entry{}, &Error{Fault: Empty, Line: r.line()}
		}
		if err != nil {
			return Entry{}, err
		}
		begin, is := token.(xml.StartElement)
		if !is {
			continue
		}
		e, ok, err := r.entry(begin)
		r.text.left = mostEntry
		if err != nil {
			return Entry{}, err
		}
		if ok {
			r.entries++
			return e, nil
		}
	}
}

// entry reads an element of the root; false: it is skipped.
func (r *Reader) entry(begin xml.StartElement) (Entry, bool, error) {
	e := Entry{Line: r.line()}
	known := begin.Name.Local == "vulnerability" && r.list == CNVD || (begin.Name.Local == "entry" || begin.Name.Local == "cnnvd_items") && r.list == CNNVD
	if err := r.parts(&e); err != nil {
		return e, false, err
	}
	if !known {
		r.skip(Skip{e.Line, NotAnEntry, cut(begin.Name.Local, 60)})
		return e, false, nil
	}
	if s, ok := e.Check(r.list); !ok {
		r.skip(s)
		return e, false, nil
	}
	if e.Bound() {
		r.text.note(Cut, e.Line)
	}
	return e, true, nil
}

// parts reads what is in an entry up to its end.
func (r *Reader) parts(e *Entry) error {
	var path []string
	var text strings.Builder
	p := parts{entry: e}
	for {
		token, err := r.token()
		if errors.Is(err, io.EOF) {
			return &Error{Fault: NotXML, Line: r.line(), Text: "unexpected EOF"}
		}
		if err != nil {
			return err
		}
		switch x := token.(type) {
		case xml.StartElement:
			if path = append(path, strings.ReplaceAll(x.Name.Local, "_", "-")); len(path) > mostDepth {
				return &Error{Fault: TooDeep, Line: r.line()}
			}
			text.Reset()
			p.attributes(x)
		case xml.CharData:
			text.Write(x)
		case xml.EndElement:
			if len(path) == 0 {
				p.finish()
				return nil
			}
			if said := strings.TrimSpace(text.String()); said != "" {
				p.set(strings.Join(path, "/"), said)
			}
			text.Reset()
			path = path[:len(path)-1]
		}
	}
}

// parts are those of an entry while it is read.
type parts struct {
	entry          *Entry
	technical      string // severity where there is no overall one
	vendor         string
	product        string
	remedy         []string
	products, seen map[string]bool
}

// set takes the text of an element; elements of the newer form are written with - for _.
func (p *parts) set(path, text string) {
	if into := p.single(path); into != nil {
		*into = text
		return
	}
	e := p.entry
	switch path {
	case "formalWay", "vuln-solution", "patchName", "patchDescription":
		p.remedy = append(p.remedy, text)
	case "patch-url":
		p.remedy = append(p.remedy, text)
		p.link(text)
	case "cves/cve/cveNumber", "other-id/cve-id", "cve-id":
		for _, cve := range CVEs(text) {
			if !slices.Contains(e.CVEs, cve) {
				e.CVEs = append(e.CVEs, cve)
			}
		}
	case "products/product", "vuln-software-list/product":
		p.affects(text)
	case "referenceLink", "refs/ref/ref-url", "references/reference/url":
		for link := range strings.FieldsSeq(text) {
			p.link(link)
		}
	}
}

// single is where the text of an element goes that is there once.
func (p *parts) single(path string) *string {
	e := p.entry
	switch path {
	case "number", "vuln-id", "cnnvd-id":
		return &e.Number
	case "title", "name":
		return &e.Title
	case "serverity", "severity", "severity/overallseverity":
		return &e.Severity
	case "severity/technicalseverity":
		return &p.technical
	case "isEvent", "vuln-type":
		return &e.Kind
	case "openTime", "published":
		return &e.Published
	case "modified":
		return &e.Modified
	case "description", "vuln-descript":
		return &e.Description
	case "vendor":
		return &p.vendor
	case "product":
		return &p.product
	}
	return nil
}

// attributes takes the names of products that stand in attributes.
func (p *parts) attributes(x xml.StartElement) {
	if x.Name.Local != "cncpe-lang" {
		return
	}
	for _, a := range x.Attr {
		if a.Name.Local == "name" {
			p.affects(strings.TrimSpace(a.Value))
		}
	}
}

// affects adds a product, once; of more than are kept one more tells that some are cut.
func (p *parts) affects(text string) {
	p.entry.Products = once(p.entry.Products, &p.products, text, mostProducts)
}

func (p *parts) link(text string) { p.entry.Links = once(p.entry.Links, &p.seen, text, mostLinks) }

func once(list []string, seen *map[string]bool, text string, most int) []string {
	if text == "" || len(list) > most || (*seen)[text] {
		return list
	}
	if *seen == nil {
		*seen = map[string]bool{}
	}
	(*seen)[text] = true
	return append(list, text)
}

// finish puts together what stands in several elements.
func (p *parts) finish() {
	e := p.entry
	if e.Severity == "" {
		e.Severity = p.technical
	}
	p.affects(strings.TrimSpace(p.vendor + " " + p.product))
	e.Remedy = strings.Join(slices.Compact(p.remedy), "\n")
}
