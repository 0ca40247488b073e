package identifier

import (
	"context"

	"linghang/kernel/fault"
	"linghang/kernel/jobs"
)

// jobSign signs what a node has, after it has begun to sign, to sign otherwise or to
// sign no more.
const jobSign = "sign_identifiers"

type signInput struct {
	Node string `json:"node"`
}

func (m *Module) signAll(ctx context.Context, t *jobs.Task) (any, error) {
	var in signInput
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	if err := m.settleAll(ctx); err != nil { // nodes below have certificates of its key
		return nil, err
	}
	n, ok := m.hosted.of(in.Node)
	p := m.post(n.Door)
	if !ok || p == nil {
		return nil, fault.New(fault.Unavailable, "identifier.node.closed", "the node is not hosted here now").After(15)
	}
	total, err := m.records.Count(ctx, n.Prefix)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	var done int64
	err = p.engine.SealAll(ctx, n.Prefix, func(seen int64) {
		done = seen
		t.Progress(float64(seen)/float64(max(total, seen)), say("已处理 %d 个标识", "%d identifiers were looked at", seen))
	})
	m.kit.Notify(topicNodes, n.ID, n.Operator.ID)
	return map[string]int64{"looked_at": max(done, total)}, err
}

// renewCertificates makes certificates anew that end soon.
func (m *Module) renewCertificates(ctx context.Context) error {
	if m.ready() != nil {
		return nil //nolint:nilerr // at the next time
	}
	return m.settleAll(ctx)
}
