package process

import "linghang/lib/schedule/model"

// Openings are the times in which a resource of a valid model is open, with its capacity then, in their order; nil if it always is.
func Openings(m *model.Model, r *model.Resource) ([]model.Window, error) {
	list, err := unfold(m, r)
	if list == nil || err != nil {
		return nil, err
	}
	open := make([]model.Window, len(list))
	for k, w := range list {
		open[k] = model.Window{From: w.from, Until: w.until, Capacity: w.capacity}
	}
	return open, nil
}
