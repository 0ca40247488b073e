package archtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// webFloors lists the floors of web/src from top to bottom; each imports from
// itself and from below. Files directly in src belong to app.
func webFloors() []string { return []string{"app", "modules", "kernel", "lib"} }

// kernelRooms are rooms that the kernel brings; they may have pages too.
func kernelRooms() []string { return []string{"system"} }

var webImport = regexp.MustCompile(`(?m)(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|@import\s+(?:url\()?|@use\s+|@forward\s+)['"]([^'"\n]+)['"]`)

// inspectWeb checks the web's folders and imports; there may be no web yet.
func inspectWeb(root string, sources []source) ([]string, error) {
	src := filepath.Join(root, "web", "src")
	entries, err := os.ReadDir(src)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read web: %w", err)
	}
	var faults []string
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(webFloors(), e.Name()) {
			faults = append(faults, "web/src/"+e.Name()+": the folder is on no floor")
		}
	}
	faults = append(faults, webRooms(src, sources)...)
	err = filepath.WalkDir(src, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".ts", ".tsx", ".mts", ".js", ".jsx", ".css", ".scss", ".less"}, filepath.Ext(name)) {
			return err
		}
		text, err := os.ReadFile(name) //nolint:gosec // the files of the tree that was named
		if err != nil {
			return fmt.Errorf("read web source: %w", err)
		}
		rel, err := filepath.Rel(src, name)
		if err != nil {
			return fmt.Errorf("place %s: %w", name, err)
		}
		for _, m := range webImport.FindAllStringSubmatch(string(text), -1) {
			if fault := inspectWebImport(filepath.ToSlash(rel), m[1]); fault != "" {
				faults = append(faults, "web/src/"+filepath.ToSlash(rel)+": "+fault)
			}
		}
		return nil
	})
	return faults, err
}

// webRooms compares the folders of web/src/modules with those of modules.
func webRooms(src string, sources []source) []string {
	rooms := map[string]bool{}
	for _, s := range sources {
		if r := s.room(); r != "" {
			rooms[path.Base(r)] = true
		}
	}
	var faults []string
	for room := range rooms {
		if info, err := os.Stat(filepath.Join(src, "modules", room)); err != nil || !info.IsDir() {
			faults = append(faults, "web/src/modules/"+room+": the room has no folder in the web")
		}
	}
	entries, err := os.ReadDir(filepath.Join(src, "modules"))
	if err != nil {
		return faults
	}
	for _, e := range entries {
		if e.IsDir() && !rooms[e.Name()] && !slices.Contains(kernelRooms(), e.Name()) {
			faults = append(faults, "web/src/modules/"+e.Name()+": there is no room of that name")
		}
	}
	return faults
}

func inspectWebImport(file, imported string) string {
	var target string
	switch {
	case strings.HasPrefix(imported, "."):
		target = path.Join(path.Dir(file), imported)
	case strings.HasPrefix(imported, "@/"):
		target = imported[2:]
	case strings.HasPrefix(imported, "/src/"):
		target = imported[5:]
	case strings.HasPrefix(imported, "src/"):
		target = imported[4:]
	default:
		return "" // a library
	}
	from, to := webFloor(file), webFloor(target)
	if strings.HasPrefix(target, "..") {
		return "imports from outside web/src: " + imported
	}
	if from > to {
		return "imports go down: " + webFloors()[from] + " does not import " + imported
	}
	if webFloors()[from] == "modules" && from == to && firstTwo(file) != firstTwo(target) {
		return "web modules do not meet: " + imported
	}
	return ""
}

func webFloor(file string) int {
	top, _, _ := strings.Cut(file, "/")
	return max(0, slices.Index(webFloors(), top))
}
