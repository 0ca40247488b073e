package upward

import (
	"net/http"
	"testing"
	"time"

	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/rating"
)

func TestWaitsGrowAndEnd(t *testing.T) {
	for n, want := range map[int64]time.Duration{0: 15 * time.Second, 1: 15 * time.Second, 2: 30 * time.Second, 8: 32 * time.Minute, 9: time.Hour, 1 << 40: time.Hour} {
		if got := backOff(n, 0); got != want {
			t.Errorf("after %d failures %s, not %s", n, got, want)
		}
	}
	if got := backOff(1, 10*time.Minute); got != 10*time.Minute {
		t.Errorf("asked to wait ten minutes it waits %s", got)
	}
	if got := backOff(1, 1000*time.Hour); got != longestAsk {
		t.Errorf("asked to wait for weeks it waits %s", got)
	}
}

func TestTLPBarsWhatIsStricter(t *testing.T) {
	for _, x := range []struct {
		t, most rating.TLP
		strict  bool
		want    string
	}{
		{rating.Clear, rating.Clear, false, ""},
		{rating.Amber, rating.Green, true, faultTLP},
		{rating.Amber, rating.Amber, false, ""},
		{rating.AmberStrict, rating.Amber, true, faultTLP},
		{rating.AmberStrict, rating.Red, false, faultStrict},
		{rating.AmberStrict, rating.AmberStrict, true, ""},
		{rating.Red, rating.AmberStrict, true, faultTLP},
		{rating.Red, rating.Red, false, faultStrict},
		{rating.Red, rating.Red, true, ""},
	} {
		if got := barred(x.t, x.most, x.strict); got != x.want {
			t.Errorf("%s to who may have %s (strict %t): %q, not %q", x.t, x.most, x.strict, got, x.want)
		}
	}
}

// A status may leave its lists out; its counts decide then.
func TestWhatAStatusSays(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	begun := Report{State: Waiting, Objects: []Told{{ID: "identity--a"}, {ID: "report--b"}}}.start(at)
	for name, x := range map[string]struct {
		s    taxii.Status
		want State
	}{
		"complete without lists":               {taxii.Status{Status: taxii.StatusComplete, SuccessCount: 2}, Delivered},
		"pending without lists":                {taxii.Status{Status: taxii.StatusPending, PendingCount: 2}, Pending},
		"complete, and some failed unnamed":    {taxii.Status{Status: taxii.StatusComplete, SuccessCount: 1, FailureCount: 1}, Failed},
		"only what is beside it failed":        {taxii.Status{Status: taxii.StatusComplete, FailureCount: 1, Failures: []taxii.StatusDetail{{ID: "identity--a"}}}, Delivered},
		"pending, and the report is taken":     {taxii.Status{Status: taxii.StatusPending, Successes: []taxii.StatusDetail{{ID: "report--b"}}}, Delivered},
		"pending, and the report is not":       {taxii.Status{Status: taxii.StatusPending, Failures: []taxii.StatusDetail{{ID: "report--b", Message: "no"}}}, Failed},
		"a word that TAXII does not have":      {taxii.Status{Status: "done"}, Pending},
		"failures that are of nothing of ours": {taxii.Status{Status: taxii.StatusComplete, FailureCount: 1, Failures: []taxii.StatusDetail{{ID: "report--x"}}}, Delivered},
	} {
		if got := begun.take(x.s, at); got.State != x.want {
			t.Errorf("%s: %s, not %s", name, got.State, x.want)
		}
	}
	late := begun.take(taxii.Status{Status: taxii.StatusPending}, at.Add(giveUpAfter))
	if late.State != Failed || late.Fault != faultEnded {
		t.Errorf("after three days: %+v", late)
	}
}

func TestWhatTheWayDoes(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	begun := Report{State: Waiting}.start(at)
	if r := begun.stumble(&peer.Error{Class: peer.FaultRefused, Status: http.StatusUnprocessableEntity}, at); r.State != Failed || r.NextAt != nil {
		t.Errorf("what is refused is tried again: %+v", r)
	}
	if r := begun.stumble(&peer.Error{Class: peer.FaultSignIn, Status: http.StatusUnauthorized}, at); r.State != Waiting || !r.NextAt.Equal(at.Add(firstWait)) {
		t.Errorf("%+v", r)
	}
	r := begun.stumble(&peer.Error{Class: peer.FaultBusy, Status: http.StatusServiceUnavailable, After: 24 * time.Hour}, at.Add(giveUpAfter-time.Minute))
	if r.State != Waiting || !r.NextAt.Equal(at.Add(giveUpAfter)) {
		t.Errorf("the last try is at %v", r.NextAt)
	}
	if r := r.stumble(&peer.Error{Class: peer.FaultBusy}, at.Add(giveUpAfter)); r.State != Failed || r.Fault != faultEnded {
		t.Errorf("%+v", r)
	}
	pending := begun
	pending.State, pending.statusID = Pending, "x"
	if r := pending.stumble(&peer.Error{Class: peer.FaultRefused, Status: http.StatusNotFound}, at); r.State != Waiting || r.statusID != "" {
		t.Errorf("with a status that is gone: %+v", r)
	}
}
