package peer

import (
	"context"
	"errors"
	"time"

	"linghang/kernel/egress"
)

const (
	trialLimit  = 20 * time.Second
	mostOfTrial = 200
	ofTrial     = "x" // the collection, which a trial does not ask for
)

// TrialSaid is how somebody would sign in to an API root.
type TrialSaid struct {
	Root   string `json:"root" maxLength:"500"`
	Auth   Auth   `json:"auth" enum:"none,basic,bearer"`
	User   string `json:"user,omitempty" maxLength:"200"`
	Secret string `json:"secret,omitempty" maxLength:"4000"`
}

// Server is where a trial goes.
func (t TrialSaid) Server() Server {
	return Server{Root: t.Root, Collection: ofTrial, Auth: t.Auth, User: t.User}
}

// RootCollection is a collection of an API root.
type RootCollection struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	CanRead  bool   `json:"can_read"`
	CanWrite bool   `json:"can_write"`
}

// RootTrial is what an API root answers.
type RootTrial struct {
	Collections []RootCollection `json:"collections" nullable:"false" doc:"The first 200"`
	Fault       string           `json:"fault" doc:"The class of what went wrong; empty: nothing"`
	FaultText   string           `json:"fault_text"`
}

// Try asks which collections an API root has.
func Try(ctx context.Context, guard *egress.Guard, s Server, secret string) RootTrial {
	out := RootTrial{Collections: []RootCollection{}}
	ctx, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	d, err := Open(ctx, guard, s, secret)
	if err != nil {
		return out.failed(err)
	}
	list, err := d.Collections(ctx, s.Root)
	if err != nil {
		return out.failed(err)
	}
	for _, c := range list[:min(len(list), mostOfTrial)] {
		out.Collections = append(out.Collections, RootCollection{Short(c.ID), Short(c.Title), c.CanRead, c.CanWrite})
	}
	return out
}

func (t RootTrial) failed(err error) RootTrial {
	p := ProblemOf(err)
	t.Fault, t.FaultText = p.Class, p.Text
	return t
}

// ProblemOf is what is known of an error, nil of none.
func ProblemOf(err error) *Error {
	if err == nil {
		return nil
	}
	if p, is := errors.AsType[*Error](err); is {
		return p
	}
	return Classed(err)
}
