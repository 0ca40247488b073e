package notify

import (
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/notice"
)

// wish is what a person chose beside the kinds.
type wish struct {
	Language   string
	QuietFrom  int // minute of the day
	QuietTo    int
	DigestHour int // -1: the usual
}

// choice is what a person chose for one kind.
type choice struct {
	Inbox bool
	Mail  notice.Mail
}

// chosen returns what holds for a kind: mandatory ones stay as declared.
func chosen(k notice.Kind, c choice, given bool) choice {
	usual := choice{true, k.Mail}
	if k.Mandatory || !given {
		return usual
	}
	return c
}

// quietUntil returns when the quiet hours that hold at t end, or t itself.
func (w wish) quietUntil(t time.Time, zone *time.Location) time.Time {
	if w.QuietFrom == w.QuietTo {
		return t
	}
	local := t.In(zone)
	minute := local.Hour()*60 + local.Minute()
	quiet := w.QuietFrom <= minute && minute < w.QuietTo
	if w.QuietFrom > w.QuietTo {
		quiet = minute >= w.QuietFrom || minute < w.QuietTo
	}
	if !quiet {
		return t
	}
	days := 0
	if minute >= w.QuietTo {
		days = 1
	}
	return time.Date(local.Year(), local.Month(), local.Day()+days, w.QuietTo/60, w.QuietTo%60, 0, 0, zone)
}

// The states of a delivery.
const (
	stateWaiting = "waiting" // to be sent when it is due
	stateDaily   = "daily"   // for the next digest
	stateGrouped = "grouped" // went into a digest
	stateSent    = "sent"
	stateFailed  = "failed"
	stateDropped = "dropped" // never tried, with the reason
)

// The ways by which deliveries leave.
const (
	wayMail    = "mail"
	wayDigest  = "digest"
	wayChannel = "channel"
)

// told is one person who is told, and how.
type told struct {
	identity.Recipient
	inbox bool
	mail  *delivery
}

// plan decides how each recipient of a notice is told.
func plan(k notice.Kind, people []identity.Recipient, choices map[string]choice, wishes map[string]wish, now time.Time, zone *time.Location) []told {
	list := make([]told, len(people))
	for i, p := range people {
		given, ok := choices[p.PersonID]
		c, w := chosen(k, given, ok), wishes[p.PersonID]
		list[i] = told{Recipient: p, inbox: c.Inbox}
		if c.Mail == notice.Off || p.Email == "" {
			continue
		}
		d := delivery{Kind: k.ID, Way: wayMail, PersonID: p.PersonID, OrganisationID: p.OrganisationID, Address: p.Email, Language: p.Language, State: stateWaiting, NextAt: now}
		if w.Language != "" {
			d.Language = w.Language
		}
		switch {
		case c.Mail == notice.Daily:
			d.State = stateDaily
		case k.Gravity != notice.Urgent:
			d.NextAt = w.quietUntil(now, zone)
		}
		list[i].mail = &d
	}
	return list
}
