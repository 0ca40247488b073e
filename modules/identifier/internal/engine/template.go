package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"linghang/lib/handle/namespace"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// Template handles: where a handle is not there, and the record of its prefix has an
// HS_NAMESPACE with a template, its values are computed from those of its base handle.
// A handle that is there never comes this far.

const (
	spaceTime  = 30 * time.Second // for which a prefix's namespace is taken to be what it was
	spaceFault = 5 * time.Second  // after which it is asked for again where it could not be
	parsedMost = 256
)

// space is what is known of the namespace of a prefix.
type space struct {
	namespace *namespace.Namespace // nil without a template
	folded    []byte               // its delimiter
	until     time.Time
}

// computable tells whether a folded handle that is not there may have values to be
// computed, or it is not known: then Handle finds out.
func (h *Home) computable(key []byte, now time.Time) bool {
	s := h.space.Load()
	if s == nil || now.After(s.until) {
		return true
	}
	return s.namespace != nil && bytes.Contains(key, s.folded)
}

// computed returns the record that a template makes of a handle that is not there, nil
// if none does. It has nothing but what everybody may read.
func (e *Engine) computed(ctx context.Context, home *Home, handle string) (*record.Record, error) {
	if prefix, _ := wire.Split(handle); wire.Equal(prefix, wire.NA[:len(wire.NA)-1]) {
		return nil, nil //nolint:nilnil // prefixes are no template's
	}
	n := e.namespaceOf(ctx, home)
	if n == nil {
		return nil, nil //nolint:nilnil // as the comment says
	}
	base, extension, ok := n.Cut(handle)
	if !ok {
		return nil, nil //nolint:nilnil // as above
	}
	values, err := e.values(ctx, base)
	if err != nil {
		return nil, fmt.Errorf("read the base of %s: %w", handle, err)
	}
	values = slices.DeleteFunc(public(values), func(v wire.Value) bool {
		return wire.Equal(v.Type, wire.TypeSignature) // of the base handle, and no other's
	})
	if own := e.templateAmong(values); own != nil {
		n = own
	}
	made, err := n.Compute(handle, base, extension, values)
	if errors.Is(err, namespace.ErrTooMuch) {
		return nil, refuse(wire.CodeError, "%s cannot be computed: %v", handle, err)
	}
	if err != nil {
		return nil, fmt.Errorf("compute %s: %w", handle, err)
	}
	made = slices.DeleteFunc(made, func(v wire.Value) bool {
		return wire.Equal(v.Type, wire.TypeSecretKey) || checkData(&v) != nil // what no record may hold
	})
	if len(made) == 0 {
		return nil, nil //nolint:nilnil // as above
	}
	return &record.Record{Handle: handle, Values: encode(made)}, nil
}

// namespaceOf returns the namespace of a home's prefix, nil if it has no template.
func (e *Engine) namespaceOf(ctx context.Context, home *Home) *namespace.Namespace {
	before := home.space.Load()
	switch {
	case before != nil && !e.o.Now().After(before.until):
		return before.namespace
	case before == nil:
		home.asking.Lock()
	case !home.asking.TryLock():
		return before.namespace // somebody asks already
	}
	defer home.asking.Unlock()
	if s := home.space.Load(); s != before && s != nil {
		return s.namespace // somebody has asked
	}
	s := &space{until: e.o.Now().Add(spaceTime)}
	values, err := e.spaceValues(ctx, home.Prefix)
	if err != nil {
		e.o.Log.DebugContext(ctx, "a namespace is asked for later", "prefix", home.Prefix, "error", err)
		s.until = e.o.Now().Add(spaceFault)
		if before != nil {
			s.namespace, s.folded = before.namespace, before.folded
		}
	} else if n := e.templateAmong(public(values)); n != nil && n.Delimiter() != "" {
		s.namespace, s.folded = n, []byte(wire.Fold(n.Delimiter()))
	}
	home.space.Store(s)
	return s.namespace
}

// spaceValues returns the values of a prefix's record. Known has none to say of
// templates.
func (e *Engine) spaceValues(ctx context.Context, prefixHandle string) ([]wire.Value, error) {
	if e.o.Remote == nil || e.home([]byte(wire.Fold(prefixHandle))) != nil {
		return e.values(ctx, prefixHandle)
	}
	return e.o.Remote(ctx, prefixHandle) // and not what was recalled: the home keeps it as long
}

// templateAmong returns the first namespace with a template; what is none is as if it
// were not there.
func (e *Engine) templateAmong(values []wire.Value) *namespace.Namespace {
	for i := range values {
		if !wire.Equal(values[i].Type, wire.TypeNamespace) {
			continue
		}
		if n := e.spaces.parse(values[i].Data); n != nil && n.HasTemplate() {
			return n
		}
	}
	return nil
}

// parsed are namespaces that were read, by the digest of their data: reading one takes
// longer than computing a handle. Nil is what was none.
type parsed struct {
	mu   sync.Mutex
	list map[[sha256.Size]byte]*namespace.Namespace
}

func (p *parsed) parse(data []byte) *namespace.Namespace {
	key := sha256.Sum256(data)
	p.mu.Lock()
	n, known := p.list[key]
	p.mu.Unlock()
	if known {
		return n
	}
	n, err := namespace.Parse(data)
	if err != nil {
		n = nil // such a value is refused here, and came from elsewhere
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list == nil || len(p.list) >= parsedMost {
		p.list = map[[sha256.Size]byte]*namespace.Namespace{}
	}
	p.list[key] = n
	return n
}
