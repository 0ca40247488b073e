package highs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/api"
)

// Constants of the C interface of HiGHS (highs_c_api.h).
const (
	statusError = -1 // of calls

	formatRowwise = 2
	senseMinimise = 1
	senseMaximise = -1

	modelInfeasible            = 8
	modelUnboundedOrInfeasible = 9
	modelUnbounded             = 10
	modelOptimal               = 7
	modelEmpty                 = 6
	modelTimeLimit             = 13
	modelIterationLimit        = 14
	modelSolutionLimit         = 16
	modelInterrupt             = 17

	solutionFeasible = 2
)

// call calls a function by its long name.
func (i *instance) call(ctx context.Context, name string, args ...uint64) (uint64, error) {
	f := i.module.ExportedFunction(i.exports[name])
	if f == nil {
		return 0, fmt.Errorf("HiGHS has no function %s", name)
	}
	results, err := f.Call(ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	if len(results) == 0 {
		return 0, nil
	}
	return results[0], nil
}

// do calls a function that returns a status.
func (i *instance) do(ctx context.Context, name string, args ...uint64) error {
	status, err := i.call(ctx, name, args...)
	if err != nil {
		return err
	}
	if api.DecodeI32(status) == statusError {
		return fmt.Errorf("%s: HiGHS refuses", name)
	}
	return nil
}

// place reserves memory inside for as many octets and returns its address.
func (i *instance) place(ctx context.Context, octets int) (uint64, error) {
	address, err := i.call(ctx, "malloc", uint64(max(octets, 8)))
	if err != nil {
		return 0, err
	}
	if address == 0 {
		return 0, errors.New("the memory of the instance is not enough")
	}
	return address, nil
}

// put copies octets inside. They stay until the instance is closed.
func (i *instance) put(ctx context.Context, data []byte) (uint64, error) {
	address, err := i.place(ctx, len(data))
	if err != nil {
		return 0, err
	}
	if !i.memory.Write(uint32(address), data) { //nolint:gosec // an address of 32 bits
		return 0, errors.New("write into the instance: no such address")
	}
	return address, nil
}

func (i *instance) floats(ctx context.Context, n int, at func(k int) float64) (uint64, error) {
	data := make([]byte, 0, 8*n)
	for k := range n {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(at(k)))
	}
	return i.put(ctx, data)
}

func (i *instance) ints(ctx context.Context, n int, at func(k int) int32) (uint64, error) {
	data := make([]byte, 0, 4*n)
	for k := range n {
		data = binary.LittleEndian.AppendUint32(data, uint32(at(k))) //nolint:gosec // its bits
	}
	return i.put(ctx, data)
}

func (i *instance) text(ctx context.Context, s string) (uint64, error) {
	return i.put(ctx, append([]byte(s), 0))
}

// readFloats reads n numbers from inside.
func (i *instance) readFloats(address uint64, n int) ([]float64, error) {
	data, ok := i.memory.Read(uint32(address), uint32(8*n)) //nolint:gosec // bounded by the model
	if !ok {
		return nil, errors.New("read from the instance: no such address")
	}
	list := make([]float64, n)
	for k := range list {
		list[k] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*k:]))
	}
	return list, nil
}

// setOptions sets the options of HiGHS that are not its defaults.
func (i *instance) setOptions(ctx context.Context, handle uint64, o Options) error {
	limit := lateSeconds / 2 // so that the jump of the clock ends it
	if o.Time > 0 {
		limit = o.Time.Seconds()
	}
	flag := uint64(0)
	if o.Progress != nil {
		flag = 1
	}
	nodes := int32(math.MaxInt32)
	if o.Nodes > 0 {
		nodes = int32(o.Nodes) //nolint:gosec // validate bounds it
	}
	gap := 1e-4
	if o.Gap > 0 {
		gap = o.Gap
	}
	for _, s := range []struct {
		function, name string
		value          uint64
	}{
		{"Highs_setBoolOptionValue", "output_flag", flag},
		{"Highs_setDoubleOptionValue", "time_limit", math.Float64bits(limit)},
		{"Highs_setDoubleOptionValue", "mip_rel_gap", math.Float64bits(gap)},
		{"Highs_setIntOptionValue", "mip_max_nodes", api.EncodeI32(nodes)},
		{"Highs_setIntOptionValue", "random_seed", api.EncodeI32(o.Seed)},
		{"Highs_setIntOptionValue", "threads", 1},
	} {
		name, err := i.text(ctx, s.name)
		if err != nil {
			return err
		}
		if err := i.do(ctx, s.function, handle, name, s.value); err != nil {
			return fmt.Errorf("set %s: %w", s.name, err)
		}
	}
	return nil
}

// pass hands the model over.
func (i *instance) pass(ctx context.Context, handle uint64, m *Model) error {
	start, index, value := m.sparse()
	columns, rows := len(m.Columns), len(m.Rows)
	var failed error
	float := func(n int, at func(k int) float64) uint64 {
		address, err := i.floats(ctx, n, at)
		failed = first(failed, err)
		return address
	}
	whole := func(n int, at func(k int) int32) uint64 {
		address, err := i.ints(ctx, n, at)
		failed = first(failed, err)
		return address
	}
	sense := int32(senseMinimise)
	if m.Maximise {
		sense = senseMaximise
	}
	args := []uint64{
		handle, uint64(columns), uint64(rows), uint64(len(value)), formatRowwise, api.EncodeI32(sense), math.Float64bits(m.Offset),
		float(columns, func(k int) float64 { return m.Columns[k].Cost }),
		float(columns, func(k int) float64 { return m.Columns[k].Lower }),
		float(columns, func(k int) float64 { return m.Columns[k].Upper }),
		float(rows, func(k int) float64 { return m.Rows[k].Lower }),
		float(rows, func(k int) float64 { return m.Rows[k].Upper }),
		whole(rows, func(k int) int32 { return start[k] }),
		whole(len(index), func(k int) int32 { return index[k] }),
		float(len(value), func(k int) float64 { return value[k] }),
	}
	function := "Highs_passLp"
	if m.integer() {
		function = "Highs_passMip"
		args = append(args, whole(columns, func(k int) int32 {
			if m.Columns[k].Integer {
				return 1
			}
			return 0
		}))
	}
	if failed != nil {
		return failed
	}
	return i.do(ctx, function, args...)
}

func (i *instance) solve(ctx context.Context, m *Model, o Options) (*Result, bool, error) {
	handle, err := i.call(ctx, "Highs_create")
	if err != nil {
		return nil, false, err
	}
	if err := i.setOptions(ctx, handle, o); err != nil {
		return nil, false, err
	}
	if err := i.pass(ctx, handle, m); err != nil {
		return nil, false, err
	}
	if err := i.run(ctx, handle, m, o); err != nil {
		return nil, false, err
	}
	status, err := i.call(ctx, "Highs_getModelStatus", handle)
	if err != nil {
		return nil, false, err
	}
	r := &Result{Objective: math.NaN(), Bound: -m.worst(), Gap: math.Inf(1)}
	switch api.DecodeI32(status) {
	case modelInfeasible:
		r.Status, r.Bound = Infeasible, m.worst()
		return r, true, nil
	case modelUnbounded:
		if !m.integer() {
			r.Status = Unbounded
			return r, true, nil
		}
		return r, false, nil // the relaxation is unbounded, and the programme may be infeasible
	case modelUnboundedOrInfeasible:
		return r, false, nil
	case modelOptimal, modelEmpty:
		r.Status = Optimal
	case modelTimeLimit, modelIterationLimit, modelSolutionLimit, modelInterrupt:
		r.Status = Limit
	default:
		return nil, false, fmt.Errorf("HiGHS ends with status %d", api.DecodeI32(status))
	}
	return r, true, i.collect(ctx, handle, m, r)
}

// run begins with the solution of the options, if it is one, and runs HiGHS.
func (i *instance) run(ctx context.Context, handle uint64, m *Model, o Options) error {
	if o.Start != nil && m.Check(o.Start, tolerance) == nil {
		start, err := i.floats(ctx, len(o.Start), func(k int) float64 { return o.Start[k] })
		if err != nil {
			return err
		}
		if err := i.do(ctx, "Highs_setSolution", handle, start, 0, 0, 0); err != nil {
			return err
		}
	}
	return i.do(ctx, "Highs_run", handle)
}

// collect reads the solution, if there is one, and checks it.
func (i *instance) collect(ctx context.Context, handle uint64, m *Model, r *Result) error {
	feasible, err := i.intInfo(ctx, handle, "primal_solution_status")
	if err != nil {
		return err
	}
	mip := m.integer()
	if mip {
		if r.Bound, err = i.floatInfo(ctx, handle, "mip_dual_bound"); err != nil {
			return err
		}
		r.Bound += 0 // of what is maximised HiGHS may say -0
		if r.Nodes, err = i.int64Info(ctx, handle, "mip_node_count"); err != nil {
			return err
		}
	}
	if feasible != solutionFeasible {
		if r.Status == Optimal {
			return errors.New("HiGHS says optimal and has no feasible solution")
		}
		return nil
	}
	var address [4]uint64
	for k, n := range []int{len(m.Columns), len(m.Columns), len(m.Rows), len(m.Rows)} {
		if address[k], err = i.place(ctx, 8*n); err != nil {
			return err
		}
	}
	if err := i.do(ctx, "Highs_getSolution", handle, address[0], address[1], address[2], address[3]); err != nil {
		return err
	}
	if r.X, err = i.readFloats(address[0], len(m.Columns)); err != nil {
		return err
	}
	if !mip && r.Status == Optimal {
		if r.ReducedCost, err = i.readFloats(address[1], len(m.Columns)); err != nil {
			return err
		}
		if r.RowDual, err = i.readFloats(address[3], len(m.Rows)); err != nil {
			return err
		}
	}
	return r.judge(m)
}

// judge computes what follows from the values, and refuses values that break the model.
func (r *Result) judge(m *Model) error {
	if err := m.Check(r.X, tolerance); err != nil {
		return fmt.Errorf("the solution of HiGHS is wrong: %w", err)
	}
	r.Objective, r.Activity = m.Objective(r.X), m.Activity(r.X)
	if !m.integer() {
		if r.Status == Optimal {
			r.Bound = r.Objective
		}
	}
	if finite(r.Bound) {
		r.Gap = math.Abs(r.Objective-r.Bound) / max(math.Abs(r.Objective), 1e-9)
	}
	return nil
}

// info calls a function that writes a value of the run, and reads its 8 octets.
func (i *instance) info(ctx context.Context, handle uint64, function, name string) (uint64, error) {
	label, err := i.text(ctx, name)
	if err != nil {
		return 0, err
	}
	address, err := i.put(ctx, make([]byte, 8))
	if err != nil {
		return 0, err
	}
	if err := i.do(ctx, function, handle, label, address); err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	value, ok := i.memory.ReadUint64Le(uint32(address)) //nolint:gosec // an address of 32 bits
	if !ok {
		return 0, fmt.Errorf("read %s: no such address", name)
	}
	return value, nil
}

func (i *instance) intInfo(ctx context.Context, handle uint64, name string) (int32, error) {
	v, err := i.info(ctx, handle, "Highs_getIntInfoValue", name)
	return int32(uint32(v)), err //nolint:gosec // its bits
}

func (i *instance) int64Info(ctx context.Context, handle uint64, name string) (int64, error) {
	v, err := i.info(ctx, handle, "Highs_getInt64InfoValue", name)
	return int64(v), err //nolint:gosec // its bits
}

func (i *instance) floatInfo(ctx context.Context, handle uint64, name string) (float64, error) {
	v, err := i.info(ctx, handle, "Highs_getDoubleInfoValue", name)
	return math.Float64frombits(v), err
}
