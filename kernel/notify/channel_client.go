package notify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"linghang/kernel/egress"
)

// courier posts messages to channels.
type courier struct{ guard *egress.Guard }

// newCourier returns a courier that reaches public addresses and the allowed networks.
func newCourier(allow []string, caFile string, timeout time.Duration) (*courier, error) {
	guard, err := egress.New("notify", allow, caFile, timeout)
	if err != nil {
		return nil, err
	}
	return &courier{guard}, nil
}

// post delivers a parcel and returns what the other side said.
func (c *courier) post(ctx context.Context, to channel, p parcel) verdict {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.body))
	if err != nil {
		return verdict{final: true, reason: "the address cannot be used"}
	}
	r.Header = p.header
	if r.URL.Scheme != "https" && !c.guard.Plain(ctx, r.URL.Hostname()) {
		return verdict{final: true, reason: "http:// is allowed in the networks of the configuration only; use https://"}
	}
	resp, err := c.guard.Client.Do(r)
	if err != nil {
		return verdict{final: errors.Is(err, egress.ErrTarget), reason: egress.Reason(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return verdict{reason: "read the answer: " + egress.Reason(err)}
	}
	return to.judge(resp.StatusCode, resp.Header, body)
}
