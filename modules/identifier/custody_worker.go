package identifier

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/escrow"
	"linghang/modules/identifier/internal/record"
)

const (
	// custodyPurpose names the key that signs packages for the escrow body.
	custodyPurpose = "escrow"
	// noticeCustody tells that a package could not be made.
	noticeCustody = "identifier.escrow.failed"
	// differenceMost is how many handles a difference has; more are a full package.
	differenceMost = 1_000_000
)

func custodyNotices() []notice.Kind {
	return []notice.Kind{{ID: noticeCustody, Title: lang.Text{ZH: "标识数据托管失败", EN: "Identifiers were not put in escrow"}, Gravity: notice.Important, Mail: notice.AtOnce}}
}

func (m *Module) custodyJobs() []module.Job {
	return []module.Job{{
		Name: "escrow", Title: lang.Text{ZH: "生成标识托管数据包", EN: "Make packages for the escrow body"}, Every: 10 * time.Minute, Limit: 6 * time.Hour,
		Do: func(ctx context.Context) error { return m.putInEscrow(ctx, m.settings.Escrow, time.Now()) },
	}}
}

// putInEscrow makes the package of the day of each secondary node that has none
// yet. A node that fails does not hold up the others, and is tried again.
func (m *Module) putInEscrow(ctx context.Context, by custody, now time.Time) error {
	if by.Certificate == "" {
		return nil
	}
	if m.ready() != nil {
		return nil //nolint:nilerr // at the next time
	}
	nodes, err := m.nodes.answering(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, n := range nodes {
		if n.Role != secondaryNode || ctx.Err() != nil {
			continue
		}
		last, err := m.custodies.last(ctx, n.ID, anyPackage)
		if err != nil {
			return err
		}
		if !by.due(now, last) {
			continue
		}
		if err := m.putOne(ctx, by, n, nodes, now); err != nil {
			faults = append(faults, fmt.Errorf("package of %s: %w", n.Prefix, err))
		}
	}
	return errors.Join(append(faults, ctx.Err())...)
}

// putOne makes the package of a node, and notes what became of it.
func (m *Module) putOne(ctx context.Context, by custody, n node, nodes []node, now time.Time) error {
	last, err := m.custodies.last(ctx, n.ID, isPlaced)
	if err != nil {
		return err
	}
	full, err := m.custodies.last(ctx, n.ID, isFull)
	if err != nil {
		return err
	}
	plan := by.next(n, now, last, full)
	made, err := m.writePackage(ctx, by, n, nodes, plan, last.Position)
	c := Custody{
		NodeID: n.ID, Day: dayOf(now), Name: made.Name, Kind: made.Kind, Base: made.Base, Position: made.Position, MadeAt: made.MadeAt, Records: made.Records, Removed: made.Removed,
		Slices: int64(len(made.Slices)), Size: made.Size(), State: placed,
	}
	if err == nil {
		c.Manifest, err = hashOf(filepath.Join(by.Dir, made.Name+".json"))
	}
	if err == nil {
		return m.custodies.note(ctx, c, m.kit.Notices)
	}
	c.State, c.Fault = failed, cut(err.Error(), 500)
	told := notice.Notice{
		Kind: noticeCustody, Link: "/identifier/nodes/" + n.ID + "?tab=escrow", Key: "escrow " + c.Day + " " + n.ID, To: notice.Audience{Organisation: n.Operator.ID, Permission: "identifier.apply"},
		Title: lang.Text{ZH: fmt.Sprintf("节点 %s %s 的托管数据包未生成", n.Prefix, c.Day), EN: fmt.Sprintf("Node %s: no package for the escrow body on %s", n.Prefix, c.Day)},
		Body:  lang.Text{ZH: c.Fault + "。十分钟后再试。", EN: c.Fault + ". It is tried again in ten minutes."},
	}
	return errors.Join(err, m.custodies.note(context.WithoutCancel(ctx), c, m.kit.Notices, told))
}

func hashOf(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // it was just written where the operator said
	if err != nil {
		return "", fmt.Errorf("read manifest: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

// writePackage writes what was planned; of a difference what changed behind a position.
func (m *Module) writePackage(ctx context.Context, by custody, n node, nodes []node, plan escrow.Manifest, behind uint64) (escrow.Manifest, error) {
	to, err := by.recipient()
	if err == nil {
		err = to.Good(plan.MadeAt)
	}
	if err != nil {
		return plan, fmt.Errorf("certificate of the escrow body: %w", err)
	}
	if err := os.MkdirAll(by.Dir, 0o700); err != nil {
		return plan, fmt.Errorf("make directory for packages: %w", err)
	}
	signer, err := m.kit.Seal.Signer(ctx, custodyPurpose)
	if err != nil {
		return plan, err
	}
	if plan.Position, err = m.records.Last(ctx); err != nil {
		return plan, fmt.Errorf("read the log of changes: %w", err)
	}
	var below []escrow.Node
	for _, one := range nodes {
		if one.ID == n.ID || one.AboveID == n.ID {
			below = append(below, nodeOf(one))
		}
	}
	entries := m.everything(ctx, n, nodes)
	if plan.Kind == escrow.Difference {
		changed, err := m.changedSince(ctx, n, behind, plan.Position)
		switch {
		case errors.Is(err, record.ErrForgotten), errors.Is(err, errTooMany):
			plan.Kind, plan.Base, plan.Name = escrow.Full, "", plan.Name[:len(plan.Name)-len(escrow.Difference)]+escrow.Full
		case err != nil:
			return plan, err
		default:
			entries = m.each(ctx, changed)
		}
	}
	return escrow.Write(by.Dir, plan, to, below, entries, func(message []byte) (string, string, error) {
		signature, err := signer.Sign(message)
		return signature, signer.Key.Public, err
	})
}

func nodeOf(n node) escrow.Node {
	one := escrow.Node{Prefix: n.Prefix, Role: string(n.Role), State: string(n.State), Hosting: n.Hosting, Name: n.Name.In("zh"), Operator: n.Operator.Name.In("zh"), Industry: n.Industry, District: n.District, Site: n.Site}
	if !n.ValidUntil.IsZero() {
		one.ValidUntil = dayOf(n.ValidUntil)
	}
	return one
}

func entryOf(r *record.Record) (escrow.Entry, error) {
	values, err := valuesOf(r)
	return escrow.Entry{Handle: r.Handle, Change: r.Change, At: time.UnixMilli(r.At).UTC(), Values: values}, err
}

// everything are the routes of a node, and the identifiers of it and of nodes below
// that are kept here.
func (m *Module) everything(ctx context.Context, n node, nodes []node) iter.Seq2[escrow.Entry, error] {
	prefixes := []string{rootPrefix, n.Prefix}
	for _, one := range nodes {
		if one.AboveID == n.ID {
			prefixes = append(prefixes, one.Prefix)
		}
	}
	return func(yield func(escrow.Entry, error) bool) {
		for _, prefix := range prefixes {
			for r, err := range m.records.List(ctx, prefix, "") {
				var e escrow.Entry
				if err == nil && !within(n.Prefix, r.Handle) {
					continue
				}
				if err == nil {
					e, err = entryOf(r)
				}
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

var errTooMany = errors.New("more changed than a difference has")

// changedSince returns the handles of a node that changed behind a position, up to
// another, in order.
func (m *Module) changedSince(ctx context.Context, n node, behind, until uint64) ([]string, error) {
	seen := map[string]string{}
	for at := behind; at < until; {
		list, err := m.records.Log(ctx, at, 1000)
		if err != nil {
			return nil, fmt.Errorf("read the log of changes: %w", err)
		}
		if len(list) == 0 {
			break
		}
		for _, l := range list {
			if at = l.Number; within(n.Prefix, l.Handle) && l.Action != wire.ActionHome && l.Action != wire.ActionUnhome {
				seen[wire.Fold(l.Handle)] = l.Handle
			}
		}
		if len(seen) > differenceMost {
			return nil, errTooMany
		}
	}
	keys := slices.Sorted(maps.Keys(seen))
	for i, key := range keys {
		keys[i] = seen[key]
	}
	return keys, nil
}

// each are records as they are now, and those that are no more.
func (m *Module) each(ctx context.Context, handles []string) iter.Seq2[escrow.Entry, error] {
	return func(yield func(escrow.Entry, error) bool) {
		for _, handle := range handles {
			r, err := m.records.Load(ctx, handle)
			e := escrow.Entry{Handle: handle, Removed: true, At: time.Now().UTC().Truncate(time.Second)}
			if err == nil && r != nil {
				e, err = entryOf(r)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// checkSigned checks what an installation signed, without it. It stands here because
// a command connects to nothing of the kernel.
func checkSigned(public string, message []byte, signature string) error {
	return seal.VerifyText(public, message, signature)
}
