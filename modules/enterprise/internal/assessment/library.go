package assessment

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
)

//go:embed templates/*.yaml
var templates embed.FS

// Library is the templates that the binary has, in all editions.
type Library struct{ list []*Template }

// NewLibrary reads the templates of the binary.
func NewLibrary() (*Library, error) {
	entries, err := templates.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	l := &Library{}
	for _, e := range entries {
		data, err := templates.ReadFile("templates/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read template: %w", err)
		}
		t, err := ParseTemplate(data)
		if err != nil {
			return nil, err
		}
		if _, taken := l.Edition(t.ID, t.Edition); taken {
			return nil, fmt.Errorf("template %s, edition %d: twice", t.ID, t.Edition)
		}
		l.list = append(l.list, t)
	}
	return l, nil
}

// Edition returns a template in the edition that something was answered in.
func (l *Library) Edition(id string, edition int) (*Template, bool) {
	i := slices.IndexFunc(l.list, func(t *Template) bool { return t.ID == id && t.Edition == edition })
	if i < 0 {
		return nil, false
	}
	return l.list[i], true
}

// Newest returns the newest edition of a template.
func (l *Library) Newest(id string) (*Template, bool) {
	var newest *Template
	for _, t := range l.list {
		if t.ID == id && (newest == nil || t.Edition > newest.Edition) {
			newest = t
		}
	}
	return newest, newest != nil
}

// All lists the newest editions, the assessment of small enterprises first.
func (l *Library) All() []*Template {
	list := []*Template{}
	for _, t := range l.list {
		if n, _ := l.Newest(t.ID); n == t {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *Template) int { return cmp.Compare(b.ID, a.ID) })
	return list
}
