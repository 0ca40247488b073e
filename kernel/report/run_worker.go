package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/kernel/sqldb"
)

const (
	// runTime bounds one run.
	runTime = 10 * time.Minute
	// beat is how often a run says how far it is, and learns that it was cancelled.
	beat = time.Second
	// fileLimit bounds one file.
	fileLimit = 64 << 20
)

var errCancelled = errors.New("the run was cancelled")

// Run makes reports one after the other until ctx ends: one at a time in each
// process, so that a heap of them does not slow down everything else.
func (m *Room) Run(ctx context.Context) error {
	ctx = sqldb.Alone(ctx)
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		for {
			holder := ulid.Make().String()
			r, found, err := m.runs.claim(ctx, holder, time.Now())
			if err != nil {
				return err
			}
			if !found {
				break
			}
			m.work(ctx, holder, r)
			if ctx.Err() != nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-m.asked:
		case <-tick.C:
		}
	}
}

func (m *Room) nudge() {
	select {
	case m.asked <- struct{}{}:
	default:
	}
}

// work makes one report and stores what came of it.
func (m *Room) work(ctx context.Context, holder string, r Run) {
	m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	run, cancel := context.WithTimeoutCause(ctx, runTime, fault.New(fault.Unavailable, "report.time", "the report took longer than %s", runTime))
	defer cancel()
	run, stop := context.WithCancelCause(run)
	var progress atomic.Value
	progress.Store(0.0)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		m.hold(run, stop, holder, r, &progress)
	}()
	err := m.make(run, &r, &progress)
	if run.Err() != nil {
		err = context.Cause(run)
	}
	stop(nil)
	<-kept
	if ctx.Err() != nil || errors.Is(err, errCancelled) {
		return // another process takes it up, or nobody wants it any more
	}
	r.State, r.Progress = "done", 1
	if err != nil {
		r.State, r.Problem = "failed", "kernel.internal"
		if f := fault.As(err); f != nil {
			r.Problem = f.Key
		}
		m.kit.Log.Error("a report could not be made", "run", r.ID, "report", r.Report, "error", err)
	}
	if err := m.runs.finish(ctx, holder, r); err != nil {
		m.kit.Log.Error("the outcome of a report could not be stored; it is made again", "run", r.ID, "error", err)
	}
	m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
}

// hold keeps the run in this process and stores its progress.
func (m *Room) hold(ctx context.Context, stop context.CancelCauseFunc, holder string, r Run, progress *atomic.Value) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		done, _ := progress.Load().(float64)
		mine, err := m.runs.keep(ctx, r.ID, holder, done, time.Now())
		if err == nil && !mine {
			stop(errCancelled)
			return
		}
		m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	}
}

// make builds the document as the one who asked, and its files.
func (m *Room) make(ctx context.Context, r *Run, progress *atomic.Value) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a report: %v\n%s", p, debug.Stack())
		}
	}()
	if r.tries > maxTries {
		return fault.New(fault.Internal, "report.tries", "the report was begun %d times and never finished", maxTries)
	}
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
		Values: r.Parameters, Language: r.Language, At: r.AskedAt, Progress: func(done float64) { progress.Store(done * 0.7) },
	})
	if err != nil {
		return fmt.Errorf("build report: %w", err)
	}
	progress.Store(0.7)
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

func (m *Room) files(ctx context.Context, r *Run, d paper.Document, frame paper.Frame, progress *atomic.Value) error {
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
	progress.Store(0.9)
	b.Reset()
	if err := d.XLSX(&b, frame); err != nil {
		return err
	}
	if r.XLSX, r.XLSXSize, err = m.kit.Blobs.Put(ctx, &b, fileLimit); err != nil {
		return fmt.Errorf("keep XLSX: %w", err)
	}
	return nil
}
