package intel

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/modules/security/internal/detection"
	"linghang/modules/security/internal/rating"
)

// The rules of the pack, by how sure a source is (STIX 2.1, appendix A: high is 70 and more, low below 30).
const (
	ruleSure       = "intel_sure"
	ruleMatch      = "intel_match"
	ruleWeak       = "intel_weak"
	ruleRestricted = "intel_restricted"

	surely    = 70
	hardly    = 30
	namedOnce = 5 // indicators that one finding names
)

// sight is what an indicator was seen in, between two, in what came at once.
type sight struct {
	*compiled
	client, server, host string
	path, value          string
	byHost               bool // only by the host of an URL
	first, last          time.Time
	times                int64
	records              []string
	fingerprint          string // of the finding that it is part of
}

// sights sums hits up by indicator and by who spoke, in the order of indicators.
func sights(list []hit) []*sight {
	type key struct{ id, client, server string }
	at := map[key]*sight{}
	var out []*sight
	for _, h := range list {
		k := key{h.id, h.o.client, h.o.server}
		s := at[k]
		if s == nil {
			s = &sight{compiled: h.compiled, client: h.o.client, server: h.o.server, host: h.o.host, path: h.path, value: h.value, byHost: true, first: h.o.first, last: h.o.last}
			at[k] = s
			out = append(out, s)
		}
		s.times++
		s.byHost = s.byHost && h.host
		if h.o.first.Before(s.first) {
			s.first = h.o.first
		}
		if h.o.last.After(s.last) {
			s.last = h.o.last
		}
		if h.o.record != "" {
			s.records = append(s.records, h.o.record)
		}
	}
	slices.SortStableFunc(out, func(a, b *sight) int {
		return cmp.Or(strings.Compare(a.id, b.id), strings.Compare(a.client, b.client), strings.Compare(a.server, b.server))
	})
	return out
}

// rule is the name of the rule by which a sight is told.
func (s *sight) rule() string {
	switch {
	case !s.mayKnow():
		return ruleRestricted
	case s.byHost || s.confidence >= 0 && s.confidence < hardly:
		return ruleWeak
	case s.confidence >= surely:
		return ruleSure
	}
	return ruleMatch
}

// findings make one finding of all sights of a rule between the same two, and note in each of
// them of which finding it is part.
func findings(sensor, name string, list []*sight, rules detection.Rules) ([]detection.Finding, error) {
	type key struct{ rule, client, server string }
	groups := map[key][]*sight{}
	var order []key
	for _, s := range list {
		k := key{s.rule(), s.client, s.server}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], s)
	}
	var out []detection.Finding
	for _, k := range order {
		rule, known := rules.Named(k.rule)
		if !known {
			return nil, fmt.Errorf("the pack has no rule %s", k.rule)
		}
		f := finding(rule, name, groups[k])
		print := f.Fingerprint(sensor)
		for _, s := range groups[k] {
			s.fingerprint = print
		}
		out = append(out, f)
	}
	return out, nil
}

// finding tells of sights between the same two, the surest first. What the enterprise may not
// know of an indicator is not in it.
func finding(rule detection.Rule, sensor string, list []*sight) detection.Finding {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *sight) int { return cmp.Compare(b.confidence, a.confidence) })
	best := list[0]
	f := detection.Finding{Rule: rule, Client: best.client, Server: best.server, First: best.first, Last: best.last}
	for i, s := range list {
		f.Count += int(s.times)
		f.Records = append(f.Records, s.records...)
		if s.first.Before(f.First) {
			f.First = s.first
		}
		if s.last.After(f.Last) {
			f.Last = s.last
		}
		if s.mayKnow() && i < namedOnce {
			f.Reasons = append(f.Reasons, detection.Reason{Field: "indicator", Value: string(s.object)}, detection.Reason{Field: s.path, Value: s.value}, detection.Reason{Field: "source", Value: s.source})
		}
	}
	words := map[string]string{"where": best.where(sensor), "tlp": rating.TLP(best.tlp).Mark()}
	if best.mayKnow() {
		words["indicator"], words["value"], words["source"], words["confidence"] = best.name, best.path+" = "+best.value, best.source, best.sure()
	}
	if len(list) > namedOnce || !best.mayKnow() {
		f.Reasons = append(f.Reasons, detection.Reason{Field: "indicators", Value: strconv.Itoa(len(list))})
	}
	f.Why = rule.Sentence(words)
	return f
}

// sure is a confidence in words.
func (c *compiled) sure() string {
	if c.confidence < 0 {
		return "?"
	}
	return strconv.FormatInt(c.confidence, 10)
}

// where is who spoke, or where a log came from.
func (s *sight) where(sensor string) string {
	switch {
	case s.client != "" && s.server != "":
		return s.client + " → " + s.server
	case s.client != "" || s.server != "":
		return s.client + s.server
	case s.host != "":
		return s.host
	}
	return sensor
}
