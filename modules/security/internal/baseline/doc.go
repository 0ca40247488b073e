// Package baseline learns who speaks with whom in a plant, and how, lets people of the
// enterprise say line by line what of it is wanted, and tells of what deviates (通信基线).
//
// A baseline is of one enterprise and of one or more of its sensors. It learns over a stated
// window; then it is reviewed: each line is accepted, rejected, or put into a wider one. What
// was accepted becomes an edition, which never changes; only then anything is enforced. What
// the edition in force does not allow is an alert of the pack's rules about baselines: it says
// what, by whom, by which records, and how it could become wanted. Whoever judges the alert may
// say so: that is the next edition. While a baseline learns anew, the edition in force stays
// in force. In a window of maintenance deviations are kept and raise no alert.
//
// What is learned and what is found is written in the transaction that takes a batch from the
// queue of detection: nothing is lost or counted twice when the process is killed.
// Conversations whose direction is a guess are counted and not learned. Lines, entries and
// deviations are bounded; what had no room is counted.
//
// Tables: those that begin with security_baseline.
package baseline
