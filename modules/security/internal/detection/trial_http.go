package detection

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type tryRulesInput struct {
	httpd.Object
	Body struct {
		Days int64 `json:"days" minimum:"1" maximum:"30"`
	}
}

type trialJob struct {
	Trial string `json:"trial"`
}

func (m *Detection) tryRules(ctx context.Context, in tryRulesInput) (RuleTrial, error) {
	x, err := m.mine(ctx, in.ID)
	if err != nil {
		return RuleTrial{}, err
	}
	id, err := m.store.beginTrial(ctx, x, in.Body.Days, m.now(), func(ctx context.Context, tx *sqldb.Tx, id string) (string, error) {
		return m.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobTrial, Input: trialJob{id}})
	})
	if err != nil {
		return RuleTrial{}, err
	}
	return m.trial(ctx, httpd.Object{ID: id})
}

// trial reads a trial of one's own. Examples of other organisations' sensors stand in their record
// of looks.
func (m *Detection) trial(ctx context.Context, in httpd.Object) (RuleTrial, error) {
	t, owner, err := m.store.trial(ctx, in.ID)
	if err != nil {
		return t, err
	}
	if owner != identity.From(ctx).Organisation.ID {
		return RuleTrial{}, noSuch("trial")
	}
	if t.State == TrialRunning {
		if j, err := m.kit.Jobs.Read(ctx, t.jobID); err == nil {
			t.Fraction = j.Fraction
		}
		return t, nil
	}
	if identity.From(ctx).Organisation.Kind != identity.Bureau {
		return t, nil
	}
	seen := map[string]bool{}
	for _, f := range t.Found {
		for _, e := range f.Examples {
			seen[e.SensorID] = true
		}
	}
	for _, sensor := range slices.Sorted(maps.Keys(seen)) {
		if err := m.looks.Look(ctx, sensor, "alerts"); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (m *Detection) cancelTrial(ctx context.Context, in httpd.Object) (RuleTrial, error) {
	t, err := m.trial(ctx, in)
	if err != nil {
		return t, err
	}
	if t.State != TrialRunning {
		return t, fault.New(fault.Conflict, "security.ruletrial.ended", "the trial has ended")
	}
	if err := m.kit.Jobs.Cancel(ctx, t.jobID); err != nil && !fault.Is(err, fault.NotFound) { // the desk may not have heard of it yet
		return t, fmt.Errorf("give up a trial: %w", err)
	}
	t.State = TrialCancelled
	if err := m.store.endTrial(ctx, t, m.now()); err != nil {
		return t, err
	}
	return m.trial(ctx, in)
}

// runTrial tries a set.
func (m *Detection) runTrial(ctx context.Context, task *jobs.Task) (any, error) {
	var in trialJob
	if err := task.Decode(&in); err != nil {
		return nil, err
	}
	t, owner, err := m.store.trial(ctx, in.Trial)
	if fault.Is(err, fault.NotFound) || err == nil && t.State != TrialRunning {
		return nil, nil // it was given up, or its set is gone
	}
	if err != nil {
		return nil, err
	}
	err = m.attempt(ctx, task, &t, owner)
	switch {
	case err == nil:
		t.State = TrialDone
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		t.State = TrialCancelled
	case task.Last || fault.KindOf(err) == fault.Conflict:
		t.State, t.Reason = TrialFailed, cut(err.Error(), 500)
	default:
		return nil, err // it is tried again
	}
	if noted := m.store.endTrial(context.WithoutCancel(ctx), t, m.now()); noted != nil {
		return nil, errors.Join(err, noted)
	}
	m.kit.Notify(topic, "", owner)
	return map[string]int64{"events": t.Events}, err
}

// attempt asks all rules of a set about what is kept, sensor by sensor, the oldest first.
func (m *Detection) attempt(ctx context.Context, task *jobs.Task, t *RuleTrial, owner string) error {
	x, err := m.store.setOf(ctx, t.SetID, m.now())
	if err != nil {
		return err
	}
	if x.Revision != t.Revision {
		return fault.New(fault.Conflict, "security.ruletrial.revision", "the set was changed meanwhile: try the new revision")
	}
	b, err := m.shelve(ctx, x)
	if err != nil {
		return err
	}
	ids, err := m.store.keyed(ctx, x.ID)
	if err != nil {
		return err
	}
	sensors, err := m.store.sensorsTried(ctx, x, owner)
	if err != nil {
		return err
	}
	window, err := m.store.window(ctx, sensors, m.now(), t.Days)
	if err != nil {
		return err
	}
	t.Cut, t.Rules = window.cut, int64(len(ids))
	hits := map[string]*TrialHit{}
	for _, of := range sensors {
		j := newJudge(m.pack.taxonomy, nil, b.bookOf(ids))
		err := m.store.eachKept(ctx, of, window.from, func(events []Event) error {
			for _, e := range events {
				list, err := j.ask(e)
				if err != nil {
					return err
				}
				t.note(e)
				for _, f := range list {
					noteHit(hits, of, f)
				}
			}
			task.Progress(float64(t.Events)/float64(max(window.events, t.Events, 1)), lang.Text{ZH: fmt.Sprintf("已检查 %d 条", t.Events), EN: fmt.Sprintf("%d events were looked at", t.Events)})
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	t.conclude(hits)
	return nil
}
