package notice

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// Delegates are to whom an assignment may be handed.
type Delegates struct {
	Items []Delegate `json:"items" nullable:"false"`
}

// delegates are the people of the addressee who answer notices: all for who represents it, otherwise only who asks.
func (d *Desk) delegates(ctx context.Context, in httpd.Object) (out Delegates, err error) {
	out.Items = []Delegate{}
	id := identity.From(ctx)
	a, err := d.store.seenAssignment(ctx, d.store.db, in.ID, d.now())
	if err != nil || !ofAddressee(id) {
		return out, err
	}
	people, err := d.answering(ctx, a)
	for _, x := range people {
		if id.May(mayRepresent) || x.ID == id.PersonID {
			out.Items = append(out.Items, x)
		}
	}
	return out, err
}

// answering are the people of an addressee who answer notices.
func (d *Desk) answering(ctx context.Context, a Assignment) ([]Delegate, error) {
	people, err := d.organisations.Members(ctx, a.OrganisationID, false, mayAnswer)
	if err != nil {
		return nil, fmt.Errorf("find who answers notices at %s: %w", a.OrganisationID, err)
	}
	list := make([]Delegate, len(people))
	for i, p := range people {
		list[i] = Delegate{p.PersonID, p.Name}
	}
	return list, nil
}

type assignmentDelegateInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		PersonID string `json:"person_id" maxLength:"26" doc:"One of the delegates; empty: whoever answers notices sees to it again"`
		Note     string `json:"note,omitempty" maxLength:"4000" doc:"What the person should know"`
	}
}

func (d *Desk) delegate(ctx context.Context, in assignmentDelegateInput) (AssignmentDetail, error) {
	return d.act(ctx, actInput{in.Object, in.IfMatch}, ofAddressee, func(ctx context.Context, tx *sqldb.Tx, a Assignment, by Signature) (Assignment, step, error) {
		to, err := d.chosen(ctx, a, in.Body.PersonID)
		if err != nil {
			return a, step{}, err
		}
		a, s, err := a.handTo(to, identity.From(ctx).May(mayRepresent), in.Body.Note, by)
		if err != nil || to.ID == "" {
			return a, s, err
		}
		m := toAddressee(ctx, toldReceived, a, lang.Text{ZH: by.Name + "转由您办理", EN: by.Name + " hands it to you"}, s.reason, "")
		m.To = message.Audience{Persons: []string{to.ID}, Except: identity.From(ctx).PersonID}
		return a, s, d.kit.Notices.Send(ctx, tx, m)
	})
}

// chosen is a person to whom an assignment may be handed; none for an empty ID.
func (d *Desk) chosen(ctx context.Context, a Assignment, person string) (Delegate, error) {
	if person == "" {
		return Delegate{}, nil
	}
	people, err := d.answering(ctx, a)
	if err != nil {
		return Delegate{}, err
	}
	i := slices.IndexFunc(people, func(x Delegate) bool { return x.ID == person })
	if i < 0 {
		return Delegate{}, fault.New(fault.Invalid, "security.assignment.delegate_person", "this person does not answer notices of the addressee").At("body.person_id", "a member of the addressee who answers notices")
	}
	return people[i], nil
}
