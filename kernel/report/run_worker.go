package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
)

const (
	// jobMake is the kind of job that makes a run.
	jobMake = "make"
	// runTime bounds one attempt.
	runTime = 10 * time.Minute
	// beat is how often those who watch are told that a run has moved.
	beat = time.Second
	// fileLimit bounds one file.
	fileLimit = 64 << 20
	// orphaned is how long a run may be without a job.
	orphaned = time.Hour
)

// work makes one report and stores what came of it.
func (m *Room) work(ctx context.Context, t *jobs.Task) (any, error) {
	r, wanted, err := m.runs.begin(ctx, t.ID)
	if err != nil || !wanted {
		return nil, err
	}
	defer m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	told := time.Now()
	err = m.make(ctx, &r, func(done float64) {
		t.Progress(done, lang.Text{})
		if time.Since(told) > beat {
			told = time.Now()
			m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
		}
	})
	switch {
	case err == nil:
		r.State = "done"
		return nil, m.runs.finish(ctx, r)
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		return nil, errors.Join(err, m.runs.over(context.WithoutCancel(ctx), r, "cancelled", ""))
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fault.New(fault.Invalid, "report.time", "the report took longer than %s", runTime) // so would the next attempt
	case ctx.Err() != nil:
		return nil, err // another process takes it up
	}
	f := fault.As(err)
	if !t.Last && (f == nil || f.Kind == fault.Unavailable) {
		return nil, err
	}
	problem := "kernel.internal"
	if f != nil {
		problem = f.Key
	}
	return nil, errors.Join(err, m.runs.over(context.WithoutCancel(ctx), r, "failed", problem))
}

// mend ends runs whose jobs ended without them: cancelled while they waited,
// given up after crashes, or lost.
func (m *Room) mend(ctx context.Context) error {
	open, err := m.runs.unfinished(ctx, time.Now().Add(-beat))
	if err != nil {
		return err
	}
	for _, r := range open {
		var state, problem string
		switch j, err := m.kit.Jobs.Read(ctx, r.ID); {
		case fault.As(err) != nil && time.Since(r.AskedAt) > orphaned:
			state, problem = "failed", "report.lost"
		case fault.As(err) != nil:
			continue // it is still on its way
		case err != nil:
			return err
		case j.State == jobs.Cancelled:
			state = "cancelled"
		case j.State == jobs.Failed:
			state, problem = "failed", "report.tries"
		default:
			continue
		}
		if err := m.runs.over(ctx, r, state, problem); err != nil {
			return err
		}
		m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	}
	return nil
}

// make builds the document as the one who asked, and its files.
func (m *Room) make(ctx context.Context, r *Run, progress func(float64)) error {
	who, err := m.directory.Acting(ctx, strings.TrimPrefix(r.AskedBy, "person:"), r.OrganisationID)
	if err != nil {
		return fmt.Errorf("act for %s: %w", r.AskedBy, err)
	}
	ctx = identity.With(ctx, who)
	kind, err := m.known(ctx, r.Report)
	if err != nil {
		return err
	}
	d, err := kind.Build(ctx, module.ReportRequest{
		Values: r.Parameters, Language: r.Language, At: r.AskedAt, Progress: func(done float64) { progress(done * 0.7) },
	})
	if err != nil {
		return fmt.Errorf("build report: %w", err)
	}
	progress(0.7)
	if r.Digest, err = d.Digest(); err != nil {
		return err
	}
	city, err := m.directory.City(ctx)
	if err != nil {
		return err
	}
	frame := paper.Frame{Language: r.Language, At: r.AskedAt, Digest: r.Digest, Foot: city.In(r.Language)}
	return m.files(ctx, r, d, frame, progress)
}

func (m *Room) files(ctx context.Context, r *Run, d paper.Document, frame paper.Frame, progress func(float64)) error {
	font, err := paper.Font(m.font)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := d.PDF(&b, font, frame); err != nil {
		return err
	}
	if r.PDF, r.PDFSize, err = m.kit.Blobs.Put(ctx, &b, fileLimit); err != nil {
		return fmt.Errorf("keep PDF: %w", err)
	}
	progress(0.9)
	b.Reset()
	if err := d.XLSX(&b, frame); err != nil {
		return err
	}
	if r.XLSX, r.XLSXSize, err = m.kit.Blobs.Put(ctx, &b, fileLimit); err != nil {
		return fmt.Errorf("keep XLSX: %w", err)
	}
	return nil
}
