package pull

import (
	"errors"
	"fmt"
	"strings"

	"github.com/theory/jsonpath"
)

// Path is a JSONPath that begins at a row or at the document.
type Path struct {
	path *jsonpath.Path
	text string
	row  bool
}

var errPath = errors.New("not a path that is followed here")

// ParsePath reads a path. Those whose work could grow beyond the size of the
// document are refused: several descendant segments, and filters that look at
// the whole document for each node.
func ParsePath(text string) (Path, error) {
	p := Path{text: text}
	rest, ok := strings.CutPrefix(text, "@")
	if p.row = ok; !ok {
		if rest, ok = strings.CutPrefix(text, "$"); !ok {
			return p, errPath
		}
	}
	plain := unquoted(rest)
	if len(text) > textLongest || strings.Contains(plain, "$") || strings.Count(plain, "..") > 1 || strings.Count(plain, "?") > 2 {
		return p, errPath
	}
	path, err := jsonpath.Parse("$" + rest)
	if err != nil {
		return p, fmt.Errorf("read path: %w", err)
	}
	p.path = path
	return p, nil
}

// unquoted is a path without its texts.
func unquoted(text string) string {
	var b strings.Builder
	quote := rune(0)
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
		case quote != 0:
			escaped = r == '\\'
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// find follows the path.
func (p Path) find(document, row any) []any {
	if p.row {
		return p.path.Select(row)
	}
	return p.path.Select(document)
}
