package baseline

import (
	"slices"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/detection"
)

func way(client, class, function string, unit int64) Way {
	return Way{client, "10.0.0.2", "modbus", 502, unit, class, function}
}

func TestAnEditionAllowsWhatItSaysAndWhatItsWiderEntriesCover(t *testing.T) {
	anyUnit, anyPort := way("10.0.0.1", "read", "read_coils", anyNumber), way("10.0.0.1", "write", anyWord, 3)
	anyPort.Port = anyNumber
	e := newEdition(4, []Way{anyUnit, anyPort, way("10.0.0.1", "read", "read_file_record", 1)}, []Way{way("10.0.0.9", "read", "read_coils", 1)})
	elsewhere := way("10.0.0.1", "write", "write_single_coil", 3)
	elsewhere.Port = 5020
	for w, rule := range map[Way]string{
		way("10.0.0.1", "read", "read_coils", 7):       "",
		way("10.0.0.1", "read", "read_file_record", 1): "",
		elsewhere: "",
		way("10.0.0.1", "read", "read_file_record", 2):   ruleFunction,
		way("10.0.0.1", "write", "write_single_coil", 4): ruleCommand,
		way("10.0.0.1", "control", "restart", 3):         ruleCommand,
		way("10.0.0.8", "program", "download", 1):        ruleMaster,
		way("10.0.0.8", "read", "read_coils", 1):         rulePeer,
		way("10.0.0.9", "read", "read_coils", 1):         ruleRejected,
	} {
		if got := e.judge(w); got != rule {
			t.Errorf("%+v: %q, want %q", w, got, rule)
		}
	}
}

func TestTheDigestIsOfWhatIsAllowedAndNotOfItsOrder(t *testing.T) {
	a, b := way("10.0.0.1", "read", "read_coils", 1), way("10.0.0.1", "read", "read_coils", 2)
	if digest([]Way{a, b}) != digest([]Way{b, a}) {
		t.Error("the order changes it")
	}
	if digest([]Way{a, b}) == digest([]Way{a}) || digest([]Way{a}) == digest([]Way{b}) {
		t.Error("what is allowed does not change it")
	}
}

func TestAWiderLineIsOfTheSameTwoAndSaysWhatMayBeAny(t *testing.T) {
	one, two := way("10.0.0.1", "read", "read_coils", 1), way("10.0.0.1", "read", "read_coils", 2)
	if w, err := group([]Way{one, two}, []string{"unit"}); err != nil || w.Unit != anyNumber || w.Function != "read_coils" {
		t.Errorf("%+v, %v", w, err)
	}
	for name, list := range map[string][]Way{"units": {one, two}, "functions": {one, way("10.0.0.1", "read", "read_file_record", 1)}, "classes": {one, way("10.0.0.1", "write", "read_coils", 1)}, "clients": {one, way("10.0.0.3", "read", "read_coils", 1)}} {
		if w, err := group(list, []string{"port"}); err == nil {
			t.Errorf("%s differ: %+v", name, w)
		}
	}
}

func TestWhatComesIsSummedUpByWayAndGuessesAreCounted(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	record := batch.Record{Why: []string{batch.WhyWrite}, Protocol: "modbus", Function: "write_single_coil", Class: "write", Unit: 1, Confidence: 80}
	guess := record
	guess.Confidence = 20
	s := detection.Seen{
		Events: []detection.Event{{ID: "a", At: at, Client: "10.0.0.1", Server: "10.0.0.2", Port: 502, Record: record}, {ID: "b", At: at.Add(time.Second), Client: "10.0.0.1", Server: "10.0.0.2", Port: 502, Record: record}, {ID: "c", At: at, Client: "10.0.0.2", Server: "10.0.0.1", Port: 40001, Record: guess}},
		Talks: []batch.Talk{
			{Client: "10.0.0.1", Server: "10.0.0.2", Protocol: "modbus", Port: 502, Unit: 1, Class: "write", Function: "write_single_coil", First: at.Add(-time.Minute), Last: at, Units: 12},
			{Client: "10.0.0.1", Server: "10.0.0.2", Protocol: "modbus", Port: 502, Unit: 1, Class: "error", Function: "exception", First: at, Last: at, Units: 3},
			{Client: "10.0.0.7", Server: "10.0.0.2", Protocol: "modbus", Port: 502, Class: "read", Function: "read_coils", Guess: true, First: at, Last: at, Units: 5},
		},
	}
	list, unsure := sum(s)
	if len(list) != 1 || unsure != 5 {
		t.Fatalf("%+v, %d", list, unsure)
	}
	if h := list[0]; h.units != 12 || !h.first.Equal(at.Add(-time.Minute)) || !h.last.Equal(at.Add(time.Second)) || !slices.Equal(h.records, []string{"a", "b"}) {
		t.Errorf("%+v", h)
	}
}

func TestABaselineFollowsOnlyOrdersThatFit(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	all := []State{Learning, Review, Enforced, Paused, Ended}
	fits := map[State][]State{
		Learning: {Review, Ended},
		Review:   {Learning, Ended},
		Enforced: {Learning, Paused, Ended},
		Paused:   {Learning, Enforced, Ended},
		Ended:    {},
	}
	for from, good := range fits {
		for _, to := range all {
			b := Baseline{State: from, Lines: 3, Round: 1, Edition: 1, Holding: from == Enforced}
			after, err := b.follow(Order{To: to, Days: 2, Reason: "why"}, now)
			if (err == nil) != slices.Contains(good, to) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			if err == nil && after.State != to {
				t.Errorf("%s to %s: it is %s", from, to, after.State)
			}
		}
	}
	relearns, err := Baseline{State: Enforced, Holding: true, Edition: 2, Round: 1}.follow(Order{To: Learning, Reason: "why"}, now)
	if err != nil || !relearns.Holding || relearns.Round != 2 || relearns.LearnTo.Sub(now) != usualDays*day {
		t.Errorf("%+v, %v", relearns, err)
	}
}

func TestATimeThatIsOverMovesABaselineOn(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	past, later := now.Add(-time.Minute), now.Add(time.Minute)
	for name, x := range map[string]struct {
		b    Baseline
		to   State
		move bool
	}{
		"learned":            {Baseline{State: Learning, Lines: 1, LearnTo: past}, Review, true},
		"learned nothing":    {Baseline{State: Learning, LearnTo: past}, Learning, false},
		"learns":             {Baseline{State: Learning, Lines: 1, LearnTo: later}, Learning, false},
		"paused":             {Baseline{State: Paused, PausedTo: &later}, Paused, false},
		"paused long enough": {Baseline{State: Paused, PausedTo: &past}, Enforced, true},
	} {
		if after, moved := x.b.over(now); moved != x.move || after.State != x.to || moved && after.State == Enforced && !after.Holding {
			t.Errorf("%s: %+v %v", name, after, moved)
		}
	}
}

func TestMaintenanceIsForItsTimeAndItsHosts(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	w := Window{From: at, To: at.Add(time.Hour), Hosts: []string{"10.0.0.5"}}
	if !w.covers("10.0.0.5", at) || w.covers("10.0.0.6", at) || w.covers("10.0.0.5", at.Add(time.Hour)) || w.covers("10.0.0.5", at.Add(-time.Second)) {
		t.Error("it is not for its time and its hosts")
	}
	w.Hosts = nil
	if !w.covers("10.0.0.6", at) {
		t.Error("without hosts it is for any")
	}
}
