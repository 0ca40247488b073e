package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

func inspectFile(s source) []string {
	var faults []string
	refuse := func(format string, args ...any) {
		faults = append(faults, s.path+": "+fmt.Sprintf(format, args...))
	}
	if _, known := floors()[s.top()]; !known {
		refuse("the top folder %s is on no floor", s.top())
		return faults
	}
	if constraint.MatchString(s.base()) {
		refuse("the name is a build constraint: Go drops the file on other systems")
	}
	if slices.Contains(vague(), path.Base(s.folder)) && !strings.Contains(s.folder, "/internal") {
		refuse("the folder name %s says nothing", path.Base(s.folder))
	}
	for _, imported := range s.imports() {
		for _, fault := range inspectImport(s, imported) {
			refuse("%s", fault)
		}
	}
	if isEvents(s.folder) && !s.test {
		inspectEvents(s, refuse)
	}
	inspectText(s, refuse)
	if !s.test {
		inspectChanges(s, refuse)
	}
	return faults
}

func inspectImport(s source, imported string) []string {
	var faults []string
	own, ofHouse := strings.CutPrefix(imported, house)
	first, _, _ := strings.Cut(imported, "/")
	library := !ofHouse && strings.Contains(first, ".")
	switch {
	case ofHouse:
		faults = inspectOwn(s, own)
	case library:
		faults = inspectLibrary(s, imported)
	}
	if isEvents(s.folder) && !s.test && (ofHouse || library) {
		faults = append(faults, "an event package is plain data and imports the standard library only, not "+imported)
	}
	if s.room() == "" || s.test {
		return faults
	}
	return append(faults, inspectPart(s, imported)...)
}

// inspectPart checks an import against the part that the file plays in its room.
func inspectPart(s source, imported string) []string {
	var faults []string
	for _, p := range parts() {
		if imported == p.imports && !endsWith(s.base(), p.files) {
			faults = append(faults, fmt.Sprintf("only %s import %s", strings.Join(p.files, ", "), imported))
		}
	}
	if own, ok := strings.CutPrefix(imported, house+"kernel/"); ok && isRule(s) && !slices.Contains(ruleKernel(), own) {
		faults = append(faults, fmt.Sprintf("a rule knows no kernel/%s; it decides, the store saves, the handler connects", own))
	}
	return faults
}

// inspectOwn checks an import from within the house.
func inspectOwn(s source, imported string) []string {
	top, _, _ := strings.Cut(imported, "/")
	if why := apart(s, imported); why != "" {
		return []string{why}
	}
	switch {
	case s.room() != "" && top == "modules":
		if firstTwo(imported) != s.room() && !isEvents(imported) {
			return []string{"a room imports no other room, only its event package: " + imported}
		}
		return nil
	case s.top() == "lib" && (imported == firstTwo(s.folder) || strings.HasPrefix(imported, firstTwo(s.folder)+"/")):
		return nil
	case s.top() == "archtest" && imported == "archtest":
		return nil
	case !slices.Contains(floors()[s.top()], top):
		return []string{fmt.Sprintf("imports go down: %s does not import %s", s.top(), imported)}
	}
	return nil
}

// apart says why two packages that could see one another do not.
func apart(s source, imported string) string {
	switch {
	case s.test:
		return ""
	case imported == "kernel/kerneltest" && s.folder != "kernel/kerneltest":
		return "kernel/kerneltest is for tests"
	case s.folder == "lib/schedule/check" && imported != "lib/schedule/model":
		return "the checker of schedules shares nothing with what makes them: it imports the model only, not " + imported
	}
	return ""
}

func inspectLibrary(s source, imported string) []string {
	for _, o := range owners() {
		if imported != o.library && !strings.HasPrefix(imported, o.library+"/") {
			continue
		}
		if o.folders == nil || o.owns(s) {
			return nil
		}
		return []string{fmt.Sprintf("%s belongs to %s", o.library, strings.Join(o.folders, ", "))}
	}
	return []string{imported + " has no owner; enter it in archtest and docs/dependencies.md with a reason"}
}

func (o owner) owns(s source) bool {
	folders := o.folders
	if s.test {
		folders = append(slices.Clone(folders), o.tests...)
	}
	return slices.ContainsFunc(folders, func(f string) bool {
		// kernel means the folder itself: its packages are named one by one.
		return f == "" || s.folder == f || f != "kernel" && strings.HasPrefix(s.folder, f+"/")
	})
}

// isEvents reports whether a folder is a room's event package: modules/mes/mesevent.
func isEvents(folder string) bool {
	elements := strings.Split(folder, "/")
	return len(elements) == 3 && elements[0] == "modules" && elements[2] == elements[1]+"event"
}

// isRule reports whether a file of a room decides rather than connects.
func isRule(s source) bool {
	return s.folder == s.room() && s.base() != "module.go" && s.base() != "metrics.go" && !endsWith(s.base(), connecting())
}

func endsWith(name string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool {
		return name == end || strings.HasSuffix(name, end) && strings.HasPrefix(end, "_")
	})
}

// inspectEvents allows types, constants and the method Subject.
func inspectEvents(s source, refuse func(string, ...any)) {
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name != "Subject" || d.Recv == nil {
				refuse("an event package is plain data: it has no %s", d.Name.Name)
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				refuse("an event package is plain data: it has no variables")
			}
		}
	}
}

// inspectText checks what stands in the code: SQL, sleeping tests, wide bridges.
func inspectText(s source, refuse func(string, ...any)) {
	mayHoldSQL := s.test || strings.HasSuffix(s.base(), "_store.go") || s.folder == "kernel/sqldb" || s.top() == "archtest"
	maySleep := !s.test || slices.Contains(s.imports(), "testing/synctest")
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if !mayHoldSQL && isSQL(n) {
				refuse("line %d: SQL stands in *_store.go only", s.line(n))
			}
		case *ast.SelectorExpr:
			if !maySleep && isSleep(n) {
				refuse("line %d: a test waits for a condition, not for a time", s.line(n))
			}
		case *ast.TypeSpec:
			if s.room() != "" && s.base() == "module.go" && isWide(n) {
				refuse("the bridge %s asks for more than three methods", n.Name.Name)
			}
		}
		return true
	})
}

// inspectChanges looks for what tells browsers within a change: who is quick reads what was before it.
func inspectChanges(s source, refuse func(string, ...any)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch f := n.(type) {
		case *ast.FuncDecl:
			if f.Body != nil && isChange(f.Type) {
				inspectChange(s, f.Body, refuse)
			}
		case *ast.FuncLit:
			if isChange(f.Type) {
				inspectChange(s, f.Body, refuse)
			}
		}
		return true
	})
}

// inspectChange leaves out functions within: they are changes themselves, or run after them.
func inspectChange(s source, body *ast.BlockStmt, refuse func(string, ...any)) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, is := n.(*ast.CallExpr); is {
			if called, is := call.Fun.(*ast.SelectorExpr); is && called.Sel.Name == "Notify" {
				refuse("line %d: within a change browsers are told after it: NotifyAfter", s.line(n))
			}
		}
		_, within := n.(*ast.FuncLit)
		return !within
	})
}

// isChange tells that a function has the transaction of a change.
func isChange(f *ast.FuncType) bool {
	return slices.ContainsFunc(f.Params.List, func(p *ast.Field) bool {
		star, is := p.Type.(*ast.StarExpr)
		if !is {
			return false
		}
		tx, is := star.X.(*ast.SelectorExpr)
		return is && tx.Sel.Name == "Tx"
	})
}

func (s source) line(n ast.Node) int { return s.fset.Position(n.Pos()).Line }

func isSQL(n *ast.BasicLit) bool {
	text, err := strconv.Unquote(n.Value)
	return n.Kind == token.STRING && err == nil && sqlText.MatchString(text)
}

func isWide(n *ast.TypeSpec) bool {
	i, ok := n.Type.(*ast.InterfaceType)
	return ok && i.Methods.NumFields() > 3
}

func isSleep(n *ast.SelectorExpr) bool {
	x, ok := n.X.(*ast.Ident)
	return ok && x.Name == "time" && n.Sel.Name == "Sleep"
}

// loops finds folders that import each other in a circle, tests left out.
// Folders of a room or a library count as one.
func loops(sources []source) []string {
	edges := map[string]map[string]bool{}
	for _, s := range sources {
		from := firstTwo(s.folder)
		for _, imported := range s.imports() {
			own, ok := strings.CutPrefix(imported, house)
			if to := firstTwo(own); ok && !s.test && to != from {
				if edges[from] == nil {
					edges[from] = map[string]bool{}
				}
				edges[from][to] = true
			}
		}
	}
	var faults []string
	for from := range edges {
		if reaches(edges, from, from, map[string]bool{}) {
			faults = append(faults, from+": the folder is in a loop of imports")
		}
	}
	return faults
}

func reaches(edges map[string]map[string]bool, from, goal string, seen map[string]bool) bool {
	for to := range edges[from] {
		if to == goal {
			return true
		}
		if !seen[to] {
			seen[to] = true
			if reaches(edges, to, goal, seen) {
				return true
			}
		}
	}
	return false
}

func undocumented(sources []source) []string {
	documented := map[string]bool{}
	for _, s := range sources {
		if !s.test {
			documented[s.folder] = documented[s.folder] || s.file.Doc != nil
		}
	}
	var faults []string
	for folder, ok := range documented {
		if !ok {
			faults = append(faults, folder+": the package has no comment that says what it is for")
		}
	}
	return faults
}

// Owned reports whether the table of owners knows a library.
func Owned(library string) bool {
	return slices.ContainsFunc(owners(), func(o owner) bool { return library == o.library || strings.HasPrefix(library, o.library+"/") })
}
