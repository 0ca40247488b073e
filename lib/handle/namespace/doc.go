// Package namespace reads HS_NAMESPACE values and computes template handles: one
// handle that is stored stands for any number that are not, base@extension, whose
// values are made from its own by a template.
//
//	<namespace>
//	  <template delimiter="@">
//	    <foreach>
//	      <if value="type" test="equals" expression="URL">
//	        <if value="extension" test="matches" expression="page=([0-9]+)" parameter="x">
//	          <value data="${data}#p${x[1]}"/>
//	        </if>
//	        <else><value data="${data}?${x}"/></else>
//	      </if>
//	      <else><value/></else>
//	    </foreach>
//	  </template>
//	</namespace>
//
// RFC 3651 leaves the value's content open; servers in use have templates of this kind,
// and publicly documented ones were read for what follows.
//
//   - foreach is done once for every value of the base handle; value makes a value, and
//     what it does not say (index, type, data) is the value's that is at hand. Outside
//     foreach it must say all three.
//   - if tests a variable: equals compares (types and handles as the protocol does,
//     without regard to the case of ASCII letters), matches is a regular expression
//     (RE2) for the whole text. else belongs to the if right before it.
//   - ${handle}, ${base} and ${extension} are what was asked for and its halves;
//     ${index}, ${type} and ${data} are of the value at hand. With parameter="x", ${x} is
//     the text that was tested, in the else too, and ${x[1]} what the first group of a
//     match has found.
//
// A template that says anything else is refused. Elements beside the template say
// nothing here.
package namespace

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"linghang/lib/handle/wire"
)

// Bounds of a template and of what it makes.
const (
	MaxSize       = 64 << 10  // octets of HS_NAMESPACE
	MaxValues     = 100       // that are made for a handle
	maxOctets     = 128 << 10 // of all that are made
	maxDepth      = 32        // elements in one another
	maxElements   = 512
	maxDelimiter  = 16
	maxExpression = 1024    // octets of a regular expression
	maxProgram    = 4096    // instructions that it becomes
	maxTested     = 4096    // octets that one is tried on; longer ones do not match
	maxWork       = 1 << 25 // octets times instructions for one handle
)

// What goes wrong.
var (
	ErrMalformed = errors.New("it is no namespace")
	ErrTooMuch   = errors.New("the template makes too much")
)

// Namespace is a value of HS_NAMESPACE. It is safe for concurrent use.
type Namespace struct {
	delimiter string
	template  bool
	steps     []step
}

// HasTemplate tells whether there is a template.
func (n *Namespace) HasTemplate() bool { return n.template }

// Delimiter stands between a base handle and an extension; it is empty if the
// template has none, or there is no template.
func (n *Namespace) Delimiter() string { return n.delimiter }

// Makes tells whether the template makes anything: one may only say what the delimiter
// is, and leave the rest to the base handles.
func (n *Namespace) Makes() bool { return len(n.steps) > 0 }

// Cut cuts a handle at the first delimiter of its suffix. Both handles have a suffix.
func (n *Namespace) Cut(handle string) (base, extension string, ok bool) {
	slash := strings.IndexByte(handle, '/')
	if slash < 0 || n.delimiter == "" {
		return "", "", false
	}
	at := strings.Index(handle[slash+1:], n.delimiter)
	if at <= 0 {
		return "", "", false
	}
	at += slash + 1
	return handle[:at], handle[at+len(n.delimiter):], true
}

// work is one handle that is being computed.
type work struct {
	handle, base, extension string
	value                   *wire.Value // at hand, nil outside foreach
	bound                   []bound     // parameters
	values                  []wire.Value

	made   []wire.Value
	taken  map[int32]bool
	octets int
	left   int // of maxWork
}

// bound is the value of a parameter.
type bound struct {
	text   []byte
	groups [][]byte
}

// Compute makes the values of a handle from those of its base handle, and takes only
// those of them that everybody may read. Where two have the same index the first stays.
// Beyond the bounds it returns ErrTooMuch.
func (n *Namespace) Compute(handle, base, extension string, values []wire.Value) ([]wire.Value, error) {
	w := &work{handle: handle, base: base, extension: extension, taken: map[int32]bool{}, left: maxWork}
	for i := range values {
		if values[i].Permissions&wire.PublicRead != 0 {
			w.values = append(w.values, values[i])
		}
	}
	if err := w.run(n.steps); err != nil {
		return nil, err
	}
	return w.made, nil
}

func (w *work) run(steps []step) error {
	for i := range steps {
		if err := w.step(&steps[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) step(s *step) error {
	switch {
	case s.test != nil:
		right, err := w.try(s.test)
		if err != nil {
			return err
		}
		if right {
			return w.run(s.then)
		}
		return w.run(s.otherwise)
	case s.make != nil:
		return w.make(s.make)
	default: // foreach
		for i := range w.values {
			w.value = &w.values[i]
			if err := w.run(s.then); err != nil {
				return err
			}
		}
		w.value = nil
		return nil
	}
}

// try makes a test and binds its parameter.
func (w *work) try(t *test) (bool, error) {
	text := w.of(t.value)
	b := bound{text: text}
	var right bool
	switch {
	case t.matches == nil && t.value.folds():
		right = wire.Equal(text, []byte(t.equals))
	case t.matches == nil:
		right = string(text) == t.equals
	case len(text) <= maxTested:
		if w.left -= len(text)*t.cost + t.cost; w.left < 0 {
			return false, fmt.Errorf("%w: its expressions take too long", ErrTooMuch)
		}
		b.groups = t.matches.FindSubmatch(text)
		right = b.groups != nil
	}
	if right && t.matches == nil {
		b.groups = [][]byte{text}
	}
	if t.slot >= 0 {
		w.bound = append(w.bound[:t.slot], b)
	}
	return right, nil
}

// of is the value of a variable.
func (w *work) of(v variable) []byte {
	switch v.field {
	case fieldHandle:
		return []byte(w.handle)
	case fieldBase:
		return []byte(w.base)
	case fieldExtension:
		return []byte(w.extension)
	case fieldIndex:
		return fmt.Append(nil, w.value.Index)
	case fieldType:
		return []byte(w.value.Type)
	case fieldData:
		return w.value.Data
	default:
		b := &w.bound[v.slot]
		switch {
		case v.group < 0:
			return b.text
		case v.group < len(b.groups):
			return b.groups[v.group]
		default:
			return nil
		}
	}
}

func (w *work) text(t text) ([]byte, error) {
	var b bytes.Buffer
	for i := range t {
		b.WriteString(t[i].literal)
		if t[i].variable != nil {
			b.Write(w.of(*t[i].variable))
		}
		if w.octets+b.Len() > maxOctets {
			return nil, fmt.Errorf("%w: more than %d octets", ErrTooMuch, maxOctets)
		}
	}
	return b.Bytes(), nil
}

// make makes a value. One whose index or type cannot be is left out.
func (w *work) make(m *maker) error {
	v := wire.Value{TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic}
	if w.value != nil {
		v = *w.value
	}
	var err error
	if m.data != nil {
		if v.Data, err = w.text(m.data); err != nil {
			return err
		}
	}
	if m.kind != nil {
		kind, err := w.text(m.kind)
		if err != nil {
			return err
		}
		v.Type = string(kind)
	}
	if m.index != nil {
		index, err := w.text(m.index)
		if err != nil {
			return err
		}
		if v.Index, err = indexOf(string(index)); err != nil {
			return nil //nolint:nilerr // a value without an index is none
		}
	}
	if v.Type == "" || !utf8.ValidString(v.Type) || w.taken[v.Index] {
		return nil
	}
	if w.octets += len(v.Data) + len(v.Type) + valueOctets; w.octets > maxOctets || len(w.made) == MaxValues {
		return fmt.Errorf("%w: more than %d values or %d octets", ErrTooMuch, MaxValues, maxOctets)
	}
	w.taken[v.Index] = true
	w.made = append(w.made, v)
	return nil
}

// valueOctets is what a value takes beside its type and data, without references.
const valueOctets = 26
