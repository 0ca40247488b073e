package identity

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/fault"
)

// Visitor is where somebody signs in from.
type Visitor struct {
	IP     string
	Agent  string
	Device string // secret of the cookie by which a browser is known again
}

// deviceLife is how long a browser is known after it was last used to sign in.
const deviceLife = 365 * 24 * time.Hour

// attempt says where a try to prove who one is comes from, or how long to wait.
func (d *Directory) attempt(ctx context.Context, account, person string, from Visitor) (try, error) {
	t := try{account: account, source: networkOf(from.IP)}
	if person != "" {
		places, err := d.devices(ctx, person)
		if err != nil {
			return t, err
		}
		hash := hashSecret(from.Device)
		t.known = slices.ContainsFunc(places, func(p device) bool { return p.network == t.source })
		if from.Device != "" && slices.ContainsFunc(places, func(p device) bool { return p.hash == hash }) {
			t.source, t.known = "device "+hash, true
		}
	}
	if wait := d.throttle.wait(t, d.now()); wait > 0 {
		seconds := int(wait.Seconds()) + 1
		return t, fault.New(fault.Limited, "system.sign_in.limited", "too many attempts; wait %d seconds", seconds).With("seconds", seconds).After(seconds)
	}
	return t, nil
}

// device is a browser in which a person has signed in before.
type device struct{ hash, network string }

// Remember knows the browser of a session that owes nothing again next time;
// secret is for its cookie, empty when it has a good one. Persons who share a
// browser share its cookie.
func (d *Directory) Remember(ctx context.Context, id Identity, from Visitor) (secret string, err error) {
	hash := hashSecret(from.Device)
	known, err := d.isDevice(ctx, hash)
	if err != nil {
		return "", err
	}
	if !known {
		if secret, hash, err = newSecret(""); err != nil {
			return "", err
		}
	}
	return secret, d.saveDevice(ctx, id.PersonID, hash, networkOf(from.IP))
}
