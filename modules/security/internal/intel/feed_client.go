package intel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linghang/kernel/egress"
	"linghang/lib/taxii"
)

// Classes of what goes wrong beside those of egress.
const (
	faultPlain   = "plain"   // a secret is not sent in clear
	faultSignIn  = "sign_in" // the other side does not let the city in
	faultRefused = "refused" // the other side refuses
	faultBusy    = "busy"    // the other side asks to come later
	faultAnswer  = "answer"  // the answer is not what TAXII has
	faultStore   = "store"   // it could not be kept here
)

// FeedError says why a feed was not read.
type FeedError struct {
	Class string
	Text  string
}

func (e *FeedError) Error() string { return e.Class + ": " + e.Text }

// mostAnswer bounds an answer of a feed.
const mostAnswer = 32 << 20

// door is the way to a feed.
type door struct {
	client     *taxii.Client
	collection string // URL
}

// doorOf makes the way to a feed. The secret goes to the host that the feed names, and to no
// other; in clear only into networks that the configuration allows.
func doorOf(ctx context.Context, guard *egress.Guard, s FeedSpec, secret string) (door, error) {
	u, err := url.Parse(s.Root)
	if err != nil {
		return door{}, &FeedError{faultAnswer, "the address cannot be read"}
	}
	if u.Scheme != "https" && s.Auth != NoAuth && !guard.Plain(ctx, u.Hostname()) {
		return door{}, &FeedError{faultPlain, "a secret is sent by https only"}
	}
	at, err := taxii.CollectionURL(s.Root, s.Collection)
	if err != nil {
		return door{}, &FeedError{faultAnswer, "the address cannot be read"}
	}
	sign := func(r *http.Request) error {
		if !strings.EqualFold(r.URL.Host, u.Host) || r.URL.Scheme != u.Scheme {
			return errors.New("another host than the feed's")
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
	return door{&taxii.Client{HTTP: guard.Client, Sign: sign, MaxAnswer: mostAnswer, Tries: 3, MaxWait: 10 * time.Second, UserAgent: "linghang"}, at}, nil
}

// page reads a page; an error is a FeedError.
func (d door) page(ctx context.Context, q taxii.Query) (taxii.Fetched, error) {
	got, err := d.client.Page(ctx, d.collection, q)
	if err != nil {
		return got, classed(err)
	}
	if len(got.Objects) > mostOfPage {
		return got, &FeedError{faultAnswer, fmt.Sprintf("a page has %d objects, where %d were asked for", len(got.Objects), pageLimit)}
	}
	if len(got.Objects) > 0 && got.Last.IsZero() {
		return got, &FeedError{faultAnswer, "the server does not say when objects were added (X-TAXII-Date-Added-Last)"}
	}
	return got, nil
}

// classed puts an error into a class, without the address that was called.
func classed(err error) error {
	var told *taxii.RefusalError
	var network *url.Error
	switch {
	case errors.As(err, &told):
		class := faultRefused
		switch told.Status {
		case http.StatusUnauthorized, http.StatusForbidden:
			class = faultSignIn
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			class = faultBusy
		}
		return &FeedError{class, short(fmt.Sprintf("%d %s %s", told.Status, told.Message.Title, told.Message.Description), 300)}
	case errors.As(err, &network), errors.Is(err, egress.ErrTarget), errors.Is(err, context.DeadlineExceeded):
		return &FeedError{egress.Class(err), short(egress.Reason(err), 300)}
	}
	text := err.Error()
	if at := strings.LastIndex(text, "/: "); at >= 0 { // behind the address
		text = text[at+3:]
	}
	return &FeedError{faultAnswer, short(text, 300)}
}
