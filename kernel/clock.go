package kernel

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/health"
	"linghang/kernel/lang"
)

const (
	// clockPace is how often loops look whether the clock has jumped.
	clockPace = 250 * time.Millisecond
	// jumpShown is how long the health page tells of a jump that nobody else can judge.
	jumpShown = time.Hour
)

// clock watches this machine's clock. A wall clock that jumps while the monotonic
// one does not is believed when the database's, on which replicas agree, has
// jumped as well. Otherwise the replica does nothing until its clock is right:
// sessions would end, reports would be refused as of the future, and what is
// written down would lie. Alone on its own database a process can only say so.
type clock struct {
	ask func(ctx context.Context) (time.Time, error) // the time that replicas agree on; nil alone
	now func() moment

	mu       sync.Mutex
	base     moment // when the wall clock was last believed
	jumpedAt time.Duration
	jumpedBy time.Duration
}

// moment is one moment in both clocks of this machine.
type moment struct {
	wall time.Time
	mono time.Duration // since the process began; it never jumps
}

func newClock(ask func(ctx context.Context) (time.Time, error)) *clock {
	began := time.Now()
	now := func() moment {
		t := time.Now()
		return moment{t.Round(0), t.Sub(began)}
	}
	return &clock{ask: ask, now: now, base: now()}
}

// drift is how far the wall clock has run ahead of the monotonic one since base.
func (c *clock) drift(now moment) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.wall.Sub(c.base.wall) - (now.mono - c.base.mono)
}

func (c *clock) believe(now moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = now
}

// check is the component of the health page.
func (c *clock) check(ctx context.Context) health.Finding {
	if c.ask == nil {
		return c.alone()
	}
	before := c.now()
	agreed, err := c.ask(ctx)
	if err != nil {
		return health.Finding{State: health.Degraded, Note: lang.Text{ZH: "数据库无应答，无法比对", EN: "the database does not answer, there is nothing to compare with"}}
	}
	now := c.now()
	ahead, jump := now.wall.Add(-(now.mono-before.mono)/2).Sub(agreed), c.drift(now)
	f := clockFinding(ahead)
	switch {
	case ahead.Abs() <= clockWrong:
		c.believe(now)
	case jump.Abs() > clockWrong:
		f.Note.ZH, f.Note.EN = f.Note.ZH+"；本机时钟发生跳变，校正之前本副本不处理请求和任务", f.Note.EN+"; this machine's clock has jumped, and this replica does nothing until it is right"
	default: // who of the two is right cannot be known
		f.State = health.Degraded
	}
	return f
}

// alone tells of a jump for a while.
func (c *clock) alone() health.Finding {
	now := c.now()
	if jump := c.drift(now); jump.Abs() > clockWrong {
		c.believe(now)
		c.mu.Lock()
		c.jumpedAt, c.jumpedBy = now.mono, jump
		c.mu.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.jumpedBy == 0 || now.mono-c.jumpedAt > jumpShown {
		return health.Finding{}
	}
	by := c.jumpedBy.Round(time.Second)
	return health.Finding{
		State: health.Degraded,
		Note:  lang.Text{ZH: fmt.Sprintf("时钟跳变了 %s", by), EN: fmt.Sprintf("the clock has jumped by %s", by)},
		Mend:  lang.Text{ZH: "确认当前时间正确，并启用时间同步（chrony 或 systemd-timesyncd）", EN: "See that the time is right now, and keep it so (chrony or systemd-timesyncd)"},
	}
}

// right refuses work while the clock is known to be wrong.
func (c *clock) right(ctx context.Context) error {
	if c.ask == nil || c.drift(c.now()).Abs() <= clockWrong {
		return nil
	}
	c.check(ctx)
	wrong := c.drift(c.now())
	if wrong.Abs() <= clockWrong {
		return nil
	}
	return fault.New(fault.Unavailable, "kernel.clock", "the clock of this replica is wrong by %s; ask another, or try again", wrong.Round(time.Second)).After(5)
}

var errWrongClock = errors.New("the clock of this machine is wrong")

// during runs a loop while the clock is right: it is stopped when the clock jumps,
// and begun again when it is right. It returns when the loop ends by itself, or ctx.
func (c *clock) during(ctx context.Context, run func(ctx context.Context) error) error {
	if c.ask == nil {
		return run(ctx)
	}
	for {
		for c.right(ctx) != nil {
			if wait(ctx, time.Second); ctx.Err() != nil {
				return ctx.Err()
			}
		}
		inner, stop := context.WithCancelCause(ctx)
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for inner.Err() == nil {
				if wait(inner, clockPace); inner.Err() == nil && c.right(inner) != nil {
					stop(errWrongClock)
				}
			}
		}()
		err := run(inner)
		stop(context.Canceled)
		<-watched
		if !errors.Is(context.Cause(inner), errWrongClock) || ctx.Err() != nil {
			return err
		}
	}
}
