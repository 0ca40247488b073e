package linkset

import (
	"cmp"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// Request is what a client says of the link that it wants.
type Request struct {
	Type      string // of the link, in any way it is written; empty for the default
	Context   string
	Languages string // Accept-Language
	Media     string // Accept
}

// Choose returns the links that fit a request best: one, several between which the
// request does not decide, or none if the set is empty. A link of the finest level
// that has the type is taken; where none has it, the default is.
func (s Set) Choose(r Request) []Link {
	if name, ok := TypeName(r.Type); ok {
		for _, l := range s {
			if list := l.Links[name]; len(list) > 0 {
				return r.best(list)
			}
		}
	}
	for _, l := range s {
		if list := l.Links[defaultMulti]; len(list) > 0 {
			if best := r.best(list); len(best) == 1 {
				return best
			}
		}
		if list := l.Links[defaultLink]; len(list) > 0 {
			return list
		}
	}
	return nil
}

// Only returns the set with nothing but some links of the first level that has the type.
func (s Set) Only(typeName string, links []Link) Set {
	name, _ := TypeName(typeName)
	for _, l := range s {
		if len(l.Links[name]) > 0 {
			return Set{{Anchor: l.Anchor, Description: l.Description, Links: map[string][]Link{name: links}}}
		}
	}
	return Set{}
}

// mark is how well a link fits, what counts most first.
type mark struct{ context, language, media float64 }

func (r Request) best(list []Link) []Link {
	languages, media := preferences(r.Languages), preferences(r.Media)
	marks := make([]mark, len(list))
	for i := range list {
		l := &list[i]
		marks[i] = mark{r.inContext(l), inLanguage(languages, l), ofMedia(media, l)}
	}
	order := func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.context, b.context), cmp.Compare(a.language, b.language), cmp.Compare(a.media, b.media))
	}
	top := slices.MaxFunc(marks, order)
	var best []Link
	for i := range list {
		same := slices.ContainsFunc(best, func(o Link) bool { return o.Href == list[i].Href })
		if marks[i] == top && !same {
			best = append(best, list[i])
		}
	}
	return best
}

// unsaid is how well a link fits that says nothing of itself: better than one that
// says something else.
const unsaid = 0.0001

func (r Request) inContext(l *Link) float64 {
	switch {
	case r.Context != "" && slices.ContainsFunc(l.Context, func(c string) bool { return strings.EqualFold(c, r.Context) }):
		return 1
	case len(l.Context) == 0:
		return unsaid
	default:
		return 0
	}
}

// preference is an element of Accept or Accept-Language (RFC 9110, section 12.4.2).
type preference struct {
	of string
	q  float64
}

// mostPreferences is how many elements of a header are read.
const mostPreferences = 32

func preferences(header string) []preference {
	var list []preference
	for part := range strings.SplitSeq(header, ",") {
		of, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil || len(list) == mostPreferences {
			continue
		}
		p := preference{of, 1}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			p.q = q
		}
		list = append(list, p)
	}
	return list
}

// inLanguage compares languages by basic filtering (RFC 4647, section 3.3.1), and a
// link in zh answers also who prefers zh-CN (section 3.4).
func inLanguage(wanted []preference, l *Link) float64 {
	best := 0.0
	if len(l.Hreflang) == 0 {
		best = unsaid
	}
	for _, p := range wanted {
		for _, language := range l.Hreflang {
			have := strings.ToLower(language)
			if p.of == "*" || p.of == have || strings.HasPrefix(have, p.of+"-") || strings.HasPrefix(p.of, have+"-") {
				best = max(best, p.q)
			}
		}
	}
	return best
}

func ofMedia(wanted []preference, l *Link) float64 {
	if l.Type == "" {
		return unsaid
	}
	have, _, err := mime.ParseMediaType(l.Type)
	if err != nil {
		return 0
	}
	kind, _, _ := strings.Cut(have, "/")
	best, closest := 0.0, -1
	for _, p := range wanted {
		close := slices.Index([]string{"*/*", kind + "/*", have}, p.of)
		if close > closest {
			best, closest = p.q, close
		}
	}
	return best
}

// Prefers tells whether who sends a header of Accept wants a link set, and of which
// media type: only what is named counts, since browsers take anything.
func Prefers(accept string) (mediaType string, ok bool) {
	q := 0.0
	for _, p := range preferences(accept) {
		if (p.of == MediaType || p.of == mediaJSON) && p.q > q {
			mediaType, q = p.of, p.q
		}
	}
	return mediaType, q > 0
}

// MediaType is that of link sets as JSON.
const (
	MediaType = "application/linkset+json"
	mediaJSON = "application/json"
)
