// Package stn plans batch plants: which batches of which size, in which unit, when, so that the objective
// of package recipe is as large as it can be.
//
// The model is the discrete-time one of Kondili, Pantelides and Sargent ("A general algorithm for short-term
// scheduling of batch operations I", Computers and Chemical Engineering 17, 1993) with the unit constraints of Shah,
// Pantelides and Sargent (part II of the same): for each unit and time, the tasks that could still run in it are one
// at most. W(i,j,t) is 1 if task i starts in unit j at t with size B(i,j,t), S(s,t) is the stock of a state. Beyond that:
//
//   - what cannot start yet, because nothing can have made its inputs, has no variable;
//   - the number of batches of each task is a variable of its own to branch on, at least what all demands together
//     need, as in Velez, Sundaramoorthy and Maravelias ("Valid inequalities based on demand propagation for chemical production
//     scheduling MIP models", AIChE Journal 59, 2013): the least amount of a task is a small linear programme over the horizon's
//     material balance, and is divided by the largest batch and rounded up.
//
// A plan is returned only when recipe.Check, which knows nothing of this package, has followed it through time; the objective
// is the one that it found.
package stn
