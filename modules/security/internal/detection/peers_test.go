package detection

import (
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

func TestWhoAnswersWhatComputersAnswerIsNoController(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, protocol := range batch.IndustrialProtocols() {
		a := newAcquaintance()
		a.hear("10.0.0.3", "10.0.0.11", protocol, "read", at, at)
		controller := protocol != "opcua" && protocol != "bacnet" && protocol != "pn_dcp"
		if a.controllers["10.0.0.11"] != controller || a.controllers["10.0.0.3"] || !a.speak[[2]string{"10.0.0.3", "10.0.0.11"}] {
			t.Errorf("%s: %v", protocol, a.controllers)
		}
	}
}
