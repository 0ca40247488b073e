package identifier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linghang/lib/handle/resolver"
)

// rulesPause is how often it is looked for rules that another replica changed.
const rulesPause = time.Second

// keepRules keeps up with rules and settings that other replicas change, until ctx ends.
func (m *Module) keepRules(ctx context.Context) error {
	for {
		if err := m.followRules(ctx); err != nil && ctx.Err() == nil {
			m.kit.Log.WarnContext(ctx, "rules of the recursive node that others change are seen later", "error", err)
		}
		if !pause(ctx, rulesPause) {
			return nil
		}
	}
}

// followRules brings the recursive node of this process up to date.
func (m *Module) followRules(ctx context.Context) error {
	c := &m.recursive
	c.following.Lock()
	defer c.following.Unlock()
	version, err := m.rules.version(ctx)
	if err != nil {
		return fmt.Errorf("look for changed rules: %w", err)
	}
	if version != c.version {
		settings, rules, err := m.rules.all(ctx)
		if err != nil {
			return err
		}
		if err := c.follow(settings, rules); err != nil {
			return err
		}
		c.version = settings.Version
	}
	return c.forget(ctx)
}

// forgetAgain is how far back what is to be forgotten is looked at again: clocks of
// replicas differ, and so do commits and their times.
const forgetAgain = time.Minute

// forget drops what other replicas were told to forget. The caller holds following.
func (c *recursive) forget(ctx context.Context) error {
	list, err := c.m.rules.forgotten(ctx, time.Now().Add(-forgetAgain))
	if err != nil {
		return err
	}
	done := make([]string, 0, len(list))
	for _, g := range list {
		done = append(done, g.ID)
		if slices.Contains(c.done, g.ID) {
			continue
		}
		c.mu.Lock()
		r := c.now
		c.mu.Unlock()
		if r != nil {
			r.Delete(resolver.Filter{Handle: g.Handle, Prefix: g.Prefix})
		}
	}
	c.done = done
	return nil
}

// follow works by other rules from now on.
func (c *recursive) follow(settings RecursiveSettings, rules []RuleView) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	policy, err := policyOf(settings, rules, c.roots)
	if err != nil {
		return err
	}
	if c.now != nil {
		if err := c.now.SetPolicy(policy); err != nil {
			return fmt.Errorf("change the policy of the recursive node: %w", err)
		}
	}
	c.settings, c.rules = settings, rules
	return nil
}

// ruleOf is the rule by which a step was not as usual, if there is one: the one with
// the longest prefix, for that decides.
func (c *recursive) ruleOf(s *stepView) *ruleHit {
	c.mu.Lock()
	rules := c.rules
	c.mu.Unlock()
	var best *RuleView
	for i := range rules {
		r := &rules[i]
		if r.explains(s) && (best == nil || len(r.subject()) > len(best.subject())) {
			best = r
		}
	}
	if best == nil {
		return nil
	}
	return &ruleHit{best.ID, best.Kind, best.subject(), best.Note}
}

// explains tells whether a step of a resolution may have followed a rule.
func (r *RuleView) explains(s *stepView) bool {
	if !r.hits(s.Handle) {
		return false
	}
	switch r.Kind {
	case blockHandle, blockPrefix:
		return s.Kind == resolver.StepPolicy && s.Why == resolver.WhyBlocked
	case forceAnswer:
		return s.Kind == resolver.StepPolicy && s.Why == resolver.WhyForced
	case forceSite:
		return s.Kind == resolver.StepPolicy && s.Why != resolver.WhyBlocked && s.Why != resolver.WhyForced
	default:
		return s.Kind == resolver.StepAsk
	}
}

// ruleHit is a rule that a step of a resolution followed.
type ruleHit struct {
	ID      string   `json:"id"`
	Kind    ruleKind `json:"kind" enum:"block_handle,block_prefix,answer,site,forward"`
	Subject string   `json:"subject" doc:"What it is about"`
	Note    string   `json:"note"`
}
