// Package agent reports for a platform from beside its own database: it reads
// values by queries or from a file when they are due, keeps each report on the disk
// until the city has acknowledged it, and signs what it sends. It is all that runs
// at a platform, with nothing of the city's installation.
//
// Its directory:
//
//	queue/     reports that are not acknowledged, by their numbers
//	refused/   the last that were refused, with the answer that says why
//	done.json  for which day or month each source has been read
package agent
