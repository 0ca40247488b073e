// Package constraint is a constraint kernel with lazy explanations: it finds values of whole-number variables that keep
// constraints of scheduling, or proves that there are none, and says by which assumptions.
//
//	k := constraint.New(constraint.Options{Seed: 1})
//	a, b := k.Int(0, 9), k.Int(0, 9)                       // starts
//	k.After(a, b, 5, constraint.Always())                  // b is 5 after a at least
//	k.Decide(a)
//	switch k.Solve(ctx, []constraint.Lit{b.AtMost(4)}, 1000) {
//	case constraint.Satisfied: …k.Value(a)…
//	case constraint.Refuted:   …k.Core()…                  // b ≤ 4 is among the reasons
//	}
//
// # Search
//
// It is lazy clause generation (Ohrimenko, Stuckey, Codish, "Propagation via lazy clause generation", Constraints 14, 2009; for
// projects Schutt, Feydy, Stuckey, Wallace, "Explaining the cumulative propagator", Constraints 16, 2011). Literals are bounds, x ≥ v
// and x ≤ v, and not variables of a SAT solver that are made for them: clauses, watches and explanations are of bounds
// themselves, so that any bound can be learned and none costs anything until it is (Feydy, Stuckey, "Lazy clause generation
// reengineered", CP 2009; Bit-Monnot, "Enhancing hybrid CP-SAT search for disjunctive scheduling", ECAI 2023). Each bound that is raised is
// noted with who raised it; why is asked only when a contradiction is traced back, for the bound that is needed then and as of that moment.
//
// A contradiction is resolved to the first unique implication point and becomes a clause (Marques-Silva, Sakallah 1999),
// shortened (Sörensson, Biere 2009). Variables that take part in contradictions are decided first (VSIDS, Moskewicz et al. 2001),
// literals of two values as they were before, others below the bound that was met in a contradiction last. Runs follow the sequence of Luby, Sinclair and Zuckerman.
// Learned clauses that are of few levels stay (Audemard, Simon, "Predicting learnt clauses quality in modern SAT solvers",
// IJCAI 2009), of the others those that took part in contradictions lately; so many literals are kept as Options say.
//
// The same seed and questions make the same search. Nothing is allocated while conclusions are drawn.
//
// # Constraints
//
// With S a start, d a duration, r a demand, p whether an activity is present:
//
//   - Clause: one of some literals is true.
//   - After(x, y, c, l): l → y ≥ x + c. Minimum lags have c ≥ 0 on starts, maximum lags the contrary with c ≤ 0 (generalised
//     precedences, Bartusch, Möhring, Radermacher, Annals of Operations Research 16, 1988). An arc that cannot hold makes l false. Bounds
//     go along arcs as in disjunctive temporal networks (Stergiou, Koubarakis, "Backtracking algorithms for disjunctions of
//     temporal constraints", Artificial Intelligence 120, 2000).
//   - Before(a, b): a literal l with l → S(b) ≥ S(a) + d(a) and ¬l → S(a) ≥ S(b) + d(b).
//   - Unary: p(i) ∧ p(j) → S(i) + d(i) ≤ S(j) or S(j) + d(j) ≤ S(i), for any two that last. Overload and edge finding (Carlier, Pinson
//     1989; Nuijten 1994), explained by the window and the work in it (Vilím, "Computing explanations for the unary
//     resource constraint", CPAIOR 2005). Detectable precedences are found by the literals of Before.
//   - Cumulative: at any time t, Σ r(i) over p(i), S(i) ≤ t < S(i) + d(i) is the capacity at most. Time-tabling, explained for one
//     point of time (Schutt et al. 2011), and time-table edge finding (Vilím, CPAIOR 2011; Schutt, Feydy, Stuckey, "Explaining
//     time-table-edge-finding propagation for the cumulative resource constraint", CPAIOR 2013), explained by the least that each
//     activity is in the window wherever it is (Baptiste, Le Pape, Nuijten, "Satisfiability tests and time-bound adjustments for cumulative
//     scheduling problems", Annals of Operations Research 92, 1999).
//   - A choice of modes is a literal for each, a clause that one is true, and clauses that no two are; activities and arcs of a
//     mode are under its literal. A bound of the makespan or of lateness is a literal of a variable that is After all ends.
//
// Bounds are 32 bits: starts and durations up to 2³⁰ − 1, and lags between −2³⁰ and 2³⁰.
//
// It shares no code with package check.
package constraint
