package opening

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// ApplicationState is where an application is.
type ApplicationState string

// The states of an application.
const (
	Submitted ApplicationState = "submitted"
	Withdrawn ApplicationState = "withdrawn"
	Chosen    ApplicationState = "chosen"
	NotChosen ApplicationState = "not_chosen"
)

// Offer is what a provider applies with.
type Offer struct {
	Approach string  `json:"approach" maxLength:"4000" doc:"How it would be done"`
	Team     string  `json:"team" maxLength:"2000" doc:"Who would do it, and what they did before"`
	Price    float64 `json:"price" doc:"In 10 000 CNY" title:"报价（万元）|Price (10 000 CNY)"`
	Days     int     `json:"days" doc:"From the choice until the end" title:"工期（天）|Days"`
}

// Application is an offer of a provider to an opening.
type Application struct {
	ID             string           `json:"id"`
	OpeningID      string           `json:"opening_id"`
	OrganisationID string           `json:"organisation_id"`
	Provider       lang.Text        `json:"provider"`
	Offer          Offer            `json:"offer" audit:"hidden"` // sealed until the deadline, in the log too
	State          ApplicationState `json:"state" enum:"submitted,withdrawn,chosen,not_chosen"`
	SubmittedAt    time.Time        `json:"submitted_at"`
	Digest         string           `json:"digest" doc:"SHA-256 of what was submitted, in hexadecimal: it proves that nothing was changed since"`
	Version        int64            `json:"version"`
}

// submit hands an offer in, or changes it; only before the deadline, by the server's clock.
func (a Application) submit(o Opening, x Offer, now time.Time) (Application, error) {
	if !o.accepts(now) {
		return a, closed()
	}
	if a.State == Chosen || a.State == NotChosen {
		return a, closed()
	}
	x.Approach, x.Team = strings.TrimSpace(x.Approach), strings.TrimSpace(x.Team)
	f := fault.New(fault.Invalid, "scenario.opening.offer", "the application is incomplete or wrong")
	if x.Approach == "" || len([]rune(x.Approach)) > longest {
		_ = f.At("body.approach", "say how it would be done, in 4000 characters at most")
	}
	if len([]rune(x.Team)) > 2000 {
		_ = f.At("body.team", "2000 characters at most")
	}
	if !finite(x.Price) || x.Price < 0 || x.Price > 1e7 {
		_ = f.At("body.price", "0 to 10 000 000 times 10 000 CNY")
	}
	if x.Days < 1 || x.Days > 3660 {
		_ = f.At("body.days", "1 to 3660 days")
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	a.Offer, a.State, a.SubmittedAt = x, Submitted, now
	digest, err := a.digest()
	a.Digest = digest
	return a, err
}

func closed() error {
	return fault.New(fault.Conflict, "scenario.opening.closed", "the opening takes no applications any more; the server's clock counts")
}

// withdraw takes an application back, while nobody is chosen.
func (a Application) withdraw(o Opening) (Application, error) {
	if a.State != Submitted || o.State != Open {
		return a, fault.New(fault.Conflict, "scenario.opening.withdraw", "this application cannot be withdrawn any more")
	}
	a.State = Withdrawn
	return a, nil
}

// digest is that of the canonical form: these fields in this order, without spaces.
func (a Application) digest() (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Format       string `json:"format"`
		Application  string `json:"application"`
		Opening      string `json:"opening"`
		Organisation string `json:"organisation"`
		At           string `json:"submitted_at"`
		Offer        Offer  `json:"offer"`
	}{"linghang-scenario-offer-1", a.ID, a.OpeningID, a.OrganisationID, a.SubmittedAt.Format("2006-01-02T15:04:05.000Z"), a.Offer})
	if err != nil {
		return "", fmt.Errorf("write an application: %w", err)
	}
	sum := sha256.Sum256(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return hex.EncodeToString(sum[:]), nil
}
