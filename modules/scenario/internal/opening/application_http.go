package opening

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type applicationsView struct {
	Items  []Application `json:"items" nullable:"false"`
	Sealed bool          `json:"sealed" doc:"Others' applications are not to be read yet, or not by the caller"`
}

func (m *Openings) listApplications(ctx context.Context, in httpd.Object) (applicationsView, error) {
	o, from, err := m.store.seen(ctx, m.store.db, in.ID)
	if err != nil {
		return applicationsView{}, err
	}
	at := m.now()
	list, err := m.store.applications(ctx, o, from, at)
	return applicationsView{list, !mayRead(o, from, at)}, err
}

type applyOpeningInput struct {
	httpd.Object
	Body Offer
}

// apply takes the application of the caller's own organisation. The clock is read when
// the change has begun: what waits in line until after the deadline is too late.
func (m *Openings) apply(ctx context.Context, in applyOpeningInput) (Application, error) {
	return m.own(ctx, in.ID, func(o Opening, a Application, _ bool, at time.Time) (Application, error) {
		return a.submit(o, in.Body, at)
	})
}

func (m *Openings) withdraw(ctx context.Context, in httpd.Object) (Application, error) {
	return m.own(ctx, in.ID, func(o Opening, a Application, there bool, _ time.Time) (Application, error) {
		if !there {
			return a, noSuch("application")
		}
		return a.withdraw(o)
	})
}

// own changes the application of the caller's own organisation to an opening.
func (m *Openings) own(ctx context.Context, opening string, decide func(o Opening, a Application, there bool, at time.Time) (Application, error)) (a Application, err error) {
	id := identity.From(ctx)
	err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		at := m.now()
		o, from, err := m.store.seen(ctx, tx, opening)
		if err != nil {
			return err
		}
		if from == owner || from == city {
			return fault.New(fault.Forbidden, "scenario.opening.own", "the enterprise itself and the bureau do not apply")
		}
		before, there, err := applicationOf(ctx, tx, o.ID, id.Organisation.ID)
		if err != nil {
			return err
		}
		if a = before; !there {
			n, err := m.store.countAll(ctx, tx, o.ID)
			if err != nil {
				return err
			}
			if n >= mostApplications {
				return fault.New(fault.Conflict, "scenario.opening.full", "an opening takes %d applications at most", mostApplications).With("limit", mostApplications)
			}
			a = Application{ID: ulid.Make().String(), OpeningID: o.ID, OrganisationID: id.Organisation.ID, Provider: id.Organisation.Name}
		}
		if a, err = decide(o, a, there, at); err != nil {
			return err
		}
		was := &before
		if !there {
			was = nil
		}
		return put(ctx, tx, was, a, id.Actor(), id.Name)
	})
	if err != nil {
		return Application{}, fmt.Errorf("change an application: %w", err)
	}
	a, _, err = applicationOf(ctx, m.store.db, opening, id.Organisation.ID)
	return a, err
}
