package notice

import (
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
)

// demonstrate makes a notice one of the demonstration, whose clocks may run faster.
func (n *Notice) demonstrate(synthetic bool, pace float64) error {
	switch {
	case synthetic && n.Drill != "":
		return fault.New(fault.Invalid, "security.notice.synthetic", "a notice is of a drill or of the demonstration, not of both").At("body.synthetic", "leave it out of a drill")
	case pace != 0 && !synthetic:
		return fault.New(fault.Invalid, "security.notice.pace", "only clocks of drills and of the demonstration run faster").At("body.pace", "leave it out")
	case pace != 0 && (pace != pace || pace < 1 || pace > fastest):
		return fault.New(fault.Invalid, "security.notice.pace", "clocks do not run so fast").At("body.pace", "1 (as the wall) to 1000 times faster")
	case pace != 0:
		n.Pace = pace
	}
	n.Synthetic = synthetic
	return nil
}

// sides keeps what is real and the demonstration apart: a notice goes to one of them. To
// whom it goes beside those that are named is real, unless nobody is.
func (n Notice) sides(named, more []identity.Organisation) (list []identity.Organisation, synthetic bool, err error) {
	if n.Drill != "" {
		return slices.Concat(named, more), false, nil
	}
	isSynthetic := func(o identity.Organisation) bool { return o.Synthetic }
	isReal := func(o identity.Organisation) bool { return !o.Synthetic }
	demonstrated := n.Synthetic || slices.ContainsFunc(named, isSynthetic) || len(named) == 0 && len(more) > 0 && !slices.ContainsFunc(more, isReal)
	if demonstrated && slices.ContainsFunc(named, isReal) {
		return nil, false, fault.New(fault.Invalid, "security.notice.mixed", "a notice goes to real organisations or to those of the demonstration, not to both").
			At("body.audience", "choose real organisations, or only those that are marked synthetic")
	}
	other := isSynthetic
	if demonstrated {
		other = isReal
	}
	return slices.Concat(named, slices.DeleteFunc(slices.Clone(more), other)), demonstrated, nil
}
