// Package rating is how security matters are classed: the category and the level of an
// incident after GB/T 20986-2023, and with whom what is written may be shared, after the
// Traffic Light Protocol 2.0 of FIRST.
package rating
