// Package linkset tells where an identification of GS1 leads: the links that the
// values of identifiers hold, as the link set of a GS1-Conformant resolver (release
// 1.2.0; RFC 9264), and which of them answers a request.
package linkset

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"linghang/lib/handle/wire"
)

// Vocabulary is the namespace of the GS1 Web Vocabulary, Prefix what stands for it.
const (
	Vocabulary = "https://ref.gs1.org/voc/"
	Prefix     = "gs1:"
)

// Link types with a meaning of their own.
const (
	defaultLink  = "defaultLink"
	defaultMulti = "defaultLinkMulti"
	productPage  = "pip"
)

// Types of values that are read here beside those of link types.
const (
	typeURL         = "URL"
	typeDescription = "DESC"
)

// Link is where something leads, as RFC 9264 writes it (section 4.2.4).
type Link struct {
	Href     string   `json:"href"`
	Title    string   `json:"title"`
	Type     string   `json:"type,omitempty"`
	Hreflang []string `json:"hreflang,omitempty"`
	Context  []string `json:"context,omitempty"`
}

// Level is what is known of one identification: of a serial number, its batch or its
// GTIN.
type Level struct {
	Anchor      string
	Description string
	Links       map[string][]Link // by the names of link types in the vocabulary
}

// Set is what is known of something, the finest level first. Levels without links
// are not in it.
type Set []Level

// LevelOf reads the links of a level from the values of its identifier: a value of
// the type gs1:pip is a link of that type, its data an address or an object of RFC
// 9264; one of the type URL is where the identifier leads by default.
func LevelOf(anchor string, values []wire.Value) Level {
	l := Level{Anchor: anchor, Links: map[string][]Link{}}
	var urls, all []Link
	for i := range values {
		v := &values[i]
		if v.Permissions&wire.PublicRead == 0 {
			continue
		}
		if wire.Equal(v.Type, typeDescription) && l.Description == "" {
			l.Description = string(v.Data)
			continue
		}
		name, isLink := TypeName(v.Type)
		if !isLink && !wire.Equal(v.Type, typeURL) {
			continue
		}
		link, ok := linkOf(v.Data)
		switch {
		case !ok:
		case isLink:
			l.Links[name] = append(l.Links[name], link)
			all = append(all, link)
		default:
			urls = append(urls, link)
		}
	}
	l.name()
	if first := slices.Concat(l.Links[defaultLink], urls, l.Links[productPage], all); len(first) > 0 {
		l.Links[defaultLink] = []Link{{Href: first[0].Href, Title: l.title(first[0].Title, defaultLink)}}
	}
	return l
}

// name gives links a title that have none.
func (l Level) name() {
	for name, list := range l.Links {
		for i := range list {
			list[i].Title = l.title(list[i].Title, name)
		}
	}
}

func (l Level) title(title, name string) string {
	switch {
	case title != "":
		return title
	case l.Description != "":
		return l.Description
	default:
		return Prefix + name
	}
}

// TypeName returns the name of a link type of the vocabulary in any of the ways in
// which it is written.
func TypeName(text string) (name string, ok bool) {
	for _, namespace := range []string{Prefix, Vocabulary, "https://gs1.org/voc/", "https://www.gs1.org/voc/"} {
		if name, ok = strings.CutPrefix(text, namespace); ok {
			return name, name != "" && strings.IndexFunc(name, func(r rune) bool { return !isAlphanumeric(r) }) < 0
		}
	}
	return "", false
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// linkOf reads an address, or an object with one. Nothing but addresses of the web
// is followed.
func linkOf(data []byte) (l Link, ok bool) {
	text := strings.TrimSpace(string(data))
	if strings.HasPrefix(text, "{") {
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return l, false
		}
	} else {
		l.Href = text
	}
	u, err := url.Parse(l.Href)
	return l, err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// MarshalJSON implements json.Marshaler (RFC 9264, section 4.2).
func (s Set) MarshalJSON() ([]byte, error) {
	list := make([]map[string]any, 0, len(s))
	for _, l := range s {
		o := map[string]any{"anchor": l.Anchor}
		if l.Description != "" {
			o["itemDescription"] = l.Description
		}
		for name, links := range l.Links {
			o[Vocabulary+name] = links
		}
		list = append(list, o)
	}
	return json.Marshal(map[string]any{"linkset": list})
}
