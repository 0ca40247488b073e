package identifier

import (
	"context"
	"encoding/csv"
	"iter"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/jobs"
	"linghang/kernel/sqldb"
)

// codesInput is what the job of a batch gets.
type codesInput struct {
	Batch string `json:"batch"`
	With  Coded  `json:"with"`
}

const jobCodes = "make_codes"

func (m *Module) registerCodes(ctx context.Context, in registerCodesInput) (codeBatch, error) {
	c, _, err := m.given(ctx, in.ID, in.Body.Coded)
	if err != nil {
		return codeBatch{}, err
	}
	now := time.Now().UTC()
	left, err := m.codes.left(ctx, c, now)
	if err != nil {
		return codeBatch{}, err
	}
	if in.Body.Count > left {
		return codeBatch{}, usedUp(c, left)
	}
	b := codeBatch{ID: ulid.Make().String(), RuleID: c.ID, Wanted: in.Body.Count, State: importRunning, CreatedAt: now, items: fieldItems(c.Rule, in.Body.Items)}
	return m.codes.beginBatch(ctx, m.kit.Jobs, b, in.Body.Coded)
}

func (m *Module) listBatches(ctx context.Context, in importsParams) (sqldb.Page[codeBatch], error) {
	c, err := m.readCode(ctx, httpd.Object{ID: in.ID})
	if err != nil {
		return sqldb.Page[codeBatch]{}, err
	}
	return m.codes.batches(ctx, c.ID, in.ListParams)
}

// ownBatch returns a batch with its rule, of a node that the caller's organisation
// operates.
func (m *Module) ownBatch(ctx context.Context, id string) (codeBatch, codeRule, error) {
	b, err := m.codes.batch(ctx, id)
	if err != nil {
		return b, codeRule{}, err
	}
	c, err := m.readCode(ctx, httpd.Object{ID: b.RuleID})
	if err != nil {
		return codeBatch{}, c, err
	}
	return b, c, nil
}

func (m *Module) readBatch(ctx context.Context, in httpd.Object) (codeBatch, error) {
	b, _, err := m.ownBatch(ctx, in.ID)
	if err != nil || b.State != importRunning {
		return b, err
	}
	job, err := m.kit.Jobs.Read(ctx, b.JobID)
	if fault.Is(err, fault.NotFound) {
		return b, nil // the desk has not heard of it yet
	}
	if err != nil {
		return b, err
	}
	if b.Progress = job.Fraction; job.State != jobs.Cancelled {
		return b, nil
	}
	// It was cancelled before it began, as on the page of jobs.
	if err := m.codes.giveUpBatch(ctx, b); err != nil {
		return b, err
	}
	return m.codes.batch(ctx, b.ID)
}

func (m *Module) cancelBatch(ctx context.Context, in httpd.Object) (codeBatch, error) {
	b, _, err := m.ownBatch(ctx, in.ID)
	if err != nil {
		return b, err
	}
	if b.State != importRunning {
		return b, fault.New(fault.Conflict, "identifier.code.ended", "the batch has ended already")
	}
	err = m.kit.Jobs.Cancel(ctx, b.JobID)
	if fault.Is(err, fault.NotFound) {
		err = m.codes.giveUpBatch(ctx, b) // the desk has not heard of it yet
	}
	if err != nil {
		return b, err
	}
	return m.readBatch(ctx, in)
}

// codesOf are the identifiers of a batch, in the order of their numbers.
func (m *Module) codesOf(ctx context.Context, b codeBatch, c codeRule) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		list, err := m.codes.ranges(ctx, b)
		if err != nil {
			yield("", err)
			return
		}
		for _, r := range list {
			for handle, err := range r.handles(c.Prefix, c.Rule, b.items) {
				if !yield(handle, err) || err != nil {
					return
				}
			}
		}
	}
}

// serveCodes sends the identifiers of a batch as a file.
func (m *Module) serveCodes(w http.ResponseWriter, r *http.Request) {
	b, c, err := m.ownBatch(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="codes-`+b.ID+`.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write([]string{handleColumn}) // the client may be gone
	for handle, err := range m.codesOf(r.Context(), b, c) {
		if err != nil {
			m.kit.Log.ErrorContext(r.Context(), "send codes", "batch", b.ID, "err", err)
			panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
		}
		_ = out.Write([]string{handle})
	}
	out.Flush()
}
