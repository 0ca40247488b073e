package notify

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"linghang/kernel/lang"
)

//go:embed letter.html
var letterHTML string

// writer turns notices into letters and messages.
type writer struct {
	html    *template.Template
	address func() string
	zone    *time.Location
}

func newWriter(address func() string, zone *time.Location) (*writer, error) {
	t, err := template.New("letter").Parse(letterHTML)
	if err != nil {
		return nil, fmt.Errorf("parse the letter: %w", err)
	}
	return &writer{html: t, address: address, zone: zone}, nil
}

// words of letters.
func word(key, language string) string {
	return map[string]lang.Text{
		"open":     {ZH: "查看详情", EN: "Open"},
		"digest":   {ZH: "每日摘要：%d 条通知", EN: "Daily digest: %d notices"},
		"settings": {ZH: "通知设置", EN: "Notice settings"},
		"foot":     {ZH: "此邮件由系统自动发送，请勿直接回复。", EN: "This e-mail was sent by a program; please do not reply."},
		"house":    {ZH: "领航", EN: "Linghang"},
	}[key].In(language)
}

type part struct {
	Title, Body, Link, At string
}

type page struct {
	Language, House, Heading, Open, Foot, Settings, SettingsLink string
	Parts                                                        []part
}

func (w *writer) link(path string) string {
	if path == "" {
		return ""
	}
	return w.address() + path
}

// letter writes a notice, or several as a digest, in a language. Who has no
// account gets no link to settings.
func (w *writer) letter(d delivery, list []content) (letter, error) {
	p := page{Language: "zh-CN", House: word("house", d.Language), Open: word("open", d.Language), Foot: word("foot", d.Language), Settings: word("settings", d.Language)}
	if d.Language == "en" {
		p.Language = "en"
	}
	if d.PersonID != "" {
		p.SettingsLink = w.link("/notices/preferences")
	}
	for _, c := range list {
		p.Parts = append(p.Parts, part{c.Title.In(d.Language), c.Body.In(d.Language), w.link(c.Link), c.At.In(w.zone).Format("2006-01-02 15:04")})
	}
	l := letter{id: d.ID, to: d.Address}
	switch {
	case d.Way == wayDigest:
		l.subject = fmt.Sprintf(word("digest", d.Language), len(list))
	case len(list) > 0:
		l.subject = list[0].Title.In(d.Language)
	}
	p.Heading = l.subject
	l.subject = "[" + p.House + "] " + oneLine(l.subject)
	var html bytes.Buffer
	if err := w.html.Execute(&html, p); err != nil {
		return l, fmt.Errorf("write letter: %w", err)
	}
	l.html, l.text = html.String(), p.text(d.Way == wayDigest)
	return l, nil
}

func (p page) text(digest bool) string {
	var b strings.Builder
	for _, x := range p.Parts {
		if digest {
			b.WriteString("■ " + x.At + "  ")
		}
		b.WriteString(x.Title + "\n")
		for _, line := range []string{x.Body, x.Link} {
			if line != "" {
				b.WriteString("\n" + line + "\n")
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("-- \n" + p.Foot + "\n")
	if p.SettingsLink != "" {
		b.WriteString(p.Settings + ": " + p.SettingsLink + "\n")
	}
	return b.String()
}

// oneLine keeps line breaks out of headers.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
