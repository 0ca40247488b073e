package identifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/record"
)

// runCodes registers identifiers with the next codes of a rule. A repeat after a
// crash goes on behind those that are made: their number is written with them.
func (m *Module) runCodes(ctx context.Context, t *jobs.Task) (any, error) {
	var in codesInput
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	b, err := m.codes.batch(ctx, in.Batch)
	if err != nil {
		return nil, err
	}
	if b.State != importRunning {
		return nil, nil // it was given up before it began
	}
	err = m.makeCodes(ctx, t, &b, in.With)
	now := time.Now().UTC()
	switch {
	case err == nil:
		b.State, b.EndedAt = importDone, &now
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		b.State, b.EndedAt = importCancelled, &now
	case fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Conflict || t.Last:
		b.State, b.EndedAt, b.Reason = importFailed, &now, err.Error()
	default:
		return nil, err // it is tried again, and goes on
	}
	if noted := m.codes.noteBatch(context.WithoutCancel(ctx), b, nil); noted != nil {
		return nil, errors.Join(err, noted)
	}
	m.kit.Notify(topicImports, b.ID, t.OrganisationID)
	return map[string]int64{"made": b.Made, "taken": b.Taken}, err
}

func (m *Module) makeCodes(ctx context.Context, t *jobs.Task, b *codeBatch, with Coded) error {
	c, err := m.codes.get(ctx, b.RuleID)
	if err != nil {
		return err
	}
	n, ok := m.hosted.of(c.NodeID)
	p := m.post(n.Door)
	if !ok || p == nil {
		return fault.New(fault.Unavailable, "identifier.node.closed", "the node is not hosted here now").After(15)
	}
	values, err := m.codeValues(ctx, c, with)
	if err != nil {
		return err
	}
	mark := record.Mark{Name: "codes." + b.ID}
	if mark.Position, err = m.records.Mark(ctx, mark.Name); err != nil {
		return fmt.Errorf("read how many codes are made: %w", err)
	}
	if saved := int64(mark.Position); saved > b.tried() { //nolint:gosec // at most a million
		// A crash came before these were noted; which of them were taken is not known any more.
		b.Made += saved - b.tried()
	}
	for b.tried() < b.Wanted {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // whoever cancelled knows
		}
		r, err := m.codes.nextRange(ctx, *b, c, b.tried(), min(b.Wanted-b.tried(), importedAtOnce), time.Now())
		if err != nil {
			return err
		}
		edits, err := codeEdits(c, r, b.items, t.Owner, values)
		if err != nil {
			return err
		}
		mark.Position += uint64(len(edits))
		faults, err := p.engine.SaveMany(ctx, edits, mark)
		if err != nil {
			return err //nolint:wrapcheck // it says all
		}
		refused := b.add(&r, edits, faults)
		if err := m.codes.noteBatch(ctx, *b, &r); err != nil {
			return err
		}
		if refused != nil {
			return refused
		}
		t.Progress(float64(b.tried())/float64(b.Wanted), say("已注册 %d", "%d registered", b.Made))
		m.kit.Notify(topicImports, b.ID, t.OrganisationID)
	}
	m.kit.Notify(topicNodes, c.NodeID, "")
	return nil
}

// add counts what became of the codes of a range. Those that were refused for another
// reason than that somebody has them are none of the batch either; the first reason
// is returned, and ends it.
func (b *codeBatch) add(r *codeRange, edits []engine.Edit, faults []error) (reason error) {
	for i, fault := range faults {
		if fault == nil {
			b.Made++
			continue
		}
		b.Taken++
		r.taken = append(r.taken, r.first+int64(i))
		if refusal, refused := errors.AsType[*engine.RefusalError](fault); refused && refusal.Code == wire.CodeExists || reason != nil {
			continue
		}
		reason = refusedCode(edits[i].Handle, fault)
	}
	return reason
}

// refusedCode says why the node took a code no more.
func refusedCode(handle string, why error) error {
	return fault.New(fault.Conflict, "identifier.code.refused", "from %s on: %v", handle, why)
}

// codeValues are the values that every identifier of a batch has.
func (m *Module) codeValues(ctx context.Context, c codeRule, with Coded) ([]wire.Value, error) {
	var save saveHandleInput
	save.Body.Values = with.Values
	if c.TemplateID != "" {
		t, err := m.templates.get(ctx, c.TemplateID)
		if err != nil {
			return nil, err
		}
		save.Body.Template, save.Body.Items = t.Ref(), with.Items
	}
	return m.valuesIn(ctx, save)
}

func codeEdits(c codeRule, r codeRange, items map[string]string, by string, values []wire.Value) ([]engine.Edit, error) {
	edits := make([]engine.Edit, r.length)
	for i := range edits {
		suffix, err := c.Rule.Suffix(r.at, r.first+int64(i), items)
		if err != nil {
			return nil, err
		}
		edits[i] = engine.Edit{Handle: c.Prefix + "/" + suffix, Values: values, By: by, Via: viaPeople}
	}
	return edits, nil
}
