// Package pooling blends components into products, directly and through pools, so that profit is as large as it
// can be and the qualities of products keep their limits.
//
// Without pools that is a linear programme. With pools, a product gets what a pool holds, a mixture that is also
// to be decided: the flow of component i through pool l to product j is v(i,l,j) = q(i,l)·y(l,j), a product of two variables. That is
// the pooling problem (Haverly, "Studies of the behavior of recursion for the pooling problem", SIGMAP Bulletin 25, 1978),
// nonconvex, with many local optima.
//
// Solve takes the pq-formulation (Tawarmalani and Sahinidis, "Convexification and global optimization in
// continuous and mixed-integer nonlinear programming", 2002): McCormick's envelopes of each product
// (McCormick, Mathematical Programming 10, 1976) are tightened by the two identities Σ_i v(i,l,j) = y(l,j) and
// Σ_j v(i,l,j) = q(i,l)·(what pool l gives). What remains of the gap is closed by branch and bound in space: the range of the proportion whose products the relaxation
// got most wrong is cut in two, the envelopes of each half are tighter, and a half whose bound is no better than the best
// blend is done. From each relaxation, successive linear programmes (proportions fixed, flows found; shares of products
// fixed, components found) give a blend that is feasible. A blend counts as optimal only when the bound of all that is open is
// within the gap of it.
package pooling
