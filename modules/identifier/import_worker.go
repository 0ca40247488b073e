package identifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/record"
)

// importedAtOnce is how many rows are registered in one commit.
const importedAtOnce = 1000

// runImport registers the rows of a file. A repeat after a crash goes on behind the
// rows that are done: their number is written with what they made.
func (m *Module) runImport(ctx context.Context, t *jobs.Task) (any, error) {
	var in importInput
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	b, err := m.imports.get(ctx, in.Import)
	if err != nil {
		return nil, err
	}
	err = m.importRows(ctx, t, &b)
	now := time.Now().UTC()
	switch {
	case err == nil:
		b.State, b.EndedAt = importDone, &now
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		b.State, b.EndedAt, b.Reason = importFailed, &now, "it was cancelled"
	case fault.As(err) != nil && fault.KindOf(err) == fault.Invalid || t.Last:
		b.State, b.EndedAt, b.Reason = importFailed, &now, err.Error()
	default:
		return nil, err // it is tried again, and goes on
	}
	if noted := m.imports.note(context.WithoutCancel(ctx), b, nil); noted != nil {
		return nil, errors.Join(err, noted)
	}
	m.kit.Notify(topicNodes, b.NodeID, "")
	return map[string]int64{"made": b.Made, "refused": b.Refused}, err
}

func (m *Module) importRows(ctx context.Context, t *jobs.Task, b *batch) error {
	n, ok := m.hosted.of(b.NodeID)
	p := m.post(n.Door)
	if !ok || p == nil {
		return fault.New(fault.Invalid, "identifier.node.closed", "the node is not hosted here any more")
	}
	file, err := m.kit.Blobs.Get(ctx, b.file)
	if err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("measure file: %w", err)
	}
	rows, err := newTable(file, n.Prefix)
	if err != nil {
		return err
	}
	done, err := m.records.Mark(ctx, markOf(b))
	if err != nil {
		return fmt.Errorf("read how far the import is: %w", err)
	}
	if counted := uint64(b.Rows); done > counted { //nolint:gosec // not negative
		// A crash came before these rows were noted; which of them were refused is not known any more.
		b.Rows, b.Made = int64(done), b.Made+int64(done-counted) //nolint:gosec // rows of a file
	}
	for read := uint64(0); ; {
		chunk, ended, err := readRows(ctx, rows)
		if err != nil {
			return err
		}
		if read += uint64(len(chunk)); read > done {
			if err := m.importChunk(ctx, p.engine, t.Owner, b, chunk, read); err != nil {
				return err
			}
			t.Progress(float64(rows.csv.InputOffset())/float64(max(size, 1)), lang.Text{
				ZH: fmt.Sprintf("已注册 %d，失败 %d", b.Made, b.Refused), EN: fmt.Sprintf("%d registered, %d refused", b.Made, b.Refused),
			})
		}
		if ended {
			return nil
		}
	}
}

func markOf(b *batch) string { return "import." + b.ID }

// readRows reads the rows of one commit, and tells whether they are the last.
func readRows(ctx context.Context, rows *table) (chunk []row, ended bool, err error) {
	for len(chunk) < importedAtOnce {
		r, err := rows.next()
		if errors.Is(err, io.EOF) {
			return chunk, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		chunk = append(chunk, r)
	}
	return chunk, false, ctx.Err() //nolint:wrapcheck // whoever cancelled knows
}

// importChunk registers rows in one commit, up to the number of the last.
func (m *Module) importChunk(ctx context.Context, e *engine.Engine, by string, b *batch, chunk []row, last uint64) error {
	edits := make([]engine.Edit, 0, len(chunk))
	places := make([]int, 0, len(chunk))
	faults := make([]error, len(chunk))
	for i := range chunk {
		if faults[i] = chunk[i].fault; faults[i] != nil {
			continue
		}
		d := engine.Edit{Handle: chunk[i].handle, Values: chunk[i].values, By: by, Via: viaPeople}
		if b.Overwrite {
			d.Was = record.Any
		}
		edits, places = append(edits, d), append(places, i)
	}
	made, err := e.SaveMany(ctx, edits, record.Mark{Name: markOf(b), Position: last})
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	for i, fault := range made {
		faults[places[i]] = fault
	}
	var bad []badRow
	for i, fault := range faults {
		b.Rows++
		if fault == nil {
			b.Made++
			continue
		}
		if b.Refused++; b.Refused <= faultsKept {
			bad = append(bad, badRow{chunk[i].line, chunk[i].handle, words(fault)})
		}
	}
	return m.imports.note(ctx, *b, bad)
}

// words says why a row was refused, without the code of the protocol.
func words(err error) string {
	if r, ok := errors.AsType[*engine.RefusalError](err); ok && r.Message != "" {
		return r.Message
	}
	if errors.Is(err, wire.ErrHandle) {
		return "it is no identifier: " + err.Error()
	}
	return err.Error()
}
