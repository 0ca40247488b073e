// Package highs solves linear and mixed integer linear programmes with HiGHS (Huangfu and
// Hall, "Parallelizing the dual revised simplex method", Mathematical Programming Computation
// 10, 2018), compiled to WebAssembly and run inside this process: no C compiler, no shared
// library and no file system.
//
//	engine := highs.New(highs.Limits{})
//	defer engine.Close(ctx)
//	m := &highs.Model{Maximise: true}
//	x := m.Column(highs.Column{Cost: 3, Upper: 4, Integer: true})
//	m.Row(highs.Row{Lower: highs.Inf(-1), Upper: 7, Terms: []highs.Term{{Column: x, Coefficient: 2}}})
//	r, err := engine.Solve(ctx, m, highs.Options{Time: 10 * time.Second})
//
// An Engine compiles HiGHS once, at the first model (about two seconds of a processor, or
// a tenth of a second with a cache folder). Each model is solved in an instance of its own, which
// shares nothing with others and whose memory goes back when it ends: the result of a model
// depends on the model, the options and the seed alone, not on what was solved before. Limits bound
// how many instances exist at a time and how large each grows.
//
// What HiGHS returns is not believed: Solve computes the rows and the objective again from the
// values (see Check), and returns an error if they are not what the model asks for.
//
// The binary is HiGHS 1.15.1 from the package highs 1.15.3 (MIT, see LICENSE); scripts/highs.sh says where it
// is from and checks that it is the recorded one. It runs in one thread and in 32-bit addresses.
package highs
