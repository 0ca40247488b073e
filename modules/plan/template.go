package plan

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed templates/*.yaml
var templateFiles embed.FS

// readTemplates reads the plans that come with the program.
func readTemplates() ([]plan, error) {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("list plan templates: %w", err)
	}
	var list []plan
	for _, f := range files {
		text, err := templateFiles.ReadFile(path.Join("templates", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("read plan template: %w", err)
		}
		p, err := readPlan(text)
		if err != nil {
			return nil, fmt.Errorf("read plan template %s: %w", f.Name(), err)
		}
		p.Template = strings.TrimSuffix(f.Name(), ".yaml")
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b plan) int { return strings.Compare(a.Template, b.Template) })
	return list, nil
}
