// Package ring keeps the newest packets of a network on the disk of the machine that listens to
// it, within a budget, and cuts out of them what somebody on the spot asks for. Nothing of it
// leaves the machine by itself.
//
// The packets stand in segments, capture files (pcapng) that any program of the trade reads; the
// oldest is given up for the newest. Whoever brings packets never waits for the disk: what it
// cannot take in time is left out and counted, in the segment in which it is missing. What was
// handed to the disk survives the end of the program; what a loss of power takes is at most what
// the system had not written yet.
package ring
