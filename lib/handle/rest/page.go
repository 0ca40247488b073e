package rest

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// maxAliases is how many aliases are followed.
const maxAliases = 10

// servePage sends a browser where a handle leads, or shows its values.
func (c *call) servePage() {
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		c.w.Header().Set("Allow", "GET, HEAD")
		http.Error(c.w, "a handle is asked for with GET, a message of the Handle System is posted as "+wire.MediaType, http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(c.r.URL.Path, "/")
	asked, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil || wire.CheckHandle(name) != nil {
		c.sendNothing(http.StatusNotFound, name, "")
		return
	}
	c.asked, c.name = asked, name
	c.pretty, c.callback = false, ""
	indexes, types, ok := c.wanted()
	if !ok {
		c.sendNothing(http.StatusBadRequest, name, "")
		return
	}
	flags := c.readFlags() | wire.FlagPublicOnly | wire.FlagRecurse
	for range maxAliases {
		c.resolve(flags, indexes, types)
		if c.res.Code != wire.CodeSuccess {
			break
		}
		alias := c.alias()
		if alias == "" {
			c.sendPage(name)
			return
		}
		c.name = alias
	}
	c.failPage(name)
}

// wanted reads the parameters index and type.
func (c *call) wanted() (indexes []int32, types []string, ok bool) {
	types = c.asked["type"]
	if len(types)+len(c.asked["index"]) > wire.MaxValues {
		return nil, nil, false
	}
	for _, text := range c.asked["index"] {
		n, err := parseIndex(text)
		if err != nil {
			return nil, nil, false
		}
		indexes = append(indexes, n)
	}
	return indexes, types, true
}

// failPage answers for a handle without values to show.
func (c *call) failPage(name string) {
	message := ""
	if f, err := wire.DecodeFailure(c.res.Body); err == nil && c.res.Code != wire.CodeSuccess {
		message = f.Message
	}
	switch status := c.status(c.res.Code); status {
	case http.StatusServiceUnavailable, http.StatusInternalServerError, http.StatusForbidden, http.StatusTooManyRequests:
		c.sendNothing(status, name, message)
	default:
		c.sendNothing(http.StatusNotFound, name, message)
	}
}

// each calls the values in the response.
func (c *call) each(yield func(typ, data []byte)) {
	_ = eachValue(c.res.Body, func(e wire.Encoded) { yield(e.Type(), e.Data()) }) // what is readable is shown
}

// alias returns the handle that stands for this one, if its record says so and
// has no place to go.
func (c *call) alias() string {
	if c.flag("noredirect", false) || c.flag("ignore_aliases", false) {
		return ""
	}
	alias := ""
	c.each(func(typ, data []byte) {
		if alias == "" && wire.Equal(typ, wire.TypeAlias) && wire.CheckHandle(string(data)) == nil {
			alias = string(data)
		}
	})
	if alias != "" {
		if _, ok := c.place(); ok {
			return ""
		}
	}
	return alias
}

// place returns where the values in the response lead: by 10320/loc, or else to
// the first URL.
func (c *call) place() (string, bool) {
	var first, chosen string
	c.each(func(typ, data []byte) {
		switch {
		case chosen == "" && wire.Equal(typ, wire.TypeLocations):
			if l, err := parseLocations(data); err == nil {
				chosen, _ = l.choose(c.asker())
			}
		case first == "" && wire.Equal(typ, wire.TypeURL):
			first, _ = target(string(data))
		}
	})
	if chosen == "" {
		chosen = first
	}
	return chosen, chosen != ""
}

func (c *call) asker() asker {
	a := asker{attributes: c.asked["locatt"], chance: rand.Float64()} //nolint:gosec // a choice between equals, no secret
	if c.h.o.Country != nil && c.req.Remote.IsValid() {
		a.country = c.h.o.Country(c.req.Remote.Addr())
	}
	return a
}

// sendPage redirects, or shows the values where there is nowhere to go.
func (c *call) sendPage(name string) {
	if !c.flag("noredirect", false) {
		if place, ok := c.place(); ok {
			c.redirect(place)
			return
		}
	}
	p := page{Name: name, words: c.words()}
	_ = eachValue(c.res.Body, func(e wire.Encoded) { // what is readable is shown
		in := wire.NewCursor(e)
		in.Int32()
		p.Rows = append(p.Rows, row{Index: e.Index(), Type: string(e.Type()), Changed: time.Unix(int64(in.Uint32()), 0).UTC().Format(time.RFC3339), Data: shown(e)})
	})
	c.sendHTML(http.StatusOK, &p)
}

// shown returns the data of a value as people read it.
func shown(e wire.Encoded) string {
	if data := e.Data(); utf8.Valid(data) && !wire.Equal(e.Type()[:min(3, len(e.Type()))], "HS_") {
		return string(data)
	}
	return string(hjson.AppendData(nil, e.Type(), e.Data()))
}

// redirect sends a browser to an address that target has allowed.
func (c *call) redirect(place string) {
	header := c.w.Header()
	header.Set("Location", place)
	header.Set("Content-Type", "text/html;charset=utf-8")
	header["X-Content-Type-Options"] = c.h.noSniff
	if len(c.asked["locatt"]) == 0 && c.h.o.Country != nil {
		header.Set("Cache-Control", "no-store") // elsewhere it may lead elsewhere
	}
	c.out = append(c.out[:0], `<!DOCTYPE html><title>Handle Redirect</title><a href="`...)
	start := len(c.out)
	c.out = append(c.out, strings.ReplaceAll(place, "&", "&amp;")...)
	end := len(c.out)
	c.out = append(c.out, `">`...)
	c.out = append(append(c.out, c.out[start:end]...), `</a>`...)
	c.w.WriteHeader(http.StatusFound)
	_, _ = c.w.Write(c.out) // the client may be gone
}

// page is what a page of values shows.
type page struct {
	words
	Name    string
	Message string
	Rows    []row
	Missing bool
}

type row struct {
	Index               int32
	Type, Changed, Data string
}

// words are those of a page in a language.
type words struct{ Lang, Title, NotFound, Index, Type, Changed, Data string }

// words returns those of the language that the browser prefers.
func (c *call) words() words {
	if strings.HasPrefix(strings.ToLower(c.r.Header.Get("Accept-Language")), "zh") {
		return words{"zh", "标识的值", "这里没有这个标识", "索引", "类型", "更新时间", "数据"}
	}
	return words{"en", "Values of the handle", "The handle is not here", "Index", "Type", "Changed", "Data"}
}

func (c *call) sendNothing(status int, name, message string) {
	c.sendHTML(status, &page{words: c.words(), Name: strings.ToValidUTF8(name, "\ufffd"), Message: message, Missing: true})
}

func (c *call) sendHTML(status int, p *page) {
	header := c.w.Header()
	header.Set("Content-Type", "text/html;charset=utf-8")
	header["X-Content-Type-Options"] = c.h.noSniff
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	header.Set("Vary", "Accept-Language")
	c.w.WriteHeader(status)
	_ = c.h.pages.Execute(c.w, p) // the client may be gone
}

const pageText = `<!DOCTYPE html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Name}}</title>
<style>body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}h1{font-size:1.3rem;overflow-wrap:anywhere}</style>
{{if .Missing}}<h1>{{.NotFound}}</h1><p>{{.Name}}</p>{{with .Message}}<p>{{.}}</p>{{end}}
{{- else}}<h1>{{.Title}} {{.Name}}</h1>
<table><tr><th>{{.Index}}</th><th>{{.Type}}</th><th>{{.Changed}}</th><th>{{.Data}}</th></tr>
{{range .Rows}}<tr><td>{{.Index}}</td><td>{{.Type}}</td><td>{{.Changed}}</td><td>{{.Data}}</td></tr>
{{end}}</table>{{end}}
</html>
`
