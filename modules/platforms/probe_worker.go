package platforms

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linghang/kernel/egress"
	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/modules/platforms/internal/probe"
)

const (
	noticeDown        = "platforms.target.down"
	noticeRecovered   = "platforms.target.recovered"
	noticeCertificate = "platforms.target.certificate"

	// probeTick is how often a process asks which targets are due.
	probeTick = 2 * time.Second
	// probesAtOnce is how many targets one process looks at at a time.
	probesAtOnce = 32
	// triesAtOnce is how many people test a target at the same time.
	triesAtOnce = 4
)

// prober looks at targets that are due. Every process has one; a target is
// claimed before it is looked at, so that one process does.
type prober struct {
	probe *probe.Prober
	slots chan struct{}
	tries *rate.Limiter
	busy  chan struct{} // tests that people make
	every time.Duration // how often it asks what is due
}

func newProber(set settings) (*prober, error) {
	guard, err := egress.New("platforms", set.ProbeNetworks, set.ProbeCAFile, probe.LongestTimeout)
	if err != nil {
		return nil, fmt.Errorf("set up probing: %w", err)
	}
	return &prober{probe.New(guard), make(chan struct{}, probesAtOnce), rate.NewLimiter(2, 10), make(chan struct{}, triesAtOnce), probeTick}, nil
}

// look looks once for a person who waits.
func (p *prober) look(ctx context.Context, s probe.Spec, at time.Time) (probe.Look, error) {
	select {
	case p.busy <- struct{}{}:
		defer func() { <-p.busy }()
	default:
		return probe.Look{}, fault.New(fault.Limited, "platforms.target.tries", "others test at this moment; try again").After(1)
	}
	return p.probe.Look(ctx, s, at), nil
}

func (m *Module) probeJobs() []module.Job {
	return []module.Job{
		{Name: "forget_looks", Title: lang.Text{ZH: "清理可用性探测记录", EN: "Forget old looks at platforms"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.probes.forget(ctx, time.Now()) }},
	}
}

func availabilityNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeDown, Title: lang.Text{ZH: "平台不可用", EN: "A platform does not answer"}, Gravity: notice.Urgent, Mail: notice.AtOnce},
		{ID: noticeRecovered, Title: lang.Text{ZH: "平台恢复可用", EN: "A platform answers again"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeCertificate, Title: lang.Text{ZH: "平台证书即将到期", EN: "A platform's certificate is near its end"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// probePlatforms looks at targets as they become due, until ctx ends.
func (m *Module) probePlatforms(ctx context.Context) error {
	var looks sync.WaitGroup
	defer looks.Wait()
	tick := time.NewTicker(m.prober.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if m.kit.Fit(ctx) != nil {
			continue // its clock is wrong; another looks
		}
		now, err := m.kit.DB.Clock(ctx)
		if err == nil {
			err = m.probeDue(ctx, now, &looks)
		}
		if err != nil && ctx.Err() == nil {
			m.kit.Log.Warn("targets could not be looked at", "error", err)
		}
	}
}

// probeDue begins to look at the targets that are due, as many as there are free
// slots for.
func (m *Module) probeDue(ctx context.Context, now time.Time, looks *sync.WaitGroup) error {
	targets, err := m.probes.claim(ctx, now, cap(m.prober.slots)-len(m.prober.slots))
	if err != nil {
		return err
	}
	for _, t := range targets {
		m.prober.slots <- struct{}{}
		looks.Go(func() {
			defer func() { <-m.prober.slots }()
			if err := m.probeOne(ctx, t, now); err != nil && !errors.Is(err, context.Canceled) {
				m.kit.Log.Warn("a look at a target was not noted", "target", t.ID, "error", err)
			}
		})
	}
	return nil
}

func (m *Module) probeOne(ctx context.Context, t Target, now time.Time) error {
	l := m.prober.probe.Look(ctx, t.Spec, now)
	if ctx.Err() != nil {
		return ctx.Err() //nolint:wrapcheck // it was told to end: what failed is not the target
	}
	m.metrics.probed(t.Spec.Kind, l.Fault, l.Ms)
	p, err := m.platforms.get(ctx, t.PlatformID)
	if err != nil {
		return err
	}
	what, err := m.probes.note(ctx, t, l, m.kit.Notices, func(s seen) []notice.Notice { return availabilityNotice(p, s) })
	if err == nil && (what.changed || what.began || what.ended) {
		m.kit.Notify(topicList, p.ID, p.Operator.ID)
	}
	return err
}

// availabilityNotice tells whoever operates the platform what a look changed.
func availabilityNotice(p platform, s seen) []notice.Notice {
	t := s.target
	l := t.standing.Last
	at := l.At.In(cityTime()).Format(time.DateTime)
	tell := func(kind, zh, en string, body lang.Text) notice.Notice {
		return notice.Notice{
			Kind: kind, Link: "/platforms/" + p.ID + "?tab=availability", Key: fmt.Sprintf("%s %s %d", kind, t.ID, l.At.UnixMilli()),
			Title: lang.Text{ZH: fmt.Sprintf("%s · %s：%s", p.Name.In("zh"), t.Name, zh), EN: fmt.Sprintf("%s · %s: %s", p.Name.In("en"), t.Name, en)}, Body: body,
			To: notice.Audience{Organisation: p.Operator.ID, Permission: "platforms.register"},
		}
	}
	var list []notice.Notice
	if s.began {
		word := faultWord(l.Fault)
		list = append(list, tell(noticeDown, "不可用", "down", lang.Text{
			ZH: fmt.Sprintf("%s，连续 %d 次探测失败：%s（%s）。目标：%s", at, t.standing.Bad, word.ZH, l.Detail, t.Spec.Address),
			EN: fmt.Sprintf("%s (UTC+8), %d looks in a row failed: %s (%s). Target: %s", at, t.standing.Bad, word.EN, l.Detail, t.Spec.Address),
		}))
	}
	if s.ended {
		d := s.lasted.Round(time.Second)
		list = append(list, tell(noticeRecovered, "已恢复", "recovered", lang.Text{ZH: fmt.Sprintf("%s 恢复，历时 %s。", at, d), EN: fmt.Sprintf("It answers again since %s (UTC+8), after %s.", at, d)}))
	}
	if s.ending && l.Until != nil {
		until, days := l.Until.In(cityTime()).Format(time.DateTime), int(l.Until.Sub(l.At)/(24*time.Hour))
		list = append(list, tell(noticeCertificate, "证书即将到期", "certificate near its end", lang.Text{
			ZH: fmt.Sprintf("证书（或其链中最早到期者）还剩 %d 天，%s 到期。", days, until), EN: fmt.Sprintf("%d days are left; the certificate, or the first of its chain that ends, ends at %s (UTC+8).", days, until),
		}))
	}
	return list
}

// faultWord puts a fault into words.
func faultWord(code string) lang.Text {
	switch code {
	case probe.FaultName:
		return lang.Text{ZH: "域名无法解析", EN: "the name leads nowhere"}
	case probe.FaultForbid:
		return lang.Text{ZH: "地址在不允许探测的网络中", EN: "the address is in a network that is not probed"}
	case probe.FaultConnect:
		return lang.Text{ZH: "无法建立连接", EN: "no connection"}
	case probe.FaultTimeout:
		return lang.Text{ZH: "超时", EN: "no answer in time"}
	case probe.FaultTLS:
		return lang.Text{ZH: "TLS 握手或证书链有误", EN: "no TLS handshake, or a chain that cannot be trusted"}
	case probe.FaultStatus:
		return lang.Text{ZH: "状态码不符", EN: "another status code than expected"}
	case probe.FaultBody:
		return lang.Text{ZH: "响应内容不符", EN: "the body does not say what it should"}
	case probe.FaultSlow:
		return lang.Text{ZH: "响应过慢", EN: "the answer came too late"}
	default:
		return lang.Text{ZH: "协议有误", EN: "what came is not the protocol"}
	}
}
