package baseline

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/batch"
)

// Bounds of a baseline.
const (
	mostLines      = 5_000
	mostOver       = 20_000 // lines without room that are told apart
	mostEntries    = 10_000
	mostDeviations = 5_000
	mostBaselines  = 200 // of an enterprise
	mostSensors    = 50  // of a baseline
	mostWindows    = 200
	mostAtOnce     = 500 // lines that are judged at once by their IDs
	mostDays       = 90  // of learning, and of a pause
	usualDays      = 14
)

// State is how a baseline stands.
type State string

// The states of a baseline.
const (
	Learning State = "learning"
	Review   State = "review"
	Enforced State = "enforced"
	Paused   State = "paused"
	Ended    State = "ended"
)

// Verdict is what a person said of a line.
type Verdict string

// The verdicts.
const (
	Open     Verdict = "open"
	Accepted Verdict = "accepted"
	Rejected Verdict = "rejected"
	Grouped  Verdict = "grouped"
)

// anyNumber and anyWord stand for any in wider lines.
const (
	anyNumber = -1
	anyWord   = "*"
)

// Way is one way in which two speak: what a line, an entry and a deviation are about.
type Way struct {
	Client   string `json:"client" title:"请求方|Client"`
	Server   string `json:"server" title:"响应方|Server"`
	Protocol string `json:"protocol" title:"协议|Protocol"`
	Port     int    `json:"port" doc:"Of the server; -1: any" title:"端口|Port"`
	Unit     int64  `json:"unit" doc:"-1: any" title:"单元|Unit"`
	Class    string `json:"class" title:"类别|Class"`
	Function string `json:"function" doc:"*: any of the class" title:"功能|Function"`
}

// text is the same for the same way, and for no other.
func (w Way) text() string {
	return strings.Join([]string{w.Client, w.Server, w.Protocol, strconv.Itoa(w.Port), strconv.FormatInt(w.Unit, 10), w.Class, w.Function}, "\t")
}

func (w Way) hash() string {
	sum := sha256.Sum256([]byte(w.text()))
	return hex.EncodeToString(sum[:16])
}

func compareWays(a, b Way) int {
	return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Server, b.Server), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Function, b.Function))
}

// wider are a way and all that are wider than it.
func (w Way) wider() []Way {
	list := []Way{w}
	for _, loosen := range []func(*Way){func(x *Way) { x.Port = anyNumber }, func(x *Way) { x.Unit = anyNumber }, func(x *Way) { x.Function = anyWord }} {
		for _, x := range slices.Clip(list) {
			loosen(&x)
			list = append(list, x)
		}
	}
	return list
}

// tells tells whether a class says anything about who speaks with whom: errors do not.
func tells(class string) bool { return class != "error" }

// digest is over the entries of an edition, in their order.
func digest(list []Way) string {
	sorted := slices.SortedFunc(slices.Values(list), compareWays)
	h := sha256.New()
	for _, w := range sorted {
		_, _ = fmt.Fprintln(h, w.text())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// edition is what one edition allows, and what was rejected in its review.
type edition struct {
	number   int64
	allowed  map[Way]bool
	pairs    map[[2]string]bool // who may ask whom at all
	rejected map[Way]bool
	others   bool // it has conversations of no industrial protocol; one that was agreed to before there were any says nothing of them
}

func newEdition(number int64, allowed, rejected []Way) *edition {
	e := &edition{number, map[Way]bool{}, map[[2]string]bool{}, map[Way]bool{}, false}
	for _, w := range allowed {
		e.allowed[w] = true
		e.pairs[[2]string{w.Client, w.Server}] = true
		e.others = e.others || batch.IsConnection(w.Protocol, w.Function)
	}
	for _, w := range rejected {
		e.rejected[w] = true
		e.others = e.others || batch.IsConnection(w.Protocol, w.Function)
	}
	return e
}

// The rules about baselines, by their names in the pack.
const (
	ruleRejected = "baseline_rejected"
	ruleMaster   = "baseline_new_master"
	ruleCommand  = "baseline_new_command"
	rulePeer     = "baseline_new_peer"
	ruleFunction = "baseline_new_function"
)

// judge tells by which rule a way deviates; empty: it is allowed.
func (e *edition) judge(w Way) string {
	if !e.others && e.number > 0 && batch.IsConnection(w.Protocol, w.Function) {
		return ""
	}
	for _, x := range w.wider() {
		if e.allowed[x] {
			return ""
		}
	}
	known := e.pairs[[2]string{w.Client, w.Server}]
	switch {
	case e.rejected[w]:
		return ruleRejected
	case batch.Commands(w.Class) && !known:
		return ruleMaster
	case batch.Commands(w.Class):
		return ruleCommand
	case !known:
		return rulePeer
	}
	return ruleFunction
}

// Baseline is how the network of an enterprise speaks, as it was learned and agreed to.
type Baseline struct {
	ID               string     `json:"id"`
	OrganisationID   string     `json:"organisation_id"`
	Enterprise       lang.Text  `json:"enterprise" title:"企业|Enterprise"`
	Name             string     `json:"name" title:"名称|Name"`
	State            State      `json:"state" enum:"learning,review,enforced,paused,ended" title:"状态|State"`
	Edition          int64      `json:"edition" doc:"In force; 0: none yet" title:"版次|Edition"`
	Holding          bool       `json:"holding" doc:"What deviates from the edition raises alerts now; it goes on while the baseline learns anew"`
	Round            int64      `json:"round" doc:"Times of learning"`
	LearnFrom        time.Time  `json:"learn_from" title:"学习开始|Learning from"`
	LearnTo          time.Time  `json:"learn_to" title:"学习结束|Learning to"`
	PausedTo         *time.Time `json:"paused_to,omitempty" title:"暂停到|Paused until"`
	Lines            int64      `json:"lines" doc:"Of this round" title:"行数|Lines"`
	Undecided        int64      `json:"undecided" doc:"Lines that nobody judged yet" title:"待评审|To review"`
	Beyond           int64      `json:"beyond" doc:"Ways that had no room among the lines, 20000 at most are told apart" title:"超出上限|Beyond the limit"`
	Unsure           int64      `json:"unsure" doc:"Units whose direction is a guess; they are not learned" title:"方向不明|Direction unknown"`
	Deviations       int64      `json:"deviations" doc:"Ways that deviated and are not agreed to" title:"偏离|Deviations"`
	DeviationsBeyond int64      `json:"deviations_beyond" doc:"Deviations that are only in alerts, for want of room"`
	HeardAt          time.Time  `json:"heard_at" doc:"When the newest batch of its sensors was looked at; zero: none yet"`
	CreatedAt        time.Time  `json:"created_at" title:"建立时间|Created"`
	CreatedBy        string     `json:"created_by" title:"建立人|Created by" audit:"-"`
	Own              bool       `json:"own" doc:"It is the caller's own organisation's"`
	Version          int64      `json:"version"`

	actor     string
	published int64
	kept      int64 // deviations that take room
}

// ETag implements httpd.Versioned.
func (b Baseline) ETag() int64 { return b.Version }

// learns tells whether what comes becomes lines: what is new during the review comes into it.
func (b Baseline) learns() bool { return b.State == Learning || b.State == Review }

// Window is a time of maintenance.
type Window struct {
	ID        string    `json:"id"`
	From      time.Time `json:"from" title:"开始|From"`
	To        time.Time `json:"to" title:"结束|To"`
	Hosts     []string  `json:"hosts" nullable:"false" doc:"Clients that it is for; none: any"`
	Reason    string    `json:"reason" title:"事由|Reason"`
	CreatedAt time.Time `json:"created_at"`
	By        string    `json:"by" audit:"-"`
}

// covers tells whether what a client did at a time is maintenance.
func (w Window) covers(client string, at time.Time) bool {
	return !at.Before(w.From) && at.Before(w.To) && (len(w.Hosts) == 0 || slices.Contains(w.Hosts, client))
}

// group is the wider line that stands for some.
func group(list []Way, loose []string) (Way, error) {
	w := list[0]
	for _, x := range list {
		switch {
		case x.Client != w.Client || x.Server != w.Server || x.Protocol != w.Protocol || x.Class != w.Class:
			return w, errors.New("lines of one group have the same client, server, protocol and class")
		case x.Port != w.Port && !slices.Contains(loose, "port"):
			return w, errors.New("their ports differ: let the group be of any port")
		case x.Unit != w.Unit && !slices.Contains(loose, "unit"):
			return w, errors.New("their units differ: let the group be of any unit")
		case x.Function != w.Function && !slices.Contains(loose, "function"):
			return w, errors.New("their functions differ: let the group be of any function")
		}
	}
	if slices.Contains(loose, "port") {
		w.Port = anyNumber
	}
	if slices.Contains(loose, "unit") {
		w.Unit = anyNumber
	}
	if slices.Contains(loose, "function") {
		w.Function = anyWord
	}
	return w, nil
}
