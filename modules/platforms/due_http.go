package platforms

import (
	"net/http"
	"time"

	"linghang/kernel/httpd"
)

type dueView struct {
	Platform string    `json:"platform"`
	At       time.Time `json:"at"`
	Items    []dueItem `json:"items" nullable:"false"`
}

// serveDue tells a sender what it owes.
func (m *Module) serveDue(w http.ResponseWriter, r *http.Request) {
	c, err := m.enter(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer m.leave(c)
	values, err := m.ledger.values(r.Context(), c.platform.ID)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	newest := map[string]time.Time{}
	for _, v := range values {
		if v.At.After(newest[v.Code]) {
			newest[v.Code] = v.At
		}
	}
	now := time.Now().UTC()
	writeJSON(w, dueView{c.platform.Code, now, m.catalogue.dueOf(newest, now)})
}

// serveCheck passes a report through all checks and keeps nothing of it: a
// sender's test of itself, with its real key.
func (m *Module) serveCheck(w http.ResponseWriter, r *http.Request) {
	c, err := m.enter(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer m.leave(c)
	c.key.Sandbox = true
	m.answerReport(w, r, c)
}
