package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/egress"
	"linghang/lib/taxii"
)

// Classes of what goes wrong beside those of egress.
const (
	FaultPlain    = "plain"    // a secret is not sent in clear
	FaultSignIn   = "sign_in"  // the other side does not let the city in
	FaultRefused  = "refused"  // the other side refuses
	FaultRedirect = "redirect" // the other side is somewhere else
	FaultBusy     = "busy"     // the other side asks to come later
	FaultBroken   = "broken"   // the other side has a fault of its own
	FaultAnswer   = "answer"   // the answer is not what TAXII has
	FaultStore    = "store"    // it could not be kept here
)

// Error says why a server was not read or written.
type Error struct {
	Class  string
	Text   string
	Status int           // of HTTP; 0: there was no answer
	After  time.Duration // how long the other side asks to wait
}

func (e *Error) Error() string { return e.Class + ": " + e.Text }

// OfRequest tells a refusal of just what was sent from a fault of the whole way.
func (e *Error) OfRequest() bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}, e.Status)
}

// Gone tells that what was asked for is not there.
func (e *Error) Gone() bool { return e.Status == http.StatusNotFound }

const (
	mostAnswer  = 32 << 20 // octets of an answer
	longestText = 300
	answerIn    = 30 * time.Second
)

// Settings say which servers may be called.
type Settings struct {
	// Networks are networks that are not public and whose servers may be called, as CIDR.
	Networks []string `json:"feed_networks"`
	// CAFile holds further certificates that calls trust, as PEM.
	CAFile string `json:"feed_ca_file"`
}

// Guard decides which servers are called.
func (s Settings) Guard() (*egress.Guard, error) {
	g, err := egress.New("security", s.Networks, s.CAFile, answerIn)
	if err != nil {
		return nil, fmt.Errorf("guard calls to servers of others: %w", err)
	}
	return g, nil
}

// Door is the way to a server.
type Door struct {
	*taxii.Client
	Collection string // URL
}

// Open makes the way to a server. The secret goes to the host that the server is at, and to no
// other; in clear only into networks that the configuration allows.
func Open(ctx context.Context, guard *egress.Guard, s Server, secret string) (Door, error) {
	u, err := url.Parse(s.Root)
	if err != nil {
		return Door{}, &Error{Class: FaultAnswer, Text: "the address cannot be read"}
	}
	if u.Scheme != "https" && s.Auth != NoAuth && !guard.Plain(ctx, u.Hostname()) {
		return Door{}, &Error{Class: FaultPlain, Text: "a secret is sent by https only"}
	}
	at, err := taxii.CollectionURL(s.Root, s.Collection)
	if err != nil {
		return Door{}, &Error{Class: FaultAnswer, Text: "the address cannot be read"}
	}
	sign := func(r *http.Request) error {
		if !strings.EqualFold(r.URL.Host, u.Host) || r.URL.Scheme != u.Scheme {
			return errors.New("another host than the server's")
		}
		switch s.Auth {
		case Basic:
			r.SetBasicAuth(s.User, secret)
		case Bearer:
			r.Header.Set("Authorization", "Bearer "+secret)
		case NoAuth:
		}
		return nil
	}
	return Door{&taxii.Client{HTTP: guard.Client, Sign: sign, MaxAnswer: mostAnswer, Tries: 3, MaxWait: 10 * time.Second, UserAgent: "linghang"}, at}, nil
}

// Classed puts an error into a class, without the address that was called.
func Classed(err error) *Error {
	var told *taxii.RefusalError
	var network *url.Error
	switch {
	case errors.As(err, &told):
		return &Error{classOf(told.Status), Short(fmt.Sprintf("%d %s %s", told.Status, told.Message.Title, told.Message.Description)), told.Status, told.RetryAfter}
	case errors.As(err, &network), errors.Is(err, egress.ErrTarget), errors.Is(err, context.DeadlineExceeded):
		return &Error{Class: egress.Class(err), Text: Short(egress.Reason(err))}
	}
	text := strings.TrimPrefix(called.ReplaceAllString(err.Error(), ""), "taxii: ")
	return &Error{Class: FaultAnswer, Text: Short(strings.TrimPrefix(text, "taxii: "))}
}

// called is what an error says of the request: its method and its address.
var called = regexp.MustCompile(`(?:[A-Z]+ )?https?://\S+: `)

// classOf is the class of a status of HTTP that refuses.
func classOf(status int) string {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return FaultSignIn
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return FaultBusy
	case status >= 300 && status < 400:
		return FaultRedirect
	case status >= 500:
		return FaultBroken
	}
	return FaultRefused
}

// Short bounds what a fault says.
func Short(text string) string {
	if runes := []rune(text); len(runes) > longestText {
		return string(runes[:longestText-1]) + "…"
	}
	return text
}
