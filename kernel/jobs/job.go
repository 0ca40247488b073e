// Package jobs does work apart from a request: later, periodically or on
// demand, in one replica at a time. A job is a row: who asked, how far it is,
// what came of it. The replica that does it renews a lease; when it is gone,
// another replica begins the job again, so a job is done at least once.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// State is how far a job is.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Kind is a sort of work. Rooms declare theirs in the Manifest.
type Kind struct {
	Name  string
	Title lang.Text
	// Every makes the work come around by itself; zero is on demand only.
	Every time.Duration
	// Do is periodic work that takes no input.
	Do func(ctx context.Context) error
	// Run is work with input, progress and a result that is kept as JSON. It
	// may be begun again after a failure or a crash.
	Run func(ctx context.Context, t *Task) (any, error)
	// AtOnce is how many jobs of the kind run at once in all replicas; zero means one.
	AtOnce int
	// Tries is how often a failing job is tried; zero means 5, of periodic work 1.
	Tries int
	// Limit is how long one try may take; zero means an hour.
	Limit time.Duration
}

const (
	usualTries = 5
	usualLimit = time.Hour
	firstPause = 10 * time.Second
	lastPause  = 10 * time.Minute
	maxResult  = 64 << 10
	maxInput   = 64 << 10
	// maxWaiting jobs of a kind may wait; further ones are refused.
	maxWaiting = 1000
	// Of finished jobs so many of a kind are kept, and no longer than so.
	keepJobs = 200
	keepFor  = 90 * 24 * time.Hour
)

func (k Kind) atOnce() int { return max(k.AtOnce, 1) }

func (k Kind) tries() int {
	switch {
	case k.Tries > 0:
		return k.Tries
	case k.Every > 0:
		return 1
	}
	return usualTries
}

func (k Kind) limit() time.Duration {
	if k.Limit > 0 {
		return k.Limit
	}
	return usualLimit
}

func (k Kind) run(ctx context.Context, t *Task) (any, error) {
	if k.Run != nil {
		return k.Run(ctx, t)
	}
	return nil, k.Do(ctx)
}

// Job is one piece of work.
type Job struct {
	ID             string          `json:"id" title:"编号|ID"`
	Kind           string          `json:"kind" title:"类别|Kind"`
	Title          lang.Text       `json:"title" title:"任务|Job"`
	State          State           `json:"state" enum:"waiting,running,done,failed,cancelled" title:"状态|State"`
	Owner          string          `json:"owner"`
	OwnerName      string          `json:"owner_name" title:"发起人|Started by"`
	OrganisationID string          `json:"organisation_id"`
	Periodic       bool            `json:"periodic" title:"周期任务|Periodic"`
	CreatedAt      time.Time       `json:"created_at" title:"提交时间|Asked for"`
	RunAt          time.Time       `json:"run_at" title:"计划时间|Due"`
	StartedAt      *time.Time      `json:"started_at,omitempty" title:"开始时间|Started"`
	FinishedAt     *time.Time      `json:"finished_at,omitempty" title:"结束时间|Finished"`
	Attempt        int             `json:"attempt" title:"尝试次数|Tries"`
	Fraction       float64         `json:"fraction" doc:"0 to 1" title:"进度|Progress"`
	Note           lang.Text       `json:"note" title:"进展|Note"`
	Result         json.RawMessage `json:"result,omitempty"`
	Error          string          `json:"error,omitempty" title:"错误|Error"`
	CancelAsked    bool            `json:"cancel_asked"`

	input string
}

// Order asks for a job.
type Order struct {
	Kind  string    // name within the room
	Input any       // kept as JSON, at most 64 KiB
	At    time.Time // not before; zero means now
}

// Task is a job while it runs.
type Task struct {
	ID             string
	Attempt        int  // 1 for the first
	Last           bool // no further attempt follows this one
	Owner          string
	OrganisationID string

	input    string
	mu       sync.Mutex
	fraction float64
	note     lang.Text
	moved    bool
}

// Decode reads the job's input into v.
func (t *Task) Decode(v any) error {
	dec := json.NewDecoder(strings.NewReader(t.input))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fault.New(fault.Invalid, "system.job.input", "the input of the job cannot be read: %v", err)
	}
	return nil
}

// Progress says how far the work is (0 to 1), and what it does. It is cheap:
// what is shown is at most a second old.
func (t *Task) Progress(fraction float64, note lang.Text) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fraction, t.note, t.moved = min(max(fraction, 0), 1), note, true
}

func (t *Task) progress() (fraction float64, note lang.Text, moved bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	moved, t.moved = t.moved, false
	return t.fraction, t.note, moved
}

// pause is how long a job waits after its attempt failed.
func pause(attempt int) time.Duration {
	return min(firstPause<<min(max(attempt-1, 0), 10), lastPause)
}

// final reports whether trying again cannot help: the fault is in what was asked.
func final(err error) bool {
	f := fault.As(err)
	return f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Limited && f.Kind != fault.Internal
}

// ErrCancelled is the cause that ends the context of a job which somebody cancels.
var ErrCancelled = errors.New("the job was cancelled")

var (
	errLost     = errors.New("the lease of the job was lost")
	errStopping = errors.New("the process is stopping")
)

// encoded returns v as JSON within a limit.
func encoded(v any, limit int, what string) (string, error) {
	if v == nil {
		return "null", nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", what, err)
	}
	if len(data) > limit {
		return "", fault.New(fault.TooLarge, "system.job.size", "the %s is larger than %d bytes; put it into a file", what, limit)
	}
	return string(data), nil
}
