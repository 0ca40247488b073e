package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/fault"
)

// batch is how many deliveries are held at once.
const batch = 20

// look is how often replicas look for what others left.
const look = 2 * time.Second

// Run delivers what waits, until ctx ends.
func (m *Room) Run(ctx context.Context) error {
	if m.broken != nil {
		return m.broken
	}
	g, ctx := errgroup.WithContext(ctx)
	if m.postman != nil {
		g.Go(func() error { return m.work(ctx, m.mailed, m.mail) })
	}
	g.Go(func() error { return m.work(ctx, m.posted, m.post) })
	return g.Wait()
}

// work repeats a round while it finds something, and looks again when woken or
// after a while.
func (m *Room) work(ctx context.Context, wake <-chan struct{}, round func(context.Context) (int, error)) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		n, err := round(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if n == batch {
			continue
		}
		select {
		case <-wake:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// wake lets the workers of this process look at once.
func (m *Room) wake() {
	for _, c := range []chan struct{}{m.mailed, m.posted} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// mail sends the e-mails that are due over one connection.
func (m *Room) mail(ctx context.Context) (int, error) {
	list, err := m.deliveries.claim(ctx, false, batch, time.Now(), m.hold(batch))
	if err != nil || len(list) == 0 {
		return len(list), err
	}
	c, err := m.postman.connect(ctx)
	if err != nil {
		m.kit.Log.Warn("the mail server cannot be reached", "error", err)
		for _, d := range list {
			if err := m.settle(ctx, d, d.again(clip(err.Error(), reasonLimit), time.Now(), m.first, 0)); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}
	defer c.close()
	for i, d := range list {
		if m.late(d) {
			return len(list), m.putBack(ctx, list[i:])
		}
		o, lost := m.send(ctx, c, d)
		if err := m.settle(ctx, d, o); err != nil {
			return 0, err
		}
		if lost {
			return 0, m.putBack(ctx, list[i+1:])
		}
	}
	return len(list), nil
}

// send mails one delivery; lost says that the connection is of no use any more.
func (m *Room) send(ctx context.Context, c *connected, d delivery) (o outcome, lost bool) {
	l, o, ok := m.write(ctx, d)
	if !ok {
		return o, false
	}
	msg, err := m.postman.message(l)
	if err != nil {
		return never(clip(err.Error(), reasonLimit)), false
	}
	err = c.send(msg)
	var refused bounced
	switch {
	case err == nil:
		return outcome{ok: true}, false
	case errors.As(err, &refused):
		return never(clip("the server refuses it: "+err.Error(), reasonLimit)), false
	default:
		return d.again(clip(err.Error(), reasonLimit), time.Now(), m.first, 0), true
	}
}

// write makes the letter of a delivery; without ok the outcome says why not.
func (m *Room) write(ctx context.Context, d delivery) (letter, outcome, bool) {
	list, err := m.deliveries.content(ctx, d)
	if err != nil {
		return letter{}, d.again(err.Error(), time.Now(), m.first, 0), false
	}
	if len(list) == 0 {
		return letter{}, never("the notice is gone"), false
	}
	for i := range list {
		if list[i].Secret == "" || d.PersonID != "" {
			continue
		}
		secret, err := m.links.Open(ctx, linkPurpose, list[i].Secret)
		if err != nil {
			return letter{}, never("the link cannot be opened any more"), false
		}
		list[i].Link += string(secret)
	}
	l, err := m.writer.letter(d, list)
	if err != nil {
		return l, never(err.Error()), false
	}
	return l, outcome{}, true
}

// hold is how long so many deliveries may take before another takes them over.
func (m *Room) hold(n int) time.Duration { return m.timeout + time.Duration(n)*m.timeout/4 }

// late reports whether another attempt might outlast the hold on a delivery.
func (m *Room) late(d delivery) bool { return time.Until(d.NextAt) < m.timeout }

func (m *Room) settle(ctx context.Context, d delivery, o outcome) error {
	return m.deliveries.settle(context.WithoutCancel(ctx), d, o, time.Now())
}

// putBack returns deliveries that were held and not tried.
func (m *Room) putBack(ctx context.Context, list []delivery) error {
	for _, d := range list {
		if err := m.settle(ctx, d, outcome{untried: true, reason: d.Reason, next: time.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// post tells channels what is due: several channels at once, each in order.
func (m *Room) post(ctx context.Context) (int, error) {
	list, err := m.deliveries.claim(ctx, true, batch, time.Now(), m.hold(batch))
	if err != nil {
		return 0, err
	}
	byChannel := map[string][]delivery{}
	for _, d := range list {
		byChannel[d.ChannelID] = append(byChannel[d.ChannelID], d)
	}
	g, ctx := errgroup.WithContext(ctx)
	for id, of := range byChannel {
		g.Go(func() error { return m.postTo(ctx, id, of) })
	}
	return len(list), g.Wait()
}

func (m *Room) postTo(ctx context.Context, id string, list []delivery) error {
	c, err := m.channels.get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return m.settleAll(ctx, list, never("the channel was removed"))
	}
	if err != nil {
		return err
	}
	if !c.Enabled {
		return m.settleAll(ctx, list, never("the channel is switched off"))
	}
	open, err := m.openChannel(ctx, c)
	if err != nil {
		return m.settleAll(ctx, list, never("the secrets of the channel cannot be opened"))
	}
	for i, d := range list {
		if m.late(d) {
			return m.putBack(ctx, list[i:])
		}
		// The claim of this batch marked it as tried already.
		recent, first, err := m.deliveries.recent(ctx, id, time.Now().Add(-time.Minute))
		if err != nil {
			return err
		}
		if recent-(len(list)-i) >= c.pace() {
			return m.postpone(ctx, list[i:], first.Add(time.Minute+time.Second))
		}
		v := m.tellChannel(ctx, open, d)
		o := d.again(v.reason, time.Now(), m.first, v.wait)
		if v.ok || v.final {
			o = outcome{ok: v.ok, final: v.final, reason: v.reason}
		}
		if v.ok {
			o.reason = ""
		}
		if err := m.settle(ctx, d, o); err != nil {
			return err
		}
		if v.gone {
			return m.channels.switchOff(ctx, id)
		}
		if v.wait > 0 {
			return m.postpone(ctx, list[i+1:], time.Now().Add(v.wait))
		}
	}
	return nil
}

func (m *Room) settleAll(ctx context.Context, list []delivery, o outcome) error {
	for _, d := range list {
		if err := m.settle(ctx, d, o); err != nil {
			return err
		}
	}
	return nil
}

// postpone waits with deliveries until the channel takes more.
func (m *Room) postpone(ctx context.Context, list []delivery, until time.Time) error {
	return m.settleAll(ctx, list, outcome{untried: true, reason: "the channel takes so many a minute", next: until})
}

func (m *Room) tellChannel(ctx context.Context, c opened, d delivery) verdict {
	list, err := m.deliveries.content(ctx, d)
	if err != nil || len(list) == 0 {
		return verdict{final: err == nil, reason: "the notice cannot be read"}
	}
	p, err := c.pack(m.messageOf(c.channel, d.ID, list[0]), time.Now())
	if err != nil {
		return verdict{final: true, reason: err.Error()}
	}
	return m.courier.post(ctx, c.channel, p)
}

func (m *Room) messageOf(c channel, id string, n content) message {
	msg := message{
		id: id, kind: n.Kind, title: n.Title.In(c.Language), body: n.Body.In(c.Language), link: m.writer.link(n.Link), open: word("open", c.Language), at: n.At,
	}
	msg.data = map[string]any{
		"notice_id": n.ID, "organisation_id": c.OrganisationID, "title": n.Title, "body": n.Body, "link": msg.link, "by": n.By,
	}
	return msg
}

// openChannel opens the sealed address and secrets of a channel.
func (m *Room) openChannel(ctx context.Context, c channel) (opened, error) {
	o := opened{channel: c}
	url, err := m.kit.Seal.Open(ctx, channelPurpose, c.URL)
	if err != nil {
		return o, fmt.Errorf("open channel %s: %w", c.ID, err)
	}
	o.url = string(url)
	sealed := []string{c.Secret}
	if c.Former != "" && time.Now().Before(c.FormerUntil) {
		sealed = append(sealed, c.Former)
	}
	for _, s := range sealed {
		if s == "" {
			continue
		}
		secret, err := m.kit.Seal.Open(ctx, channelPurpose, s)
		if err != nil {
			return o, fmt.Errorf("open channel %s: %w", c.ID, err)
		}
		o.secrets = append(o.secrets, string(secret))
	}
	return o, nil
}

// digests writes the digest of everybody whose hour has come.
func (m *Room) digests(ctx context.Context) error {
	if m.postman == nil {
		return nil
	}
	waiting, err := m.deliveries.digestDue(ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	wishes, err := m.wishes.wishes(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, d := range waiting {
		hour := m.settings.DigestHour
		if w, ok := wishes[d.PersonID]; ok && w.DigestHour >= 0 {
			hour = w.DigestHour
		}
		at := digestAt(now, hour, m.zone)
		if now.Before(at) {
			continue
		}
		d.ID = at.Format("20060102") + "-" + d.PersonID
		if err := m.deliveries.digest(ctx, d, now); err != nil {
			return fmt.Errorf("write digest: %w", err)
		}
	}
	m.wake()
	return nil
}

// digestAt is when the digest of today goes out.
func digestAt(now time.Time, hour int, zone *time.Location) time.Time {
	local := now.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, zone)
}
