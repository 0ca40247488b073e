// Package template has the rules of metadata templates (元数据模板, 标识数据模型):
// which values an identifier of a kind has, and what each may be. An identifier
// names its template by the value at index 1000; the template's items are the
// values from index 2000 on.
package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
)

// Where the values of a template stand.
const (
	RefIndex   = 1000 // names the template
	FirstIndex = 2000 // of items
	LastIndex  = 2999
)

// RefType is the type of the value that names the template.
const RefType = "TEMPLATE"

// State is where a version of a template is in its life.
type State string

// The states. What is published never changes: a change is a new version.
const (
	Draft     State = "draft"
	Published State = "published"
	Withdrawn State = "withdrawn" // no new identifiers; those that name it stay
)

// MaxItems is how many items a template has.
const MaxItems = 200

// Template is a version of a template.
type Template struct {
	ID          string    `json:"id" title:"编号|ID"`
	Code        string    `json:"code" title:"代码|Code"`
	Version     int64     `json:"version" title:"版本|Version"`
	OperatorID  string    `json:"operator_id" doc:"Whose it is; empty for others than those who act for it"`
	Operator    lang.Text `json:"operator" title:"所属单位|Owner"`
	Name        lang.Text `json:"name" title:"名称|Name"`
	Industry    string    `json:"industry" title:"行业|Industry"`
	State       State     `json:"state" enum:"draft,published,withdrawn" title:"状态|State"`
	Items       []Item    `json:"items" nullable:"false"`
	CreatedAt   time.Time `json:"created_at" title:"建立时间|Made"`
	PublishedAt time.Time `json:"published_at,omitzero" title:"发布时间|Published"`
	Revision    int64     `json:"revision" doc:"Counts edits; for If-Match"`
}

// ETag implements httpd.Versioned.
func (t Template) ETag() int64 { return t.Revision }

// Ref names a version of a template, as identifiers do: bearing:2.
func (t Template) Ref() string { return t.Code + ":" + strconv.FormatInt(t.Version, 10) }

// ParseRef reads what names a version of a template.
func ParseRef(ref string) (code string, version int64, err error) {
	code, number, ok := strings.Cut(ref, ":")
	version, err = strconv.ParseInt(number, 10, 32)
	if !ok || err != nil || version < 1 || !codes.MatchString(code) {
		return "", 0, fmt.Errorf("%.80q names no template; write code:version, as bearing:2", ref)
	}
	return code, version, nil
}

var codes = regexp.MustCompile(`^[a-z][a-z0-9_-]{1,39}$`)

// Settle gives items that have none the next index.
func (t *Template) Settle() {
	next := int32(FirstIndex)
	for _, it := range t.Items {
		next = max(next, it.Index+1)
	}
	for i := range t.Items {
		if t.Items[i].Index == 0 {
			t.Items[i].Index = next
			next++
		}
		t.Items[i].settle()
	}
}

// Check refuses a template that cannot be, naming every fault.
func (t Template) Check() error {
	f := fault.New(fault.Invalid, "identifier.template.invalid", "the template is incomplete or wrong")
	if !codes.MatchString(t.Code) {
		_ = f.At("body.code", "2 to 40 small letters, digits, _ or -, beginning with a letter")
	}
	if t.Name.ZH == "" && t.Name.EN == "" {
		_ = f.At("body.name", "give a name")
	}
	if t.Industry != "" && !industry.Known(t.Industry) {
		_ = f.At("body.industry", "choose a division of GB/T 4754, C13 to C43, or none for cross-industry")
	}
	if len(t.Items) == 0 {
		_ = f.At("body.items", "a template has at least one item")
	}
	indexes, names := map[int32]bool{}, map[string]bool{}
	for i, it := range t.Items {
		at := fmt.Sprintf("body.items[%d].", i)
		it.check(at, f)
		if indexes[it.Index] {
			_ = f.At(at+"index", "another item has this index")
		}
		if name := strings.ToLower(it.Name); names[name] {
			_ = f.At(at+"name", "another item has this name")
		}
		indexes[it.Index], names[strings.ToLower(it.Name)] = true, true
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

// Item returns the item of a name, in either language.
func (t Template) Item(name string) (Item, bool) {
	for _, it := range t.Items {
		if strings.EqualFold(it.Name, name) || it.Title == name {
			return it, true
		}
	}
	return Item{}, false
}

// At returns the item at an index.
func (t Template) At(index int32) (Item, bool) {
	for _, it := range t.Items {
		if it.Index == index {
			return it, true
		}
	}
	return Item{}, false
}

// Value is a value of an identifier.
type Value struct {
	Index  int32
	Type   string
	Text   string
	Public bool // everybody may read it
}

// Fault says what of an identifier is not as its template has it.
type Fault struct {
	Index int32
	Name  string
	Text  lang.Text
}

// Examine tells every fault of an identifier's values.
func (t Template) Examine(values []Value) []Fault {
	var faults []Fault
	wrong := func(index int32, name, zh, en string) {
		faults = append(faults, Fault{index, name, lang.Text{ZH: zh, EN: en}})
	}
	given := map[int32]bool{}
	for _, v := range values {
		it, ok := t.At(v.Index)
		switch given[v.Index] = v.Text != ""; {
		case !ok && v.Index >= FirstIndex:
			wrong(v.Index, v.Type, fmt.Sprintf("模板 %s 没有序号 %d", t.Ref(), v.Index), fmt.Sprintf("the template %s has no item %d", t.Ref(), v.Index))
		case !ok:
		case !strings.EqualFold(v.Type, it.Name):
			wrong(v.Index, it.Name, "类型应为 "+it.Name, "its type is "+it.Name)
		case it.Restricted && v.Public:
			wrong(v.Index, it.Name, "应仅管理员可读", "only administrators may read it")
		default:
			if said := it.Examine(v.Text); said != nil {
				wrong(v.Index, it.Name, said.ZH, said.EN)
			}
		}
	}
	for _, it := range t.Items {
		if it.Required && !given[it.Index] {
			wrong(it.Index, it.Name, "必填", "it is required")
		}
	}
	return faults
}

// Move publishes a draft, or withdraws what is published.
func (t Template) Move(to State, now time.Time) (Template, error) {
	switch {
	case t.State == Draft && to == Published:
		t.PublishedAt = now
	case t.State == Published && to == Withdrawn, t.State == Withdrawn && to == Published:
	default:
		return t, fault.New(fault.Conflict, "identifier.template.move", "a template that is %s cannot become %s", t.State, to)
	}
	t.State = to
	return t, nil
}
