package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
	"linghang/modules/identifier/internal/record"
)

// triesToChange is how often a change begins again because another came first.
const triesToChange = 32

// order is a change that a request asks for.
type order struct {
	op      wire.Op
	handle  string
	values  []wire.Value // of create, add and modify
	indexes []int32      // of remove
	over    bool         // create even if it exists, add even where there is a value
	by      wire.Reference
}

// orderOf reads a request.
func (e *Engine) orderOf(req *server.Request) (*order, error) {
	o := &order{op: req.Header.Op, by: req.Identity}
	switch o.op {
	case wire.OpDelete:
		h, err := wire.DecodeHandle(req.Body)
		if err != nil {
			return nil, err //nolint:wrapcheck // it says all
		}
		o.handle = h
	case wire.OpRemoveValues:
		body, err := wire.DecodeIndexes(req.Body)
		if err != nil {
			return nil, err //nolint:wrapcheck // it says all
		}
		o.handle, o.indexes = body.Handle, body.Indexes
	default:
		body, err := wire.DecodeValues(req.Body)
		if err != nil {
			return nil, err //nolint:wrapcheck // it says all
		}
		o.handle, o.values = body.Handle, body.Values
	}
	o.over = req.Header.Flags.Has(wire.FlagOverwrite)
	if o.op == wire.OpCreate {
		if req.Header.Flags.Has(wire.FlagMint) {
			return o, e.mint(o)
		}
	}
	return o, nil
}

// mostMinted is how many suffixes are made until one hashes to this server.
const mostMinted = 1000

// mint makes the rest of the handle.
func (e *Engine) mint(o *order) error {
	begin := o.handle
	for range mostMinted {
		suffix, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("mint a suffix: %w", err)
		}
		o.handle = begin + suffix.String()
		if e.o.Share.WantsFolded([]byte(wire.Fold(o.handle))) {
			return nil
		}
	}
	return refuse(wire.CodeError, "no suffix of %d hashes to this server of the site; try again", mostMinted)
}

// change makes a change that a request asks for.
func (e *Engine) change(ctx context.Context, req *server.Request, res *server.Response) (*Home, error) {
	o, err := e.orderOf(req)
	if err != nil {
		return nil, err
	}
	if err := checkValues(o.values); err != nil {
		return nil, err
	}
	home, err := e.at(o.handle)
	if err != nil {
		return nil, err
	}
	if !req.Proven() {
		return home, e.askWho(ctx, o.handle, req, res)
	}
	for range triesToChange {
		made, err := e.try(ctx, o, home, req, res)
		if err != nil {
			return home, err
		}
		if made {
			return home, nil
		}
	}
	return home, refuse(wire.CodeBusy, "%s is being changed by others; try again", o.handle)
}

// askWho asks who wants a change, unless another service is to be asked for it.
func (e *Engine) askWho(ctx context.Context, handle string, req *server.Request, res *server.Response) error {
	r, err := e.o.Store.Load(ctx, handle)
	if err != nil {
		return fmt.Errorf("load %s: %w", handle, err)
	}
	if r == nil {
		if referred, err := e.referred(ctx, handle, req, res); referred || err != nil {
			return err
		}
	}
	res.Code = wire.CodeAuthNeeded
	return nil
}

// try decides on the record as it is now, and saves. It returns false if the
// record was changed meanwhile.
func (e *Engine) try(ctx context.Context, o *order, home *Home, req *server.Request, res *server.Response) (bool, error) {
	r, err := e.o.Store.Load(ctx, o.handle)
	if err != nil {
		return false, fmt.Errorf("load %s: %w", o.handle, err)
	}
	if r == nil {
		if referred, err := e.referred(ctx, o.handle, req, res); referred || err != nil {
			return true, err
		}
		if o.op != wire.OpCreate {
			return true, refuse(wire.CodeNotFound, "there is no handle %s", o.handle)
		}
	}
	before, err := decode(r)
	if err != nil {
		return false, err
	}
	after, err := e.decide(ctx, o, r != nil, before)
	if err != nil {
		return false, err
	}
	p := &Proposal{Op: o.op, Handle: o.handle, Prefix: home.Prefix, Node: home.Node, By: o.by, Values: after, New: r == nil}
	if err := e.guard(ctx, p); err != nil {
		return false, err
	}
	c := record.Change{
		Action: actionOf(o.op, r != nil), Handle: o.handle,
		By: o.by.String(), From: req.Remote.Addr().String(), Via: req.Transport.String(),
	}
	if r != nil {
		c.Was, c.Handle = r.Change, r.Handle
	}
	if c.Action != wire.ActionDelete {
		if c.Values, err = e.sealed(ctx, home, c.Handle, after); err != nil {
			return false, err
		}
	}
	numbers, err := e.o.Store.Apply(ctx, []record.Change{c})
	if err != nil {
		return false, fmt.Errorf("save %s: %w", o.handle, err)
	}
	if numbers[0] == 0 {
		return false, nil
	}
	o.made(home, p.New, res)
	return true, nil
}

// made answers that the change was made.
func (o *order) made(home *Home, created bool, res *server.Response) {
	if created {
		home.Created.Add(1)
	}
	res.Code, res.Body = wire.CodeSuccess, res.Body[:0]
	if o.op == wire.OpCreate {
		res.Body = wire.AppendHandle(res.Body, o.handle)
	}
}

// guard tells why a change may not be made that its maker has the right to.
func (e *Engine) guard(ctx context.Context, p *Proposal) error {
	if e.o.Guard == nil {
		return nil
	}
	return e.o.Guard(ctx, p)
}

func actionOf(op wire.Op, exists bool) wire.Action {
	switch {
	case op == wire.OpDelete:
		return wire.ActionDelete
	case op == wire.OpCreate && !exists:
		return wire.ActionCreate
	default:
		return wire.ActionUpdate
	}
}

// encode returns values as a record keeps them.
func encode(values []wire.Value) []byte {
	v := wire.Values{Values: values}
	return v.Append(nil)[4:] // without the empty handle
}

// decide returns the values of the record after the change, if it may be made.
func (e *Engine) decide(ctx context.Context, o *order, exists bool, before []wire.Value) ([]wire.Value, error) {
	now := uint32(e.o.Now().Unix()) //nolint:gosec // the protocol's time ends in 2106
	switch o.op {
	case wire.OpCreate:
		return e.decideCreate(ctx, o, exists, before, now)
	case wire.OpDelete:
		return nil, e.permit(ctx, before, o.by, deleteRight(o.handle), nil)
	case wire.OpAddValues:
		if o.over {
			after, _ := merge(before, o.values, now)
			need, err := difference(before, after)
			return after, e.agree(ctx, o, before, after, need, err)
		}
		after, need, err := add(before, o.values, now)
		return after, e.agree(ctx, o, before, after, need, err)
	case wire.OpModifyValues:
		after, need, err := modify(before, o.values, now)
		return after, e.agree(ctx, o, before, after, need, err)
	default:
		after, need, err := remove(before, o.indexes)
		return after, e.agree(ctx, o, before, after, need, err)
	}
}

func deleteRight(handle string) wire.Rights {
	if wire.IsPrefixHandle(handle) {
		return wire.RightDeleteHandle | wire.RightDeleteDerivedPrefix
	}
	return wire.RightDeleteHandle
}

// agree checks the rights to a change of values that is possible by itself.
// Rights come first: what is wrong with a change is told to administrators only.
func (e *Engine) agree(ctx context.Context, o *order, before, after []wire.Value, need wire.Rights, fault error) error {
	if err := e.permit(ctx, before, o.by, need, nil); err != nil {
		return err
	}
	if fault != nil {
		return fault
	}
	if len(after) > wire.MaxValues {
		return refuse(wire.CodeInvalidValue, "a handle holds %d values at the most", wire.MaxValues)
	}
	if len(administrators(before)) > 0 && len(administrators(after)) == 0 {
		return refuse(wire.CodeInvalidValue, "without an HS_ADMIN nobody could change the record any more; keep one")
	}
	return nil
}

// decideCreate decides on a new record, or one in the place of another. Whoever
// makes a record without an administrator becomes it.
func (e *Engine) decideCreate(ctx context.Context, o *order, exists bool, before []wire.Value, now uint32) ([]wire.Value, error) {
	after := slices.Clone(o.values)
	for i := range after {
		after[i].Timestamp = now
	}
	if len(administrators(after)) == 0 {
		after = append(after, adopted(after, o.by, now))
	}
	if len(after) > wire.MaxValues {
		return nil, refuse(wire.CodeInvalidValue, "a handle holds %d values at the most", wire.MaxValues)
	}
	if !exists {
		return after, e.permitCreate(ctx, o.handle, o.by)
	}
	if !o.over {
		if err := e.permitCreate(ctx, o.handle, o.by); err != nil {
			return nil, err
		}
		return nil, refuse(wire.CodeExists, "%s exists; ask to overwrite it, or change its values", o.handle)
	}
	return e.decideOverwrite(ctx, o, before, after)
}

// decideOverwrite wants the rights that the difference takes, or those to delete
// the record, or to create it.
func (e *Engine) decideOverwrite(ctx context.Context, o *order, before, after []wire.Value) ([]wire.Value, error) {
	need, fault := difference(before, after)
	err := e.permit(ctx, before, o.by, need, []wire.Rights{deleteRight(o.handle), wire.RightAddAdmin})
	if err != nil && e.permitCreate(ctx, o.handle, o.by) != nil {
		return nil, err
	}
	if fault != nil {
		return nil, fault
	}
	return after, nil
}

// adoptedIndex is where the administrator stands whom a record gets that names
// none; 100 is customary.
const adoptedIndex = 100

func adopted(values []wire.Value, who wire.Reference, now uint32) wire.Value {
	index := int32(adoptedIndex)
	for slices.ContainsFunc(values, func(v wire.Value) bool { return v.Index == index }) {
		index++
	}
	admin := wire.Admin{Rights: wire.RightsAll, Reference: who}
	return wire.Value{
		Index: index, Timestamp: now, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic,
		Type: wire.TypeAdmin, Data: admin.Append(nil),
	}
}

// Edit is a change by whoever the caller has found to have the right to it, as
// people have through the city's pages.
type Edit struct {
	Handle string
	Values []wire.Value // of the whole record afterwards; nil removes it
	Was    uint64       // the change that the caller saw last; 0: there must be no record
	By     string
	From   string
	Via    string
}

// Check tells why an edit cannot be made.
func (e *Engine) Check(ctx context.Context, d Edit) error {
	_, _, err := e.prepare(ctx, d, true)
	return err
}

// prepare decides on an edit.
func (e *Engine) prepare(ctx context.Context, d Edit, look bool) (record.Change, *Home, error) {
	if err := wire.CheckHandle(d.Handle); err != nil {
		return record.Change{}, nil, err //nolint:wrapcheck // it says all
	}
	home := e.home([]byte(wire.Fold(d.Handle)))
	if home == nil {
		return record.Change{}, nil, refuse(wire.CodeNotResponsible, "the home of %s is elsewhere", d.Handle)
	}
	if err := checkValues(d.Values); err != nil {
		return record.Change{}, home, err
	}
	r, err := e.o.Store.Load(ctx, d.Handle)
	if err != nil {
		return record.Change{}, home, fmt.Errorf("load %s: %w", d.Handle, err)
	}
	c, err := e.editOf(ctx, home, d, r)
	if err != nil {
		return c, home, err
	}
	p := &Proposal{Op: wire.OpCreate, Handle: d.Handle, Prefix: home.Prefix, Node: home.Node, Values: d.Values, New: r == nil, Look: look}
	return c, home, e.guard(ctx, p)
}

// Save makes an edit. Values that are as they were keep their time. It returns
// the number of the change.
func (e *Engine) Save(ctx context.Context, d Edit) (uint64, error) {
	began := e.o.Now()
	c, home, err := e.prepare(ctx, d, false)
	if err != nil {
		return 0, err
	}
	numbers, err := e.o.Store.Apply(ctx, []record.Change{c})
	if err != nil {
		return 0, fmt.Errorf("save %s: %w", d.Handle, err)
	}
	if numbers[0] == 0 {
		return 0, refuse(wire.CodeExists, "%s was changed meanwhile; read it again", d.Handle)
	}
	home.Registrations.Add(began, e.o.Now().Sub(began), true)
	if c.Action == wire.ActionCreate {
		home.Created.Add(1)
	}
	return numbers[0], nil
}

func (e *Engine) editOf(ctx context.Context, home *Home, d Edit, r *record.Record) (record.Change, error) {
	c := record.Change{Handle: d.Handle, Was: d.Was, By: d.By, From: d.From, Via: d.Via, Action: wire.ActionCreate}
	before, err := decode(r)
	if err != nil {
		return c, err
	}
	switch {
	case r == nil && (d.Was != 0 || d.Values == nil):
		return c, refuse(wire.CodeNotFound, "there is no handle %s", d.Handle)
	case r != nil && d.Was != r.Change:
		return c, refuse(wire.CodeExists, "%s was changed meanwhile; read it again", d.Handle)
	case d.Values == nil:
		c.Action = wire.ActionDelete
		return c, nil
	case r != nil:
		c.Action, c.Handle = wire.ActionUpdate, r.Handle
	}
	after := slices.Clone(d.Values)
	now := uint32(e.o.Now().Unix()) //nolint:gosec // the protocol's time ends in 2106
	for i := range after {
		after[i].Timestamp = now
		if j := at(before, after[i].Index); j >= 0 && same(&before[j], &after[i]) {
			after[i].Timestamp = before[j].Timestamp
		}
	}
	if len(administrators(after)) == 0 {
		after = append(after, adopted(after, prefix.Administrator(wire.PrefixHandle(d.Handle)), now))
	}
	c.Values, err = e.sealed(ctx, home, c.Handle, after)
	return c, err
}

// SaveMany makes edits in one commit and tells for each why it was not made. It
// writes a mark with them, or nothing at all. Edits that make a record have a Was of
// 0; those that replace whatever there is record.Any.
func (e *Engine) SaveMany(ctx context.Context, list []Edit, mark record.Mark) ([]error, error) {
	faults := make([]error, len(list))
	changes := make([]record.Change, 0, len(list))
	made := make([]proposed, 0, len(list))
	for i := range list {
		c, p, err := e.changeOf(ctx, &list[i])
		if err != nil {
			faults[i] = err
			continue
		}
		p.place = i
		changes, made = append(changes, c), append(made, p)
	}
	numbers, err := e.o.Store.Apply(ctx, changes, mark)
	if err != nil {
		return nil, fmt.Errorf("save %d handles: %w", len(changes), err)
	}
	for i, n := range numbers {
		switch {
		case n == 0:
			faults[made[i].place] = refuse(wire.CodeExists, "%s exists; ask to overwrite it", changes[i].Handle)
		case made[i].isNew:
			made[i].home.Created.Add(1)
		}
	}
	return faults, nil
}

// proposed is an edit of several.
type proposed struct {
	place int
	home  *Home
	isNew bool
}

func (e *Engine) changeOf(ctx context.Context, d *Edit) (record.Change, proposed, error) {
	c := record.Change{Action: wire.ActionCreate, Handle: d.Handle, Was: d.Was, By: d.By, From: d.From, Via: d.Via}
	if err := wire.CheckHandle(d.Handle); err != nil {
		return c, proposed{}, err //nolint:wrapcheck // it says all
	}
	home := e.home([]byte(wire.Fold(d.Handle)))
	if home == nil {
		return c, proposed{}, refuse(wire.CodeNotResponsible, "the home of %s is elsewhere", d.Handle)
	}
	if err := checkValues(d.Values); err != nil {
		return c, proposed{}, err
	}
	now := uint32(e.o.Now().Unix()) //nolint:gosec // the protocol's time ends in 2106
	after := slices.Clone(d.Values)
	for i := range after {
		after[i].Timestamp = now
	}
	if len(administrators(after)) == 0 {
		after = append(after, adopted(after, prefix.Administrator(wire.PrefixHandle(d.Handle)), now))
	}
	p := proposed{home: home, isNew: d.Was == 0}
	if d.Was == record.Any {
		r, err := e.o.Store.Load(ctx, d.Handle)
		if err != nil {
			return c, p, fmt.Errorf("load %s: %w", d.Handle, err)
		}
		p.isNew = r == nil
	}
	var err error
	if c.Values, err = e.sealed(ctx, home, c.Handle, after); err != nil {
		return c, p, err
	}
	return c, p, e.guard(ctx, &Proposal{Op: wire.OpCreate, Handle: d.Handle, Prefix: home.Prefix, Node: home.Node, Values: after, New: p.isNew})
}
