package engine

import (
	"bytes"
	"slices"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/namespace"
	"linghang/lib/handle/wire"
)

// checkValues refuses values that no record may hold.
func checkValues(values []wire.Value) error {
	seen := make(map[int32]bool, len(values))
	for i := range values {
		v := &values[i]
		switch {
		case v.Index <= 0:
			return refuse(wire.CodeInvalidValue, "index %d is not above 0", v.Index).at(v.Index)
		case seen[v.Index]:
			return refuse(wire.CodeValueExists, "index %d is there twice", v.Index).at(v.Index)
		case v.Type == "":
			return refuse(wire.CodeInvalidValue, "value %d has no type", v.Index).at(v.Index)
		case v.TTLType == wire.TTLRelative && v.TTL < 0:
			return refuse(wire.CodeInvalidValue, "value %d has a TTL below 0", v.Index).at(v.Index)
		case wire.Equal(v.Type, wire.TypeSecretKey) && v.Permissions&wire.PublicRead != 0:
			return refuse(wire.CodeInvalidValue, "value %d is a secret that everybody could read; take public read away", v.Index).at(v.Index)
		}
		seen[v.Index] = true
		if err := checkData(v); err != nil {
			return refuse(wire.CodeInvalidValue, "value %d is no %s: %v", v.Index, v.Type, err).at(v.Index)
		}
	}
	return nil
}

// checkData refuses data that is not what its type says: a record that clients
// stumble over is found when it is made.
func checkData(v *wire.Value) (err error) {
	switch {
	case wire.Equal(v.Type, wire.TypeAdmin):
		_, err = wire.DecodeAdmin(v.Data)
	case wire.Equal(v.Type, wire.TypeVList):
		_, err = wire.DecodeVList(v.Data)
	case wire.IsSite(v.Type):
		_, err = wire.DecodeSite(v.Data)
	case wire.Equal(v.Type, wire.TypePublicKey):
		_, err = auth.DecodePublicKey(v.Data)
	case wire.Equal(v.Type, wire.TypeNamespace):
		_, err = namespace.Parse(v.Data)
	case wire.Equal(v.Type, wire.TypeAlias), wire.Equal(v.Type, wire.TypeService), wire.Equal(v.Type, wire.TypeServicePrefix):
		err = wire.CheckHandle(string(v.Data))
	}
	return err //nolint:wrapcheck // the caller says what it is about
}

func isAdmin(v *wire.Value) bool { return wire.Equal(v.Type, wire.TypeAdmin) }

func at(values []wire.Value, index int32) int {
	return slices.IndexFunc(values, func(v wire.Value) bool { return v.Index == index })
}

// byIndex sorts values as servers in use do after a change.
func byIndex(values []wire.Value) []wire.Value {
	slices.SortFunc(values, func(a, b wire.Value) int { return int(a.Index) - int(b.Index) })
	return values
}

// add returns the values with more, and the rights that this takes.
func add(before, more []wire.Value, now uint32) ([]wire.Value, wire.Rights, error) {
	after, need := slices.Clone(before), wire.Rights(0)
	var there []int32
	for _, v := range more {
		need |= addRight(&v)
		if at(before, v.Index) >= 0 {
			there = append(there, v.Index)
		}
		v.Timestamp = now
		after = append(after, v)
	}
	if len(there) > 0 {
		return nil, need, refuse(wire.CodeValueExists, "there is a value at the index already").at(there...)
	}
	return byIndex(after), need, nil
}

func addRight(v *wire.Value) wire.Rights {
	if isAdmin(v) {
		return wire.RightAddAdmin
	}
	return wire.RightAddValue
}

func removeRight(v *wire.Value) wire.Rights {
	if isAdmin(v) {
		return wire.RightRemoveAdmin
	}
	return wire.RightRemoveValue
}

// modify returns the values with others in their places, and the rights that
// this takes.
func modify(before, others []wire.Value, now uint32) ([]wire.Value, wire.Rights, error) {
	after, need := slices.Clone(before), wire.Rights(0)
	var missing, fixed []int32
	for _, v := range others {
		i := at(before, v.Index)
		if i < 0 {
			missing, need = append(missing, v.Index), need|wire.RightModifyValue
			continue
		}
		need |= modifyRight(&before[i], &v)
		if before[i].Permissions&wire.AdminWrite == 0 {
			fixed = append(fixed, v.Index)
		}
		v.Timestamp = now
		after[i] = v
	}
	switch {
	case len(missing) > 0:
		return nil, need, refuse(wire.CodeValuesNotFound, "there is no value at the index; add it").at(missing...)
	case len(fixed) > 0:
		return nil, need, refuse(wire.CodeNoPermission, "the value may not be changed by anybody").at(fixed...)
	}
	return byIndex(after), need, nil
}

// modifyRight is what it takes to put a value into the place of another: who turns
// one into an administrator adds one.
func modifyRight(old, v *wire.Value) wire.Rights {
	switch {
	case isAdmin(old) && isAdmin(v):
		return wire.RightModifyAdmin
	case isAdmin(old):
		return wire.RightRemoveAdmin | wire.RightModifyValue
	case isAdmin(v):
		return wire.RightAddAdmin | wire.RightModifyValue
	default:
		return wire.RightModifyValue
	}
}

// remove returns the values without some, and the rights that this takes.
func remove(before []wire.Value, indexes []int32) ([]wire.Value, wire.Rights, error) {
	after, need := slices.Clone(before), wire.Rights(0)
	var missing, fixed []int32
	for _, index := range indexes {
		i := at(after, index)
		if i < 0 {
			missing, need = append(missing, index), need|wire.RightRemoveValue
			continue
		}
		need |= removeRight(&after[i])
		if after[i].Permissions&wire.AdminWrite == 0 {
			fixed = append(fixed, index)
		}
		after = slices.Delete(after, i, i+1)
	}
	switch {
	case len(missing) > 0:
		return nil, need, refuse(wire.CodeValuesNotFound, "there is no value at the index").at(missing...)
	case len(fixed) > 0:
		return nil, need, refuse(wire.CodeNoPermission, "the value may not be removed by anybody").at(fixed...)
	}
	return after, need, nil
}

// difference returns the rights that it takes to make one record into another.
func difference(before, after []wire.Value) (wire.Rights, error) {
	var need wire.Rights
	var fixed []int32
	for i := range before {
		old := &before[i]
		j := at(after, old.Index)
		switch {
		case j < 0:
			need |= removeRight(old)
		case same(old, &after[j]):
			continue
		default:
			need |= modifyRight(old, &after[j])
		}
		if old.Permissions&wire.AdminWrite == 0 {
			fixed = append(fixed, old.Index)
		}
	}
	for i := range after {
		if at(before, after[i].Index) < 0 {
			need |= addRight(&after[i])
		}
	}
	if len(fixed) > 0 {
		return need, refuse(wire.CodeNoPermission, "the value may not be changed by anybody").at(fixed...)
	}
	return need, nil
}

// same tells whether two values say the same, whenever they were written.
func same(a, b *wire.Value) bool {
	return a.TTLType == b.TTLType && a.TTL == b.TTL && a.Permissions == b.Permissions && a.Type == b.Type &&
		bytes.Equal(a.Data, b.Data) && slices.EqualFunc(a.References, b.References, wire.Reference.Equal)
}
