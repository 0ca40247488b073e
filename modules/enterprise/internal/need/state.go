package need

import (
	"linghang/kernel/fault"
)

// State is where a need is in its life.
type State string

// The states of needs.
const (
	Draft      State = "draft"
	Open       State = "open" // published: invitations and offers, then the choice
	Chosen     State = "chosen"
	Agreed     State = "agreed"
	Disputed   State = "disputed"
	Completed  State = "completed"
	Terminated State = "terminated"
	Withdrawn  State = "withdrawn"
	Lapsed     State = "lapsed" // nobody was chosen in time
)

// Side is from where somebody acts or looks.
type Side string

// The sides.
const (
	Owner    Side = "owner"    // the enterprise
	Partner  Side = "partner"  // the provider that was chosen
	Offering Side = "offering" // a provider that is invited or may offer
	City     Side = "city"
	Public   Side = "public"
	Clock    Side = "clock" // time, by the server
)

// Act is what somebody does.
type Act string

// The acts.
const (
	Edit      Act = "edit"
	Publish   Act = "publish"
	Invite    Act = "invite"
	Answer    Act = "answer"
	Offer     Act = "offer"
	Close     Act = "close" // the time for offers ends now
	Withdraw  Act = "withdraw"
	Lapse     Act = "lapse"
	Choose    Act = "choose"
	Confirm   Act = "confirm"
	Decline   Act = "decline" // the choice, by the provider
	Reopen    Act = "reopen"  // not confirmed in time
	Deliver   Act = "deliver"
	Decide    Act = "decide" // on what was delivered
	Complete  Act = "complete"
	Dispute   Act = "dispute"
	Reply     Act = "reply" // to a dispute
	Continue  Act = "continue"
	Fulfil    Act = "fulfil" // a dispute is decided so that it counts as completed
	Terminate Act = "terminate"
	Rate      Act = "rate"
)

// rule lets a side do something in a state.
type rule struct {
	from State
	act  Act
	by   Side
	to   State
}

// rules are all that may be done: whatever does not stand here is refused.
func rules() []rule {
	return []rule{
		{Draft, Edit, Owner, Draft},
		{Draft, Publish, Owner, Open},
		{Open, Invite, Owner, Open},
		{Open, Answer, Offering, Open},
		{Open, Offer, Offering, Open},
		{Open, Close, Owner, Open},
		{Open, Withdraw, Owner, Withdrawn},
		{Open, Lapse, Clock, Lapsed},
		{Open, Choose, Owner, Chosen},
		{Chosen, Confirm, Partner, Agreed},
		{Chosen, Decline, Partner, Open},
		{Chosen, Reopen, Clock, Open},
		{Agreed, Deliver, Partner, Agreed},
		{Agreed, Decide, Owner, Agreed},
		{Agreed, Complete, Owner, Completed},
		{Agreed, Dispute, Owner, Disputed},
		{Agreed, Dispute, Partner, Disputed},
		{Disputed, Reply, Owner, Disputed},
		{Disputed, Reply, Partner, Disputed},
		{Disputed, Continue, City, Agreed},
		{Disputed, Fulfil, City, Completed},
		{Disputed, Terminate, City, Terminated},
		{Completed, Rate, Owner, Completed},
		{Completed, Rate, Partner, Completed},
		{Terminated, Rate, Owner, Terminated},
		{Terminated, Rate, Partner, Terminated},
	}
}

// step returns the state that an act of a side leads to, and whether it is allowed.
func step(from State, act Act, by Side) (State, bool) {
	for _, r := range rules() {
		if r.from == from && r.act == act && r.by == by {
			return r.to, true
		}
	}
	return from, false
}

// move makes a step, or refuses it.
func (n Need) move(act Act, by Side) (Need, error) {
	to, ok := step(n.State, act, by)
	if !ok {
		return n, fault.New(fault.Conflict, "enterprise.need.state", "in the state %s this cannot be done, or not by you: %s", n.State, act).With("state", n.State).With("act", act)
	}
	n.State = to
	return n, nil
}
