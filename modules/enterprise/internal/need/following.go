package need

// held are the versions that an index has of things, by their IDs.
type held map[string]int64

// differ tells what of a list an index has not, or in another version, what it has that is
// not in the list, and what it holds once it has followed.
func differ[T any](has held, list []T, of func(T) (id string, version int64)) (fresh []T, gone []string, now held) {
	now = held{}
	for _, x := range list {
		id, version := of(x)
		now[id] = version
		if has[id] != version {
			fresh = append(fresh, x)
		}
	}
	for id := range has {
		if _, there := now[id]; !there {
			gone = append(gone, id)
		}
	}
	return fresh, gone, now
}
