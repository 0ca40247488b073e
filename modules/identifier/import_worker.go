package identifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/record"
)

// How many rows are registered in one commit, and about how many octets of values.
const (
	importedAtOnce = 1000
	octetsAtOnce   = 16 << 20
)

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
	if b.State != importRunning {
		return nil, nil // it was given up before it began
	}
	err = m.importRows(ctx, t, &b)
	now := time.Now().UTC()
	switch {
	case err == nil:
		b.State, b.EndedAt = importDone, &now
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		b.State, b.EndedAt = importCancelled, &now
	case fault.As(err) != nil && fault.KindOf(err) == fault.Invalid || t.Last:
		b.State, b.EndedAt, b.Reason = importFailed, &now, err.Error()
	default:
		return nil, err // it is tried again, and goes on
	}
	if noted := m.imports.note(context.WithoutCancel(ctx), b, nil); noted != nil {
		return nil, errors.Join(err, noted)
	}
	m.kit.Notify(topicNodes, b.NodeID, "")
	m.kit.Notify(topicImports, b.ID, t.OrganisationID)
	return map[string]int64{"made": b.Made, "refused": b.Refused}, err
}

func (m *Module) importRows(ctx context.Context, t *jobs.Task, b *batch) (err error) {
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
	source, err := sheet.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	o, err := m.modelOf(ctx, *b)
	if err != nil {
		return err
	}
	rows, err := newTable(source, n.Prefix, o)
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
			t.Progress(rows.Done(), lang.Text{
				ZH: fmt.Sprintf("已注册 %d，失败 %d", b.Made, b.Refused), EN: fmt.Sprintf("%d registered, %d refused", b.Made, b.Refused),
			})
			m.kit.Notify(topicImports, b.ID, n.Operator.ID)
		}
		if ended {
			return nil
		}
	}
}

func markOf(b *batch) string { return "import." + b.ID }

// readRows reads the rows of one commit, and tells whether they are the last.
func readRows(ctx context.Context, rows *table) (chunk []row, ended bool, err error) {
	for octets := 0; len(chunk) < importedAtOnce && octets < octetsAtOnce; {
		r, err := rows.next()
		if errors.Is(err, io.EOF) {
			return chunk, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		chunk, octets = append(chunk, r), octets+r.size()
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
			bad = append(bad, badRow{chunk[i].line, cut(strings.ToValidUTF8(chunk[i].handle, "\ufffd"), shownContent), chunk[i].column, words(fault)})
		}
	}
	return m.imports.note(ctx, *b, bad)
}

// words says why a row was refused, without the code of the protocol.
func words(err error) lang.Text {
	if e, ok := errors.AsType[rowError](err); ok {
		return e.Text
	}
	if r, ok := errors.AsType[*engine.RefusalError](err); ok && r.Message != "" {
		return lang.Text{ZH: refusalText(r.Code, r.Message), EN: r.Message}
	}
	switch f := fault.As(err); {
	case errors.Is(err, wire.ErrHandle):
		return say("不是有效的标识：%v", "it is no identifier: %v", err)
	case f != nil && f.Key == "identifier.value.admin":
		return say("不是管理员，例如 300:0.NA/88.101.5 111111111111", "it names no administrator, as 300:0.NA/88.101.5 111111111111 does")
	}
	return say("无法读取：%v", "it cannot be read: %v", err)
}

// refusalText is the refusal of a node in Chinese.
func refusalText(code wire.Code, message string) string {
	switch code {
	case wire.CodeExists:
		return "已有这个标识；如需替换，请选择覆盖"
	case wire.CodeNotResponsible:
		return "标识不归本节点管理"
	case wire.CodeInvalidValue, wire.CodeValueExists:
		return "值有误：" + message
	case wire.CodeRegistrationLimit:
		return "节点的注册配额已用完；请明日继续，或请分配前缀的上级节点提高配额"
	case wire.CodeBusy:
		return "标识正被他人变更，请重试"
	default:
		return message
	}
}

// heldFor is how long a file is held for somebody to look at it.
const heldFor = 24 * time.Hour

// forgetImports gives up files that nobody began to register.
func (m *Module) forgetImports(ctx context.Context) error {
	return m.imports.forget(ctx, time.Now().Add(-heldFor))
}
