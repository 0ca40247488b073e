// Package detection finds in what sensors record what should not be (检测与告警).
//
// Every full record that a sensor sends becomes an event of a compact core (Event), which the
// rules of the room's own pack are asked about: Sigma rules for industrial protocols, each
// with its technique of MITRE ATT&CK for ICS, sequences and thresholds among them. Batches
// wait in a queue that is written in their own transaction, and leave it in the transaction
// that keeps what was found: nothing is lost or found twice when the process is killed.
// Sequences are rebuilt from the records of the time before, so that nothing is in memory
// only. Records whose direction is a guess wait until later evidence turns them round.
//
// Findings of one rule between the same two are one alert, as long as it is open. It says why
// in words, which technique it is, what to do, and by which records; a person judges it, and
// may make an incident of it. An enterprise sees its own alerts, the city those of sensors
// that are open to it in detail, and what it looked at stands in the sensor's record of looks.
//
// Tables: security_alert and those that begin with its name, security_detection_due,
// security_detection_sensor, security_rule_switch.
package detection
