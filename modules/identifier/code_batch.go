package identifier

import (
	"iter"
	"slices"
	"time"

	"linghang/modules/identifier/internal/coding"
)

// codeBatch is many codes of a rule that were asked for at once.
type codeBatch struct {
	ID        string     `json:"id" title:"编号|ID"`
	RuleID    string     `json:"rule_id"`
	Wanted    int64      `json:"wanted" title:"申请数|Asked for"`
	Made      int64      `json:"made" title:"已注册|Registered"`
	Taken     int64      `json:"taken" doc:"Codes that are none of the batch: identifiers were registered otherwise with them, or they were refused" title:"未注册|Not registered"`
	JobID     string     `json:"job_id"`
	State     string     `json:"state" enum:"running,done,failed,cancelled" title:"状态|State"`
	Progress  float64    `json:"progress" doc:"Of one that runs, 0 to 1"`
	Reason    string     `json:"reason" doc:"Why it failed" title:"原因|Reason"`
	CreatedAt time.Time  `json:"created_at" title:"提交时间|Asked for at"`
	EndedAt   *time.Time `json:"ended_at,omitempty" title:"结束时间|Ended"`

	items map[string]string // of the rule's fields
}

// tried is how many codes of the batch were tried, in the order of their numbers.
func (b *codeBatch) tried() int64 { return b.Made + b.Taken }

// codeRange is serial numbers of a batch.
type codeRange struct {
	position int64 // how many codes of the batch came before
	at       time.Time
	first    int64
	length   int64
	taken    []int64 // numbers whose codes were registered otherwise
}

// handles are the identifiers that were registered with the numbers.
func (r codeRange) handles(prefix string, rule coding.Rule, items map[string]string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for serial := r.first; serial < r.first+r.length; serial++ {
			if slices.Contains(r.taken, serial) {
				continue
			}
			suffix, err := rule.Suffix(r.at, serial, items)
			if !yield(prefix+"/"+suffix, err) || err != nil {
				return
			}
		}
	}
}

// fieldItems are the items that stand in the codes of a rule.
func fieldItems(rule coding.Rule, items map[string]string) map[string]string {
	kept := map[string]string{}
	for _, s := range rule.Segments {
		if s.Kind == coding.Field {
			kept[s.Item] = items[s.Item]
		}
	}
	return kept
}
