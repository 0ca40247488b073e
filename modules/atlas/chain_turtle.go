package atlas

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
	"linghang/lib/turtle"
)

// The words of chains in RDF. Labels are those of RDF Schema.
const (
	rdfChain = "urn:linghang:chain#"
	rdfLabel = "http://www.w3.org/2000/01/rdf-schema#label"
)

// fromTurtle reads a chain: subjects of type lc:Stage with rdfs:label in zh and en,
// lc:product, lc:final, lc:end, lc:note, and lc:feeds to a stage, or to a blank node with
// lc:to and lc:share.
func fromTurtle(document []byte) (Content, error) {
	triples, err := turtle.Read(document, turtle.Limits{Triples: 50_000})
	if err != nil {
		return Content{}, fault.New(fault.Invalid, "atlas.turtle", "%s", err.Error()).With("why", err.Error())
	}
	x := turtleChain{at: map[string]int{}, to: map[string]turtleLink{}}
	for _, t := range triples {
		if t.Predicate == turtle.Type && t.Object.Value == rdfChain+"Stage" {
			if t.Subject.Kind != turtle.IRI {
				return Content{}, x.refuse(t, "a stage has an IRI")
			}
			if _, twice := x.at[t.Subject.Value]; !twice {
				x.at[t.Subject.Value] = len(x.content.Stages)
				x.content.Stages = append(x.content.Stages, Stage{ID: localName(t.Subject.Value)})
			}
		}
		if t.Subject.Kind == turtle.Blank {
			x.qualify(t)
		}
	}
	var all error
	for _, t := range triples {
		all = errors.Join(all, x.take(t))
		if all != nil {
			return Content{}, all
		}
	}
	c := x.content.tidy()
	return c, c.check()
}

type turtleLink struct{ to, share string }

type turtleChain struct {
	content Content
	at      map[string]int // stages by their IRI
	to      map[string]turtleLink
}

func (x *turtleChain) refuse(t turtle.Triple, why string) error {
	return fault.New(fault.Invalid, "atlas.turtle", "line %d: %s", t.Line, why).With("why", fmt.Sprintf("line %d: %s", t.Line, why))
}

func localName(iri string) string { return iri[strings.LastIndexAny(iri, "#/:")+1:] }

func (x *turtleChain) qualify(t turtle.Triple) {
	l := x.to[t.Subject.Value]
	switch t.Predicate {
	case rdfChain + "to":
		l.to = t.Object.Value
	case rdfChain + "share":
		l.share = t.Object.Value
	}
	x.to[t.Subject.Value] = l
}

func (x *turtleChain) take(t turtle.Triple) error {
	i, ok := x.at[t.Subject.Value]
	if !ok || t.Subject.Kind != turtle.IRI {
		return nil
	}
	s := &x.content.Stages[i]
	var err error
	switch t.Predicate {
	case rdfLabel:
		if strings.HasPrefix(strings.ToLower(t.Object.Language), "en") {
			s.Name.EN = t.Object.Value
		} else {
			s.Name.ZH = t.Object.Value
		}
	case rdfChain + "product":
		s.Product = t.Object.Value
	case rdfChain + "note":
		s.Note = t.Object.Value
	case rdfChain + "end":
		s.End = t.Object.Value == "true"
	case rdfChain + "final":
		if s.Final, err = strconv.ParseFloat(t.Object.Value, 64); err != nil || !(s.Final >= 0 && s.Final <= 1e12) {
			return x.refuse(t, "lc:final is an amount")
		}
	case rdfChain + "feeds":
		return x.link(t, s.ID)
	}
	return nil
}

func (x *turtleChain) link(t turtle.Triple, from string) error {
	to, l := t.Object.Value, Link{From: from}
	if t.Object.Kind == turtle.Blank {
		q := x.to[to]
		to = q.to
		var err error
		if l.Share, err = strconv.ParseFloat(cmp.Or(q.share, "0"), 64); err != nil || !(l.Share >= 0 && l.Share <= 1) {
			return x.refuse(t, "lc:share is a share from 0 to 1")
		}
	}
	i, ok := x.at[to]
	if !ok {
		return x.refuse(t, "lc:feeds leads to a stage of this document")
	}
	l.To = x.content.Stages[i].ID
	x.content.Links = append(x.content.Links, l)
	return nil
}

// writeTurtle writes a chain as fromTurtle reads it.
func writeTurtle(w io.Writer, c Chain, content Content) error {
	base := "urn:linghang:chain:" + c.ID + ":"
	var b strings.Builder
	fmt.Fprintf(&b, "@prefix lc: <%s> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n", rdfChain)
	fmt.Fprintf(&b, "<urn:linghang:chain:%s> a lc:Chain ;\n    rdfs:label %s .\n", c.ID, turtleLabels(c.Name.ZH, c.Name.EN))
	for _, s := range content.Stages {
		fmt.Fprintf(&b, "\n<%s%s> a lc:Stage ;\n    rdfs:label %s", base, iriPart(s.ID), turtleLabels(s.Name.ZH, s.Name.EN))
		for _, p := range [][2]string{{"product", s.Product}, {"note", s.Note}} {
			if p[1] != "" {
				fmt.Fprintf(&b, " ;\n    lc:%s %s", p[0], quoteTurtle(p[1]))
			}
		}
		if s.Final > 0 {
			fmt.Fprintf(&b, " ;\n    lc:final %s", strconv.FormatFloat(s.Final, 'f', -1, 64))
		}
		if s.End {
			b.WriteString(" ;\n    lc:end true")
		}
		for _, l := range content.Links {
			switch {
			case l.From != s.ID:
			case l.Share > 0:
				fmt.Fprintf(&b, " ;\n    lc:feeds [ lc:to <%s%s> ; lc:share %s ]", base, iriPart(l.To), strconv.FormatFloat(l.Share, 'f', -1, 64))
			default:
				fmt.Fprintf(&b, " ;\n    lc:feeds <%s%s>", base, iriPart(l.To))
			}
		}
		b.WriteString(" .\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// iriPart keeps characters out that an IRI cannot hold.
func iriPart(id string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune("<>\"{}|^`\\#/:", r) {
			return '_'
		}
		return r
	}, id)
}

func turtleLabels(zh, en string) string {
	var list []string
	if zh != "" {
		list = append(list, quoteTurtle(zh)+"@zh")
	}
	if en != "" {
		list = append(list, quoteTurtle(en)+"@en")
	}
	return strings.Join(list, ", ")
}

func quoteTurtle(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(text) + `"`
}

// writeGraphML writes a chain for programs that draw graphs (GraphML 1.0).
func writeGraphML(w io.Writer, content Content, stages []StageState) error {
	var b strings.Builder
	b.WriteString(xml.Header + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">` + "\n")
	for _, k := range [][3]string{{"zh", "node", "string"}, {"en", "node", "string"}, {"state", "node", "string"}, {"local", "node", "int"}, {"share", "edge", "double"}} {
		fmt.Fprintf(&b, `  <key id="%s" for="%s" attr.name="%s" attr.type="%s"/>`+"\n", k[0], k[1], k[0], k[2])
	}
	b.WriteString(`  <graph edgedefault="directed">` + "\n")
	for _, s := range content.Stages {
		fmt.Fprintf(&b, `    <node id="%s"><data key="zh">%s</data><data key="en">%s</data>`, quoteXML(s.ID), quoteXML(s.Name.ZH), quoteXML(s.Name.EN))
		if i := slices.IndexFunc(stages, func(x StageState) bool { return x.Stage.ID == s.ID }); i >= 0 {
			fmt.Fprintf(&b, `<data key="state">%s</data><data key="local">%d</data>`, stages[i].State, stages[i].Local)
		}
		b.WriteString("</node>\n")
	}
	for _, l := range content.Links {
		fmt.Fprintf(&b, `    <edge source="%s" target="%s"><data key="share">%g</data></edge>`+"\n", quoteXML(l.From), quoteXML(l.To), l.Share)
	}
	b.WriteString("  </graph>\n</graphml>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func quoteXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}
