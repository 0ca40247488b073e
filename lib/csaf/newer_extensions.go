package csaf

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Extension is what a caller knows of an extension of CSAF 2.1.
type Extension struct {
	// Valid says what is wrong with an item by the schema of the extension; the item
	// is what encoding/json makes of it, with numbers as json.Number.
	Valid func(item map[string]any) error
	// Most is how often the extension may be in one list, by the paths of its
	// metadata, such as $.document.x_extensions; a path that is not there has no bound.
	Most map[string]int
	// Incompatible are the schemas of extensions that it must not stand beside.
	Incompatible []string
}

// extensions calls yield for each list of extensions with its path in metadata.
func (c *checker) extensions(yield func(path string, list *node)) {
	note := func(path string, n *node) {
		if list := n.get("x_extensions"); list != nil {
			yield(path+".x_extensions", list)
		}
	}
	root := c.d.root
	note("$", root)
	note("$.document", root.get("document"))
	c.d.branches(func(b *node) { note("$.product_tree.branches..product", b.get("product")) })
	for _, p := range root.get("product_tree").items("full_product_names") {
		note("$.product_tree.full_product_names[*]", p)
	}
	for _, p := range root.get("product_tree").items("product_paths") { // by its name of CSAF 2.0 in the schema of metadata
		note("$.product_tree.relationships[*].full_product_name", p.get("full_product_name"))
	}
	for _, v := range c.d.vulnerabilities() {
		note("$.vulnerabilities[*]", v)
		for _, m := range v.items("metrics") {
			note("$.vulnerabilities[*].metrics[*].content", m.get("content"))
		}
	}
}

func (c *checker) extensionContent() {
	var schema *regexp.Regexp
	c.extensions(func(_ string, list *node) {
		if schema == nil {
			schema = regexp.MustCompile(`^https://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+/([^/\s]+/)*[^/\s]+_(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9a-zA-Z.-]+)?(\+[0-9a-zA-Z.-]+)?\.json$`)
		}
		if len(list.list()) == 0 {
			c.fail(list, "x_extensions is no list with at least one item")
		}
		for _, x := range list.list() {
			c.extensionItem(x, schema)
		}
	})
}

func (c *checker) extensionItem(x *node, schema *regexp.Regexp) {
	c.members(x, []string{"$schema", "category", "critical", "content"}, nil)
	if at := x.get("$schema"); at != nil && !schema.MatchString(at.str()) {
		c.fail(at, fmt.Sprintf("%q is no address of the schema of an extension with its version", at.str()))
	}
	if at := x.get("category"); at != nil && !slices.Contains([]string{"essential", "significant", "supplementary"}, at.str()) {
		c.fail(at, fmt.Sprintf("%q is no category of extensions", at.str()))
	}
	if at := x.get("critical"); at != nil && at.kind != kindBool {
		c.fail(at, "critical is neither true nor false")
	}
	if at := x.get("content"); at != nil && (at.kind != kindObject || len(at.kids) == 0) {
		c.fail(at, "the content is no object with at least one member")
	}
}

// extension gives what is known of an extension, and says so if it is nothing.
func (c *checker) extension(x *node) (Extension, bool) {
	schema := x.value("$schema")
	if c.data.Extension != nil {
		if e, ok := c.data.Extension(schema); ok {
			return e, true
		}
	}
	by := "a registered or experimental extension"
	if strings.HasPrefix(schema, "https://docs.oasis-open.org/csaf/") {
		by = "an official extension"
	}
	c.skip(fmt.Sprintf("%s that is not known here: %q, %s, critical: %t", by, schema, x.value("category"), x.get("critical").truth()))
	return Extension{}, false
}

func (n *node) truth() bool { return n != nil && n.kind == kindBool && n.text == "true" }

func (c *checker) extensionSchema() {
	c.extensions(func(_ string, list *node) {
		for _, x := range list.list() {
			e, ok := c.extension(x)
			if !ok || x.kind != kindObject || e.Valid == nil {
				continue
			}
			item, _ := x.plain().(map[string]any)
			if err := e.Valid(item); err != nil {
				c.fail(x, fmt.Sprintf("it is not valid by the schema of the extension: %s", err))
			}
		}
	})
}

// plain is the value as encoding/json would have it.
func (n *node) plain() any {
	switch n.kind {
	case kindObject:
		out := make(map[string]any, len(n.kids))
		for _, k := range n.kids {
			out[k.key] = k.plain()
		}
		return out
	case kindList:
		out := make([]any, len(n.kids))
		for i, k := range n.kids {
			out[i] = k.plain()
		}
		return out
	case kindText:
		return n.text
	case kindNumber:
		return json.Number(n.text)
	case kindBool:
		return n.truth()
	default:
		return nil
	}
}

func (c *checker) extensionMetadata() {
	c.extensions(func(path string, list *node) {
		count := map[string]int{}
		for _, x := range list.list() {
			count[x.value("$schema")]++
		}
		for _, x := range list.list() {
			e, ok := c.extension(x)
			if !ok {
				continue
			}
			schema := x.value("$schema")
			if most, bounded := e.Most[path]; bounded && count[schema] > most {
				c.fail(x, fmt.Sprintf("the extension %q is here %d times; %d are allowed", schema, count[schema], most))
			}
			for _, other := range e.Incompatible {
				if count[other] > 0 {
					c.fail(x, fmt.Sprintf("the extension %q must not stand beside %q", schema, other))
				}
			}
		}
	})
}
