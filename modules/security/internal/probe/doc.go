// Package probe listens to an industrial network and tells a city what was
// said there (linghang probe). It reads packets from a file, a pipe or a
// network interface and sends none.
//
// A Meter turns packets into 10-second aggregates, and full records of what
// changes a plant, fails, or was never seen before. A Spool keeps them on disk
// under a budget until the city has them; records go first and are given up
// last. What is lost on the way is counted, wherever it is lost.
//
// A file that is read again after the program was killed goes on where the
// spool ends: the packets before are read once more, so that conversations are
// known, and nothing of them is told again.
package probe
