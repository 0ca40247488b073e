package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"linghang/lib/schedule"
)

const (
	barWidth  = 24
	barChange = 250 * time.Millisecond // between two pictures of the bar while nothing better is found
)

// progress is a line on a terminal that goes on with the time, and says what the best schedule is so far.
type progress struct {
	out   io.Writer
	what  string // before the bar
	limit time.Duration
	begun time.Time
	ended chan struct{}
	alone sync.WaitGroup

	mutex sync.Mutex
	best  schedule.Progress
	found bool
}

// showProgress begins a line, if out is a terminal; end clears it.
func showProgress(out io.Writer, what string, limit time.Duration) *progress {
	if !shows(out) {
		return nil
	}
	return beginProgress(out, what, limit)
}

func beginProgress(out io.Writer, what string, limit time.Duration) *progress {
	p := &progress{out: out, what: what, limit: limit, begun: time.Now(), ended: make(chan struct{})}
	p.alone.Go(p.run)
	return p
}

// better keeps what a search says of itself.
func (p *progress) better(best schedule.Progress) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.best, p.found = best, true
}

func (p *progress) run() {
	tick := time.NewTicker(barChange)
	defer tick.Stop()
	for {
		p.draw(time.Since(p.begun))
		select {
		case <-p.ended:
			return
		case <-tick.C:
		}
	}
}

// end takes the line away.
func (p *progress) end() {
	if p == nil {
		return
	}
	close(p.ended)
	p.alone.Wait()
	_, _ = fmt.Fprint(p.out, "\r\x1b[K")
}

func (p *progress) draw(elapsed time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	_, _ = fmt.Fprintf(p.out, "\r%s\x1b[K", p.line(elapsed))
}

// line is a bar as far as the time is over, if it is limited, and the best schedule.
func (p *progress) line(elapsed time.Duration) string {
	var b strings.Builder
	b.WriteString(p.what)
	if p.limit > 0 {
		done := min(barWidth, int(barWidth*elapsed/p.limit))
		fmt.Fprintf(&b, "[%s%s] %.1f of %.0f s", strings.Repeat("#", done), strings.Repeat(".", barWidth-done), elapsed.Seconds(), p.limit.Seconds())
	} else {
		fmt.Fprintf(&b, "%.1f s", elapsed.Seconds())
	}
	switch {
	case !p.found:
		b.WriteString("  no schedule yet")
	case p.best.Objective != nil:
		fmt.Fprintf(&b, "  objective %v, makespan %d", p.best.Objective, p.best.Makespan)
	default:
		fmt.Fprintf(&b, "  makespan %d, at least %d", p.best.Makespan, p.best.LowerBound)
	}
	return b.String()
}

// shows tells whether w is a terminal, on which progress makes sense.
func shows(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
